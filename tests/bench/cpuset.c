/*
 * What it costs to move a group of tasks to other CPUs: one write that changes their set, one that
 * moves a process with all its threads, one for each task that moves to another set, and one that
 * moves all that are in a set.  The tasks
 * sleep.  Needs four CPUs; with -icount the clock counts the instructions of all of them together,
 * so nobody else may be busy.
 */
#include "crowd.h"

#define ROOT "/tmp/bench.c"
#define A    ROOT "/a"
#define B    ROOT "/b"

static int turn;

static void make(const char *path, const char *cpu)
{
	char file[64];

	NEED(!mkdir(path, 0755));
	snprintf(file, sizeof(file), "%s/cpuset.cpus", path);
	file_write(file, cpu);
	snprintf(file, sizeof(file), "%s/cpuset.mems", path);
	file_write(file, "0");
}

static void empty_sets_up(void)
{
	make(A, "1");
	make(B, "2");
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
	for (int i = 0; i < size; i++)
		file_write_pid(A "/tasks", crowd_pids[i]);
}

static void sets_down(void)
{
	crowd_end();
	NEED(!rmdir(A) && !rmdir(B));
}

/* All to another CPU, by one write. */
static void rewrite(int n)
{
	turn = !turn;
	file_write(A "/cpuset.cpus", turn ? "3" : "1");
}

/* All into the other set, one by one. */
static void move_each(int n)
{
	turn = !turn;
	for (int i = 0; i < n; i++)
		file_write_pid(turn ? B "/tasks" : A "/tasks", crowd_pids[i]);
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

static struct op ops[] = {
	{ "cpuset-rewrite-512", rewrite, 512, sets_up, 512, sets_down },
	{ "cpuset-process-512", move_process, 512, process_up, 512, sets_down },
	{ "cpuset-move-512", move_each, 512, sets_up, 512, sets_down },
	{ "cpuset-transfer-512", transfer, 512, sets_up, 512, sets_down },
	{},
};

int main(int argc, char **argv)
{
	hierarchy_mount(ROOT, "cpuset");
	if (access(ROOT "/container.transfer", F_OK))
		ops[3].name = NULL; /* Linux has no such file */
	return bench_main(ops, argc, argv);
}
