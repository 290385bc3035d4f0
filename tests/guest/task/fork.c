/* fork, vfork, exit and the ways of waiting for a child. */
#include "check.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/times.h>

static volatile int private_word = 1;

static void fork_basics(void)
{
	pid_t self = getpid(), pid;
	int status, fds[2];
	char byte;

	pid = fork();
	if (!pid)
		_exit(getppid() == self ? 42 : 1);
	CHECK(pid > self, "fork gives the parent a new, higher pid");
	CHECK_EQ(waitpid(pid, &status, 0), pid, "waitpid returns the child's pid");
	CHECK(EXITED(status, 42),
	      "the exit status arrives, and getppid in the child is the parent");
	CHECK_ERR(waitpid(pid, &status, 0), ECHILD, "a child can be waited for once");
	CHECK_ERR(wait(NULL), ECHILD, "wait without children is ECHILD");
	CHECK_ERR(waitpid(-1, NULL, 0x4000), EINVAL, "waitpid refuses unknown options");
	CHECK_ERR(kill(pid, 0), ESRCH, "a reaped pid is gone");

	status = IN_CHILD(private_word = 7);
	CHECK_EQ(private_word, 1, "a child's store is not seen by its parent");
	status = IN_CHILD(_exit(0x1ff));
	CHECK(EXITED(status, 0xff), "only the low eight bits of an exit status count");

	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		close(fds[1]);
		_exit(read(fds[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(fds[1]);
	CHECK(waitpid(pid, &status, 0) == pid && EXITED(status, 0),
	      "descriptors are inherited, and closing the last writer ends the reader");
	close(fds[0]);
}

static void offsets_are_shared(void)
{
	int fd = open("/tmp/fork.offset", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int status;

	MUST(fd >= 0);
	status = IN_CHILD(if (write(fd, "12345", 5) != 5) _exit(1));
	CHECK(EXITED(status, 0) && lseek(fd, 0, SEEK_CUR) == 5,
	      "parent and child share a file's offset");
	status = IN_CHILD(fcntl(fd, F_SETFL, O_APPEND));
	CHECK((fcntl(fd, F_GETFL) & O_APPEND) != 0, "and its status flags");
	status = IN_CHILD(fcntl(fd, F_SETFD, FD_CLOEXEC));
	CHECK_EQ(fcntl(fd, F_GETFD), 0, "but not the descriptor's own flags");
	close(fd);
	unlink("/tmp/fork.offset");
}

static void wait_options(void)
{
	int status, status2;
	pid_t pid, other;

	pid = fork();
	if (!pid) {
		pause();
		_exit(1);
	}
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0, "WNOHANG returns 0 while the child lives");
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
		      WSTOPSIG(status) == SIGSTOP,
	      "WUNTRACED reports a stop");
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0, "a stop is reported once");
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status),
	      "WCONTINUED reports the continuation");
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid && KILLED(status, SIGKILL),
	      "a killed child reports its signal");

	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		_exit(3);
	}
	setpgid(pid, pid);
	other = fork();
	if (!other)
		_exit(4);
	CHECK(waitpid(-pid, &status, 0) == pid && EXITED(status, 3),
	      "a negative pid waits for a process group");
	CHECK(waitpid(0, &status2, 0) == other && EXITED(status2, 4),
	      "pid 0 waits for the own process group");
	CHECK_ERR(waitpid(-pid, &status, 0), ECHILD, "a group without children is ECHILD");
}

static void wait_by_id(void)
{
	siginfo_t info;
	struct rusage usage;
	pid_t pid = fork();

	if (!pid)
		_exit(9);
	memset(&info, 0, sizeof(info));
	CHECK(!waitid(P_PID, pid, &info, WEXITED | WNOWAIT) && info.si_pid == pid,
	      "waitid with WNOWAIT leaves the child waitable");
	CHECK(info.si_signo == SIGCHLD && info.si_code == CLD_EXITED && info.si_status == 9 &&
		      info.si_uid == getuid(),
	      "waitid fills signo, code, status and uid");
	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED), 0, "and the next one reaps it");
	CHECK_ERR(waitid(P_PID, pid, &info, WEXITED), ECHILD, "a reaped child is ECHILD");
	CHECK_ERR(waitid(P_ALL, 0, &info, 0), EINVAL, "waitid needs something to wait for");
	CHECK_ERR(waitid(77, 0, &info, WEXITED), EINVAL, "waitid refuses an unknown kind of id");

	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	info.si_pid = 1;
	CHECK(!waitid(P_ALL, 0, &info, WEXITED | WNOHANG) && info.si_pid == 0,
	      "waitid with WNOHANG and nothing to tell clears si_pid");
	kill(pid, SIGSTOP);
	CHECK(!waitid(P_PID, pid, &info, WSTOPPED) && info.si_code == CLD_STOPPED &&
		      info.si_status == SIGSTOP,
	      "waitid tells a stop");
	kill(pid, SIGCONT);
	CHECK(!waitid(P_PID, pid, &info, WCONTINUED) && info.si_code == CLD_CONTINUED,
	      "waitid tells a continuation");
	kill(pid, SIGTERM);
	CHECK(!syscall(SYS_waitid, P_PID, pid, &info, WEXITED, &usage) &&
		      info.si_code == CLD_KILLED && info.si_status == SIGTERM,
	      "waitid tells a death by signal, and the call takes a rusage");
}

static void orphans_and_zombies(void)
{
	int fds[2], status;
	pid_t pid, told = -1;
	char state = '?', path[64], text[256] = "";
	FILE *file;

	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		pid_t parent = getpid();

		if (!fork()) {
			while (getppid() == parent)
				sched_yield();
			told = getppid();
			write(fds[1], &told, sizeof(told));
			_exit(0);
		}
		_exit(0);
	}
	waitpid(pid, &status, 0);
	CHECK(read(fds[0], &told, sizeof(told)) == sizeof(told) && told == 1,
	      "an orphan's parent is process 1");

	pid = fork();
	if (!pid)
		_exit(0);
	siginfo_t info;
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (file && fgets(text, sizeof(text), file))
		state = strrchr(text, ')')[2];
	if (file)
		fclose(file);
	CHECK_EQ(state, 'Z', "a dead child that nobody waited for is a zombie");
	CHECK_EQ(kill(pid, 0), 0, "a zombie can be signalled");
	waitpid(pid, &status, 0);

	signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (!pid)
		_exit(0);
	CHECK_ERR(waitpid(pid, &status, 0), ECHILD,
		  "with SIGCHLD ignored, children leave no zombies");
	signal(SIGCHLD, SIG_DFL);
	close(fds[0]);
	close(fds[1]);
}

static void vfork_shares(void)
{
	volatile int *word =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	*word = 0;
	pid = vfork();
	if (!pid) {
		*word = 5;
		_exit(6);
	}
	CHECK_EQ(*word, 5, "vfork shares memory and waits until the child is done with it");
	CHECK(waitpid(pid, &status, 0) == pid && EXITED(status, 6), "a vfork child is a child");
	munmap((void *)word, 4096);
}

static void usage_adds_up(void)
{
	struct rusage before, after;
	struct tms times_now;
	int status;
	pid_t pid;

	getrusage(RUSAGE_CHILDREN, &before);
	pid = fork();
	if (!pid) {
		clock_t end = clock() + CLOCKS_PER_SEC / 20;

		while (clock() < end)
			;
		_exit(0);
	}
	CHECK(wait4(pid, &status, 0, &after) == pid &&
		      after.ru_utime.tv_sec * 1000000 + after.ru_utime.tv_usec +
				      after.ru_stime.tv_sec * 1000000 + after.ru_stime.tv_usec >=
			      20000,
	      "wait4 tells the time that the child used");
	getrusage(RUSAGE_CHILDREN, &after);
	CHECK(after.ru_utime.tv_sec * 1000000 + after.ru_utime.tv_usec +
			      after.ru_stime.tv_sec * 1000000 + after.ru_stime.tv_usec >
		      before.ru_utime.tv_sec * 1000000 + before.ru_utime.tv_usec +
			      before.ru_stime.tv_sec * 1000000 + before.ru_stime.tv_usec,
	      "RUSAGE_CHILDREN grows by it");
	CHECK(times(&times_now) != (clock_t)-1 && times_now.tms_cutime + times_now.tms_cstime > 0,
	      "times counts children in ticks");
	CHECK_ERR(getrusage(99, &after), EINVAL, "getrusage refuses an unknown subject");
}

int main(void)
{
	fork_basics();
	offsets_are_shared();
	wait_options();
	wait_by_id();
	orphans_and_zombies();
	vfork_shares();
	usage_adds_up();
	CHECK_END();
}
