/*
 * What a cpuset does to its tasks and what it leaves alone; and what is said of a value that is
 * wrong in two ways.
 *
 * guest: cpus=4 nodes=2 memory=512
 */
#include "../vm/numa.h"
#include "group.h"

#define ROOT "/tmp/cu"

/* The errno of writing value to a file below ROOT; 0: taken. */
static int put(const char *file, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), ROOT "/%s", file);
	return text_write(path, value) ? errno : 0;
}

static void make(const char *name, const char *cpus, const char *mems)
{
	char path[64];

	snprintf(path, sizeof(path), ROOT "/%s", name);
	MUST(!mkdir(path, 0755));
	snprintf(path, sizeof(path), "%s/cpuset.cpus", name);
	MUST(!put(path, cpus));
	snprintf(path, sizeof(path), "%s/cpuset.mems", name);
	MUST(!put(path, mems));
}

static int move(const char *tasks, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), ROOT "/%s", tasks);
	return group_write_pid(path, pid) ? errno : 0;
}

static pid_t start(const char *tasks)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	MUST(!move(tasks, pid));
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static unsigned affinity(pid_t pid)
{
	unsigned long mask[128] = { 0 };

	syscall(SYS_sched_getaffinity, pid, sizeof(mask), mask);
	return mask[0];
}

static void pin(pid_t pid, unsigned long mask)
{
	MUST(!syscall(SYS_sched_setaffinity, pid, sizeof(mask), &mask));
}

static bool status_has(pid_t pid, const char *line)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return text_read(path) > 0 && strstr(text, line);
}

/* a has 1-3 and is exclusive, a/b 1-2 with a task and a child, a/x 3 for itself. */
static void order(void)
{
	pid_t pid;

	make("a", "1-3", "0");
	MUST(!put("a/cpuset.cpu_exclusive", "1"));
	make("a/b", "1-2", "0");
	make("a/b/c", "1", "0");
	make("a/x", "3", "0");
	MUST(!put("a/x/cpuset.cpu_exclusive", "1"));
	pid = start("a/b/tasks");
	CHECK_EQ(put("a/b/cpuset.cpus", "0"), EBUSY,
		 "that a child has more is told before that the parent has less");
	CHECK_EQ(put("a/b/cpuset.cpus", "3"), EBUSY, "and before that a sibling is exclusive");
	CHECK_EQ(put("a/b/cpuset.cpus", "\n"), EBUSY, "and before that there are tasks");
	MUST(!put("a/b/c/cpuset.cpus", "\n") && !put("a/b/c/cpuset.mems", "\n"));
	CHECK_EQ(put("a/b/cpuset.cpus", "0,3"), EACCES,
		 "that the parent has less is told before that a sibling is exclusive");
	CHECK_EQ(put("a/b/cpuset.cpus", "x0"), EINVAL, "what is no list is told first");
	CHECK_EQ(put("a/b/cpuset.cpus", "\n"), ENOSPC, "without any of that it has tasks");
	end(pid);
	CHECK_EQ(put("a/b/cpuset.cpus", "\n"), 0, "and when they have gone it may be empty");
	MUST(!rmdir(ROOT "/a/b/c") && !rmdir(ROOT "/a/b") && !rmdir(ROOT "/a/x") &&
	     !rmdir(ROOT "/a"));
}

static void unchanged(void)
{
	pid_t pid, below;

	make("a", "0-3", "0-1");
	make("a/b", "1-2", "1");
	pid = start("a/tasks");
	below = start("a/b/tasks");
	pin(pid, 4);
	pin(below, 2);
	CHECK(!move("a/tasks", pid) && !move("a/cgroup.procs", pid) && affinity(pid) == 4,
	      "a task that is written to where it is keeps what it asked for");
	CHECK(!put("a/cpuset.cpus", "1-3") && affinity(pid) == 0xe, "a change makes it forget");
	CHECK(affinity(below) == 2, "but not a task of a set below");
	end(pid);
	end(below);
	MUST(!rmdir(ROOT "/a/b") && !rmdir(ROOT "/a"));
}

/* A child has what its parent has at its birth. */
static void births(void)
{
	int status;

	make("a", "1-3", "1");
	status = IN_CHILD({
		MUST(!move("a/tasks", getpid()));
		pin(0, 0xc);
		pid_t kid = fork();
		if (!kid)
			for (;;)
				pause();
		bool good = affinity(kid) == 0xc && status_has(kid, "\nCpus_allowed:\tc\n") &&
			    status_has(kid, "\nCpus_allowed_list:\t2-3\n") &&
			    status_has(kid, "\nMems_allowed_list:\t1\n");
		end(kid);
		_exit(good ? 0 : 1);
	});
	CHECK(EXITED(status, 0), "a child begins with the CPUs and nodes that its parent has");
	rmdir(ROOT "/a");
}

/* Mems_allowed is as wide as Debian's kernel can have nodes: 1024. */
static void masks(void)
{
	char expected[512] = "\nMems_allowed:\t";
	pid_t pid;

	make("a", "0-3", "1");
	pid = start("a/tasks");
	for (int word = 0; word < 31; word++)
		strcat(expected, "00000000,");
	strcat(expected, "00000002\n");
	CHECK(status_has(pid, expected), "Mems_allowed is hex words, the most significant first");
	CHECK(status_has(pid, "\nCpus_allowed:\tf\n"), "Cpus_allowed has a digit for four CPUs");
	end(pid);
	rmdir(ROOT "/a");
}

static bool policy_is(unsigned long expected)
{
	unsigned long nodes = 0;
	int mode = -1;

	return !get_policy(&mode, &nodes, 64, NULL, 0) && mode == MPOL_BIND && nodes == expected;
}

/* The policy of a task is bound to the nodes that it gets. */
static void policies(void)
{
	int status;

	make("a", "0-3", "0-1");
	status = IN_CHILD({
		unsigned long second = 2;

		MUST(!move("a/tasks", getpid()) && !set_policy(MPOL_BIND, &second, 64));
		MUST(policy_is(2) && !put("a/cpuset.mems", "0"));
		if (!policy_is(1))
			_exit(1);
		char *p = map_pages(1);
		*p = 1;
		if (node_of(p) != 0)
			_exit(2);
	});
	CHECK(EXITED(status, 0), "the policy of a task follows when the nodes of its set change");
	rmdir(ROOT "/a");
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!group_mount(ROOT, "cpuset"));
	order();
	unchanged();
	births();
	masks();
	policies();
	umount(ROOT);
	rmdir(ROOT);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
