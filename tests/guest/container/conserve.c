/* cpuacct.usage of a container and of the one that it is in, read while both grow.  Linux adds a
   slice to one after the other, and a reader may come between.
   guest: only=corral */
#include "group.h"

#include <sched.h>

#define ROOT  "/tmp/conserve"
#define DEPTH 40
#define BUSY  4
#define READS 3000

static long long usage(const char *dir)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/cpuacct.usage", dir);
	return text_read(path) > 0 ? atoll(text) : -1;
}

int main(void)
{
	char leaf[512] = ROOT, path[600];
	pid_t pids[BUSY];
	int less = 0;

	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "cpuacct"));
	for (int i = 0; i < DEPTH; i++) {
		strcat(leaf, "/d");
		MUST(!mkdir(leaf, 0755));
	}
	snprintf(path, sizeof(path), "%s/tasks", leaf);
	for (int i = 0; i < BUSY; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			text_write(path, "0");
			for (;;)
				sched_yield();
		}
	}
	while (group_count(path) < BUSY)
		sched_yield();
	for (int i = 0; i < READS; i++) {
		long long child = usage(leaf), parent = usage(ROOT "/d");

		less += parent < child;
	}
	CHECK_EQ(less, 0, "a parent that is read after its child never shows less");
	for (int i = 0; i < BUSY; i++)
		kill(pids[i], SIGKILL);
	for (int i = 0; i < BUSY; i++)
		waitpid(pids[i], NULL, 0);
	CHECK_EQ(usage(leaf), usage(ROOT "/d"), "at rest they show the same");
	for (int i = DEPTH; i--; *strrchr(leaf, '/') = '\0')
		MUST(!rmdir(leaf));
	MUST(!umount(ROOT) && !rmdir(ROOT));
	CHECK_END();
}
