/* What calls on names answer when they are not simple: slashes, links, loops, things of the wrong
 * kind, busy ones.  The answers were taken down on Debian's kernel.
 */
#include "check.h"

#include <sys/mount.h>
#include <sys/sysmacros.h>

static char big[65536];
static int wrong;

static void judge(int line, const char *call, long result, int error, int wanted)
{
	if (result < 0 ? error == wanted : !wanted)
		return;
	wrong++;
	dprintf(1, "# line %d: %s: %s\n", line, call, result < 0 ? strerror(error) : "success");
}

/* wanted: an errno, or 0 for success. */
#define CALL(call, wanted)                                     \
	({                                                     \
		errno = 0;                                     \
		long call_r = (long)(call);                    \
		judge(__LINE__, #call, call_r, errno, wanted); \
		call_r;                                        \
	})

#define OPEN(call, wanted) close(CALL(call, wanted))

static void mk(const char *name, int size)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

	MUST(fd >= 0 && write(fd, big, size) == size);
	close(fd);
}

/* A pipe with a name, for direct access, and in the mode that asks for both rights and gives none.
 */
static void opening_pipes(void)
{
	int fd;

	mkfifo("p", 0644);
	fd = open("p", O_RDWR);
	OPEN(open("p", 3), EINVAL);
	OPEN(open("p", O_RDWR | O_DIRECT), EINVAL);
	OPEN(open("p", O_RDONLY | O_DIRECT | O_NONBLOCK), EINVAL);
	close(fd);
	unlink("p");
}

static void opening(void)
{
	OPEN(open("/proc/self/exe", O_WRONLY | O_DIRECT), ETXTBSY);
	mk("f", 10);
	mkdir("d", 0755);
	symlink("f", "lf");
	symlink("d", "ld");
	symlink("nope", "ln");
	symlink("loop", "loop");
	symlink("new", "lnew");
	symlink("d/", "lds");
	OPEN(open("", O_RDONLY), ENOENT);
	OPEN(open("f/", O_RDONLY), ENOTDIR);
	OPEN(open("f/x", O_RDONLY), ENOTDIR);
	OPEN(open("f/..", O_RDONLY), ENOTDIR);
	OPEN(open("d/", O_RDONLY), 0);
	OPEN(open("d", O_WRONLY), EISDIR);
	OPEN(open("d", O_RDWR), EISDIR);
	OPEN(open("d", O_RDONLY | O_CREAT, 0644), EISDIR);
	OPEN(open("d/", O_RDONLY | O_CREAT, 0644), EISDIR);
	OPEN(open("x/", O_RDONLY | O_CREAT, 0644), EISDIR);
	OPEN(open("d", O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST);
	OPEN(open("f", O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST);
	OPEN(open("lf", O_RDONLY | O_NOFOLLOW), ELOOP);
	OPEN(open("lf", O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST);
	OPEN(open("ln", O_RDONLY), ENOENT);
	OPEN(open("ln", O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST);
	OPEN(open("ln", O_RDONLY | O_CREAT | O_NOFOLLOW, 0644), ELOOP);
	OPEN(open("loop", O_RDONLY), ELOOP);
	OPEN(open("loop", O_CREAT | O_RDWR, 0644), ELOOP);
	OPEN(open("lnew", O_CREAT | O_RDWR, 0644), 0);

	OPEN(open("ld", O_RDONLY | O_DIRECTORY), 0);
	OPEN(open("ld", O_RDONLY | O_DIRECTORY | O_NOFOLLOW), ENOTDIR);
	OPEN(open("ld/", O_RDONLY | O_NOFOLLOW), 0);
	OPEN(open("lf", O_RDONLY | O_DIRECTORY), ENOTDIR);
	OPEN(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	OPEN(open("lds", O_RDONLY | O_CREAT, 0644), EISDIR);
	OPEN(open("ld", O_RDONLY | O_CREAT, 0644), EISDIR);
	OPEN(open(".", O_RDONLY | O_CREAT, 0644), EISDIR);
	OPEN(open("..", O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST);
	OPEN(open("/", O_RDONLY | O_CREAT, 0644), EISDIR);
	OPEN(open("/", O_RDWR), EISDIR);
	OPEN(open("f", O_RDONLY | O_TRUNC), 0);
	OPEN(open("d", O_RDONLY | O_TRUNC), EISDIR);
	OPEN(open("f", 3), 0);
	OPEN(open("f", O_PATH | O_RDWR | O_CREAT), 0);
	OPEN(open("nope", O_PATH | O_CREAT, 0644), ENOENT);
	OPEN(open("lf", O_PATH | O_NOFOLLOW), 0);
	OPEN(open("f", O_RDONLY | O_NOATIME), 0);
	OPEN(open("f", O_RDWR | O_DIRECT), EINVAL);
	OPEN(open(".", O_TMPFILE | O_RDWR, 0600), 0);
	OPEN(open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL);
	OPEN(open("f", O_TMPFILE | O_RDWR, 0600), ENOTDIR);
	OPEN(open("nope", O_TMPFILE | O_RDWR, 0600), ENOENT);
	OPEN(open(".", O_TMPFILE | O_RDWR | O_CREAT, 0600), EINVAL);
	OPEN(open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600), 0);
}

static void names(void)
{
	mk("d/inside", 0);
	CALL(mkdir("d", 0755), EEXIST);
	CALL(mkdir("", 0755), ENOENT);
	CALL(mkdir("/", 0755), EEXIST);
	CALL(mkdir(".", 0755), EEXIST);
	CALL(mkdir("..", 0755), EEXIST);
	CALL(mkdir("nd/", 0755), 0);
	CALL(mkdir("nd//.", 0755), EEXIST);
	CALL(mkdir("nope/x", 0755), ENOENT);
	CALL(mkdir("f/x", 0755), ENOTDIR);
	CALL(mkdir("ln", 0755), EEXIST);
	CALL(mkdir("ln/", 0755), EEXIST);
	CALL(mkdir("f", 0755), EEXIST);
	CALL(mkdir("loop/x", 0755), ELOOP);
	CALL(mkdir("/proc/xx", 0755), ENOENT);
	CALL(rmdir(""), ENOENT);
	CALL(rmdir("/"), EBUSY);
	CALL(rmdir("."), EINVAL);
	CALL(rmdir(".."), ENOTEMPTY);
	CALL(rmdir("d/."), EINVAL);
	CALL(rmdir("d/.."), ENOTEMPTY);
	CALL(rmdir("nd/"), 0);
	CALL(rmdir("nd"), ENOENT);
	CALL(rmdir("f"), ENOTDIR);
	CALL(rmdir("f/"), ENOTDIR);
	CALL(rmdir("d"), ENOTEMPTY);
	CALL(rmdir("ld"), ENOTDIR);
	CALL(rmdir("ld/"), ENOTDIR);
	CALL(rmdir("/proc"), EBUSY);
	CALL(rmdir("/proc/1"), EPERM);
	CALL(rmdir("/tmp/errors"), EBUSY);
	CALL(unlink(""), ENOENT);
	CALL(unlink("/"), EISDIR);
	CALL(unlink("."), EISDIR);
	CALL(unlink("d"), EISDIR);
	CALL(unlink("d/"), EISDIR);
	CALL(unlink("f/"), ENOTDIR);
	CALL(unlink("nope/"), ENOENT);
	CALL(unlink("nope"), ENOENT);
	CALL(unlink("ld/"), ENOTDIR);
	CALL(unlink("lf/"), ENOTDIR);
	CALL(unlink("ln/"), ENOTDIR);
	CALL(unlink("/proc/1/stat"), EPERM);
	CALL(unlink("/proc/nope"), ENOENT);
	CALL(unlinkat(AT_FDCWD, "d", 0x1000), EINVAL);
	CALL(unlinkat(-5, "d", 0), EBADF);
	CALL(unlinkat(-5, "/tmp/errors/nope", 0), ENOENT);
	{
		int fd = open("f", O_RDONLY);
		CALL(unlinkat(fd, "x", 0), ENOTDIR);
		CALL(mkdirat(fd, "/tmp/errors/abs", 0755), 0);
		close(fd);
	}
	rmdir("abs");
	CALL(symlink("", "sx"), ENOENT);
	CALL(symlink("x", ""), ENOENT);
	CALL(symlink("x", "f"), EEXIST);
	CALL(symlink("x", "sx/"), ENOENT);
	CALL(symlink("x", "d/sx"), 0);
	CALL(symlink("x", "/"), EEXIST);
	CALL(readlink("d/sx", big, 0), 0);
	CALL(readlink("d/sx", big, 1), 0);
	CALL(readlink("f", big, 10), EINVAL);
	CALL(readlink("", big, 10), ENOENT);
	CALL(readlink("d/sx/", big, 10), ENOENT);
	CALL(readlinkat(AT_FDCWD, "", big, 10), ENOENT);
	{
		int fd = open("lf", O_PATH | O_NOFOLLOW);
		CALL(readlinkat(fd, "", big, 10), 0);
		CALL(readlinkat(fd, "x", big, 10), ENOTDIR);
		close(fd);
	}

	CALL(link("f", "f2"), 0);
	CALL(link("f", "f2"), EEXIST);
	CALL(link("d", "d2"), EPERM);
	CALL(link("nope", "x"), ENOENT);
	CALL(link("f", "x/"), ENOENT);
	CALL(link("f/", "x"), ENOTDIR);
	CALL(link("lf", "hlf"), 0);
	CALL(linkat(AT_FDCWD, "lf", AT_FDCWD, "hlf2", AT_SYMLINK_FOLLOW), 0);
	CALL(link("f", "/dev/x"), EXDEV);
	CALL(linkat(AT_FDCWD, "f", AT_FDCWD, "x", 0x1), EINVAL);
	CALL(link("ln", "hln"), 0);
	CALL(linkat(AT_FDCWD, "", AT_FDCWD, "x", 0), ENOENT);
	CALL(linkat(AT_FDCWD, "", AT_FDCWD, "x", AT_EMPTY_PATH), EPERM);
	CALL(mknod("m1", 0644, 0), 0);
	CALL(mknod("m2", S_IFDIR | 0644, 0), EPERM);
	CALL(mknod("m2", S_IFLNK | 0644, 0), EINVAL);
	CALL(mknod("m2", 0170000 | 0644, 0), EINVAL);
	CALL(mknod("m3", S_IFSOCK | 0644, 0), 0);
	OPEN(open("m3", O_RDWR), ENXIO);
	CALL(mknod("m4", S_IFCHR | 0644, makedev(1, 3)), 0);
	OPEN(open("m4", O_RDWR), 0);
	CALL(mknod("m6", S_IFBLK | 0644, makedev(300, 700)), 0);
	OPEN(open("m6", O_RDWR), ENXIO);
	CALL(mknod("m7", S_IFIFO | 0644, 0), 0);
	OPEN(open("m7", O_RDONLY | O_NONBLOCK), 0);
	OPEN(open("m7", O_WRONLY | O_NONBLOCK), ENXIO);
	CALL(truncate("m7", 0), EINVAL);
	CALL(mknod("m1", 0644, 0), EEXIST);
	CALL(mknod("m8/", 0644, 0), ENOENT);
	CALL(mknod("d/", 0644, 0), EEXIST);
}

static void renaming(void)
{
	mkdir("A", 0755);
	mkdir("A/B", 0755);
	mkdir("A/B/C", 0755);
	mkdir("E", 0755);
	mk("r1", 1);
	mk("r2", 2);
	CALL(rename("r1", "r1"), 0);
	CALL(rename("r1", "r1/"), ENOTDIR);
	CALL(rename("r1/", "r3"), ENOTDIR);
	CALL(rename("r1", "E"), EISDIR);
	CALL(rename("E", "r1"), ENOTDIR);
	CALL(rename("E", "r1/"), ENOTDIR);
	CALL(rename("A", "A/B/C/D"), EINVAL);
	CALL(rename("A", "A"), 0);
	CALL(rename("A", "A/B"), EINVAL);
	CALL(rename("A/B/C", "A"), ENOTEMPTY);
	CALL(rename("A/B", "A"), ENOTEMPTY);
	CALL(rename("E", "A"), ENOTEMPTY);
	CALL(rename("E", "E2/"), 0);
	CALL(rename("E2", "E"), 0);
	CALL(rename("nope", "x"), ENOENT);
	CALL(rename("r1", "nope/x"), ENOENT);
	CALL(rename("r1", "r2/x"), ENOTDIR);
	CALL(rename("", "x"), ENOENT);
	CALL(rename("r1", ""), ENOENT);
	CALL(rename(".", "x"), EBUSY);
	CALL(rename("A/.", "x"), EBUSY);
	CALL(rename("r1", "."), EBUSY);
	CALL(rename("r1", ".."), EBUSY);
	CALL(rename("r1", "/"), EXDEV);
	CALL(rename("/", "x"), EXDEV);
	CALL(rename("r1", "/tmp/x"), EXDEV);
	CALL(rename("E", "A/B/C"), 0);
	CALL(rename("A/B/C", "E"), 0);
	CALL(rename("r1", "nope/"), ENOTDIR);
	CALL(rename("E", "nope/"), 0);
	CALL(rename("nope", "E"), 0);
	CALL(rename("r2", "r1"), 0);
	mk("r2", 2);
	CALL(rename("lf", "r2"), 0);
	mk("r2", 2);
	CALL(rename("r1", "ld"), 0);
	symlink("d", "ld2");
	CALL(rename("E", "ld2"), ENOTDIR);
	CALL(rename("ld2/", "x"), ENOTDIR);
	CALL(link("r2", "r2l"), 0);
	CALL(rename("r2", "r2l"), 0);

	CALL(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, "r2l", 1), EEXIST);
	CALL(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, "A", 2), 0);
	CALL(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, "A", 2), 0);
	CALL(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, "nope", 2), ENOENT);
	CALL(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, "A", 3), EINVAL);
	CALL(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, "A", 8), EINVAL);
	CALL(syscall(SYS_renameat2, AT_FDCWD, "A", AT_FDCWD, "A/B", 2), EINVAL);
	CALL(syscall(SYS_renameat2, AT_FDCWD, "A/B", AT_FDCWD, "A", 2), EINVAL);
	CALL(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, ".", 1), EEXIST);

	CALL(rename("/proc/1", "/proc/2"), EPERM);
}

static void mounting(void)
{
	mkdir("mnt", 0755);
	mkdir("mnt2", 0755);
	mk("mf", 3);
	mk("mf2", 4);
	CALL(mount("none", "mnt", "nofs", 0, 0), ENODEV);
	CALL(mount("none", "mnt", 0, 0, 0), EINVAL);
	CALL(mount(0, "mnt", "tmpfs", 0, 0), 0);
	CALL(umount("mnt"), 0);
	CALL(umount("mnt"), EINVAL);
	CALL(umount("nope"), ENOENT);
	CALL(umount("mf"), EINVAL);
	CALL(mount("src dir", "mnt", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY,
		   "size=64k,mode=700,uid=5,gid=6"),
	     0);
	OPEN(open("mnt/x", O_CREAT | O_RDWR, 0644), EROFS);
	CALL(mkdir("mnt/x", 0755), EROFS);
	CALL(unlink("mnt/x"), EROFS);
	CALL(access("mnt", W_OK), EROFS);
	CALL(chmod("mnt", 0755), EROFS);
	CALL(utimensat(AT_FDCWD, "mnt", 0, 0), EROFS);
	CALL(mount(0, "mnt", 0, MS_REMOUNT, "size=128k"), 0);
	mk("mnt/x", 5);
	CALL(mknod("mnt/null", S_IFCHR | 0666, makedev(1, 3)), 0);
	OPEN(open("mnt/null", O_RDONLY), 0);
	{
		int fd = open("mnt/x", O_RDWR);
		CALL(mount(0, "mnt", 0, MS_REMOUNT | MS_RDONLY, 0), EBUSY);
		CALL(umount("mnt"), EBUSY);
		close(fd);
	}
	CALL(mount(0, "mnt", 0, MS_REMOUNT | MS_RDONLY, 0), 0);
	OPEN(open("mnt/x", O_RDWR), EROFS);
	OPEN(open("mnt/x", O_RDONLY | O_CREAT, 0644), 0);
	OPEN(open("mnt/x", O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST);
	OPEN(open("mnt/y", O_RDONLY | O_CREAT | O_EXCL, 0644), EROFS);
	OPEN(open("mnt/x", O_RDONLY | O_TRUNC), EROFS);
	CALL(rename("mnt/x", "mnt/z"), EROFS);
	CALL(rename("mnt/nope", "mnt/z"), EROFS);
	CALL(link("mnt/x", "mnt/z"), EROFS);
	CALL(mkdir("mnt/x", 0755), EEXIST);
	CALL(mkdir("mnt/new", 0755), EROFS);
	CALL(rmdir("mnt/nope"), EROFS);
	CALL(truncate("mnt/x", 0), EROFS);
	CALL(access("mnt/x", W_OK), EROFS);
	CALL(access("mnt/x", R_OK), 0);
	CALL(mount(0, "mnt", 0, MS_REMOUNT, "badopt=1"), EINVAL);
	CALL(mount(0, "mnt", 0, MS_REMOUNT, "size=1"), 0);
	CALL(mount(0, "mnt2", 0, MS_REMOUNT, 0), EINVAL);
	CALL(mount(0, "mnt", 0, MS_REMOUNT | MS_BIND | MS_NODEV, 0), 0);

	CALL(mount("none", "mnt/x", "tmpfs", 0, 0), ENOTDIR);
	CALL(mount("none", "mnt", "tmpfs", 0, "bogus"), EINVAL);
	CALL(mount("none", "mnt", "tmpfs", 0, "size=zzz"), EINVAL);
	CALL(mount("none", "mnt", "tmpfs", 0, "mode=9"), EINVAL);
	CALL(mount("none", "mnt", "ramfs", 0, "bogus"), 0);
	CALL(umount("mnt"), 0);
	CALL(mount("mnt", "mnt2", 0, MS_BIND, 0), 0);
	CALL(mount("mf", "mf2", 0, MS_BIND, 0), 0);
	CALL(unlink("mf2"), EBUSY);
	CALL(rename("mf2", "q"), EBUSY);
	CALL(rename("mf", "mf2"), EBUSY);
	CALL(rmdir("mnt2"), EBUSY);
	CALL(rename("mnt2", "q"), EBUSY);
	CALL(mount("mf", "mnt", 0, MS_BIND, 0), ENOTDIR);
	CALL(mount("mnt", "mf", 0, MS_BIND, 0), ENOTDIR);
	CALL(mount("nope", "mnt", 0, MS_BIND, 0), ENOENT);
	CALL(mount(0, "mnt", 0, MS_BIND, 0), EINVAL);
	CALL(mount("", "mnt", 0, MS_BIND, 0), EINVAL);
	CALL(umount("mf2"), 0);
	CALL(umount2("mnt2", 0x100), EINVAL);
	CALL(umount2("mnt2", MNT_EXPIRE | MNT_FORCE), EINVAL);
	CALL(umount("mnt2"), 0);

	mkdir("tree", 0755);
	CALL(mount("none", "tree", "tmpfs", 0, 0), 0);
	mkdir("tree/sub", 0755);
	CALL(mount("none", "tree/sub", "tmpfs", 0, 0), 0);
	mkdir("tree/sub/deep", 0755);
	CALL(umount("tree"), EBUSY);
	CALL(mount("tree", "mnt2", 0, MS_BIND, 0), 0);
	CALL(umount("mnt2"), 0);
	CALL(mount("tree", "mnt2", 0, MS_BIND | MS_REC, 0), 0);
	CALL(umount("mnt2"), EBUSY);
	CALL(umount2("mnt2", MNT_DETACH), 0);
	CALL(mount("tree", "mnt2", 0, MS_MOVE, 0), 0);
	CALL(mount("mnt2", "mnt2/sub/deep", 0, MS_MOVE, 0), ELOOP);
	CALL(mount("mnt2/sub/deep", "mnt", 0, MS_MOVE, 0), EINVAL);
	CALL(mount("mnt2", "mf", 0, MS_MOVE, 0), EINVAL);
	CALL(mount("/", "mnt", 0, MS_MOVE, 0), EINVAL);
	CALL(mount(0, "mnt2", 0, MS_PRIVATE, 0), 0);
	CALL(mount(0, "mnt2", 0, MS_PRIVATE | MS_REC, 0), 0);
	CALL(mount(0, "mnt2/sub/deep", 0, MS_PRIVATE, 0), EINVAL);
	CALL(mount(0, "mnt2", 0, MS_PRIVATE | MS_SHARED, 0), EINVAL);
	CALL(mount(0, "mnt2", 0, MS_PRIVATE | MS_NODEV, 0), EINVAL);
	CALL(mount("mnt2", "mnt2", 0, MS_BIND, 0), 0);
	CALL(umount2("mnt2", MNT_DETACH), 0);
	CALL(umount2("mnt2", MNT_DETACH), 0);
	CALL(umount2("mnt2", MNT_DETACH), EINVAL);
	CALL(umount2("/", MNT_DETACH), EINVAL);
	CALL(umount("/proc/1"), EINVAL);
	symlink("mnt", "lm");
	CALL(mount("none", "lm", "tmpfs", 0, 0), 0);
	CALL(umount2("lm", 8), EINVAL);
	CALL(umount("lm"), 0);
	CALL(mount("none", "mnt", "tmpfs", MS_NOATIME, 0), 0);
	CALL(mount(0, "mnt", 0, MS_REMOUNT | MS_NODEV, 0), 0);
	CALL(mount(0, "mnt", 0, MS_REMOUNT | MS_STRICTATIME, 0), 0);
	CALL(mount("none", "mnt", "proc", 0, 0), 0);
	CALL(mount("none", "mnt", "tmpfs", 0xc0ed0000 | MS_NODIRATIME, 0), 0);
	CALL(umount("mnt"), 0);
	CALL(umount("mnt"), 0);
	CALL(mount((char *)8, "mnt", "tmpfs", 0, 0), EFAULT);
	CALL(mount("none", (char *)8, "tmpfs", 0, 0), EFAULT);
	CALL(mount("none", "mnt", (char *)8, 0, 0), EFAULT);
	CALL(mount("none", "mnt", "tmpfs", 0, (void *)8), EFAULT);
	CALL(umount("mnt"), 0);
	CALL(mount("none", "mnt", "sysfs", 0, 0), 0);
	CALL(rmdir("mnt/devices"), EPERM);
	CALL(umount("mnt"), 0);
}

static void all_of(void (*group)(void), const char *sentence)
{
	wrong = 0;
	group();
	CHECK_EQ(wrong, 0, sentence);
}

int main(void)
{
	umask(022);
	mkdir("/tmp/errors", 0755);
	MUST(!mount("none", "/tmp/errors", "tmpfs", 0, "size=1m,mode=755") &&
	     !chdir("/tmp/errors"));
	all_of(opening, "open answers as Linux does");
	all_of(opening_pipes, "of a pipe, too");
	CHECK_EQ(fcntl(open(".", O_TMPFILE | O_RDWR, 0600), F_GETFL) & O_TMPFILE, O_TMPFILE,
		 "the flags of a file without a name say that it has been opened as one");
	all_of(names, "so do mkdir, rmdir, unlink, symlink, link and mknod");
	all_of(renaming, "rename");
	all_of(mounting, "mount and umount");
	chdir("/");
	umount2("/tmp/errors", MNT_DETACH);
	rmdir("/tmp/errors");
	CHECK_END();
}
