/*
 * What each call on a descriptor answers for each kind of file.
 */
#include "answer.h"

#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <termios.h>

#define DIR "/tmp/compare"

static char buffer[8192];
static int other[2]; /* the far ends of pipes and sockets */

static int make_pipe(int end)
{
	MUST(!pipe2(other, O_NONBLOCK));
	int fd = dup(other[end]);
	close(other[end]);
	other[end] = -1;
	return fd;
}

static int make_socket(void)
{
	int pair[2];

	MUST(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair));
	other[0] = pair[1];
	return pair[0];
}

static int open_file(int flags)
{
	int fd = open(DIR "/file", O_RDWR | O_CREAT | O_TRUNC, 0644);

	MUST(fd >= 0 && write(fd, "0123456789", 10) == 10);
	close(fd);
	return open(DIR "/file", flags);
}

static const struct {
	const char *name;
	int kind, flags;
} kinds[] = {
	{ "closed" },
	{ "file", 1, O_RDWR },
	{ "read-only file", 1, O_RDONLY },
	{ "write-only file", 1, O_WRONLY },
	{ "appending file", 1, O_RDWR | O_APPEND },
	{ "O_PATH file", 1, O_PATH },
	{ "directory", 2, O_RDONLY },
	{ "O_PATH directory", 2, O_PATH },
	{ "pipe to read", 3, 0 },
	{ "pipe to write", 3, 1 },
	{ "fifo", 4 },
	{ "socket", 5 },
	{ "listener", 6 },
	{ "eventfd", 7 },
	{ "epoll", 8 },
	{ "timerfd", 9 },
	{ "signalfd", 10 },
	{ "memfd", 11 },
	{ "/dev/null", 12 },
	{ "/dev/zero", 13 },
	{ "/dev/full", 14 },
	{ "proc file", 15 },
	{ "proc directory", 16 },
	{ "control file", 17 },
	{ "control directory", 18 },
	{ "pidfd", 19 },
	{ "namespace", 20 },
};

static int make(int kind, int flags)
{
	sigset_t none;

	other[0] = other[1] = -1;
	sigemptyset(&none);
	switch (kind) {
	case 1:
		return open_file(flags);
	case 2:
		return open(DIR, flags);
	case 3:
		return make_pipe(flags);
	case 4:
		return open(DIR "/fifo", O_RDWR | O_NONBLOCK);
	case 5:
		return make_socket();
	case 6:
		return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	case 7:
		return eventfd(0, EFD_NONBLOCK);
	case 8:
		return epoll_create1(0);
	case 9:
		return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	case 10:
		return signalfd(-1, &none, SFD_NONBLOCK);
	case 11:
		return memfd_create("compare", 0);
	case 12:
		return open("/dev/null", O_RDWR);
	case 13:
		return open("/dev/zero", O_RDWR);
	case 14:
		return open("/dev/full", O_RDWR);
	case 15:
		return open("/proc/self/comm", O_RDWR);
	case 16:
		return open("/proc/self", O_RDONLY);
	case 17:
		return open(DIR "/c/notify_on_release", O_RDWR);
	case 18:
		return open(DIR "/c", O_RDONLY);
	case 19:
		return syscall(SYS_pidfd_open, getpid(), 0);
	case 20:
		return open("/proc/self/ns/mnt", O_RDONLY);
	}
	return 77;
}

static const char *poll_words(int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0 };

	return poll(&p, 1, 0) < 0 ? error_name(errno) : words("%#x", p.revents);
}

static const char *stat_words(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return error_name(errno);
	return words("%o links %d uid %d size %d block %d", st.st_mode, (int)st.st_nlink, st.st_uid,
		     (int)st.st_size, (int)st.st_blksize);
}

static const char *statfs_words(int fd)
{
	struct statfs st;

	return fstatfs(fd, &st) ? error_name(errno)
				: words("%#lx block %ld name %ld", (long)st.f_type,
					(long)st.f_bsize, (long)st.f_namelen);
}

static const char *map_words(int fd, int how, int flags)
{
	void *at = mmap(NULL, 4096, how, flags, fd, 0);

	if (at == MAP_FAILED)
		return error_name(errno);
	munmap(at, 4096);
	return "ok";
}

static const char *watch_words(int fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(0);
	const char *said = result(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));

	close(epoll);
	return said;
}

static const char *send_words(int from, bool in)
{
	int null = open(in ? DIR "/source" : DIR "/sink", O_RDWR);
	const char *said =
		result(in ? sendfile(from, null, NULL, 4) : sendfile(null, from, NULL, 4));

	close(null);
	return said;
}

static const char *lock_words(int fd, int type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	return result(fcntl(fd, F_SETLK, &lock));
}

/* Asked of a fresh file each: what one call does is not seen by the next. */
#define ASKED(WHAT, EXPRESSION)                               \
	({                                                    \
		int fd = make(kinds[i].kind, kinds[i].flags); \
		errno = 0;                                    \
		answer((EXPRESSION), "%s", WHAT);             \
		close(fd);                                    \
		close(other[0]);                              \
		close(other[1]);                              \
	})
#define ASK(call) ASKED(#call, result(call))

static void ask_bytes(int i)
{
	struct iovec two[2] = { { buffer, 2 }, { buffer + 8, 3 } };
	loff_t zero = 0;

	ASK(read(fd, buffer, 4));
	ASK(read(fd, buffer, 0));
	ASK(write(fd, "1234", 4));
	ASK(write(fd, "", 0));
	ASK(read(fd, (void *)8, 4));
	ASK(write(fd, (void *)8, 4));
	ASK(pread(fd, buffer, 4, 2));
	ASK(pwrite(fd, "123", 3, 2));
	ASK(pread(fd, buffer, 4, -1));
	ASK(readv(fd, two, 2));
	ASK(writev(fd, two, 2));
	ASK(readv(fd, two, -1));
	ASK(preadv(fd, two, 2, 1));
	ASK(lseek(fd, 3, SEEK_SET));
	ASK(lseek(fd, 1, SEEK_CUR));
	ASK(lseek(fd, 0, SEEK_END) < 0 ? -1 : 0);
	ASK(lseek(fd, -1, SEEK_SET));
	ASK(lseek(fd, 0, SEEK_DATA));
	ASK(lseek(fd, 0, SEEK_HOLE) < 0 ? -1 : 0);
	ASK(lseek(fd, 0, 9));
	ASK(ftruncate(fd, 5));
	ASK(ftruncate(fd, -1));
	ASK(fallocate(fd, 0, 0, 100));
	ASK(fsync(fd));
	ASK(fdatasync(fd));
	ASK(sync_file_range(fd, 0, 0, 0));
	ASK(posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL));
	ASK(readahead(fd, 0, 4096));
	ASK(copy_file_range(fd, &zero, fd, &zero, 0, 0));
	ASKED("sendfile(file, fd)", send_words(fd, false));
	ASKED("sendfile(fd, file)", send_words(fd, true));
}

static void ask_inode(int i)
{
	struct timespec now[2] = { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } };

	ASKED("fstat", stat_words(fd));
	ASKED("fstatfs", statfs_words(fd));
	ASK(fchmod(fd, 0644));
	ASK(fchown(fd, 0, 0));
	ASK(futimens(fd, now));
	ASK(fchdir(fd));
	MUST(!chdir("/"));
	ASK(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)) < 0 ? -1 : 0);
	ASK(syscall(SYS_getdents64, fd, buffer, 1));
	ASK(fgetxattr(fd, "user.x", buffer, 8));
	ASK(fgetxattr(fd, "trusted.x", buffer, 8));
	ASK(fgetxattr(fd, "x", buffer, 8));
	ASK(fsetxattr(fd, "user.x", "1", 1, 0));
	ASK(fsetxattr(fd, "trusted.x", "1", 1, XATTR_REPLACE));
	ASK(flistxattr(fd, NULL, 0));
	ASK(fremovexattr(fd, "user.x"));
	ASK(linkat(fd, "", AT_FDCWD, DIR "/linked", AT_EMPTY_PATH));
	unlink(DIR "/linked");
	ASK(faccessat(fd, "x", F_OK, 0));
	ASK(readlinkat(fd, "", buffer, 8));
	ASK(mkdirat(fd, "/tmp/compare", 0));
	ASK(syscall(SYS_execveat, fd, "", NULL, NULL, AT_EMPTY_PATH));
}

static void ask_control(int i)
{
	int number = 0, one = 1;
	struct termios term;

	ASKED("poll", poll_words(fd));
	ASKED("epoll_ctl", watch_words(fd));
	ASK(fcntl(fd, F_GETFD));
	ASK(fcntl(fd, F_GETFL));
	ASK(fcntl(fd, F_SETFL, O_APPEND));
	ASK(fcntl(fd, F_SETFL, O_DIRECT));
	ASK(fcntl(fd, F_SETFL, O_NOATIME));
	ASK(fcntl(fd, F_SETFL, O_ASYNC));
	ASKED("fcntl(fd, F_SETLK, F_RDLCK)", lock_words(fd, F_RDLCK));
	ASKED("fcntl(fd, F_SETLK, F_WRLCK)", lock_words(fd, F_WRLCK));
	ASK(fcntl(fd, F_GETOWN));
	ASK(fcntl(fd, F_GETPIPE_SZ));
	ASK(fcntl(fd, F_GETLEASE));
	ASK(fcntl(fd, F_GET_SEALS));
	ASK(fcntl(fd, F_DUPFD, -1));
	ASK(fcntl(fd, 9999));
	ASK(flock(fd, LOCK_EX | LOCK_NB));
	ASK(ioctl(fd, FIONREAD, &number));
	ASK(ioctl(fd, FIONBIO, &one));
	ASK(ioctl(fd, FIOCLEX));
	ASK(ioctl(fd, FIOASYNC, &number));
	ASK(ioctl(fd, TCGETS, &term));
	ASK(ioctl(fd, TIOCGWINSZ, buffer));
	ASK(ioctl(fd, 0x12345678, buffer));
	ASKED("mmap(PROT_READ, MAP_PRIVATE)", map_words(fd, PROT_READ, MAP_PRIVATE));
	ASKED("mmap(PROT_READ, MAP_SHARED)", map_words(fd, PROT_READ, MAP_SHARED));
	ASKED("mmap(PROT_WRITE, MAP_SHARED)", map_words(fd, PROT_WRITE, MAP_SHARED));
	ASKED("mmap(PROT_WRITE, MAP_PRIVATE)", map_words(fd, PROT_WRITE, MAP_PRIVATE));
}

static void ask_special(int i)
{
	struct itimerspec when = {};
	int type;
	socklen_t size = sizeof(type);

	ASK(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size));
	ASK(listen(fd, 1));
	ASK(accept(fd, NULL, NULL));
	ASK(shutdown(fd, 3));
	ASK(send(fd, "1", 1, 0));
	ASK(recv(fd, buffer, 1, 0));
	ASK(timerfd_settime(fd, 0, &when, NULL));
	ASK(timerfd_gettime(fd, &when));
	ASK(epoll_wait(fd, (void *)buffer, 1, 0));
	ASK(signalfd(fd, (void *)buffer, 0) < 0 ? -1 : 0);
	ASK(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
	ASK(setns(fd, 0x7fff));
	ASK(tee(fd, fd, 1, SPLICE_F_NONBLOCK));
	ASK(splice(fd, NULL, fd, NULL, 1, SPLICE_F_NONBLOCK));
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	umask(022);
	MUST(!mkdir(DIR, 0755) && !mkfifo(DIR "/fifo", 0644) && !mkdir(DIR "/c", 0755));
	close(open(DIR "/sink", O_CREAT | O_WRONLY, 0644));
	int source = open(DIR "/source", O_CREAT | O_WRONLY, 0644);
	MUST(write(source, "source", 6) == 6 && !close(source));
	MUST(!mount("none", DIR "/c", "cgroup", 0, "none,name=files"));
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		topic("%s", kinds[i].name);
		ask_bytes(i);
		ask_inode(i);
		ask_control(i);
		ask_special(i);
	}
	umount(DIR "/c");
	MUST(!system("rm -r " DIR));
	return 0;
}
