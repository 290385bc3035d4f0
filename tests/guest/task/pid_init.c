/* The first process of a pid namespace: orphans, signals, its end. */
#include "pids.h"

/* --- init --------------------------------------------------------------------------------------*/

static void orphan_and_stay(int ready)
{
	int fds[2];

	MUST(!pipe(fds));
	if (!fork()) {
		if (!fork()) {
			wait_for_byte(fds[0]);
			_exit(getppid() == 1 ? 33 : 34);
		}
		_exit(0);
	}
	int status;

	wait(&status);
	say(fds[1]);
	MUST(wait(&status) == 3 && EXITED(status, 33));
	stay(ready);
}

static void have_children(int ready)
{
	for (int i = 0; i < 3; i++)
		if (!fork()) {
			signal(SIGTERM, SIG_IGN);
			say(ready);
			for (;;)
				pause();
		}
	for (;;)
		pause();
}

static void on_signal(int sig)
{
}

static void handle_usr1(int ready)
{
	int sig;
	sigset_t set;

	signal(SIGUSR1, on_signal);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	say(ready);
	siginfo_t info;
	sig = sigwaitinfo(&set, &info);
	_exit(sig == SIGUSR1 && info.si_code == SI_USER && info.si_pid == 0 ? 0 : 1);
}

static void *wait_for_end(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static volatile int *volatile nowhere = (int *)16;

static void ending(void)
{
	struct sigaction note = { .sa_sigaction = note_sender, .sa_flags = SA_SIGINFO };
	int status;
	pid_t pid;

	pid = start_namespace(orphan_and_stay);
	CHECK(pid > 0, "init gets the orphans of its namespace");
	kill_and_wait(pid);
	status = IN_CHILD({
		FAIL_UNLESS(!prctl(PR_SET_CHILD_SUBREAPER, 1));
		pid = start_namespace(orphan_and_stay);
		kill_and_wait(pid);
		FAIL_UNLESS(wait(NULL) == -1 && errno == ECHILD);
	});
	CHECK(EXITED(status, 0), "even if somebody outside has asked for them");
	status = IN_NAMESPACE({
		for (int sig = 1; sig < 32; sig++)
			FAIL_UNLESS(kill(1, sig) == 0);
		FAIL_UNLESS(syscall(SYS_tkill, 1, SIGTERM) == 0);
		pid = fork();
		if (!pid) {
			FAIL_UNLESS(kill(1, SIGKILL) == 0 && kill(1, SIGSTOP) == 0);
			_exit(0);
		}
		waitpid(pid, &status, 0);
		FAIL_UNLESS(EXITED(status, 0));
	});
	CHECK(EXITED(status, 0), "init ignores what it does not handle, if it comes from inside");
	pid = start_namespace(stay);
	CHECK(kill(pid, SIGTERM) == 0 && kill(pid, SIGINT) == 0 && kill(pid, SIGSEGV) == 0 &&
		      waitpid(pid, &status, WNOHANG) == 0,
	      "also from outside");
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	CHECK(WIFSTOPPED(status), "but SIGSTOP from outside stops it");
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	CHECK(WIFCONTINUED(status), "SIGCONT continues it");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	CHECK(KILLED(status, SIGKILL), "and SIGKILL kills it");
	status = IN_NAMESPACE({ *nowhere = 1; });
	CHECK(KILLED(status, SIGSEGV), "a fault of its own does too");
	pid = start_namespace(handle_usr1);
	kill(pid, SIGUSR1);
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "a signal from outside comes from process 0");
	MUST(!sigaction(SIGCHLD, &note, NULL));
	pid = clone_flags(CLONE_NEWPID);
	if (!pid)
		_exit(0);
	while (!from)
		usleep(1000);
	CHECK_EQ(from, pid, "the parent's SIGCHLD has the number outside");
	waitpid(pid, NULL, 0);
	signal(SIGCHLD, SIG_DFL);

	int alive[2];
	char c;
	MUST(!pipe(alive));
	pid = clone_flags(CLONE_NEWPID);
	if (!pid) {
		close(alive[0]);
		int ready[2];
		MUST(!pipe(ready));
		if (!fork())
			have_children(ready[1]);
		if (!clone_flags(CLONE_NEWPID))
			have_children(ready[1]);
		for (int i = 0; i < 6; i++)
			wait_for_byte(ready[0]);
		_exit(7);
	}
	close(alive[1]);
	waitpid(pid, &status, 0);
	fcntl(alive[0], F_SETFL, O_NONBLOCK);
	CHECK(EXITED(status, 7) && read(alive[0], &c, 1) == 0,
	      "with the end of init all others have ended, further inside too");
	close(alive[0]);
	status = IN_NAMESPACE({
		int fds[2];
		FAIL_UNLESS(!pipe(fds));
		for (int i = 0; i < 20; i++)
			if (!fork())
				_exit(0);
		for (int i = 0; i < 20; i++)
			if (!clone_flags(0) || !syscall(SYS_clone, 0, 0, 0, 0, 0))
				pause();
	});
	CHECK(EXITED(status, 0), "whatever has ended before, or tells its end by no signal");
	pid = clone_flags(CLONE_NEWPID);
	if (!pid) {
		pthread_t thread;
		pthread_create(&thread, NULL, nothing, NULL);
		pthread_create(&thread, NULL, wait_for_end, NULL);
		syscall(SYS_exit, 0);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	CHECK(KILLED(status, SIGKILL), "an init of several threads ends");
}

static void *exit_later(void *arg)
{
	MUST(read((int)(long)arg, text, 1) == 1);
	syscall(SYS_exit_group, 3);
	return NULL;
}

static void ending_by_thread(void)
{
	int fds[2], status;
	pid_t pid;

	MUST(!pipe(fds));
	pid = clone_flags(CLONE_NEWPID);
	if (!pid) {
		pthread_t thread;
		pthread_create(&thread, NULL, exit_later, (void *)(long)fds[0]);
		if (!fork())
			for (;;)
				pause();
		syscall(SYS_exit, 0);
	}
	while (!strstr(file_text(number("/proc/%d/stat", pid)), ") Z "))
		usleep(1000);
	say(fds[1]);
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 3),
	      "the last thread of an init ends the namespace, the leader or not");
	status = IN_NAMESPACE({
		pthread_t thread;
		if (pthread_create(&thread, NULL, nothing, NULL))
			_exit(1);
		pthread_join(thread, NULL);
		FAIL_UNLESS(getpid() == 1);
	});
	CHECK(EXITED(status, 0), "init may have threads");
	close(fds[0]);
	close(fds[1]);
}

static void reboots(void)
{
	int status;

	status = IN_NAMESPACE({
		syscall(SYS_reboot, 0xfee1dead, 672274793, 0x01234567, NULL);
		pause();
	});
	CHECK(KILLED(status, SIGHUP), "reboot inside ends init as if by SIGHUP");
	status = IN_NAMESPACE({
		if (!fork())
			syscall(SYS_reboot, 0xfee1dead, 672274793, 0x4321fedc, NULL);
		for (;;)
			pause();
	});
	CHECK(KILLED(status, SIGINT), "power-off as if by SIGINT, whoever asks for it");
	status = IN_NAMESPACE({
		FAIL_UNLESS(syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL) == -1 &&
			    errno == EINVAL);
		FAIL_UNLESS(syscall(SYS_reboot, 0, 672274793, 0, NULL) == -1 && errno == EINVAL);
		FAIL_UNLESS(!setuid(1000));
		FAIL_UNLESS(syscall(SYS_reboot, 0xfee1dead, 672274793, 0x01234567, NULL) == -1 &&
			    errno == EPERM);
	});
	CHECK(EXITED(status, 0), "other commands are EINVAL there");
}

/* --- many at once ------------------------------------------------------------------------------*/

/* A tree of namespaces and processes in it, some with threads, that is killed from any side. */
static void grow(unsigned *seed, int depth)
{
	pthread_t thread;

	for (int i = 0; i < 3; i++) {
		bool border = depth && rand_r(seed) % 2;
		pid_t pid = clone_flags(border ? CLONE_NEWPID : 0);

		if (!pid) {
			*seed += 7 * i + depth;
			if (rand_r(seed) % 4 == 0)
				_exit(0);
			if (rand_r(seed) % 4 == 0)
				pthread_create(&thread, NULL, wait_for_end, NULL);
			if (depth)
				grow(seed, depth - 1);
			for (;;)
				pause();
		}
		if (pid > 0 && rand_r(seed) % 3 == 0)
			kill(pid, SIGKILL);
	}
}

/* Somebody who goes in from outside, just before or after the end. */
static void intrude(pid_t pid)
{
	int fd = open(number("/proc/%d/ns/pid", pid), O_RDONLY);

	if (fd >= 0 && !setns(fd, 0))
		for (int i = 0; i < 3; i++)
			if (!fork())
				for (;;)
					pause();
	close(fd);
	while (wait(NULL) > 0)
		;
}

static void storm(void)
{
	int good = 0, status;

	for (unsigned i = 0; i < 6; i++)
		if (!fork()) {
			unsigned seed = i;

			for (int n = 0; n < 12; n++) {
				pid_t pid = clone_flags(CLONE_NEWPID), other;

				if (!pid) {
					grow(&seed, 3);
					if (n % 3 == 0)
						_exit(0);
					for (;;)
						pause();
				}
				other = fork();
				if (!other) {
					intrude(pid);
					_exit(0);
				}
				for (unsigned k = rand_r(&seed) % 64; k; k--)
					sched_yield();
				if (n % 3)
					kill(pid, SIGKILL);
				if (pid < 0 || waitpid(pid, &status, 0) != pid ||
				    waitpid(other, &status, 0) != other || !EXITED(status, 0))
					_exit(1);
			}
			_exit(wait(&status) != -1);
		}
	while (wait(&status) > 0)
		good += EXITED(status, 0);
	CHECK_EQ(good, 6,
		 "trees of namespaces are made and killed on all CPUs, and nobody is left");
}

int main(void)
{
	ending();
	ending_by_thread();
	reboots();
	storm();
	CHECK_END();
}
