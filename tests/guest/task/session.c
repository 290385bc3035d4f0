/* Process groups and sessions. */
#include "check.h"

static void groups(void)
{
	int fds[2], status;
	char byte;
	pid_t pid;

	MUST(!pipe(fds));
	CHECK_EQ(getpgid(0), getpgrp(), "getpgid of 0 is the own group");
	CHECK_ERR(getpgid(999999), ESRCH, "getpgid of nobody is ESRCH");
	CHECK_ERR(setpgid(0, -1), EINVAL, "a negative group is EINVAL");
	CHECK_ERR(setpgid(999999, 0), ESRCH, "setpgid of nobody is ESRCH");
	CHECK_ERR(setpgid(1, 0), ESRCH, "setpgid of a process that is no child is ESRCH");
	pid = fork();
	if (!pid) {
		read(fds[0], &byte, 1);
		execl("/bin/sleep", "sleep", "1000", NULL);
	}
	CHECK(!setpgid(pid, pid) && getpgid(pid) == pid,
	      "a parent puts a child in a group of its own");
	CHECK(!setpgid(pid, getpgrp()) && getpgid(pid) == getpgrp(), "and back");
	CHECK_ERR(setpgid(pid, 999999), EPERM, "a group that is not of the session is EPERM");
	write(fds[1], "x", 1);
	char path[32], name[32] = "";
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	while (strcmp(name, "sleep\n")) {
		int fd = open(path, O_RDONLY);
		ssize_t n = read(fd, name, sizeof(name) - 1);
		name[n > 0 ? n : 0] = '\0';
		close(fd);
	}
	CHECK_ERR(setpgid(pid, pid), EACCES, "after exec it is too late: EACCES");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(fds[0]);
	close(fds[1]);
}

static void sessions(void)
{
	int status;

	CHECK(getsid(0) > 0 && getsid(0) == getsid(getpid()), "getsid of 0 is the own session");
	CHECK_ERR(getsid(999999), ESRCH, "getsid of nobody is ESRCH");
	status = IN_CHILD({
		pid_t self = getpid();
		if (setsid() != self || getsid(0) != self || getpgrp() != self)
			_exit(1);
		if (setsid() != -1 || errno != EPERM)
			_exit(2);
		if (setpgid(0, 0) != -1 || errno != EPERM)
			_exit(3);
		if (open("/dev/tty", O_RDWR) != -1 || errno != ENXIO)
			_exit(4);
	});
	CHECK(!EXITED(status, 1), "setsid makes a leader of a new session and group");
	CHECK(!EXITED(status, 2), "a group leader's setsid is EPERM");
	CHECK(!EXITED(status, 3), "a session leader's setpgid is EPERM");
	CHECK(EXITED(status, 0), "a new session has no terminal: /dev/tty is ENXIO");
	status = IN_CHILD({
		int in;
		pid_t other = fork();
		if (!other) {
			setsid();
			pause();
		}
		while (getsid(other) != other)
			usleep(1000);
		in = setpgid(other, getpgrp());
		int why = errno;
		kill(other, SIGKILL);
		_exit(in == -1 && why == EPERM ? 0 : 1);
	});
	CHECK(EXITED(status, 0), "setpgid of a child in another session is EPERM");
}

static void orphaned(void)
{
	int fds[2], status;
	char byte = 0;
	pid_t pid;

	/* A stopped process whose group becomes orphaned gets SIGHUP and SIGCONT. */
	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		pid_t child;

		setsid();
		child = fork();
		if (!child) {
			setpgid(0, 0);
			signal(SIGHUP, SIG_DFL);
			raise(SIGSTOP);
			write(fds[1], "n", 1);
			_exit(0);
		}
		waitpid(child, &status, WUNTRACED);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	close(fds[1]);
	CHECK_EQ(read(fds[0], &byte, 1), 0, "a stopped group that becomes orphaned is hung up");
	close(fds[0]);
}

int main(void)
{
	groups();
	sessions();
	orphaned();
	CHECK_END();
}
