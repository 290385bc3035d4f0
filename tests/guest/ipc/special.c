/*
 * special.c - files of memory, files of signals, descriptors and memory of other processes.
 */
#include "check.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/uio.h>

static void test_memory(void)
{
	int fd = syscall(SYS_memfd_create, "some name", 1), other;
	char link[64], text[64] = "", *map;
	struct stat st;

	CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "memory becomes a file");
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	MUST(readlink(link, text, sizeof(text) - 1) > 0);
	CHECK_STR(text, "/memfd:some name (deleted)", "which has a name to be shown");
	CHECK(!fstat(fd, &st) && S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0777 &&
		      st.st_nlink == 0 && !st.st_size,
	      "it is an empty file without a name");
	CHECK_OK(ftruncate(fd, 8192), "it can be made larger");
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MUST(map != MAP_FAILED);
	strcpy(map + 4096, "mapped");
	CHECK(pread(fd, text, 7, 4096) == 7 && !strcmp(text, "mapped"), "mapped and read");
	other = open(link, O_RDONLY);
	CHECK(other >= 0 && read(other, text, 64) == 64, "and opened once more");
	close(other);
	munmap(map, 8192);
	close(fd);
	CHECK_ERR(syscall(SYS_memfd_create, "x", 0x4000), EINVAL, "unknown flags are refused");
	CHECK_ERR(syscall(SYS_memfd_create, (char *)1, 0), EFAULT, "so are bad names");
	char name[300];
	memset(name, 'x', sizeof(name));
	name[250] = 0;
	CHECK_ERR(syscall(SYS_memfd_create, name, 0), EINVAL, "and names of 250");
	name[249] = 0;
	fd = syscall(SYS_memfd_create, name, 0);
	CHECK(fd >= 0, "but not of 249");
	close(fd);
}

static void test_signals(void)
{
	struct signalfd_siginfo info[2];
	struct epoll_event event = { .events = EPOLLIN };
	int fd, set = epoll_create1(0);
	struct pollfd p;
	sigset_t mask;
	pid_t pid;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "signals become a file");
	MUST(!epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
	CHECK_ERR(read(fd, info, sizeof(info)), EAGAIN, "which is empty at first");
	CHECK_ERR(read(fd, info, 127), EINVAL, "and wants 128 bytes");
	p = (struct pollfd){ fd, POLLIN, 0 };
	CHECK(!poll(&p, 1, 0) && !epoll_wait(set, &event, 1, 0), "nobody calls it ready");
	kill(getpid(), SIGUSR1);
	CHECK(poll(&p, 1, 0) == 1 && p.revents == POLLIN && epoll_wait(set, &event, 1, 0) == 1,
	      "a signal makes it so");
	CHECK_EQ(read(fd, info, sizeof(info)), 128, "it is read");
	CHECK(info[0].ssi_signo == SIGUSR1 && info[0].ssi_code == SI_USER &&
		      info[0].ssi_pid == (unsigned)getpid() && info[0].ssi_uid == getuid(),
	      "with who sent it");
	sigpending(&mask);
	CHECK(!sigismember(&mask, SIGUSR1), "and is pending no more");
	pid = fork();
	if (!pid)
		_exit(7);
	CHECK_EQ(epoll_wait(set, &event, 1, -1), 1, "the end of a child wakes who waits");
	CHECK(read(fd, info, 128) == 128 && info[0].ssi_signo == SIGCHLD &&
		      info[0].ssi_pid == (unsigned)pid && info[0].ssi_status == 7 &&
		      info[0].ssi_code == CLD_EXITED,
	      "and its status is told");
	waitpid(pid, NULL, 0);
	fcntl(fd, F_SETFL, 0);
	pid = fork();
	if (!pid) {
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	CHECK(read(fd, info, 128) == 128 && info[0].ssi_pid == (unsigned)pid, "a read waits");
	waitpid(pid, NULL, 0);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	CHECK_EQ(signalfd(fd, &mask, 0), fd, "its signals can be changed");
	CHECK_ERR(signalfd(set, &mask, 0), EINVAL, "of such a file only");
	CHECK_ERR(syscall(SYS_signalfd4, -1, &mask, 8, 1), EINVAL, "flags are checked");
	close(fd);
	close(set);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&mask, SIGCHLD);
	while (sigtimedwait(&mask, NULL, &(struct timespec){}) > 0)
		;
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

static char here[10000], there[10000];

static void test_processes(void)
{
	struct iovec local = { here, 10000 },
		     remote[2] = { { there, 5000 }, { there + 5000, 5000 } };
	int ends[2], back[2], fd, pidfd;
	pid_t pid;
	char c;

	MUST(!pipe(ends) && !pipe(back));
	strcpy(there + 4090, "across pages");
	pid = fork();
	if (!pid) {
		strcpy(there + 4990, "theirs, not ours");
		write(back[1], "x", 1);
		read(ends[0], &c, 1);
		_exit(strcmp(there + 1, "from outside"));
	}
	read(back[0], &c, 1);
	CHECK_EQ(syscall(SYS_process_vm_readv, pid, &local, 1, remote, 2, 0), 10000,
		 "memory of another is read");
	CHECK(!strcmp(here + 4990, "theirs, not ours") && !strcmp(here + 4090, "across pages"),
	      "as it is there");
	local = (struct iovec){ "from outside", 13 };
	remote[0] = (struct iovec){ there + 1, 13 };
	CHECK_EQ(syscall(SYS_process_vm_writev, pid, &local, 1, remote, 1, 0), 13, "and written");
	remote[0].iov_base = (void *)4096;
	CHECK_ERR(syscall(SYS_process_vm_readv, pid, &local, 1, remote, 1, 0), EFAULT,
		  "what is not there is a fault");
	CHECK_ERR(syscall(SYS_process_vm_readv, pid, &local, 1, remote, 1, 1), EINVAL,
		  "there are no flags");
	pidfd = syscall(434, pid, 0);
	fd = syscall(438, pidfd, ends[1], 0);
	CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "a descriptor of another is fetched");
	CHECK_ERR(syscall(438, pidfd, 999, 0), EBADF, "if it has it");
	CHECK_ERR(syscall(438, 0, 0, 0), EBADF, "by a descriptor of the process");
	CHECK_EQ(write(fd, "x", 1), 1, "it is the same pipe");
	int status;
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "and the other saw what was written");
	CHECK_ERR(syscall(438, pidfd, 0, 0), ESRCH, "who has gone has none");
	CHECK_ERR(syscall(SYS_process_vm_readv, pid, &local, 1, remote, 1, 0), ESRCH, "nor memory");
	close(fd);
	close(pidfd);
	close(ends[0]);
	close(ends[1]);
	close(back[0]);
	close(back[1]);
	status = IN_CHILD(if (!setuid(5)) _exit(
		syscall(SYS_process_vm_readv, 1, &local, 1, remote, 1, 0) == -1 && errno == EPERM));
	CHECK(EXITED(status, 1), "users do not look into root's");
	status = IN_CHILD(if (!setuid(5)) _exit(syscall(SYS_vhangup) == -1 && errno == EPERM));
	CHECK(EXITED(status, 1), "nor hang up terminals");
}

static void test_positions(void)
{
	int fd = open("/tmp/special", O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct iovec iov = { "hello", 5 };
	char text[8] = "";

	CHECK_EQ(syscall(SYS_pwritev2, fd, &iov, 1, -1l, -1l, 0), 5,
		 "position -1 is the file's own");
	CHECK_EQ(syscall(SYS_pwritev2, fd, &iov, 1, 3l, 0l, 2), 5, "others are given");
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 5, "and do not move it");
	iov = (struct iovec){ text, 8 };
	CHECK(syscall(SYS_preadv2, fd, &iov, 1, 1l, 0l, 1) == 7 && !memcmp(text, "elhello", 7),
	      "reads, too");
	CHECK_ERR(syscall(SYS_preadv2, fd, &iov, 1, 0l, 0l, 0x100), EOPNOTSUPP,
		  "unknown flags are refused");
	CHECK_ERR(syscall(SYS_preadv2, fd, &iov, 1, -2l, -1l, 0), EINVAL,
		  "so are positions below 0");
	close(fd);
	unlink("/tmp/special");
}

int main(void)
{
	test_memory();
	test_signals();
	test_processes();
	test_positions();
	CHECK_END();
}
