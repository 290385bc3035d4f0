/* Where containers differ from Linux 6.1 on purpose, and exactly how; docs/differences.md names the
   rest. guest: only=corral */
#include "group.h"

#include <linux/sched.h>
#include <sched.h>

#define ROOT "/tmp/difference"

static int hierarchy_of(const char *name)
{
	char key[64], *line;

	snprintf(key, sizeof(key), "\n%s\t", name);
	MUST(text_read("/proc/cgroups") > 0);
	line = strstr(text, key);
	return line ? atoi(line + strlen(key)) : -1;
}

static bool line_of(const char *file, const char *expected)
{
	MUST(text_read(file) >= 0);
	return strstr(text, expected) != NULL;
}

static void version_two(void)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };

	CHECK_ERR(mount("none", ROOT, "cgroup2", 0, NULL), ENODEV, "there is no version 2: ENODEV");
	CHECK(!line_of("/proc/self/cgroup", "0::/"), "so /proc/PID/cgroup has no line 0::/");
	CHECK_ERR(syscall(SYS_clone3, &args, sizeof(args)), EINVAL,
		  "and nobody is born into a group by a descriptor: EINVAL");
}

static void subsystems(void)
{
	static const char *const absent[] = { "blkio", "net_cls", "perf_event", "hugetlb", "rdma" };
	int good = 0;

	for (int i = 0; i < 5; i++)
		good += hierarchy_of(absent[i]) == -1 &&
			mount("none", ROOT, "cgroup", 0, absent[i]) && errno == EINVAL;
	CHECK_EQ(good, 5, "a subsystem that is not there is unknown");
	MUST(!mount("none", ROOT, "cgroup", 0, "all"));
	CHECK(hierarchy_of("debug") > 0 && hierarchy_of("ns") == 0, "all leaves ns out");
	MUST(!umount(ROOT));
	CHECK_EQ(hierarchy_of("debug"), 0, "a hierarchy has ended when umount returns");
	MUST(!mount("none", ROOT, "cgroup", 0, "pids"));
	MUST(!mkdir(ROOT "/a", 0755) && !rmdir(ROOT "/a") && !umount(ROOT));
	CHECK_EQ(hierarchy_of("pids"), 0, "one whose last child was just removed too");
}

static void old_files(void)
{
	MUST(!mount("none", ROOT, "container", 0, "debug,pids"));
	MUST(!mkdir(ROOT "/a", 0755));
	CHECK(line_of("/proc/mounts", " " ROOT " cgroup "), "the type container shows as cgroup");
	CHECK(!access(ROOT "/a/debug.releasable", F_OK), "debug.releasable is a file");
	CHECK(!access(ROOT "/a/container.transfer", F_OK), "and container.transfer");
	MUST(!text_write(ROOT "/a/tasks", "0"));
	CHECK(line_of("/proc/self/container", "pids,debug:/a\n"),
	      "/proc/PID/container has no hierarchy numbers");
	MUST(!umount(ROOT) && !mount("none", ROOT, "cgroup", 0, "pids,debug"));
	MUST(!text_write(ROOT "/tasks", "0") && !rmdir(ROOT "/a") && !umount(ROOT));
	MUST(!mount("none", ROOT, "cgroup", 0, "none,name=difference"));
	CHECK(!line_of("/proc/self/container", "difference"), "nor hierarchies without subsystems");
	MUST(!umount(ROOT));
}

/* The list is made as it is read: who joins between two reads is in it. */
static void fresh_lists(void)
{
	char byte[16];
	pid_t pid = fork();

	while (!pid)
		pause();
	MUST(!mount("none", ROOT, "cgroup", 0, "none,name=difference"));
	MUST(!mkdir(ROOT "/a", 0755));
	int fd = open(ROOT "/a/tasks", O_RDONLY);
	MUST(read(fd, byte, sizeof(byte)) == 0);
	MUST(!group_write_pid(ROOT "/a/tasks", pid));
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(read(fd, byte, sizeof(byte)) > 0 && atoi(byte) == pid,
	      "a list that is read again is the present one");
	close(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	MUST(!rmdir(ROOT "/a") && !umount(ROOT));
}

int main(void)
{
	mkdir(ROOT, 0755);
	version_two();
	subsystems();
	old_files();
	fresh_lists();
	rmdir(ROOT);
	CHECK_END();
}
