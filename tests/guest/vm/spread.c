/*
 * A cpuset that spreads the pages of files over its memory nodes.
 *
 * guest: cpus=4 nodes=2
 */
#include "../text.h"
#include "numa.h"

#include <sched.h>
#include <sys/mount.h>

#define PAGES 16

/* Writes a file from processor 0 and counts its pages on node 1. */
static int write_file(const char *path)
{
	static char bytes[PAGES * 4096];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), n = 0;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	MUST(!sched_setaffinity(0, sizeof(cpu), &cpu));
	MUST(write(fd, bytes, sizeof(bytes)) == sizeof(bytes));
	char *p = mmap(NULL, sizeof(bytes), PROT_READ, MAP_SHARED, fd, 0);
	for (int i = 0; i < PAGES; i++)
		n += node_of(p + i * PAGE) == 1;
	return n;
}

int main(void)
{
	int status;

	mkdir("/tmp/cpuset", 0755);
	mkdir("/tmp/ramfs", 0755);
	MUST(!mount("none", "/tmp/cpuset", "cgroup", 0, "cpuset"));
	MUST(!mount("none", "/tmp/ramfs", "ramfs", 0, NULL));
	MUST(!mkdir("/tmp/cpuset/all", 0755));
	MUST(!text_write("/tmp/cpuset/all/cpuset.cpus", "0-3"));
	MUST(!text_write("/tmp/cpuset/all/cpuset.mems", "0-1"));
	status = IN_CHILD({ _exit(write_file("/tmp/ramfs/near")); });
	CHECK_EQ(WEXITSTATUS(status), 0, "pages of a file lie where it was written");
	MUST(!text_write("/tmp/cpuset/all/cpuset.memory_spread_page", "1"));
	status = IN_CHILD({
		MUST(!text_write("/tmp/cpuset/all/tasks", "0"));
		_exit(write_file("/tmp/ramfs/spread"));
	});
	CHECK_EQ(WEXITSTATUS(status), PAGES / 2, "memory_spread_page puts half of them elsewhere");
	status = IN_CHILD({
		MUST(!text_write("/tmp/cpuset/all/tasks", "0"));
		MUST(!text_write("/tmp/cpuset/all/cpuset.memory_spread_page", "0"));
		_exit(write_file("/tmp/ramfs/again"));
	});
	CHECK_EQ(WEXITSTATUS(status), 0,
		 "until it is turned off, for tasks that are in it already");
	umount("/tmp/ramfs");
	rmdir("/tmp/ramfs");
	rmdir("/tmp/cpuset/all");
	umount("/tmp/cpuset");
	rmdir("/tmp/cpuset");
	CHECK_END();
}
