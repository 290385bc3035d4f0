/*
 * What it costs to change the cpusets of a group of tasks that sleep: one write that changes their
 * set, one that moves a process with all its threads, one for each task that moves to another set,
 * and one that moves all that are in a set.  What the sets differ in are CPUs where there are four,
 * and memory nodes where there is one CPU.  With -icount the clock counts the instructions of all
 * CPUs together, so nobody else may be busy.
 */
#include "crowd.h"

#define ROOT "/tmp/bench.c"
#define A    ROOT "/a"
#define B    ROOT "/b"

static bool of_nodes;
static int turn;

static void set_write(const char *path, const char *name, const char *value)
{
	char file[64];

	snprintf(file, sizeof(file), "%s/cpuset.%s", path, name);
	file_write(file, value);
}

static void make(const char *path, const char *cpu, const char *node)
{
	NEED(!mkdir(path, 0755));
	set_write(path, "cpus", of_nodes ? "0" : cpu);
	set_write(path, "mems", of_nodes ? node : "0");
}

static void empty_sets_up(void)
{
	make(A, "1", "0");
	make(B, "2", "1");
	turn = 0;
}

static void process_up(int size)
{
	empty_sets_up();
	crowd_threads(size);
	file_write_pid(A "/cgroup.procs", crowd_threads_pid);
}

static void sets_up(int size)
{
	empty_sets_up();
	crowd_processes(size);
	crowd_spell();
	for (int i = 0; i < size; i++)
		crowd_move(A "/tasks", i);
}

static void sets_down(void)
{
	crowd_end();
	NEED(!rmdir(A) && !rmdir(B));
}

/* All to another CPU or node, by one write. */
static void rewrite(int n)
{
	turn = !turn;
	if (of_nodes)
		set_write(A, "mems", turn ? "1" : "0");
	else
		set_write(A, "cpus", turn ? "3" : "1");
}

/* All into the other set, one by one. */
static void move_each(int n)
{
	turn = !turn;
	for (int i = 0; i < n; i++)
		crowd_move(turn ? B "/tasks" : A "/tasks", i);
}

/* A process of many threads, by one write. */
static void move_process(int n)
{
	turn = !turn;
	file_write_pid(turn ? B "/cgroup.procs" : A "/cgroup.procs", crowd_threads_pid);
}

/* All into the other set, by one write. */
static void transfer(int n)
{
	turn = !turn;
	file_write(turn ? A "/container.transfer" : B "/container.transfer", turn ? "/b" : "/a");
}

static const struct op cpu_ops[] = {
	{ "cpuset-rewrite-512", rewrite, 512, sets_up, 512, sets_down },
	{ "cpuset-process-512", move_process, 512, process_up, 512, sets_down },
	{ "cpuset-move-512", move_each, 512, sets_up, 512, sets_down },
	{ "cpuset-transfer-512", transfer, 512, sets_up, 512, sets_down },
	{},
};

static const struct op node_ops[] = {
	{ "mems-rewrite-512", rewrite, 512, sets_up, 512, sets_down },
	{ "mems-process-512", move_process, 512, process_up, 512, sets_down },
	{ "mems-move-512", move_each, 512, sets_up, 512, sets_down },
	{},
};

int main(int argc, char **argv)
{
	of_nodes = sysconf(_SC_NPROCESSORS_ONLN) == 1;
	hierarchy_mount(ROOT, "cpuset");
	return bench_main(of_nodes ? node_ops : cpu_ops, argc, argv);
}
