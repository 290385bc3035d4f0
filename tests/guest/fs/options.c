/*
 * options.c - mount options that any file system takes, as /proc/mounts shows them.
 */
#include "check.h"

#include <sys/mount.h>
#include <sys/statfs.h>

#define DIR_NAME "/tmp/options"
#define LAZYTIME (1ul << 25)

/* The options of what is mounted there, up to the type's own. */
static const char *shown(void)
{
	static char line[512];
	FILE *f = fopen("/proc/self/mounts", "r");
	char *options = NULL;

	while (f && fgets(line, sizeof(line), f))
		if ((options = strstr(line, " " DIR_NAME " ")))
			break;
	if (f)
		fclose(f);
	options = options ? strstr(options, " r") + 1 : line;
	options[strcspn(options, " ")] = 0;
	if (strstr(options, ",inode64"))
		*strstr(options, ",inode64") = 0;
	return options;
}

static const char *mounted(const char *type, unsigned long flags, const char *data)
{
	static char text[512];

	if (mount("options", DIR_NAME, type, flags, data))
		return strerror(errno);
	strcpy(text, shown());
	MUST(!umount(DIR_NAME));
	return text;
}

static void test_flags(void)
{
	CHECK_STR(mounted("tmpfs", MS_SYNCHRONOUS | MS_DIRSYNC | MS_MANDLOCK | LAZYTIME, NULL),
		  "rw,sync,dirsync,mand,lazytime,relatime", "flags of the file system are shown");
	CHECK_STR(mounted("tmpfs", 0, "sync,dirsync"), "rw,sync,dirsync,relatime",
		  "words of the data set them as well");
	CHECK_STR(mounted("tmpfs", MS_SYNCHRONOUS, "async,lazytime,mode=700"),
		  "rw,lazytime,relatime,mode=700", "a word takes a flag back");
	CHECK_STR(mounted("tmpfs", 0, "ro"), "ro,relatime", "ro may be a word");
	CHECK_STR(mounted("tmpfs", MS_RDONLY, "rw"), "ro,relatime",
		  "rw does not undo the flag of the mount");
	CHECK_STR(mounted("tmpfs", 0, "nosuid"), "Invalid argument",
		  "nosuid is no word of the data");
	MUST(!mount("options", DIR_NAME, "tmpfs", 0, "sync,dirsync"));
	MUST(!mount("options", DIR_NAME, "tmpfs", MS_REMOUNT, NULL));
	CHECK_STR(shown(), "rw,dirsync,relatime", "a remount takes sync away and dirsync not");
	MUST(!mount("options", DIR_NAME, "tmpfs", MS_REMOUNT | MS_BIND | MS_SYNCHRONOUS, NULL));
	CHECK_STR(shown(), "rw,dirsync,relatime", "a bind remount changes the mount alone");
	MUST(!umount(DIR_NAME));
}

static void test_hierarchy(void)
{
	CHECK_STR(mounted("cgroup", 0, "cpuacct=1"), "rw,relatime,cpuacct",
		  "a subsystem may have a value, which says nothing");
	CHECK_STR(mounted("cgroup", 0, "ro,cpuacct,,"), "ro,relatime,cpuacct",
		  "a hierarchy takes ro and empty words");
	CHECK_STR(mounted("cgroup", 0, "none=1,name=x"), "Invalid argument", "none takes no value");
	CHECK_STR(mounted("cgroup", 0, "xattr=1,cpuacct"), "Invalid argument", "nor does xattr");
	CHECK_STR(mounted("cgroup", 0, "none,name"), "Invalid argument", "a name needs one");
	MUST(!mount("options", DIR_NAME, "cgroup", MS_RDONLY, "cpuacct"));
	CHECK_ERR(mkdir(DIR_NAME "/x", 0755), EROFS, "a read-only hierarchy takes no groups");
	MUST(!umount(DIR_NAME));
}

/* Files of a group that has been removed meanwhile. */
static void test_removed(void)
{
	int whole, part, tasks, dir;
	char buf[64];
	struct stat st;

	MUST(!mount("options", DIR_NAME, "cgroup", 0, "cpuacct") && !mkdir(DIR_NAME "/g", 0755));
	whole = open(DIR_NAME "/g/cpuacct.usage", O_RDONLY);
	part = open(DIR_NAME "/g/cpuacct.usage", O_RDONLY);
	tasks = open(DIR_NAME "/g/tasks", O_RDONLY);
	dir = open(DIR_NAME "/g", O_RDONLY);
	MUST(read(whole, buf, sizeof(buf)) == 2 && read(part, buf, 1) == 1);
	MUST(read(tasks, buf, sizeof(buf)) == 0 && !rmdir(DIR_NAME "/g"));
	CHECK_ERR(read(whole, buf, sizeof(buf)), ENODEV,
		  "the end of a file is gone with its group");
	CHECK_ERR(pread(whole, buf, sizeof(buf), 5), ENODEV, "at any position");
	CHECK_EQ(read(part, buf, sizeof(buf)), 1, "what was made ready for a reader is still his");
	CHECK_ERR(read(part, buf, sizeof(buf)), ENODEV, "and nothing after it");
	CHECK_ERR(read(tasks, buf, sizeof(buf)), ENODEV, "so is the list of tasks");
	MUST(!fstat(dir, &st));
	CHECK_EQ(st.st_nlink, 2, "its directory keeps its links");
	close(whole);
	close(part);
	close(tasks);
	close(dir);
	MUST(!umount(DIR_NAME));
}

/* What the kernel itself has mounted tells its limits, which Linux sets early. */
static void test_early(void)
{
	unsigned long size, inodes;
	char line[512] = "", rest[64];
	struct statfs s;
	FILE *f = fopen("/proc/self/mounts", "r");

	MUST(f && fgets(line, sizeof(line), f) && !fclose(f) && !statfs("/", &s));
	CHECK(sscanf(line, "rootfs / rootfs rw,size=%luk,nr_inodes=%lu%63[^\n]", &size, &inodes,
		     rest) == 3 &&
		      !strcmp(rest, ",inode64 0 0"),
	      "the line of the first root tells its limits, and no mode");
	CHECK(size == s.f_blocks * 4 && inodes == s.f_files, "those that statfs tells");
	MUST((f = fopen("/proc/self/mounts", "r")));
	*rest = 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s /dev devtmpfs rw,relatime,size=%luk,nr_inodes=%lu%63[^\n]",
			   &size, &inodes, rest) == 3)
			break;
	fclose(f);
	CHECK_STR(rest, ",mode=755,inode64 0 0", "that of devtmpfs its mode, too");
}

int main(void)
{
	MUST(!mkdir(DIR_NAME, 0755));
	test_early();
	test_flags();
	test_hierarchy();
	test_removed();
	MUST(!rmdir(DIR_NAME));
	CHECK_END();
}
