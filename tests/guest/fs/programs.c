/* What programs of Debian found: times of links, FICLONE, copies, the size of /proc/mounts. */
#include "check.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct stat st;

static long long accessed(const char *path)
{
	MUST(!lstat(path, &st));
	return st.st_atim.tv_sec;
}

static void old(const char *path)
{
	MUST(!utimensat(AT_FDCWD, path, (struct timespec[]){ { 5, 0 }, { 6, 0 } },
			AT_SYMLINK_NOFOLLOW));
}

static void links(void)
{
	char text[8];

	MUST(!symlink("file", "link") && !close(open("file", O_CREAT | O_RDWR, 0644)));
	old("link");
	CHECK(accessed("link") == 5, "lstat leaves a link's time of access alone");
	CHECK(readlink("link", text, sizeof(text)) == 4 && accessed("link") > 5,
	      "readlink changes it");
	old("link");
	CHECK(!access("link", F_OK) && accessed("link") > 5, "so does a path that leads over it");
	old("link");
	CHECK(open("link", O_RDONLY | O_NOFOLLOW) == -1 && accessed("link") == 5,
	      "one that does not follow it changes nothing");
	CHECK(!lstat("/proc/mounts", &st) && st.st_size == 11, "/proc/mounts tells its length");
}

static void clones(void)
{
	struct file_clone_range range = { 0 };
	int file = open("file", O_RDWR), read_only = open("file", O_RDONLY);
	int append = open("file", O_RDWR | O_APPEND), dir = open(".", O_RDONLY);
	int null = open("/dev/null", O_RDWR), proc = open("/proc/version", O_RDONLY), pipes[2];

	MUST(file >= 0 && read_only >= 0 && append >= 0 && dir >= 0 && null >= 0 && proc >= 0);
	MUST(!pipe(pipes));
	CHECK_ERR(ioctl(file, FICLONE, read_only), EOPNOTSUPP, "no file shares blocks");
	CHECK_ERR(ioctl(file, FICLONE, 77), EBADF, "a closed source is EBADF");
	CHECK_ERR(ioctl(read_only, FICLONE, file), EBADF, "so is a target only for reading");
	CHECK_ERR(ioctl(append, FICLONE, file), EBADF, "or for appending");
	CHECK_ERR(ioctl(file, FICLONE, dir), EISDIR, "a directory is EISDIR");
	CHECK_ERR(ioctl(pipes[1], FICLONE, pipes[0]), EINVAL, "pipes are EINVAL");
	CHECK_ERR(ioctl(file, FICLONE, proc), EXDEV, "another file system is EXDEV");
	range.src_fd = read_only;
	CHECK_ERR(ioctl(file, FICLONERANGE, &range), EOPNOTSUPP, "nor do parts of files");
	CHECK_ERR(ioctl(file, FICLONERANGE, NULL), EFAULT, "a range that is not there is EFAULT");
	CHECK_ERR(copy_file_range(proc, NULL, file, NULL, 5, 0), EXDEV,
		  "copy_file_range stays within a file system");
	CHECK_ERR(copy_file_range(proc, &(long){ -1 }, file, NULL, 5, 0), EXDEV,
		  "which comes before what is wrong with positions");
}

int main(void)
{
	MUST(!mkdir("/tmp/programs", 0755) && !chdir("/tmp/programs"));
	links();
	clones();
	MUST(!system("rm -r /tmp/programs"));
	CHECK_END();
}
