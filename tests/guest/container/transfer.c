/* container.transfer: one write empties a container, all or nothing, under a fork storm too; and
   the trace of what a migration does. guest: only=corral */
#include "group.h"

#include <pthread.h>
#include <sys/mount.h>

#define ROOT "/tmp/tr"

/* Children that fork and end as fast as they can, in the container of the tasks file, until killed.
 */
static pid_t start_storm(const char *procs, int width)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	text_write(procs, "0");
	for (int i = 0; i < width; i++)
		if (fork() == 0)
			break;
	signal(SIGCHLD, SIG_IGN);
	for (;;)
		if (fork() == 0)
			_exit(0);
}

static void *sleep_thread(void *arg)
{
	pause();
	return arg;
}

int main(void)
{
	pid_t storm, threads;
	int moved = 0;

	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "cpuacct"));
	MUST(!mkdir(ROOT "/s", 0755) && !mkdir(ROOT "/d", 0755) && !mkdir(ROOT "/d/deep", 0755));

	threads = fork();
	if (threads == 0) {
		pthread_t t;

		for (int i = 0; i < 7; i++)
			pthread_create(&t, NULL, sleep_thread, NULL);
		text_write(ROOT "/s/cgroup.procs", "0");
		text_write("/tmp/tr.ready", "x");
		pause();
	}
	while (group_count(ROOT "/s/tasks") != 8)
		sched_yield();
	CHECK_OK(text_write(ROOT "/s/container.transfer", "/d/deep\n"),
		 "a path below the root is a destination");
	CHECK(group_count(ROOT "/s/tasks") == 0 && group_count(ROOT "/d/deep/tasks") == 8,
	      "all threads are there afterwards, none is here");
	CHECK_ERR(text_write(ROOT "/s/container.transfer", "/nowhere"), ENOENT,
		  "a missing container is ENOENT");
	CHECK_ERR(text_write(ROOT "/s/container.transfer", "d"), EINVAL,
		  "a path without / is EINVAL");
	CHECK_OK(text_write(ROOT "/s/container.transfer", "/d"), "an empty container transfers");
	kill(threads, SIGKILL);
	waitpid(threads, NULL, 0);

	storm = start_storm(ROOT "/s/cgroup.procs", 3);
	for (int round = 0; round < 50; round++) {
		const char *from = round % 2 ? ROOT "/d" : ROOT "/s", *to = round % 2 ? "/s" : "/d";
		char file[64];

		snprintf(file, sizeof(file), "%s/tasks", from);
		while (group_count(file) == 0)
			sched_yield();
		snprintf(file, sizeof(file), "%s/container.transfer", from);
		if (text_write(file, to))
			break;
		snprintf(file, sizeof(file), "%s/tasks", from);
		if (group_count(file) == 0)
			moved++;
	}
	CHECK_EQ(moved, 50, "one write empties a container under a fork storm, every time");
	kill(-storm, SIGKILL);
	waitpid(storm, NULL, 0);
	while (group_count(ROOT "/s/tasks") || group_count(ROOT "/d/tasks"))
		sched_yield();

	text_read("/proc/container_trace");
	MUST(!text_write(ROOT "/s/tasks", "0") && !text_write(ROOT "/tasks", "0"));
	text_read("/proc/container_trace");
	CHECK(strstr(text, "add_source: set ") && strstr(text, "prepare: set ") &&
		      strstr(text, "collect: task ") && strstr(text, "migrate: task "),
	      "the trace shows the stages of a migration");

	CHECK_OK(rmdir(ROOT "/s"), "an emptied container can be removed");
	rmdir(ROOT "/d/deep");
	rmdir(ROOT "/d");
	umount(ROOT);
	rmdir(ROOT);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
