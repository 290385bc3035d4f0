/* Where tasks of a cpuset really run, by what each CPU was charged for and by field 39 of stat:
   after a write, a move, a fork, an exec and many wake-ups; and that balancing stays in a
   partition.  guest: cpus=4 */
#include "../await.h"
#include "group.h"
#include "stat.h"

#include <sched.h>

#define ROOT "/tmp/pl"
#define CPUS 4

static int64_t used[64];

/* ns that each CPU has worked for the container. */
static void read_used(const char *name)
{
	char path[96], *at;

	snprintf(path, sizeof(path), ROOT "/%s/cpuacct.usage_percpu", name);
	MUST(text_read(path) > 0);
	at = text;
	for (int cpu = 0; cpu < CPUS; cpu++)
		used[cpu] = strtoll(at, &at, 10);
}

static void set(const char *name, const char *file, const char *value)
{
	char path[96];

	snprintf(path, sizeof(path), ROOT "/%s/%s", name, file);
	MUST(!text_write(path, value));
}

static void make(const char *name, const char *list)
{
	char path[96];

	snprintf(path, sizeof(path), ROOT "/%s", name);
	MUST(!mkdir(path, 0755));
	set(name, "cpuset.cpus", list);
	set(name, "cpuset.mems", "0");
}

static void drop(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), ROOT "/%s", name);
	while (rmdir(path) && errno == EBUSY)
		sched_yield();
}

static int64_t cpu_time(pid_t pid)
{
	char *at = stat_field(pid, 14);
	int64_t ticks;

	if (!at)
		return -1;
	ticks = strtoll(at, &at, 10);
	return ticks + strtoll(at, NULL, 10);
}

/* Busy in user mode and in the kernel, asleep and awake: each in turn. */
static void work(int kind)
{
	int fd[2];
	char byte = 0;

	if (pipe(fd))
		_exit(1);
	for (;;) {
		switch (kind) {
		case 0:
			break;
		case 1:
			sched_yield();
			break;
		case 2:
			if (fork() == 0)
				_exit(0);
			wait(NULL);
			break;
		case 3:
			if (write(fd[1], &byte, 1) != 1 || read(fd[0], &byte, 1) != 1)
				_exit(1);
			usleep(100);
			break;
		}
	}
}

static pid_t start(const char *name, int kind)
{
	char path[96];
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		work(kind);
	}
	snprintf(path, sizeof(path), ROOT "/%s/cgroup.procs", name);
	MUST(!group_write_pid(path, pid));
	return pid;
}

static void end(pid_t *pids, int n)
{
	for (int i = 0; i < n; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

/* Until each of them has worked for some more ticks of the clock. */
static void let_work(pid_t *pids, int n)
{
	for (int i = 0; i < n; i++) {
		int64_t begin = cpu_time(pids[i]);

		while (cpu_time(pids[i]) < begin + 3)
			usleep(1000);
	}
}

/* What the CPUs outside the mask have been charged for name since `before`. */
static int64_t strayed(const char *name, unsigned mask, const int64_t *before)
{
	int64_t sum = 0;

	read_used(name);
	for (int cpu = 0; cpu < CPUS; cpu++)
		if (!(mask & 1u << cpu))
			sum += used[cpu] - before[cpu];
	return sum;
}

#define BUSY 8

/* Linux charges a task that ends to its set but moves it no more: there nobody forks. */
static int kind_of(int i)
{
	return i % 4 == 2 && !on_corral() ? 3 : i % 4;
}

/* A write pushes off what runs: nothing is charged to the other CPUs from its return on. */
static void test_writes(void)
{
	static const char *const lists[] = { "0", "1-2", "3", "0,3", "1", "2-3", "0-1", "2" };
	static const unsigned masks[] = { 1, 6, 8, 9, 2, 12, 3, 4 };
	int64_t before[64], stray = 0;
	pid_t pids[BUSY];

	make("a", "0-3");
	for (int i = 0; i < BUSY; i++)
		pids[i] = start("a", kind_of(i));
	for (int round = 0; round < 24; round++) {
		unsigned mask = masks[round % 8];

		set("a", "cpuset.cpus", lists[round % 8]);
		read_used("a");
		memcpy(before, used, sizeof(before));
		for (int i = 0; i < BUSY;
		     i += 4) /* those that never sleep; one may be on its way */
			AWAIT(mask & 1u << runs_on(pids[i]));
		let_work(pids, 1);
		stray += strayed("a", mask, before);
	}
	CHECK_EQ(stray, 0, "after a write no other CPU works for the set, not for a nanosecond");
	CHECK(true, "who is busy is on a CPU of the set");
	end(pids, BUSY);
	drop("a");
}

static void test_moves(void)
{
	int64_t before[64], stray = 0;
	pid_t pids[BUSY];

	make("a", "0-1");
	make("b", "2-3");
	for (int i = 0; i < BUSY; i++)
		pids[i] = start("a", kind_of(i));
	for (int round = 0; round < 12; round++) {
		const char *to = round % 2 ? "a" : "b";

		for (int i = 0; i < BUSY; i++) {
			char path[64];

			snprintf(path, sizeof(path), ROOT "/%s/cgroup.procs", to);
			MUST(!group_write_pid(path, pids[i]));
		}
		read_used(to);
		memcpy(before, used, sizeof(before));
		let_work(pids, 1);
		stray += strayed(to, round % 2 ? 3 : 12, before);
	}
	CHECK_EQ(stray, 0, "a set that tasks move into works on its own CPUs alone");
	end(pids, BUSY);
	drop("a");
	drop("b");
}

/* With exec the CPUs stay what they are, and a fork and its children inherit them. */
static void test_programs(void)
{
	int64_t before[64];
	int status, moved[2], go[2];
	char byte = 0;
	pid_t pid;

	make("a", "1,3");
	MUST(!pipe(moved) && !pipe(go));
	pid = fork();
	if (!pid) {
		MUST(!text_write(ROOT "/a/tasks", "0"));
		MUST(write(moved[1], &byte, 1) == 1 && read(go[0], &byte, 1) == 1);
		execl("/bin/sh", "sh", "-c",
		      "for i in 1 2 3 4 5 6 7 8; do (sh -c true; true | cat) & done; wait", NULL);
		_exit(1);
	}
	MUST(read(moved[0], &byte, 1) == 1);
	read_used("a");
	memcpy(before, used, sizeof(before));
	MUST(write(go[1], &byte, 1) == 1);
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "a shell with many children runs in a set");
	CHECK_EQ(strayed("a", 10, before), 0, "and all of them on its CPUs");
	drop("a");
}

/* Who moves itself, or narrows its own set, is elsewhere when the call returns. */
static void test_self(void)
{
	static const char *const lists[] = { "0", "1", "2", "3" };
	int wrong = 0;

	make("a", "0-3");
	wrong = IN_CHILD({
		for (int i = 0; i < 40; i++) {
			set("a", "cpuset.cpus", lists[i * 3 % 4]);
			if (i % 4 == 0)
				MUST(!text_write(ROOT "/a/tasks", "0"));
			if (sched_getcpu() != i * 3 % 4)
				_exit(1);
			if (i % 4 == 3)
				MUST(!text_write(ROOT "/tasks", "0"));
		}
	});
	CHECK(EXITED(wrong, 0), "a task that changes its own set has changed CPUs on return");
	drop("a");
}

/* Four tasks, busy or often woken, all on one CPU of two when the two become one domain or stay
   apart. */
static void test_partition(void)
{
	int64_t before[64];
	pid_t pids[4];
	bool spread = false;

	make("a", "1");
	for (int i = 0; i < 4; i++)
		pids[i] = start("a", i < 2 ? 0 : 3);
	set(".", "cpuset.sched_load_balance", "0");
	set("a", "cpuset.sched_load_balance", "0");
	set("a", "cpuset.cpus", "1-2"); /* none of them has to move */
	read_used("a");
	memcpy(before, used, sizeof(before));
	let_work(pids, 2);
	CHECK_EQ(strayed("a", 2, before), 0, "without balancing tasks stay where they are");
	set("a", "cpuset.sched_load_balance", "1");
	while (!spread) {
		let_work(pids, 1);
		read_used("a");
		spread = used[2] > before[2];
	}
	CHECK(spread, "with it they spread over the CPUs of the set");
	CHECK_EQ(used[0] - before[0] + used[3] - before[3], 0, "and over no others");
	set(".", "cpuset.sched_load_balance", "1");
	end(pids, 4);
	drop("a");
}

static void pin(pid_t pid, unsigned long mask)
{
	MUST(!syscall(SYS_sched_setaffinity, pid, sizeof(mask), &mask));
}

/* Four busy tasks that may go anywhere, all on CPU 0, until each CPU of the mask has had some. */
static int64_t spread_over(pid_t *pids, unsigned mask)
{
	int64_t before[64];
	bool spread = false;

	for (int i = 0; i < 4; i++)
		pin(pids[i], 1);
	read_used("all");
	memcpy(before, used, sizeof(before));
	for (int i = 0; i < 4; i++)
		pin(pids[i], 15);
	while (!spread) {
		let_work(pids, 1);
		read_used("all");
		spread = true;
		for (int cpu = 0; cpu < CPUS; cpu++)
			spread &= !(mask & 1u << cpu) || used[cpu] > before[cpu];
	}
	return strayed("all", mask, before);
}

/* Sets that overlap are one domain, others are not. */
static void test_domains(void)
{
	pid_t pids[4];

	make("all", "0-3");
	set("all", "cpuset.sched_load_balance", "0");
	make("a", "0-1");
	make("b", "1-2");
	set(".", "cpuset.sched_load_balance", "0");
	for (int i = 0; i < 4; i++)
		pids[i] = start("all", 0);
	CHECK_EQ(spread_over(pids, 7), 0, "sets that overlap share their load, and no CPU more");
	set("b", "cpuset.cpus", "2");
	CHECK_EQ(spread_over(pids, 3), 0, "until they overlap no more");
	set(".", "cpuset.sched_load_balance", "1");
	CHECK_EQ(spread_over(pids, 15), 0, "and all do when the root says so");
	end(pids, 4);
	drop("a");
	drop("b");
	drop("all");
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!group_mount(ROOT, "cpuset,cpuacct"));
	test_writes();
	test_moves();
	test_programs();
	test_self();
	test_partition();
	test_domains();
	umount(ROOT);
	rmdir(ROOT);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
