/* Job control: stops, continuations, what the parent learns, orphaned groups, init. */
#include "await.h"

#include <pthread.h>

static volatile sig_atomic_t children, continued;
static volatile int codes[8], values[8];

static void on_child(int sig, siginfo_t *info, void *context)
{
	if (children < 8) {
		codes[children] = info->si_code;
		values[children] = info->si_status;
	}
	children++;
}

static void on_continue(int sig)
{
	continued++;
}

static void catch_child(int flags)
{
	struct sigaction a = { .sa_sigaction = on_child,
			       .sa_flags = SA_SIGINFO | SA_RESTART | flags };

	sigaction(SIGCHLD, &a, NULL);
	children = 0;
}

static void *spin(void *counter)
{
	for (;;) {
		(*(volatile long *)counter)++;
		if (*(volatile long *)counter % 1000 == 0)
			usleep(100);
	}
	return NULL;
}

static void *sleeper(void *unused)
{
	for (;;)
		pause();
	return NULL;
}

static void plain(void)
{
	siginfo_t info = { 0 };
	int status;
	pid_t pid;

	catch_child(0);
	pid = fork();
	if (!pid)
		for (;;)
			pause();
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
		      WSTOPSIG(status) == SIGSTOP,
	      "waitpid with WUNTRACED tells of a stop");
	AWAIT(children >= 1);
	CHECK(children == 1 && codes[0] == CLD_STOPPED && values[0] == SIGSTOP,
	      "SIGCHLD says CLD_STOPPED and the signal");
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0, "a stop is told once");
	kill(pid, SIGSTOP);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0, "a second SIGSTOP is no news");
	kill(pid, SIGCONT);
	CHECK(!waitid(P_PID, pid, &info, WCONTINUED) && info.si_code == CLD_CONTINUED &&
		      info.si_status == SIGCONT && info.si_pid == pid,
	      "waitid with WCONTINUED tells of the continuation");
	/* The child sends it when it wakes up, so perhaps after the news. */
	AWAIT(children >= 2);
	CHECK(children == 2 && codes[1] == CLD_CONTINUED, "so does SIGCHLD");
	CHECK_EQ(waitpid(pid, &status, WCONTINUED | WNOHANG), 0, "that is told once, too");
	kill(pid, SIGCONT);
	CHECK_EQ(waitpid(pid, &status, WCONTINUED | WNOHANG), 0,
		 "SIGCONT for a process that runs is no news");
	kill(pid, SIGTSTP);
	CHECK(waitid(P_PID, pid, &info, WSTOPPED | WNOWAIT) == 0 && info.si_status == SIGTSTP,
	      "WNOWAIT looks at a stop");
	CHECK(waitid(P_PID, pid, &info, WSTOPPED) == 0 && info.si_status == SIGTSTP,
	      "and leaves it to be told again");
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid && KILLED(status, SIGKILL),
	      "SIGKILL ends a stopped process");
	signal(SIGCHLD, SIG_DFL);
}

static void flushing(void)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		sigset_t all, pending;

		signal(SIGCONT, on_continue);
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
		raise(SIGTSTP);
		sigpending(&pending);
		if (!sigismember(&pending, SIGTSTP))
			_exit(1);
		raise(SIGCONT);
		sigpending(&pending);
		if (sigismember(&pending, SIGTSTP) || !sigismember(&pending, SIGCONT))
			_exit(2);
		raise(SIGTTIN);
		sigpending(&pending);
		if (!sigismember(&pending, SIGTTIN) || sigismember(&pending, SIGCONT))
			_exit(3);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "SIGCONT forgets pending stops, a stop forgets a pending SIGCONT");

	pid = fork();
	if (!pid) {
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, SIGCONT);
		sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGSTOP);
		_exit(7);
	}
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &status, 0) == pid && EXITED(status, 7), "a blocked SIGCONT continues");

	pid = fork();
	if (!pid) {
		signal(SIGTSTP, SIG_IGN);
		raise(SIGTSTP);
		signal(SIGTSTP, on_continue);
		raise(SIGTSTP);
		_exit(continued == 1 ? 0 : 1);
	}
	waitpid(pid, &status, WUNTRACED);
	CHECK(EXITED(status, 0), "SIGTSTP can be ignored and caught");
}

/* Ignored, the stops of a child interrupt nothing. */
static void quiet(void)
{
	int status, fds[2];
	char byte = 0;
	pid_t pid;

	catch_child(SA_NOCLDSTOP);
	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		raise(SIGSTOP);
		write(fds[1], "c", 1);
		_exit(0);
	}
	waitpid(pid, &status, WUNTRACED);
	usleep(20000);
	CHECK_EQ(children, 0, "SA_NOCLDSTOP: stops and continuations send no SIGCHLD");
	kill(pid, SIGCONT);
	CHECK(read(fds[0], &byte, 1) == 1 && byte == 'c', "the child goes on where it was");
	waitpid(pid, &status, 0);
	AWAIT(children >= 1);
	CHECK_EQ(children, 1, "its end sends one");
	signal(SIGCHLD, SIG_DFL);
	close(fds[0]);
	close(fds[1]);
}

static long sum(volatile long *counter)
{
	return counter[0] + counter[1] + counter[2];
}

static void threads(void)
{
	volatile long *counter =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long before;
	int status;
	pid_t pid = fork();

	if (!pid) {
		pthread_t t;

		for (int i = 0; i < 3; i++)
			pthread_create(&t, NULL, spin, (void *)&counter[i]);
		pthread_create(&t, NULL, sleeper, NULL);
		for (;;)
			pause();
	}
	AWAIT(counter[0] && counter[1] && counter[2]);
	for (int round = 0; round < 20; round++) {
		kill(pid, SIGSTOP);
		if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
			break;
		before = sum(counter);
		usleep(3000);
		if (before != sum(counter))
			status = 0;
		kill(pid, SIGCONT);
		if (waitpid(pid, NULL, WCONTINUED) != pid)
			status = 0;
		usleep(round * 100);
	}
	CHECK(WIFSTOPPED(status), "all threads of a process stop and continue together");
	before = sum(counter);
	AWAIT(before != sum(counter));
	CHECK(true, "and run on");
	/* No order is guaranteed, but at the end it runs. */
	for (int i = 0; i < 200; i++) {
		kill(pid, SIGSTOP);
		kill(pid, SIGCONT);
	}
	before = sum(counter);
	AWAIT(before != sum(counter));
	CHECK(true, "stops that are undone at once leave it running");
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGTERM);
	usleep(20000);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0, "SIGTERM waits for the continuation");
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &status, 0) == pid && KILLED(status, SIGTERM), "and then ends it");
	munmap((void *)counter, 4096);
}

static void orphans(void)
{
	int status, fds[2];
	char byte = 0;
	pid_t pid;

	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		setsid();
		if (!fork()) {
			/* Its parent, the session's leader, ends: nobody could continue it. */
			while (getppid() != 1)
				usleep(1000);
			raise(SIGTSTP);
			write(fds[1], "a", 1);
			_exit(0);
		}
		_exit(0);
	}
	waitpid(pid, &status, 0);
	CHECK(read(fds[0], &byte, 1) == 1 && byte == 'a',
	      "SIGTSTP does not stop a process of an orphaned group");
	pid = fork();
	if (!pid) {
		setsid();
		raise(SIGSTOP);
		_exit(5);
	}
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "SIGSTOP does");
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	close(fds[0]);
	close(fds[1]);
}

static void init(void)
{
	CHECK_EQ(kill(1, SIGKILL), 0, "root may send SIGKILL to init");
	CHECK_EQ(kill(1, SIGSTOP), 0, "and SIGSTOP");
	usleep(20000);
	CHECK_EQ(kill(1, 0), 0, "which does not care");
}

int main(void)
{
	plain();
	flushing();
	quiet();
	threads();
	orphans();
	init();
	CHECK_END();
}
