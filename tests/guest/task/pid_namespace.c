/* Pid namespaces: numbers as each namespace knows them, and how one is made. */
#include "pids.h"

/* --- who one is --------------------------------------------------------------------------------*/

static void *thread_numbers(void *arg)
{
	int *out = arg;

	out[0] = getpid();
	out[1] = syscall(SYS_gettid);
	return NULL;
}

static void numbers(void)
{
	pid_t outer = getpid();
	int status;

	status = IN_NAMESPACE({
		FAIL_UNLESS(getpid() == 1 && syscall(SYS_gettid) == 1);
		FAIL_UNLESS(getppid() == 0);
	});
	CHECK(EXITED(status, 0), "the first process of a namespace is number 1, its parent is 0");
	status = IN_NAMESPACE({
		FAIL_UNLESS(getpgrp() == 0 && getsid(0) == 0 && getpgid(1) == 0);
		FAIL_UNLESS(setpgid(0, 0) == 0 && getpgrp() == 1 && getsid(1) == 0);
	});
	CHECK(EXITED(status, 0), "a group and a session from outside are number 0");
	status = IN_NAMESPACE({
		FAIL_UNLESS(setsid() == 1 && getsid(0) == 1 && getpgrp() == 1);
		pid_t pid = fork();
		if (!pid)
			_exit(getpid() == 2 && getppid() == 1 && getsid(0) == 1 && getpgrp() == 1
				      ? 17
				      : 18);
		FAIL_UNLESS(pid == 2);
		FAIL_UNLESS(wait(&status) == 2 && EXITED(status, 17));
	});
	CHECK(EXITED(status, 0), "setsid, fork and wait speak of numbers inside");
	status = IN_NAMESPACE({
		pthread_t thread;
		int found[2];
		pthread_create(&thread, NULL, thread_numbers, found);
		pthread_join(thread, NULL);
		FAIL_UNLESS(found[0] == 1 && found[1] == 2);
	});
	CHECK(EXITED(status, 0), "a thread gets a number inside too");
	status = IN_NAMESPACE({
		FAIL_UNLESS(kill(outer, 0) == -1 && errno == ESRCH);
		FAIL_UNLESS(getpgid(outer) == -1 && errno == ESRCH);
		FAIL_UNLESS(getpriority(PRIO_PROCESS, outer) == -1 && errno == ESRCH);
		FAIL_UNLESS(syscall(SYS_sched_getscheduler, outer) == -1 && errno == ESRCH);
		FAIL_UNLESS(syscall(SYS_pidfd_open, outer, 0) == -1 && errno == ESRCH);
		FAIL_UNLESS(syscall(SYS_tgkill, outer, outer, 0) == -1 && errno == ESRCH);
		FAIL_UNLESS(prlimit(outer, RLIMIT_CORE, NULL, NULL) == -1 && errno == ESRCH);
	});
	CHECK(EXITED(status, 0), "who is outside cannot be named");
	status = IN_NAMESPACE({
		FAIL_UNLESS(kill(-1, SIGTERM) == -1 && errno == ESRCH);
		pid_t pid = fork();
		if (!pid)
			for (;;)
				pause();
		FAIL_UNLESS(kill(-1, SIGTERM) == 0);
		FAIL_UNLESS(wait(&status) == pid && KILLED(status, SIGTERM));
	});
	CHECK(EXITED(status, 0), "kill(-1) reaches everybody inside but init, and nobody else");

	pid_t pid = start_namespace(stay);
	CHECK(pid > outer && kill(pid, 0) == 0, "from outside it has an ordinary number");
	CHECK_EQ(getpgid(pid), getpgrp(), "and is in its parent's group");
	CHECK_STR(status_line(number("/proc/%d/status", pid), "NSpid:"), number("\t%d\t1", pid),
		  "NSpid shows its numbers, outermost first");
	CHECK_STR(status_line(number("/proc/%d/status", pid), "NStgid:"), number("\t%d\t1", pid),
		  "and NStgid");
	CHECK_STR(status_line(number("/proc/%d/status", pid), "NSpgid:"),
		  number("\t%d\t0", getpgrp()), "NSpgid has 0 for a group from outside");
	CHECK_STR(status_line(number("/proc/%d/status", pid), "NSsid:"),
		  number("\t%d\t0", getsid(0)), "and NSsid");
	CHECK_STR(status_line(number("/proc/%d/status", pid), "\nPid:"), number("\t%d", pid),
		  "Pid is the reader's");
	CHECK_STR(status_line(number("/proc/%d/status", pid), "PPid:"), number("\t%d", outer),
		  "and PPid");
	kill_and_wait(pid);
}

/* --- clone, unshare ----------------------------------------------------------------------------*/

#define THREAD (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)

static char stack[65536] __attribute__((aligned(16)));

static int exit_now(void *arg)
{
	syscall(SYS_exit, 0);
	return 0;
}

static void making(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .flags = CLONE_NEWPID };
	int status;
	pid_t pid;

	CHECK(clone(exit_now, stack + sizeof(stack), CLONE_NEWPID | THREAD, NULL) == -1 &&
		      errno == EINVAL,
	      "a thread cannot be in a namespace of its own");
	status = IN_CHILD({
		FAIL_UNLESS(!setuid(1000));
		FAIL_UNLESS(clone_flags(CLONE_NEWPID) == -1 && errno == EPERM);
		FAIL_UNLESS(unshare(CLONE_NEWPID) == -1 && errno == EPERM);
		FAIL_UNLESS(syscall(SYS_clone3, &args, sizeof(args)) == -1 && errno == EPERM);
	});
	CHECK(EXITED(status, 0), "CAP_SYS_ADMIN is needed");
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(syscall(SYS_getpid));
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 1), "clone3 makes one too");

	status = IN_CHILD({
		pid_t self = getpid();
		FAIL_UNLESS(unshare(CLONE_NEWPID) == 0 && getpid() == self);
		FAIL_UNLESS(unshare(CLONE_NEWPID) == -1 && errno == EINVAL);
		FAIL_UNLESS(clone_flags(CLONE_NEWPID) == -1 && errno == EINVAL);
		FAIL_UNLESS(clone(exit_now, stack + sizeof(stack), THREAD, NULL) == -1 &&
			    errno == EINVAL);
		pid = fork();
		if (!pid)
			_exit(getpid() == 1 && getppid() == 0 ? 0 : 1);
		FAIL_UNLESS(pid > self);
		FAIL_UNLESS(waitpid(pid, &status, 0) == pid && EXITED(status, 0));
		FAIL_UNLESS(fork() == -1 && errno == ENOMEM);
	});
	CHECK(EXITED(status, 0),
	      "unshare is for the children: the first is init, and after its end there is none");
	status = IN_CHILD({
		int fds[2];
		char c;
		FAIL_UNLESS(!pipe(fds));
		FAIL_UNLESS(readlink("/proc/self/ns/pid_for_children", text, 64) > 0);
		FAIL_UNLESS(unshare(CLONE_NEWPID) == 0);
		FAIL_UNLESS(readlink("/proc/self/ns/pid_for_children", text, 64) == -1 &&
			    errno == ENOENT);
		pid = fork();
		if (!pid) {
			close(fds[1]);
			FAIL_UNLESS(read(fds[0], &c, 1) == 0);
			_exit(0);
		}
		pid_t second = fork();
		if (!second)
			_exit(getpid() == 2 && getppid() == 0 ? 0 : 1);
		FAIL_UNLESS(waitpid(second, &status, 0) == second && EXITED(status, 0));
		FAIL_UNLESS(strcmp(link_text("/proc/self/ns/pid"),
				   link_text("/proc/self/ns/pid_for_children")));
		FAIL_UNLESS(!strcmp(link_text(number("/proc/%d/ns/pid", pid)),
				    link_text("/proc/self/ns/pid_for_children")));
		close(fds[1]);
		FAIL_UNLESS(waitpid(pid, &status, 0) == pid && EXITED(status, 0));
	});
	CHECK(EXITED(status, 0), "the link pid_for_children shows where, once there is an init");
	status = IN_NAMESPACE({ FAIL_UNLESS(clone_flags(CLONE_PARENT) == -1 && errno == EINVAL); });
	CHECK(EXITED(status, 0), "init cannot have a sibling");
	status = IN_CHILD({
		pid = clone_flags(CLONE_NEWPID | CLONE_PARENT);
		if (!pid)
			_exit(getpid() == 1 && getppid() == 0 ? 23 : 24);
		_exit(pid < 0);
	});
	CHECK(EXITED(status, 0) && wait(&status) > 0 && EXITED(status, 23),
	      "but be one of who makes it");
	status = IN_CHILD({
		FAIL_UNLESS(!unshare(CLONE_NEWPID));
		pid = vfork();
		if (!pid)
			_exit(getpid() == 1 ? 0 : 1);
		FAIL_UNLESS(waitpid(pid, &status, 0) == pid && EXITED(status, 0));
	});
	CHECK(EXITED(status, 0), "vfork works across the border");
	args.flags = CLONE_PIDFD;
	args.pidfd = 8;
	status = IN_CHILD({
		FAIL_UNLESS(!unshare(CLONE_NEWPID));
		FAIL_UNLESS(syscall(SYS_clone3, &args, sizeof(args)) == -1 && errno == EFAULT);
		pid = fork();
		if (!pid)
			_exit(getpid() != 1);
		FAIL_UNLESS(waitpid(pid, &status, 0) == pid && EXITED(status, 0));
	});
	CHECK(EXITED(status, 0), "when the first fork fails, the next one makes init");
}

/* Namespaces inside each other, down to `left` more; what the innermost exits with. */
static int nest(int left)
{
	int status;
	pid_t pid = clone_flags(CLONE_NEWPID);

	if (pid < 0)
		return errno == ENOSPC ? 100 + left : 1;
	if (!pid)
		_exit(left ? nest(left - 1) : 50);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 2;
	return WEXITSTATUS(status);
}

static void nesting(void)
{
	pid_t pid;
	int status;

	CHECK_EQ(nest(3), 50, "namespaces lie inside each other");
	CHECK_EQ(nest(31), 50, "up to 32 of them");
	CHECK_EQ(nest(32), 100, "and no more: ENOSPC");
	status = IN_NAMESPACE({
		int fds[2];
		FAIL_UNLESS(!pipe(fds));
		pid = clone_flags(CLONE_NEWPID);
		if (!pid) {
			pid = fork();
			if (!pid)
				stay(fds[1]);
			FAIL_UNLESS(pid == 2);
			waitpid(pid, &status, 0);
			_exit(KILLED(status, SIGTERM) ? 0 : 1);
		}
		FAIL_UNLESS(pid == 2);
		wait_for_byte(fds[0]);
		FAIL_UNLESS(kill(3, SIGTERM) == 0);
		FAIL_UNLESS(waitpid(pid, &status, 0) == 2 && EXITED(status, 0));
	});
	CHECK(EXITED(status, 0), "who is further inside has a number on each level");
}

/* --- others that speak of numbers
 * ---------------------------------------------------------------*/

static void others(void)
{
	int status, fd = open("/tmp/lock", O_CREAT | O_RDWR, 0644);
	struct flock lock = { .l_type = F_WRLCK };
	long owner;

	MUST(!fcntl(fd, F_SETLK, &lock));
	status = IN_NAMESPACE({
		FAIL_UNLESS(!fcntl(fd, F_GETLK, &lock) && lock.l_type == F_WRLCK &&
			    lock.l_pid == 0);
		lock = (struct flock){ .l_type = F_WRLCK, .l_start = 10, .l_len = 1 };
		int ready[2];
		FAIL_UNLESS(!pipe(ready));
		lock.l_start = 10;
		FAIL_UNLESS(fcntl(fd, F_SETLK, &lock) == -1 && errno == EAGAIN);
		int other = open("/tmp/lock2", O_CREAT | O_RDWR, 0644);
		if (!fork()) {
			FAIL_UNLESS(!fcntl(other, F_SETLK, &lock));
			stay(ready[1]);
		}
		wait_for_byte(ready[0]);
		FAIL_UNLESS(!fcntl(other, F_GETLK, &lock) && lock.l_pid == 2);
		FAIL_UNLESS(!fcntl(other, F_SETOWN, 2) && fcntl(other, F_GETOWN) == 2);
		FAIL_UNLESS(fcntl(other, F_SETOWN, 77) == -1 && errno == ESRCH);
		FAIL_UNLESS(fcntl(fd, F_GETOWN) == 0);
	});
	CHECK(EXITED(status, 0), "owners of locks and files are told as seen from inside");
	unlink("/tmp/lock2");
	CHECK(!fcntl(fd, F_SETOWN, getpid()) && fcntl(fd, F_GETOWN) == getpid(),
	      "F_GETOWN gives what F_SETOWN took");
	MUST(!fcntl(fd, F_SETOWN, -getpgrp()));
	owner = syscall(SYS_fcntl, fd, F_GETOWN);
	owner = owner == -1 ? -errno : owner; /* the C library took it for an error */
	CHECK_EQ(owner, -getpgrp(), "a group is negative");
	CHECK_ERR(fcntl(fd, F_SETOWN, 4000000), ESRCH, "nobody cannot be an owner");
	close(fd);
	unlink("/tmp/lock");
	status = IN_NAMESPACE({
		pid_t tid = 0;
		pid_t child = 0;
		pid_t pid = syscall(SYS_clone, CLONE_PARENT_SETTID | SIGCHLD, 0, &tid, 0, 0);
		if (!pid)
			_exit(0);
		FAIL_UNLESS(pid == 2 && tid == 2 && wait(NULL) == 2);
		pid = syscall(SYS_clone, CLONE_CHILD_SETTID | SIGCHLD, 0, 0, &child, 0);
		if (!pid)
			_exit(child == 3 ? 0 : 1);
		FAIL_UNLESS(wait(&status) == 3 && EXITED(status, 0));
		FAIL_UNLESS(syscall(SYS_set_tid_address, &child) == 1);
		child = 0;
		FAIL_UNLESS(syscall(SYS_sched_setscheduler, 1, SCHED_OTHER, &child) == 0);
		FAIL_UNLESS(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
		FAIL_UNLESS(setpgid(0, 0) == 0);
		pid = fork();
		if (!pid)
			_exit(setpgid(0, 0) || getpgrp() != 4);
		FAIL_UNLESS(waitpid(pid, NULL, WNOWAIT | WEXITED) == -1);
		siginfo_t info;
		FAIL_UNLESS(!waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) && info.si_pid == 4);
		FAIL_UNLESS(waitpid(-4, &status, 0) == 4 && EXITED(status, 0));
	});
	CHECK(EXITED(status, 0), "clone, waitid and process groups speak of numbers inside");
	status = IN_NAMESPACE({
		struct sigaction note = { .sa_sigaction = note_sender, .sa_flags = SA_SIGINFO };
		sigaction(SIGUSR1, &note, NULL);
		pid_t pid = fork();
		if (!pid)
			_exit(kill(1, SIGUSR1));
		waitpid(pid, NULL, 0);
		FAIL_UNLESS(from == 2);
	});
	CHECK(EXITED(status, 0), "a signal from inside tells its sender there");
	status = IN_CHILD({
		struct sigaction note = { .sa_sigaction = note_sender,
					  .sa_flags = SA_SIGINFO | SA_RESTART };
		sigaction(SIGUSR1, &note, NULL);
		FAIL_UNLESS(!setpgid(0, 0));
		pid_t pid = clone_flags(CLONE_NEWPID);
		if (!pid) {
			FAIL_UNLESS(!kill(0, SIGUSR1));
			_exit(0);
		}
		FAIL_UNLESS(waitpid(pid, &status, 0) == pid && EXITED(status, 0));
		FAIL_UNLESS(from == 1);
	});
	CHECK(EXITED(status, 0), "one to a group that reaches outside, too");
	status = IN_NAMESPACE({
		int pidfd = syscall(SYS_pidfd_open, 1, 0);
		FAIL_UNLESS(pidfd >= 0);
		FAIL_UNLESS(strstr(file_text(number("/proc/self/fdinfo/%d", pidfd)), "Pid:\t"));
		FAIL_UNLESS(!mkdir("/tmp/procfd", 0755));
		FAIL_UNLESS(!mount("x", "/tmp/procfd", "proc", 0, NULL));
		FAIL_UNLESS(strstr(file_text(number("/tmp/procfd/self/fdinfo/%d", pidfd)),
				   "Pid:\t1\nNSpid:\t1\n"));
		pid_t pid = fork();
		if (!pid)
			_exit(0);
		pidfd = syscall(SYS_pidfd_open, pid, 0);
		waitpid(pid, &status, 0);
		FAIL_UNLESS(strstr(file_text(number("/tmp/procfd/self/fdinfo/%d", pidfd)),
				   "Pid:\t-1\nNSpid:\t-1\n"));
	});
	umount("/tmp/procfd");
	rmdir("/tmp/procfd");
	CHECK(EXITED(status, 0), "fdinfo of a pidfd has the numbers");
	status = IN_NAMESPACE({
		unsigned word = 0;
		FAIL_UNLESS(syscall(SYS_futex, &word, 6 /* LOCK_PI */, 0, 0, 0, 0) == 0);
		FAIL_UNLESS(word == 1);
		FAIL_UNLESS(syscall(SYS_futex, &word, 7 /* UNLOCK_PI */, 0, 0, 0, 0) == 0);
		FAIL_UNLESS(word == 0);
	});
	CHECK(EXITED(status, 0), "a lock that is a futex bears the number inside");
}

int main(void)
{
	numbers();
	making();
	nesting();
	others();
	CHECK_END();
}
