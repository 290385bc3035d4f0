/* Pid namespaces: their /proc, setns, clone3 with a number. */
#include "pids.h"

/* --- /proc -------------------------------------------------------------------------------------*/

static int count_processes(const char *path)
{
	char entry[64];
	int found = 0;

	for (int i = 1; i < 400; i++) {
		snprintf(entry, sizeof(entry), "%s/%d", path, i);
		found += !access(entry, F_OK);
	}
	return found;
}

static void proc(void)
{
	int status;

	mkdir("/tmp/proc", 0755);
	status = IN_NAMESPACE({
		FAIL_UNLESS(readlink("/proc/self", text, 64) > 0 && atoi(text) > 1);
		FAIL_UNLESS(!mount("inner", "/tmp/proc", "proc", 0, NULL));
		FAIL_UNLESS(!strcmp(link_text("/tmp/proc/self"), "1"));
		FAIL_UNLESS(!strcmp(link_text("/tmp/proc/thread-self"), "1/task/1"));
		pid_t pid = fork();
		if (!pid)
			for (;;)
				pause();
		FAIL_UNLESS(count_processes("/tmp/proc") == 2);
		FAIL_UNLESS(!strncmp(file_text("/tmp/proc/2/stat"), "2 (", 3));
		FAIL_UNLESS(!strcmp(status_line("/tmp/proc/2/status", "\nPid:"), "\t2"));
		FAIL_UNLESS(!strcmp(status_line("/tmp/proc/2/status", "NSpid:"), "\t2"));
		FAIL_UNLESS(!strcmp(status_line("/tmp/proc/2/status", "PPid:"), "\t1"));
		FAIL_UNLESS(!strcmp(status_line("/tmp/proc/1/status", "PPid:"), "\t0"));
		FAIL_UNLESS(!strcmp(file_text("/tmp/proc/1/task/1/children"), "2 "));
		FAIL_UNLESS(access("/tmp/proc/1/task/1/stat", F_OK) == 0);
		FAIL_UNLESS(access("/tmp/proc/3", F_OK) == -1 && errno == ENOENT);
		int dir = open("/tmp/proc/2", O_RDONLY | O_DIRECTORY);
		kill(2, SIGKILL);
		waitpid(2, NULL, 0);
		FAIL_UNLESS(openat(dir, "stat", O_RDONLY) == -1);
	});
	CHECK(EXITED(status, 0), "/proc mounted inside shows the inside");
	CHECK(count_processes("/tmp/proc") == 0 && access("/tmp/proc/stat", F_OK) == 0,
	      "after the end of init it shows nobody, but is there");
	CHECK(readlink("/tmp/proc/self", text, 64) == -1 && errno == ENOENT,
	      "to others it has no self");
	CHECK(access("/proc/self/stat", F_OK) == 0 && atoi(link_text("/proc/self")) == getpid(),
	      "/proc outside stays as it was");
	CHECK_OK(umount("/tmp/proc"), "it can be unmounted");
	status = IN_CHILD({
		FAIL_UNLESS(!unshare(CLONE_NEWPID) && !mount("x", "/tmp/proc", "proc", 0, NULL));
		FAIL_UNLESS(atoi(link_text("/tmp/proc/self")) == getpid());
	});
	CHECK(EXITED(status, 0), "who only unshared mounts the old one");
	MUST(!umount("/tmp/proc"));
	status = IN_NAMESPACE({
		FAIL_UNLESS(atoi(file_text("/proc/sys/kernel/ns_last_pid")) == 1);
		int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
		FAIL_UNLESS(write(fd, "76", 2) == 2);
		pid_t pid = fork();
		if (!pid)
			_exit(getpid() == 77 ? 0 : 1);
		FAIL_UNLESS(pid == 77 && waitpid(77, &status, 0) == 77 && EXITED(status, 0));
		char *last = strrchr(file_text("/proc/loadavg"), ' ');
		FAIL_UNLESS(atoi(last) == 77);
	});
	CHECK(EXITED(status, 0), "ns_last_pid and loadavg tell the last number inside");
	rmdir("/tmp/proc");
}

/* --- setns -------------------------------------------------------------------------------------*/

static void entering(void)
{
	pid_t pid = start_namespace(stay), deep;
	int fd = open(number("/proc/%d/ns/pid", pid), O_RDONLY), own, status, up, deeper;

	own = open("/proc/self/ns/pid", O_RDONLY);
	MUST(fd >= 0 && own >= 0);
	CHECK(strcmp(link_text(number("/proc/%d/ns/pid", pid)), link_text("/proc/self/ns/pid")),
	      "links of two namespaces differ");
	status = IN_CHILD({
		pid_t self = getpid();
		FAIL_UNLESS(!setns(fd, CLONE_NEWPID) && getpid() == self);
		deep = fork();
		if (!deep)
			_exit(getpid() == 2 && getppid() == 0 ? 0 : 1);
		FAIL_UNLESS(waitpid(deep, &status, 0) == deep && EXITED(status, 0));
		FAIL_UNLESS(unshare(CLONE_NEWPID) == -1 && errno == EINVAL);
		FAIL_UNLESS(!setns(own, 0));
		deep = fork();
		if (!deep)
			_exit(getpid() > 2 && getppid() == self ? 0 : 1);
		FAIL_UNLESS(waitpid(deep, &status, 0) == deep && EXITED(status, 0));
		FAIL_UNLESS(!unshare(CLONE_NEWPID));
	});
	CHECK(EXITED(status, 0), "setns is for the children; there is a way back");
	status = IN_CHILD({
		FAIL_UNLESS(!setns(fd, 0));
		deep = fork();
		if (!deep) {
			FAIL_UNLESS(setns(own, 0) == -1 && errno == EINVAL);
			FAIL_UNLESS(setns(fd, 0) == 0);
			_exit(0);
		}
		FAIL_UNLESS(waitpid(deep, &status, 0) == deep && EXITED(status, 0));
	});
	CHECK(EXITED(status, 0), "but only into one's own or further inside");
	status = IN_CHILD({
		FAIL_UNLESS(!setuid(1000));
		FAIL_UNLESS(setns(own, 0) == -1 && errno == EPERM);
	});
	CHECK(EXITED(status, 0), "with CAP_SYS_ADMIN");
	CHECK_EQ(ioctl(fd, 0xb703), CLONE_NEWPID, "NS_GET_NSTYPE tells the kind");
	up = ioctl(fd, 0xb702);
	struct stat a, b;
	CHECK(up >= 0 && !fstat(up, &a) && !fstat(own, &b) && a.st_ino == b.st_ino,
	      "NS_GET_PARENT gives the one around it");
	CHECK(fcntl(up, F_GETFD) == FD_CLOEXEC, "as a descriptor that exec closes");
	CHECK_ERR(ioctl(own, 0xb702), EPERM, "the first one has none");
	CHECK_ERR(ioctl(fd, 0xb704), EINVAL, "NS_GET_OWNER_UID is for others");
	deeper = open("/proc/self/ns/uts", O_RDONLY);
	CHECK_ERR(ioctl(deeper, 0xb702), EINVAL, "and a namespace of names has no parent");
	close(deeper);
	close(up);
	int pidfd = syscall(SYS_pidfd_open, pid, 0);
	status = IN_CHILD({
		FAIL_UNLESS(!setns(pidfd, CLONE_NEWPID | CLONE_NEWUTS));
		deep = fork();
		if (!deep) {
			FAIL_UNLESS(syscall(SYS_pidfd_open, 1, 0) >= 0);
			up = open("/proc/1/ns/pid", O_RDONLY);
			_exit(getpid() > 1 && getppid() == 0 ? 0 : 1);
		}
		FAIL_UNLESS(waitpid(deep, &status, 0) == deep && EXITED(status, 0));
	});
	CHECK(EXITED(status, 0), "a pidfd does as well");
	status = IN_CHILD({
		FAIL_UNLESS(!setns(fd, 0));
		deep = fork();
		if (!deep) {
			int outside = pidfd;
			FAIL_UNLESS(syscall(SYS_pidfd_send_signal, outside, 0, NULL, 0) == 0);
			_exit(0);
		}
		waitpid(deep, &status, 0);
		FAIL_UNLESS(EXITED(status, 0));
		int self = syscall(SYS_pidfd_open, getpid(), 0);
		deep = fork();
		if (!deep) {
			FAIL_UNLESS(syscall(SYS_pidfd_send_signal, self, 0, NULL, 0) == -1 &&
				    errno == EINVAL);
			_exit(0);
		}
		waitpid(deep, &status, 0);
		FAIL_UNLESS(EXITED(status, 0));
	});
	CHECK(EXITED(status, 0), "a signal by pidfd goes only to one's own or further inside");
	int fds[2];
	char c;
	MUST(!pipe(fds));
	deep = fork();
	if (!deep) {
		close(fds[0]);
		MUST(!setns(fd, 0));
		pid_t in = fork();
		if (!in)
			stay(fds[1]);
		close(fds[1]);
		waitpid(in, &status, 0);
		_exit(KILLED(status, SIGKILL) ? 0 : 1);
	}
	close(fds[1]);
	wait_for_byte(fds[0]);
	kill_and_wait(pid);
	CHECK(read(fds[0], &c, 1) == 0, "who was forked into it ends with its init too");
	waitpid(deep, &status, 0);
	CHECK(EXITED(status, 0), "and its parent outside is told");
	close(fds[0]);
	status = IN_CHILD({
		FAIL_UNLESS(setns(fd, 0) == 0);
		FAIL_UNLESS(fork() == -1 && errno == ENOMEM);
	});
	CHECK(EXITED(status, 0),
	      "a namespace that has ended may be entered, but nobody is born there");
	close(pidfd);
	close(own);
	close(fd);
}

/* --- numbers of one's choice
 * --------------------------------------------------------------------*/

static long clone_as(unsigned long flags, pid_t *tids, int count)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .flags = flags };

	args.set_tid = (uintptr_t)tids;
	args.set_tid_size = count;
	return syscall(SYS_clone3, &args, sizeof(args));
}

static void chosen(void)
{
	pid_t tids[40] = { 0 }, pid;
	int status;

	tids[0] = 30123;
	pid = clone_as(0, tids, 1);
	if (!pid)
		_exit(syscall(SYS_getpid) == 30123 ? 0 : 1);
	CHECK_EQ(pid, 30123, "clone3 gives the number that is asked for");
	CHECK_ERR(clone_as(0, tids, 1), EEXIST, "if it is free");
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "the child has it");
	CHECK_ERR(clone_as(0, tids, 2), EINVAL, "not on more levels than there are");
	CHECK_ERR(clone_as(0, tids, 33), EINVAL, "nor than there can be");
	CHECK_ERR(clone_as(0, tids, 0), EINVAL, "an array without a length is EINVAL");
	CHECK_ERR(clone_as(0, NULL, 1), EINVAL, "a length without an array too");
	CHECK_ERR(clone_as(0, (pid_t *)8, 1), EFAULT, "a bad address EFAULT");
	tids[0] = 0;
	CHECK_ERR(clone_as(0, tids, 1), EINVAL, "0 is no number");
	tids[0] = -5;
	CHECK_ERR(clone_as(0, tids, 1), EINVAL, "nor is -5");
	tids[0] = 1 << 22;
	CHECK_ERR(clone_as(0, tids, 1), EINVAL, "nor one above pid_max");
	tids[0] = 2;
	CHECK_ERR(clone_as(CLONE_NEWPID, tids, 1), EINVAL, "the first in a namespace must be 1");
	tids[0] = 1;
	tids[1] = 30124;
	pid = clone_as(CLONE_NEWPID, tids, 2);
	if (!pid)
		_exit(syscall(SYS_getpid) == 1 ? 0 : 1);
	CHECK_EQ(pid, 30124, "numbers for two levels: the innermost first");
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "the child is init");
	status = IN_CHILD({
		tids[0] = 30125;
		FAIL_UNLESS(!setuid(1000));
		FAIL_UNLESS(clone_as(0, tids, 1) == -1 && errno == EPERM);
		tids[0] = 0;
		FAIL_UNLESS(clone_as(0, tids, 1) == -1 && errno == EINVAL);
		tids[0] = getpid();
		FAIL_UNLESS(clone_as(0, tids, 1) == -1 && errno == EPERM);
	});
	CHECK(EXITED(status, 0), "it takes a privilege");
	status = IN_NAMESPACE({
		tids[0] = 500;
		pid = clone_as(0, tids, 1);
		if (!pid)
			_exit(0);
		FAIL_UNLESS(pid == 500 && wait(NULL) == 500);
		pid = fork();
		if (!pid)
			_exit(0);
		FAIL_UNLESS(pid == 2 && wait(NULL) == 2);
	});
	CHECK(EXITED(status, 0), "what follows is not counted from there");
}

int main(void)
{
	proc();
	entering();
	chosen();
	CHECK_END();
}
