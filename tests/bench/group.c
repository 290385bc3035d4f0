/*
 * What containers cost: making and removing them, moving tasks and processes, reading who is in
 * one, emptying one, being told that one is empty.  With cpuacct alone; from the first row with
 * "-5" on, the hierarchy has five subsystems.
 */
#include "crowd.h"

#define ROOT "/tmp/bench.g"
#define A    ROOT "/a"
#define B    ROOT "/b"

#define FIVE "cpu,cpuacct,devices,freezer,pids" /* both kernels have them */

static char *self;
static int turn; /* 0: the tasks are in A */

static const char *file_of(const char *name)
{
	static char path[64];

	turn = !turn;
	snprintf(path, sizeof(path), "%s/%s", turn ? B : A, name);
	return path;
}

static void groups_up(int unused)
{
	NEED(!mkdir(A, 0755) && !mkdir(B, 0755));
	turn = 0;
}

/* Containers that were removed may still be on their way out. */
static void groups_5_up(int unused)
{
	while (mount("none", ROOT, "cgroup", MS_REMOUNT, FIVE)) {
		NEED(errno == EBUSY);
		sched_yield();
	}
	groups_up(0);
}

static void groups_down(void)
{
	group_remove(A);
	group_remove(B);
}

static void mkdir_rmdir(int n)
{
	while (n--)
		NEED(!mkdir(ROOT "/c", 0755) && !rmdir(ROOT "/c"));
}

/* --- moving ---------------------------------------------------------------------------------- */

static void processes_move_in(int size)
{
	crowd_processes(size);
	crowd_spell();
	for (int i = 0; i < size; i++)
		crowd_move(A "/tasks", i);
}

static void processes_up(int size)
{
	groups_up(0);
	processes_move_in(size);
}

static void processes_5_up(int size)
{
	groups_5_up(0);
	processes_move_in(size);
}

static void threads_move_in(int size)
{
	crowd_threads(size);
	crowd_spell();
	crowd_move(A "/cgroup.procs", 0);
}

static void threads_up(int size)
{
	groups_up(0);
	threads_move_in(size);
}

static void threads_5_up(int size)
{
	groups_5_up(0);
	threads_move_in(size);
}

static void crowd_down(void)
{
	crowd_end();
	groups_down();
}

/* The same write again and again, to one container and the other in turn. */
static void alternate(const char *name, int n)
{
	char path[2][64];

	strcpy(path[0], file_of(name));
	strcpy(path[1], file_of(name));
	for (int i = 0; i < n; i++)
		crowd_move(path[i & 1], 0);
	turn ^= n & 1;
}

static void attach_task(int n)
{
	alternate("tasks", n);
}

static void attach_process(int n)
{
	alternate("cgroup.procs", n);
}

static void read_tasks(int n)
{
	while (n--)
		NEED(file_read(A "/tasks") > 0);
}

static void drain(int n)
{
	const char *path = file_of("tasks");

	for (int i = 0; i < n; i++)
		crowd_move(path, i);
}

/* --- the release agent ---------------------------------------------------------------------------
 */

#define FIFO	 "/tmp/bench.fifo"
#define NAME_LEN 16

static int fifo;

static void agent_up(int unused)
{
	groups_5_up(0);
	NEED(!mkfifo(FIFO, 0600));
	fifo = open(FIFO, O_RDWR);
	NEED(fifo >= 0);
	file_write(ROOT "/release_agent", self);
	file_write(ROOT "/notify_on_release", "1");
}

static void agent_down(void)
{
	groups_down();
	close(fifo);
	unlink(FIFO);
}

/* The agent says which container it was called for. */
static int agent_main(const char *path)
{
	char name[NAME_LEN] = "";
	int fd = open(FIFO, O_WRONLY);

	strncpy(name, path, NAME_LEN - 1);
	return write(fd, name, NAME_LEN) != NAME_LEN;
}

/* A container is made, its last child goes, and its agent says so. */
static void agent_run(int n)
{
	static int number;
	char path[64], below[64], name[NAME_LEN];

	while (n--) {
		snprintf(path, sizeof(path), ROOT "/r%d", ++number);
		snprintf(below, sizeof(below), "%s/s", path);
		NEED(!mkdir(path, 0755) && !mkdir(below, 0755) && !rmdir(below));
		do {
			NEED(read(fifo, name, NAME_LEN) == NAME_LEN);
		} while (strcmp(name, strrchr(path, '/')));
		group_remove(path);
	}
}

static const struct op ops[] = {
	{ "mkdir+rmdir", mkdir_rmdir, 100, groups_up, 0, groups_down },
	{ "attach-task", attach_task, 200, processes_up, 1, crowd_down },
	{ "attach-process-1", attach_process, 200, threads_up, 1, crowd_down },
	{ "attach-process-8", attach_process, 200, threads_up, 8, crowd_down },
	{ "attach-process-64", attach_process, 100, threads_up, 64, crowd_down },
	{ "attach-process-1000", attach_process, 20, threads_up, 1000, crowd_down },
	{ "read-64", read_tasks, 20, processes_up, 64, crowd_down },
	{ "read-512", read_tasks, 10, processes_up, 512, crowd_down },
	{ "drain-64", drain, 64, processes_up, 64, crowd_down },
	{ "drain-512", drain, 512, processes_up, 512, crowd_down },
	{ "mkdir+rmdir-5", mkdir_rmdir, 100, groups_5_up, 0, groups_down },
	{ "attach-task-5", attach_task, 200, processes_5_up, 1, crowd_down },
	{ "attach-process-64-5", attach_process, 100, threads_5_up, 64, crowd_down },
	{ "read-512-5", read_tasks, 10, processes_5_up, 512, crowd_down },
	{ "drain-512-5", drain, 512, processes_5_up, 512, crowd_down },
	{ "release-agent", agent_run, 20, agent_up, 0, agent_down },
	{},
};

int main(int argc, char **argv)
{
	if (argc == 2 && argv[1][0] == '/')
		return agent_main(argv[1]);
	self = argv[0];
	hierarchy_mount(ROOT, "cpuacct");
	return bench_main(ops, argc, argv);
}
