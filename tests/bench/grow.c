/*
 * What operations cost while something else grows.
 *
 *	grow tasks|groups|depth|hierarchies|threads|members COUNT
 *
 * tasks and groups are unrelated to what is measured; the process that is moved has COUNT threads,
 * the container that is read has COUNT members, and depth and hierarchies are those of the
 * container in which the program runs.  The machine has two memory nodes, between which a cpuset
 * goes to and fro.
 */
#include "crowd.h"

#define ROOT "/tmp/grow"
#define SETS "/tmp/grow.sets"

static int grown;

static void make_groups(int count)
{
	char path[64];

	NEED(!mkdir(ROOT "/others", 0755));
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), ROOT "/others/%d", i);
		NEED(!mkdir(path, 0755));
	}
}

static void make_depth(int count)
{
	NEED(!chdir(ROOT));
	for (int i = 0; i < count; i++)
		NEED(!mkdir("c", 0755) && !chdir("c"));
	file_write("tasks", "0");
	NEED(!chdir("/"));
}

static void make_hierarchies(int count)
{
	char at[32], options[32];

	for (int i = 1; i < count; i++) {
		snprintf(at, sizeof(at), ROOT "%d", i);
		snprintf(options, sizeof(options), "none,name=grow%d", i);
		hierarchy_mount(at, options);
	}
}

static void mkdir_rmdir(int n)
{
	while (n--)
		NEED(!mkdir(ROOT "/c0", 0755) && !rmdir(ROOT "/c0"));
}

/* One that sleeps, to and fro; it was born last, after all that grew. */
static pid_t mover;

static void attach(int n)
{
	while (n--) {
		file_write_pid(ROOT "/a/tasks", mover);
		file_write_pid(ROOT "/b/tasks", mover);
	}
}

static void read_one(int n)
{
	while (n--)
		NEED(file_read(ROOT "/b/tasks") > 0);
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

static void pause_for_ever(void)
{
	for (;;)
		pause();
}

/* Of one task, to another memory node and back. */
static void change_cpuset(int n)
{
	while (n--) {
		file_write(SETS "/a/cpuset.mems", "1");
		file_write(SETS "/a/cpuset.mems", "0");
	}
}

static const struct op unrelated[] = {
	{ "mkdir+rmdir", mkdir_rmdir, 50 }, { "attach", attach, 50 },
	{ "read", read_one, 50 },	    { "fork", fork_exit_wait, 50 },
	{ "cpuset", change_cpuset, 50 },    {},
};

/* Figures for one: the whole process by one write, the whole container by one reading. */
static void attach_threads(int count)
{
	int64_t best = INT64_MAX;

	crowd_threads(count);
	for (int i = 0; i < 4; i++) {
		int64_t start = bench_now();

		file_write_pid(i & 1 ? ROOT "/b/cgroup.procs" : ROOT "/a/cgroup.procs",
			       crowd_threads_pid);
		start = bench_now() - start;
		best = start < best ? start : best;
	}
	bench_print("attach-process", best);
	crowd_end();
}

static void read_members(int count)
{
	int64_t best = INT64_MAX;

	crowd_threads(count);
	file_write_pid(ROOT "/a/cgroup.procs", crowd_threads_pid);
	for (int i = 0; i < 3; i++) {
		int64_t start = bench_now();

		file_read(ROOT "/a/tasks");
		start = bench_now() - start;
		best = start < best ? start : best;
	}
	bench_print("read-members", best);
	crowd_end();
}

int main(int argc, char **argv)
{
	char *none[] = { argv[0], NULL };
	const char *kind;

	NEED(argc == 3);
	kind = argv[1];
	grown = atoi(argv[2]);
	crowd_allow();
	hierarchy_mount(ROOT, "cpu,cpuacct,devices,freezer,pids");
	NEED(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/b", 0755));
	if (!strcmp(kind, "threads")) {
		attach_threads(grown);
		return 0;
	}
	if (!strcmp(kind, "members")) {
		read_members(grown);
		return 0;
	}
	if (!strcmp(kind, "tasks"))
		crowd_processes(grown);
	else if (!strcmp(kind, "groups"))
		make_groups(grown);
	else if (!strcmp(kind, "depth"))
		make_depth(grown);
	else if (!strcmp(kind, "hierarchies"))
		make_hierarchies(grown);
	mover = fork();
	if (!mover)
		pause_for_ever();
	hierarchy_mount(SETS, "cpuset");
	NEED(!mkdir(SETS "/a", 0755));
	file_write(SETS "/a/cpuset.cpus", "0");
	file_write(SETS "/a/cpuset.mems", "0");
	file_write_pid(SETS "/a/tasks", mover);
	sched_yield();
	bench_main(unrelated, 1, none);
	kill(mover, SIGKILL);
	waitpid(mover, NULL, 0);
	if (!strcmp(kind, "tasks"))
		crowd_end();
	return 0;
}
