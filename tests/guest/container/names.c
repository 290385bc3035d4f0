/* The names of 2007: the file system type container, /proc/containers, /proc/PID/container. */
/* guest: only=corral */
#include "text.h"

#include <sys/mount.h>

int main(void)
{
	struct stat a, b;

	mkdir("/tmp/c", 0755);
	mkdir("/tmp/d", 0755);
	CHECK_OK(mount("none", "/tmp/c", "container", 0, "cpuacct"),
		 "the type container mounts a hierarchy");
	CHECK_OK(mount("none", "/tmp/d", "cgroup", 0, "cpuacct"), "and cgroup the same one");
	mkdir("/tmp/c/group", 0755);
	CHECK(!stat("/tmp/c/group", &a) && !stat("/tmp/d/group", &b) && a.st_ino == b.st_ino,
	      "seen by both names");
	text_read("/proc/containers");
	CHECK(!strncmp(text, "#subsys_name\thierarchy\tnum_containers\tenabled\n", 45),
	      "/proc/containers has its head line");
	int fd = open("/tmp/c/group/tasks", O_WRONLY);
	CHECK(write(fd, "0", 1) == 1, "tasks takes the writer");
	text_read("/proc/self/container");
	CHECK(strstr(text, "cpuacct:/group\n") != NULL,
	      "/proc/PID/container names subsystem and path");
	close(fd);
	fd = open("/tmp/c/tasks", O_WRONLY);
	MUST(write(fd, "0", 1) == 1);
	close(fd);
	text_read("/proc/filesystems");
	CHECK(strstr(text, "nodev\tcontainer\n") != NULL, "/proc/filesystems knows the type");
	MUST(!rmdir("/tmp/c/group") && !umount("/tmp/c") && !umount("/tmp/d"));
	rmdir("/tmp/c");
	rmdir("/tmp/d");
	CHECK_END();
}
