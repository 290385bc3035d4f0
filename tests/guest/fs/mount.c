/* mount and umount: what they show, hide and refuse; chroot. */
#include "check.h"

#include <dirent.h>
#include <sched.h>
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

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

static void sleeper_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_process_directory(void)
{
	pid_t pid = sleeper();
	char dir[64], fds[64], below[64];
	int fd;

	snprintf(dir, sizeof(dir), "/proc/%d", pid);
	snprintf(fds, sizeof(fds), "/proc/%d/fd", pid);
	snprintf(below, sizeof(below), "/proc/%d/fd/below", pid);
	CHECK_OK(mount("none", fds, "tmpfs", 0, NULL), "a directory of a process is mounted on");
	CHECK(mkdir(below, 0755) == 0 && stat(below, &st) == 0, "and shows what is mounted");
	CHECK_OK(umount(fds), "and is unmounted by its name");
	CHECK(stat(below, &st) == -1 && errno == ENOENT && !mounted(fds),
	      "which shows it as it was");
	MUST(!mount("none", fds, "tmpfs", 0, NULL) && !mkdir(below, 0755) &&
	     !mount("none", below, "tmpfs", 0, NULL));
	CHECK_OK(mount("none", fds, "tmpfs", 0, NULL), "mounts stack there");
	MUST(!umount(fds));
	CHECK_ERR(umount(fds), EBUSY, "what is below keeps it");
	CHECK(mounted(fds) && mounted(below), "both are shown");
	sleeper_end(pid);
	CHECK(!mounted(fds) && !mounted(below), "they go with the process");

	pid = sleeper();
	snprintf(dir, sizeof(dir), "/proc/%d", pid);
	snprintf(fds, sizeof(fds), "/proc/%d/task/%d/fdinfo", pid, pid);
	MUST(!mount("none", dir, "tmpfs", 0, NULL));
	CHECK(!stat(dir, &st) && !stat("/proc", &st2) && st.st_dev != st2.st_dev,
	      "so does one on the directory itself");
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	sleeper_end(pid);
	CHECK(!mounted(dir) && fstat(fd, &st) == 0 && stat(dir, &st) == -1, "however it is in use");
	close(fd);

	pid = sleeper();
	snprintf(fds, sizeof(fds), "/proc/%d/task/%d/fdinfo", pid, pid);
	MUST(!mount("none", fds, "tmpfs", 0, NULL));
	CHECK(mounted(fds), "one on the directory of a thread is shown");
	sleeper_end(pid);
	CHECK(!mounted(fds), "and goes with it");

	fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
	pid = sleeper();
	snprintf(fds, sizeof(fds), "/proc/%d/fd", pid);
	close(fd);
	fd = open(fds, O_PATH | O_DIRECTORY);
	snprintf(below, sizeof(below), "/proc/self/fd/%d", fd);
	sleeper_end(pid);
	CHECK_ERR(mount("none", below, "tmpfs", 0, NULL), ENOENT,
		  "the directory of a process that has gone is not mounted on");
	close(fd);

	MUST(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	pid = sleeper();
	snprintf(fds, sizeof(fds), "/proc/%d/fd", pid);
	MUST(!mount("none", fds, "tmpfs", 0, NULL));
	kill(pid, SIGKILL);
	while (waitpid(-1, NULL, 0) != -1 || errno != ECHILD)
		;
	signal(SIGCHLD, SIG_DFL);
	while (mounted(fds))
		sched_yield();
	CHECK(!mounted(fds), "nor does one stay of a process that nobody waits for");
}

static void test_root(void)
{
	int flags[] = { 0, MNT_FORCE, MNT_DETACH, MNT_EXPIRE }, bad = 0, status;

	for (int i = 0; i < 3; i++)
		bad += umount2("/", flags[i]) != -1 || errno != EINVAL;
	CHECK_EQ(bad, 0, "the first root is not unmounted, whatever the flags");
	touch("/tmp/still");
	CHECK_OK(unlink("/tmp/still"), "and stays writable");
	MUST(!mkdir(DIR_, 0755) && !mount("none", DIR_, "tmpfs", 0, NULL));
	status = IN_CHILD({
		if (chroot(DIR_) || chdir("/"))
			_exit(1);
		touch("/file");
		if (umount("/"))
			_exit(2);
		if (open("/file", O_RDWR) != -1 || errno != EROFS)
			_exit(3);
		if (mount("none", "/", NULL, MS_REMOUNT, NULL) || open("/file", O_RDWR) == -1)
			_exit(4);
		if (umount("/") != -1 || errno != EBUSY)
			_exit(5);
	});
	CHECK_EQ(WEXITSTATUS(status), 0, "one that a task has as its root becomes read-only");
	CHECK(mounted(DIR_), "and stays mounted");
	MUST(!umount(DIR_) && !rmdir(DIR_));
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
	test_process_directory();
	test_root();
	CHECK_END();
}
