/*
 * What a fork costs when there are hierarchies, and when they are deep: the first five have the
 * subsystems that look at births, ends and time.
 */
#include "crowd.h"

/* --- forks below hierarchies --------------------------------------------------------------------
 */

#define NAMED 5 /* from here on they have names only, and no subsystem looks at ancestors */

static const char *const options[16] = { "cpu",		 "cpuacct",	 "devices",
					 "freezer",	 "pids",	 "none,name=b5",
					 "none,name=b6", "none,name=b7", "none,name=b8",
					 "none,name=b9", "none,name=ba", "none,name=bb",
					 "none,name=bc", "none,name=bd", "none,name=be",
					 "none,name=bf" };
static int fork_first, fork_end, fork_depth;

/* From the root of hierarchy i to a container so deep, or the way back. */
static void descend(int i)
{
	char at[64];

	snprintf(at, sizeof(at), "/tmp/bench.h%d", i);
	hierarchy_mount(at, options[i]);
	NEED(!chdir(at));
	for (int k = 0; k < fork_depth; k++)
		NEED(!mkdir("c", 0755) && !chdir("c"));
	file_write("tasks", "0");
}

static void ascend(int i)
{
	char at[64];

	snprintf(at, sizeof(at), "/tmp/bench.h%d/tasks", i);
	file_write(at, "0");
	*strrchr(at, '/') = 0;
	NEED(!chdir(at));
	for (int k = 0; k < fork_depth; k++)
		NEED(!chdir("c"));
	for (int k = 0; k < fork_depth; k++) {
		NEED(!chdir(".."));
		group_remove("c");
	}
	NEED(!chdir("/"));
	hierarchy_unmount(at);
}

/* Of which hierarchies: those from first up to and without end. */
static void fork_up_in(int first, int end, int depth)
{
	fork_first = first;
	fork_end = end;
	fork_depth = depth;
	for (int i = first; i < end; i++)
		descend(i);
}

/* arg is hierarchies * 1000 + depth. */
static void fork_up(int arg)
{
	fork_up_in(0, arg / 1000, arg % 1000);
}

static void fork_named_up(int arg)
{
	fork_up_in(NAMED, NAMED + arg / 1000, arg % 1000);
}

static void fork_down(void)
{
	for (int i = fork_first; i < fork_end; i++)
		ascend(i);
}

static void fork_exit_wait(int n)
{
	while (n--) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

/* fork-depth: five hierarchies.  fork-none stands beside those that are compared with it: the
   kernel's own memory is in the same state then. */
static const struct op ops[] = {
	{ "fork-hierarchies-1", fork_exit_wait, 100, fork_up, 1001, fork_down },
	{ "fork-hierarchies-2", fork_exit_wait, 100, fork_up, 2001, fork_down },
	{ "fork-hierarchies-4", fork_exit_wait, 100, fork_up, 4001, fork_down },
	{ "fork-hierarchies-8", fork_exit_wait, 100, fork_up, 8001, fork_down },
	{ "fork-hierarchies-16", fork_exit_wait, 100, fork_up, 16001, fork_down },
	{ "fork-depth-1", fork_exit_wait, 100, fork_up, 5001, fork_down },
	{ "fork-depth-16", fork_exit_wait, 100, fork_up, 5016, fork_down },
	{ "fork-depth-256", fork_exit_wait, 100, fork_up, 5256, fork_down },
	{ "fork-none", fork_exit_wait, 100, fork_up, 0, fork_down },
	{ "fork-8x16", fork_exit_wait, 100, fork_up, 8016, fork_down },
	{ "fork-named-8x16", fork_exit_wait, 100, fork_named_up, 8016, fork_down },
	{},
};

int main(int argc, char **argv)
{
	return bench_main(ops, argc, argv);
}
