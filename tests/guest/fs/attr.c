/* What files know about themselves: permissions, owners, times, statfs, statx. */
#include "check.h"

#include <linux/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#define DIR_ "/tmp/attr"

static struct stat st;

static void user(void)
{
	MUST(!syscall(SYS_setgroups, 0, 0) && !setresgid(1000, 1000, 1000) &&
	     !setresuid(1000, 1000, 1000));
}

static void file(const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	int fd = open(name, O_CREAT | O_RDWR | O_TRUNC, 0600);

	MUST(fd >= 0 && !fchown(fd, uid, gid) && !fchmod(fd, mode));
	close(fd);
}

/* As the user: 0 or the errno of an open. */
static int tries(const char *name, int flags)
{
	int status = IN_CHILD(user(); _exit(open(name, flags, 0600) < 0 ? errno : 0));

	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static void permissions(void)
{
	int status;

	file("own", 0400, 1000, 1000);
	file("group", 0060, 0, 1000);
	file("group-not", 0606, 0, 1000);
	file("other", 0004, 0, 0);
	file("own-not", 0077, 1000, 0);
	CHECK(!tries("own", O_RDONLY) && tries("own", O_WRONLY) == EACCES,
	      "the owner's bits are for the owner");
	CHECK(!tries("group", O_RDWR), "the group's for the group");
	CHECK(tries("group-not", O_RDONLY) == EACCES, "and not the others' too");
	CHECK(!tries("other", O_RDONLY) && tries("other", O_WRONLY) == EACCES,
	      "the others' for others");
	CHECK(tries("own-not", O_RDONLY) == EACCES, "an owner has the owner's bits only");
	int fd = open("own-not", O_RDWR);
	CHECK(fd >= 0 && !close(fd), "root may read and write everything");
	CHECK_ERR(execl("./own-not", "x", NULL), ENOEXEC, "and execute what anyone may");
	CHECK_ERR(execl("./own", "x", NULL), EACCES, "but nothing that nobody may");
	status = IN_CHILD({
		gid_t extra = 77;
		file("extra", 0040, 0, 77);
		MUST(!syscall(SYS_setgroups, 1, &extra) && !setresgid(1000, 1000, 1000) &&
		     !setresuid(1000, 1000, 1000));
		_exit(open("extra", O_RDONLY) < 0);
	});
	CHECK(EXITED(status, 0), "supplementary groups count");

	mkdir("closed", 0700);
	file("closed/in", 0666, 0, 0);
	CHECK_EQ(tries("closed/in", O_RDONLY), EACCES,
		 "a directory is searched with its execute bit");
	mkdir("list-not", 0711);
	file("list-not/in", 0666, 0, 0);
	CHECK(!tries("list-not/in", O_RDONLY) && tries("list-not", O_RDONLY) == EACCES,
	      "and listed with its read bit");
	CHECK_EQ(tries("list-not/new", O_RDWR | O_CREAT), EACCES, "and changed with its write bit");
	status = IN_CHILD(user(); _exit(unlink("list-not/in") == -1 ? errno : 0));
	CHECK(EXITED(status, EACCES), "which unlink needs, too");
	mkdir("sticky", 0777);
	chmod("sticky", 01777);
	file("sticky/root", 0666, 0, 0);
	status = IN_CHILD(user(); _exit(unlink("sticky/root") == -1 ? errno : 0));
	CHECK(EXITED(status, EPERM), "in a sticky directory one removes one's own files only");
	status = IN_CHILD(user(); _exit(rename("sticky/root", "sticky/x") == -1 ? errno : 0));
	CHECK(EXITED(status, EPERM), "and renames them");
	status = IN_CHILD(user(); close(open("sticky/mine", O_CREAT | O_WRONLY, 0600));
			  _exit(unlink("sticky/mine")));
	CHECK(EXITED(status, 0), "those one may");
	CHECK(!access("own", R_OK | W_OK) && access("own", X_OK) == -1, "access answers for root");
	status = IN_CHILD(MUST(!setresuid(1000, 0, 0));
			  _exit(access("closed/in", R_OK) == -1 ? errno : 0));
	CHECK(EXITED(status, EACCES), "and for the real user");
	status = IN_CHILD(MUST(!setresuid(1000, 0, 0));
			  _exit(syscall(SYS_faccessat2, AT_FDCWD, "closed/in", R_OK, AT_EACCESS)));
	CHECK(EXITED(status, 0), "AT_EACCESS for the effective one");
	CHECK_ERR(access("own", 99), EINVAL, "with known bits");
	mkdir("setgid", 0777);
	chown("setgid", 0, 55);
	chmod("setgid", 02777);
	file("/tmp/attr/x", 0600, 0, 0);
	close(open("setgid/f", O_CREAT | O_WRONLY, 0600));
	CHECK(!stat("setgid/f", &st) && st.st_gid == 55,
	      "a set-gid directory gives its group to files");
	mkdir("setgid/d", 0755);
	CHECK(!stat("setgid/d", &st) && st.st_gid == 55 && (st.st_mode & S_ISGID),
	      "and the bit to directories");
}

static void changing(void)
{
	int status;

	file("c", 0644, 1000, 1000);
	CHECK(!chmod("c", 04711) && !stat("c", &st) && (st.st_mode & 07777) == 04711,
	      "chmod sets all twelve bits");
	file("r", 0644, 0, 0);
	status = IN_CHILD(user(); _exit(chmod("r", 0777) == -1 ? errno : 0));
	CHECK(EXITED(status, EPERM), "of one's own files");
	status = IN_CHILD(user(); _exit(chown("c", 0, 0) == -1 ? errno : 0));
	CHECK(EXITED(status, EPERM), "chown is root's");
	status = IN_CHILD(user(); _exit(chown("c", -1, 1000) == -1 ? errno : 0));
	CHECK(EXITED(status, 0), "but for a group of one's own");
	CHECK(!chown("c", 5, -1) && !stat("c", &st) && st.st_uid == 5 && st.st_gid == 1000,
	      "-1 leaves an id");
	symlink("c", "l");
	CHECK(!lchown("l", 9, 9) && !lstat("l", &st) && st.st_uid == 9 && !stat("c", &st) &&
		      st.st_uid == 5,
	      "lchown changes a link");
}

static int64_t ns(struct timespec t)
{
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void times(void)
{
	struct timespec two[2] = { { 1000, 5 }, { 2000, 7 } };
	struct stat before, after;
	char byte;
	int fd, status;

	file("t", 0644, 0, 0);
	CHECK(!utimensat(AT_FDCWD, "t", two, 0) && !stat("t", &st) &&
		      ns(st.st_atim) == 1000000000005 && ns(st.st_mtim) == 2000000000007,
	      "utimensat sets both times to the nanosecond");
	two[0].tv_nsec = UTIME_OMIT;
	two[1].tv_nsec = UTIME_NOW;
	CHECK(!utimensat(AT_FDCWD, "t", two, 0) && !stat("t", &st) &&
		      ns(st.st_atim) == 1000000000005 && labs(st.st_mtim.tv_sec - time(NULL)) < 3,
	      "UTIME_OMIT leaves, UTIME_NOW takes the clock");
	two[0].tv_nsec = 1000000000;
	CHECK_ERR(utimensat(AT_FDCWD, "t", two, 0), EINVAL, "a bad time is EINVAL");
	status = IN_CHILD(user(); two[0].tv_nsec = 1;
			  _exit(utimensat(AT_FDCWD, "t", two, 0) == -1 ? errno : 0));
	CHECK(EXITED(status, EPERM), "others' files are EPERM");
	status = IN_CHILD(user(); _exit(utimensat(AT_FDCWD, "t", NULL, 0) == -1 ? errno : 0));
	CHECK(EXITED(status, EACCES), "or EACCES for now");
	fd = open("t", O_RDWR);
	CHECK(!futimens(fd, (struct timespec[]){ { 5, 0 }, { 6, 0 } }) && !fstat(fd, &st) &&
		      st.st_mtime == 6,
	      "futimens takes a descriptor");
	stat("t", &before);
	usleep(10000);
	write(fd, "x", 1);
	stat("t", &after);
	CHECK(ns(after.st_mtim) > ns(before.st_mtim) && ns(after.st_ctim) > ns(before.st_ctim),
	      "a write changes mtime and ctime");
	usleep(10000);
	chmod("t", 0600);
	stat("t", &st);
	CHECK(ns(st.st_ctim) > ns(after.st_ctim) && ns(st.st_mtim) == ns(after.st_mtim),
	      "chmod only ctime");
	pread(fd, &byte, 1, 0);
	stat("t", &st);
	CHECK(ns(st.st_atim) > ns(before.st_atim), "a read changes atime");
	stat(".", &before);
	usleep(10000);
	close(open("newfile", O_CREAT | O_WRONLY, 0600));
	stat(".", &after);
	CHECK(ns(after.st_mtim) > ns(before.st_mtim), "a new name changes its directory");
	close(fd);
}

static void describing(void)
{
	struct statx x;
	struct statfs fs;

	file("s", 0640, 3, 4);
	MUST(!truncate("s", 5000));
	stat("s", &st);
	CHECK(!syscall(SYS_statx, AT_FDCWD, "s", 0, STATX_BASIC_STATS, &x) &&
		      (x.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS,
	      "statx gives the basic fields");
	CHECK(x.stx_ino == st.st_ino && x.stx_size == 5000 && x.stx_mode == st.st_mode &&
		      x.stx_uid == 3 && x.stx_gid == 4 && x.stx_nlink == 1 &&
		      makedev(x.stx_dev_major, x.stx_dev_minor) == st.st_dev,
	      "those of stat");
	CHECK_ERR(syscall(SYS_statx, AT_FDCWD, "s", 0x4, STATX_ALL, &x), EINVAL,
		  "unknown flags are EINVAL");
	CHECK_ERR(syscall(SYS_statx, AT_FDCWD, "none", 0, STATX_ALL, &x), ENOENT,
		  "no file is ENOENT");
	CHECK(!statfs("/tmp", &fs) && fs.f_type == 0x01021994 && fs.f_bsize == 4096 &&
		      fs.f_namelen == 255,
	      "statfs knows a tmpfs");
	CHECK(fs.f_blocks > 0 && fs.f_bfree <= fs.f_blocks, "and its room");
	CHECK(!statfs("/proc", &fs) && fs.f_type == 0x9fa0, "and proc");
	int fd = open("/tmp", O_RDONLY);
	CHECK(!fstatfs(fd, &fs) && fs.f_type == 0x01021994, "fstatfs too");
	close(fd);
	CHECK_ERR(statfs("/none", &fs), ENOENT, "no path is ENOENT");
	struct stat tmp, proc;
	stat("/tmp", &tmp);
	stat("/proc", &proc);
	CHECK(tmp.st_dev != proc.st_dev && tmp.st_dev == st.st_dev,
	      "each file system has a device number");
}

/* Of extended attributes, what holds without any. */
static void extended(void)
{
	static char name[300], list[100];
	int fd = open("x", O_CREAT | O_RDWR, 0600);

	MUST(fd >= 0);
	CHECK(listxattr("x", list, sizeof(list)) == 0 && flistxattr(fd, NULL, 0) == 0,
	      "a new file lists no extended attributes");
	CHECK_ERR(getxattr("x", "user.a", list, sizeof(list)), EOPNOTSUPP, "user's are not kept");
	CHECK_ERR(fsetxattr(fd, "user.a", "1", 1, 0), EOPNOTSUPP, "nor taken");
	CHECK_ERR(lremovexattr("x", "user.a"), EOPNOTSUPP, "nor removed");
	CHECK_ERR(getxattr("none", "user.a", list, sizeof(list)), ENOENT, "of no file: ENOENT");
	CHECK_ERR(fgetxattr(-1, "user.a", list, sizeof(list)), EBADF, "of no descriptor: EBADF");
	CHECK_ERR(setxattr("x", "user.a", "1", 1, 4), EINVAL, "an unknown flag is EINVAL");
	CHECK_ERR(getxattr("x", "", list, sizeof(list)), ERANGE, "no name is ERANGE");
	memset(name, 'a', sizeof(name) - 1);
	CHECK_ERR(getxattr("x", name, list, sizeof(list)), ERANGE, "a name too long too");
	close(fd);
	unlink("x");
}

int main(void)
{
	umask(0);
	system("rm -rf " DIR_);
	MUST(!mkdir(DIR_, 0755) && !chdir(DIR_));
	permissions();
	changing();
	times();
	describing();
	extended();
	chdir("/");
	system("rm -rf " DIR_);
	CHECK_END();
}
