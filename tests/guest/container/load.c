/* cpuacct.load: the share of a CPU that a group's own tasks used in the last full 10 seconds.
   Counted instructions are the clock, so sleep takes no time and a busy host loses none.
   guest: only=corral cpus=4 icount */
#include "group.h"

#include <sys/mount.h>

#define ROOT   "/tmp/load"
#define WINDOW 10000

static long load(const char *path)
{
	return text_read(path) > 0 ? atol(text) : -1;
}

static long now(void) /* ms since boot */
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void burn(const char *tasks)
{
	long end = now() + 500;

	if (fork())
		return;
	text_write(tasks, "0");
	while (now() < end)
		;
	_exit(0);
}

int main(void)
{
	long used;

	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "cpuacct"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/a/b", 0755));
	CHECK_EQ(load(ROOT "/a/cpuacct.load"), 0, "a new group has no load");
	if (now() % WINDOW > WINDOW - 3000)
		usleep(3000000);
	burn(ROOT "/a/b/tasks");
	burn(ROOT "/a/b/tasks");
	while (wait(NULL) > 0)
		;
	CHECK_EQ(load(ROOT "/a/b/cpuacct.load"), 0, "nor has one in its first window");
	usleep((WINDOW - now() % WINDOW) * 1000 + 50000);
	used = load(ROOT "/a/b/cpuacct.load");
	CHECK(used >= 9 && used <= 10, "two tasks that ran for 0.5 s make 10 percent of a window");
	CHECK_EQ(load(ROOT "/a/cpuacct.load"), 0, "which counts in their own group only");
	CHECK(!rmdir(ROOT "/a/b") && !rmdir(ROOT "/a"), "the groups can be removed");
	MUST(!umount(ROOT));
	rmdir(ROOT);
	CHECK_END();
}
