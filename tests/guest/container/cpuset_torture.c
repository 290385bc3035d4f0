/* Writes to cpusets, CPUs that come and go, forks, ends, moves, sets made and removed: all at once,
   at random, on all CPUs.  Prints its seed; CPUSET_SEED repeats the choices, CPUSET_SECONDS makes
   it longer.  guest: cpus=4 timeout=120 */
#include "group.h"

#include <sched.h>
#include <sys/prctl.h>

#define ROOT   "/tmp/ct"
#define SETS   4
#define STORMS 3

static uint64_t state;
static int cpu_total;
static struct shared {
	pid_t victims[64]; /* some of the storm's processes, perhaps gone already */
	uint64_t moves, writes, switches, births;
} * shared;

static uint64_t roll(uint64_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % limit;
}

static int put(const char *set, const char *file, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), ROOT "/%s/%s", set, file);
	return text_write(path, value);
}

/* A set, or one below it. */
static const char *some_set(void)
{
	static char name[16];

	snprintf(name, sizeof(name), roll(3) ? "s%d" : "s%d/k", (int)roll(SETS));
	return name;
}

static void make_some_set(void)
{
	char path[64];

	snprintf(path, sizeof(path), ROOT "/%s", some_set());
	if (roll(2))
		mkdir(path, 0755);
	else
		rmdir(path);
}

static void write_some_list(void)
{
	int a = roll(cpu_total), b = roll(cpu_total);
	char list[32];

	snprintf(list, sizeof(list), roll(2) ? "%d-%d" : "%d,%d", a < b ? a : b, a < b ? b : a);
	put(some_set(), "cpuset.mems", "0");
	shared->writes += !put(some_set(), "cpuset.cpus", list);
}

static void write_some_flag(void)
{
	static const char *const files[] = {
		"cpuset.cpu_exclusive",	 "cpuset.sched_load_balance", "cpuset.mem_hardwall",
		"cgroup.clone_children", "cpuset.memory_spread_page", "cpuset.memory_migrate"
	};

	put(roll(8) ? some_set() : ".", files[roll(6)], roll(2) ? "1" : "0");
}

static void move_somebody(void)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", shared->victims[roll(64)]);
	shared->moves +=
		!put(roll(4) ? some_set() : ".", roll(2) ? "tasks" : "cgroup.procs", number);
}

static void pin_somebody(void)
{
	unsigned long mask = 1ul << roll(cpu_total);

	syscall(SYS_sched_setaffinity, shared->victims[roll(64)], sizeof(mask), &mask);
}

static void write_anything(void)
{
	switch (roll(6)) {
	case 0:
		make_some_set();
		break;
	case 1:
	case 2:
		write_some_list();
		break;
	case 3:
		write_some_flag();
		break;
	case 4:
		pin_somebody();
		break;
	default:
		move_somebody();
	}
}

static void switch_cpu(int cpu, const char *to)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	shared->switches += !text_write(path, to);
}

static void plug(void)
{
	switch_cpu(1 + roll(cpu_total - 1), roll(2) ? "1" : "0");
}

/* Forks children that fork, work, sleep and end. */
static void storm(void)
{
	for (int n = 0; n < 12; n++) {
		pid_t pid = fork();

		if (pid > 0) {
			shared->victims[roll(64)] = pid;
			shared->births++;
			continue;
		}
		if (pid)
			break;
		state += getpid();
		if (roll(4) == 0)
			usleep(roll(3000));
		for (volatile int i = roll(50000); i > 0; i--)
			;
		if (roll(3) == 0 && fork() == 0)
			_exit(0);
		_exit(0);
	}
	while (waitpid(-1, NULL, roll(4) ? 0 : WNOHANG) > 0)
		;
}

static pid_t start(void (*fn)(void), int which)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	state += which * 7919;
	for (;;)
		fn();
}

static void clear_away(void)
{
	char path[64];

	for (int cpu = 1; cpu < cpu_total; cpu++)
		switch_cpu(cpu, "1");
	for (int i = 0; i < SETS; i++) {
		snprintf(path, sizeof(path), ROOT "/s%d/k", i);
		while (rmdir(path) && errno == EBUSY)
			sched_yield();
		snprintf(path, sizeof(path), ROOT "/s%d", i);
		while (rmdir(path) && errno == EBUSY)
			sched_yield();
	}
	put(".", "cpuset.sched_load_balance", "1");
	put(".", "cpuset.cpu_exclusive", "1");
	put(".", "cpuset.mem_hardwall", "0");
	put(".", "cgroup.clone_children", "0");
	put(".", "cpuset.memory_spread_page", "0");
	put(".", "cpuset.memory_migrate", "0");
}

static int work(int seconds)
{
	pid_t pids[STORMS + 3];
	int n = 0, lost = 0;

	for (; n < STORMS + 2; n++)
		pids[n] = start(n < STORMS ? storm : write_anything, n);
	pids[n] = start(plug, n);
	n++;
	sleep(seconds);
	while (!shared->births || !shared->moves || !shared->writes || !shared->switches)
		usleep(1000); /* a busy host gives little of each second */
	for (int i = n; i--;) {
		lost += kill(pids[i], SIGKILL) != 0;
		kill(-pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	return lost;
}

int main(void)
{
	const char *seed = getenv("CPUSET_SEED"), *seconds = getenv("CPUSET_SECONDS");
	char label[64];
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	state = seed ? strtoull(seed, NULL, 0) : (uint64_t)t.tv_sec * 1000003 + t.tv_nsec;
	printf("# seed %llu\n", (unsigned long long)state);
	fflush(stdout);
	cpu_total = sysconf(_SC_NPROCESSORS_ONLN);
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 64; i++)
		shared->victims[i] = 999999;
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* nobody of the storm is in the next test */
	mkdir(ROOT, 0755);
	MUST(!group_mount(ROOT, "cpuset"));
	for (int i = 0; i < SETS; i++) {
		snprintf(label, sizeof(label), ROOT "/s%d", i);
		MUST(!mkdir(label, 0755));
	}
	CHECK_EQ(work(seconds ? atoi(seconds) : 3), 0, "everybody worked to the end");
	printf("# %llu births, %llu moves, %llu lists, %llu switches\n",
	       (unsigned long long)shared->births, (unsigned long long)shared->moves,
	       (unsigned long long)shared->writes, (unsigned long long)shared->switches);
	fflush(stdout);
	CHECK(shared->births && shared->moves && shared->writes && shared->switches,
	      "each of them did something");
	clear_away();
	CHECK_EQ(sysconf(_SC_NPROCESSORS_ONLN), cpu_total, "all CPUs are back");
	umount(ROOT);
	rmdir(ROOT);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
