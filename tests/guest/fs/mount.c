/* mount and umount: what they show, hide and refuse; chroot. */
#include "check.h"

#include <dirent.h>
#include <sys/mount.h>
#include <sys/statfs.h>

#define DIR_ "/tmp/mnt"

static struct stat st, st2;

static bool mounted(const char *where)
{
	char line[512], path[256];
	FILE *file = fopen("/proc/mounts", "r");
	bool found = false;

	while (fgets(line, sizeof(line), file))
		found |= sscanf(line, "%*s %255s", path) == 1 && !strcmp(path, where);
	fclose(file);
	return found;
}

static void touch(const char *path)
{
	close(open(path, O_CREAT | O_WRONLY, 0600));
}

int main(void)
{
	int fd, status;

	system("umount -l " DIR_ " 2>/dev/null; rm -rf " DIR_);
	MUST(!mkdir(DIR_, 0755));
	touch(DIR_ "/under");
	CHECK_OK(mount("none", DIR_, "tmpfs", 0, "size=1m,mode=0750"), "mount mounts");
	CHECK(stat(DIR_ "/under", &st) == -1 && !stat(DIR_, &st) && (st.st_mode & 07777) == 0750,
	      "the new root hides what was there, with its mode");
	CHECK(mounted(DIR_), "/proc/mounts shows it");
	stat("/tmp", &st2);
	CHECK(st.st_dev != st2.st_dev, "it has a device number of its own");
	touch(DIR_ "/file");
	CHECK(!stat(DIR_ "/..", &st) && st.st_ino == st2.st_ino && st.st_dev == st2.st_dev,
	      ".. leads out of it");
	CHECK_ERR(rmdir(DIR_), EBUSY, "a mount point is not removed");
	CHECK_ERR(rename(DIR_, "/tmp/other"), EBUSY, "nor renamed");
	CHECK_ERR(rename(DIR_ "/file", "/tmp/file"), EXDEV, "nothing is renamed across");
	fd = open(DIR_ "/big", O_CREAT | O_RDWR, 0600);
	static char block[65536];
	int written = 0;
	for (ssize_t n; (n = write(fd, block, sizeof(block))) > 0;)
		written += n;
	CHECK(written > 900000 && written <= 1 << 20, "the size is a limit");
	CHECK_ERR(write(fd, block, sizeof(block)), ENOSPC, "ENOSPC");
	CHECK_ERR(umount(DIR_), EBUSY, "an open file keeps it");
	close(fd);
	MUST(!chdir(DIR_));
	CHECK_ERR(umount(DIR_), EBUSY, "so does a directory that somebody is in");
	MUST(!chdir("/"));
	CHECK_OK(umount(DIR_), "then it goes");
	CHECK(!stat(DIR_ "/under", &st), "and what was there is back");
	CHECK_ERR(umount(DIR_), EINVAL, "a second umount is EINVAL");
	CHECK(!mounted(DIR_), "/proc/mounts forgets it");

	CHECK_ERR(mount("none", DIR_, "nofs", 0, NULL), ENODEV, "an unknown type is ENODEV");
	CHECK_ERR(mount("none", "/none", "tmpfs", 0, NULL), ENOENT, "no place is ENOENT");
	CHECK_ERR(mount("none", DIR_ "/under", "tmpfs", 0, NULL), ENOTDIR, "a file is ENOTDIR");
	CHECK_ERR(mount("none", DIR_, "tmpfs", 0, "nonsense=1"), EINVAL,
		  "unknown options are EINVAL");
	CHECK_ERR(umount2("/none", 0), ENOENT, "umount of no path is ENOENT");
	CHECK_ERR(umount2(DIR_, 0x7700), EINVAL, "unknown flags are EINVAL");
	status = IN_CHILD(MUST(!setresuid(1000, 1000, 1000));
			  _exit(mount("none", "/tmp", "tmpfs", 0, NULL) == -1 && errno == EPERM &&
						umount("/tmp") == -1 && errno == EPERM
					? 0
					: 1));
	CHECK(EXITED(status, 0), "mount and umount are root's");

	MUST(!mount("a", DIR_, "tmpfs", 0, NULL));
	touch(DIR_ "/first");
	CHECK_OK(mount("b", DIR_, "tmpfs", 0, NULL), "mounts stack");
	CHECK(stat(DIR_ "/first", &st) == -1, "the last one is seen");
	MUST(!umount(DIR_));
	CHECK(!stat(DIR_ "/first", &st), "and when it goes the first");
	CHECK_OK(mount(NULL, DIR_, NULL, MS_REMOUNT | MS_RDONLY, NULL), "remounting read-only");
	CHECK_ERR(open(DIR_ "/x", O_CREAT | O_RDWR, 0600), EROFS, "nothing is created there");
	CHECK_ERR(open(DIR_ "/first", O_RDWR), EROFS, "nothing written");
	CHECK_ERR(unlink(DIR_ "/first"), EROFS, "nothing removed");
	CHECK(open(DIR_ "/first", O_RDONLY) >= 0, "but read");
	CHECK_OK(umount2(DIR_, MNT_DETACH), "MNT_DETACH unmounts what is busy");

	MUST(!mkdir(DIR_ "/from", 0755) && !mkdir(DIR_ "/to", 0755));
	touch(DIR_ "/from/f");
	CHECK_OK(mount(DIR_ "/from", DIR_ "/to", NULL, MS_BIND, NULL),
		 "a bind mount shows a directory elsewhere");
	CHECK(!stat(DIR_ "/to/f", &st) && !stat(DIR_ "/from/f", &st2) && st.st_ino == st2.st_ino,
	      "the same files");
	touch(DIR_ "/to/g");
	CHECK(!stat(DIR_ "/from/g", &st), "in both directions");
	MUST(!umount(DIR_ "/to"));

	status = IN_CHILD({
		if (chroot(DIR_) || chdir("/"))
			_exit(1);
		if (stat("/from/f", &st) || !stat("/proc/self", &st))
			_exit(2);
		if (stat("/..", &st) || stat("/", &st2) || st.st_ino != st2.st_ino)
			_exit(3);
		symlink("/from", "/link");
		if (stat("/link/f", &st))
			_exit(4);
	});
	CHECK(!EXITED(status, 1) && !EXITED(status, 2), "chroot changes the root");
	CHECK(!EXITED(status, 3), "and .. does not leave it");
	CHECK(EXITED(status, 0), "nor do absolute links");
	MUST(!mount("none", DIR_ "/from", "proc", 0, NULL));
	CHECK(!stat(DIR_ "/from/self/stat", &st), "proc can be mounted again");
	MUST(!umount(DIR_ "/from") && !mount("none", DIR_ "/from", "devtmpfs", 0, NULL));
	CHECK(!stat(DIR_ "/from/null", &st) && S_ISCHR(st.st_mode), "so can devtmpfs");
	MUST(!umount(DIR_ "/from"));
	system("rm -rf " DIR_);
	CHECK_END();
}
