/*
 * The last CPU of a cpuset goes and its tasks cannot be moved, because a subsystem refuses: they
 * stay, and run on the CPUs of the nearest set above.
 *
 * guest: cpus=4 only=corral
 */
#include "../await.h"
#include "group.h"
#include "stat.h"

#include <sys/klog.h>

#define ROOT  "/tmp/cx"
#define DEBUG "/tmp/cx.debug"
#define SYS   "/sys/devices/system/cpu/cpu3/online"

static void make(const char *path, const char *cpus)
{
	char file[96];

	MUST(!mkdir(path, 0755));
	snprintf(file, sizeof(file), "%s/cpuset.cpus", path);
	MUST(!text_write(file, cpus));
	snprintf(file, sizeof(file), "%s/cpuset.mems", path);
	MUST(!text_write(file, "0"));
}

static bool reads(const char *path, const char *expected)
{
	return text_read(path) > 0 && !strcmp(text, expected);
}

static bool is_in(pid_t pid, const char *set)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/cpuset", pid);
	return reads(path, set);
}

static unsigned affinity(pid_t pid)
{
	unsigned long mask = 0;

	syscall(SYS_sched_getaffinity, pid, sizeof(mask), &mask);
	return mask;
}

int main(void)
{
	pid_t pid;

	mkdir(ROOT, 0755);
	mkdir(DEBUG, 0755);
	MUST(!group_mount(ROOT, "cpuset") && !group_mount(DEBUG, "debug"));
	make(ROOT "/p", "1,3");
	make(ROOT "/p/a", "3");
	pid = fork();
	if (!pid)
		for (;;)
			;
	MUST(!group_write_pid(ROOT "/p/a/tasks", pid) && affinity(pid) == 8);
	MUST(!text_write(DEBUG "/debug.fail_attach", "cpuset 1"));
	CHECK_OK(text_write(SYS, "0"), "a CPU goes although the tasks of its set may not leave it");
	CHECK(is_in(pid, "/p/a\n"), "they stay where they are");
	CHECK(reads(ROOT "/p/a/cpuset.cpus", "\n"), "in a set without CPUs");
	AWAIT(runs_on(pid) == 1); /* it may be on its way */
	CHECK(affinity(pid) == 2, "and run on those of the set above");
	static char log[70000];
	klogctl(3, log, sizeof(log) - 1);
	CHECK(strstr(log, "cannot move the tasks out of a set without CPUs (error -1)"),
	      "which the log tells");
	CHECK_OK(text_write(SYS, "1"), "the CPU comes back");
	CHECK(is_in(pid, "/p/a\n") && reads(ROOT "/p/a/cpuset.cpus", "\n") && affinity(pid) == 2,
	      "and changes nothing for them");
	CHECK(!text_write(ROOT "/p/cpuset.cpus", "1,3") &&
		      !text_write(ROOT "/p/a/cpuset.cpus", "3") && affinity(pid) == 8,
	      "until it is written to the sets again");
	AWAIT(runs_on(pid) == 3);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	MUST(!rmdir(ROOT "/p/a") && !rmdir(ROOT "/p") && !umount(ROOT) && !umount(DEBUG));
	rmdir(ROOT);
	rmdir(DEBUG);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
