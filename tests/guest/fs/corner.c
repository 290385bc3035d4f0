/* Corners of the calls about files: places without an open file, ends of ranges, what statx tells.
 */
#include "check.h"

#include <limits.h>
#include <linux/stat.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/statfs.h>

#define DIR_	   "/tmp/corner"
#define LOCK_MAND_ 32

static struct stat st;

static char *link_to(int fd)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

static void places(void)
{
	int fd;

	MUST(!symlink("file", "link"));
	fd = open("link", O_PATH | O_NOFOLLOW);
	CHECK_OK(fchownat(fd, "", 5, 6, AT_EMPTY_PATH), "fchownat changes a place that is held");
	CHECK(!lstat("link", &st) && st.st_uid == 5 && st.st_gid == 6, "a link itself");
	CHECK_ERR(syscall(SYS_fchown, fd, 0, 0), EBADF, "fchown does not");
	CHECK_ERR(syscall(SYS_chmod, link_to(fd), 0600), EOPNOTSUPP,
		  "the mode of a link is not changed");
	CHECK(!lstat("link", &st) && st.st_mode == (S_IFLNK | 0777), "and stays");
	CHECK_OK(syscall(SYS_utimensat, fd, "", NULL, AT_EMPTY_PATH),
		 "utimensat takes a place that is held");
	close(fd);
}

static void times(void)
{
	struct timespec t[2] = { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } };

	CHECK_OK(syscall(SYS_utimensat, AT_FDCWD, NULL, t, 0x77),
		 "utimensat that changes nothing looks at nothing");
	t[0].tv_sec = LONG_MIN;
	t[1].tv_sec = LONG_MAX;
	t[0].tv_nsec = t[1].tv_nsec = 7;
	CHECK_OK(utimensat(AT_FDCWD, "file", t, 0), "a time may be the last or the first");
	CHECK(!stat("file", &st) && st.st_atim.tv_sec == LONG_MIN &&
		      st.st_mtim.tv_sec == LONG_MAX && !st.st_atim.tv_nsec && !st.st_mtim.tv_nsec,
	      "which have no nanoseconds");
}

static void ranges(void)
{
	int fd = open("ten", O_RDWR | O_CREAT, 0600), p[2];
	off_t from = 8, to = 6;

	MUST(write(fd, "0123456789", 10) == 10 && !pipe(p));
	CHECK_EQ(copy_file_range(fd, &from, fd, &to, 5, 0), 2,
		 "what a file does not have is not copied over itself");
	CHECK_EQ(copy_file_range(fd, NULL, fd, NULL, 5, 0), 0, "nothing is left at the end");
	from = 0, to = 5;
	CHECK_ERR(copy_file_range(fd, &from, fd, &to, 8, 0), EINVAL, "ranges do not overlap");
	CHECK_ERR(sendfile(p[1], fd, &from, -1), EINVAL, "sendfile's count is not negative");
	CHECK_EQ(sendfile(p[1], fd, &from, LONG_MAX), 10, "but may be large");
	CHECK_ERR(splice(p[0], NULL, fd, NULL, -1, 0), EINVAL, "splice's is not negative either");
	close(fd);
	close(p[0]);
	close(p[1]);
}

static void controls(void)
{
	int fd = open("file", O_RDWR);

	CHECK_OK(flock(-1, LOCK_MAND_ | LOCK_SH), "flock with LOCK_MAND does nothing");
	CHECK_ERR(flock(-1, 0), EINVAL, "a wrong operation comes before a wrong descriptor");
	CHECK_ERR(flock(-1, LOCK_SH), EBADF, "which is EBADF");
	CHECK_EQ(fcntl(fd, 11 /* F_GETSIG */), 0, "a file has no signal of its own");
	CHECK_OK(fcntl(fd, 10 /* F_SETSIG */, SIGUSR1), "but may be given one");
	CHECK_EQ(fcntl(dup(fd), 11), SIGUSR1, "which is that of the open file");
	CHECK_ERR(fcntl(fd, 10, 65), EINVAL, "if there is one of that number");
	CHECK_EQ(fcntl(fd, F_GETLEASE), F_UNLCK, "it has no lease");
	close(fd);
}

static long magic(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) ? -1 : (long)fs.f_type;
}

static void owners(void)
{
	int fd = open("file", O_RDWR);
	struct f_owner_ex who = { 7, 7 };

	CHECK(!fcntl(fd, F_GETOWN_EX, &who) && who.type == F_OWNER_TID && !who.pid,
	      "a new file has no owner");
	who = (struct f_owner_ex){ F_OWNER_TID, syscall(SYS_gettid) };
	CHECK_OK(fcntl(fd, F_SETOWN_EX, &who), "a thread may be it");
	who = (struct f_owner_ex){ 7, 7 };
	CHECK(!fcntl(fd, F_GETOWN_EX, &who) && who.type == F_OWNER_TID && who.pid == getpid() &&
		      fcntl(fd, F_GETOWN) == getpid(),
	      "which both calls tell");
	who = (struct f_owner_ex){ F_OWNER_PGRP, getpgrp() };
	CHECK(!fcntl(fd, F_SETOWN_EX, &who) && syscall(SYS_fcntl, fd, F_GETOWN_EX, &who) == 0 &&
		      who.type == F_OWNER_PGRP && who.pid == getpgrp(),
	      "or a group");
	MUST(!fcntl(fd, F_SETOWN, getpid()));
	CHECK(!fcntl(fd, F_GETOWN_EX, &who) && who.type == F_OWNER_PID && who.pid == getpid(),
	      "F_SETOWN makes it a process");
	MUST(!fcntl(fd, F_SETOWN, -getpgrp()));
	CHECK(!fcntl(fd, F_GETOWN_EX, &who) && who.type == F_OWNER_PGRP && who.pid == getpgrp(),
	      "and a group of a negative number");
	who.type = 3;
	CHECK_ERR(fcntl(fd, F_SETOWN_EX, &who), EINVAL, "there is no fourth kind");
	who = (struct f_owner_ex){ F_OWNER_PID, 4000000 };
	CHECK_ERR(fcntl(fd, F_SETOWN_EX, &who), ESRCH, "nobody is no owner");
	who.pid = -getpgrp();
	CHECK_ERR(fcntl(fd, F_SETOWN_EX, &who), ESRCH, "and no negative number");
	CHECK_ERR(fcntl(fd, F_SETOWN_EX, 8), EFAULT, "a wild pointer to F_SETOWN_EX is EFAULT");
	CHECK_ERR(fcntl(fd, F_GETOWN_EX, 8), EFAULT, "and to F_GETOWN_EX");
	who = (struct f_owner_ex){ F_OWNER_PGRP, 0 };
	CHECK(!fcntl(fd, F_SETOWN_EX, &who) && !fcntl(fd, F_GETOWN), "0 takes the owner away");
	close(fd);
}

static void leases(void)
{
	int fd = open("file", O_RDWR), directory = open(".", O_RDONLY), status;

	CHECK_ERR(fcntl(fd, F_SETLEASE, 3), EINVAL, "there is no fourth kind of lease");
	CHECK_ERR(fcntl(fd, F_SETLEASE, F_UNLCK), EAGAIN, "a lease that is not there is not ended");
	CHECK_ERR(fcntl(fd, F_SETLEASE, F_RDLCK), EAGAIN, "who can write has no lease for reading");
	CHECK_ERR(fcntl(directory, F_SETLEASE, F_RDLCK), EINVAL, "of a directory there is none");
	status = IN_CHILD(MUST(!setresuid(1000, 1000, 1000));
			  _exit(fcntl(fd, F_SETLEASE, F_WRLCK) == -1 ? errno : 0));
	CHECK(EXITED(status, EACCES), "nor of another user's file");
	CHECK_EQ(fcntl(fd, F_GETLEASE), F_UNLCK, "and F_GETLEASE tells of none");
	close(directory);
	close(fd);
}

static void kinds(void)
{
	int p[2], s[2];

	MUST(!pipe(p) && !socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	CHECK_EQ(magic(p[0]), 0x50495045, "statfs knows a pipe");
	CHECK_EQ(magic(s[0]), 0x534f434b, "a socket");
	CHECK_EQ(magic(eventfd(0, 0)), 0x09041934, "and an event file");
}

static void marks(void)
{
	struct statx x;

	MUST(!syscall(SYS_statx, AT_FDCWD, "file", 0, 0, &x));
	CHECK(x.stx_mask == 0x17ff && !x.stx_btime.tv_sec, "a birth is not told unasked");
	CHECK_EQ(x.stx_attributes_mask, 0x203070, "the attributes of a file in memory are known");
	MUST(!syscall(SYS_statx, AT_FDCWD, "file", 0, STATX_ALL, &x));
	CHECK(x.stx_mask == 0x1fff && x.stx_btime.tv_sec, "if it is asked for, it is");
	MUST(!syscall(SYS_statx, AT_FDCWD, "/proc/version", 0, STATX_ALL, &x));
	CHECK(x.stx_mask == 0x17ff && x.stx_attributes_mask == 0x203000, "of proc none is known");
}

static void sizes(void)
{
	MUST(!mkdir("m", 0755));
	CHECK_OK(mount("none", "m", "tmpfs", 0, "size=30%"), "a size may be a part of memory");
	MUST(!umount("m"));
	CHECK_ERR(mount("none", "m", "tmpfs", 0, "noswap"), EINVAL, "noswap is not known yet");
}

static void script(const char *text, int expected, const char *sentence)
{
	int fd = open("script", O_CREAT | O_TRUNC | O_WRONLY, 0755);

	MUST(write(fd, text, strlen(text)) == (ssize_t)strlen(text) && !close(fd));
	CHECK_ERR(execl("script", "script", NULL), expected, sentence);
}

int main(void)
{
	umask(0);
	system("rm -rf " DIR_);
	MUST(!mkdir(DIR_, 0755) && !chdir(DIR_) && !close(open("file", O_CREAT, 0644)));
	places();
	times();
	ranges();
	controls();
	owners();
	leases();
	kinds();
	marks();
	sizes();
	script("#!", EACCES, "a script that ends behind #! names its directory");
	script("#! ", EACCES, "blanks or not");
	script("#!\n", ENOEXEC, "one whose first line ends there names nothing");
	script("#!\t \n/bin/sh", ENOEXEC, "whatever comes later");
	chdir("/");
	system("rm -rf " DIR_);
	CHECK_END();
}
