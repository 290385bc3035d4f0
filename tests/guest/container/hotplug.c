/* CPUs that go out of service and come back while they are busy, and what becomes of cpusets.
   guest: cpus=4 nodes=2 memory=512 */
#include "../await.h"
#include "group.h"
#include "stat.h"

#include <sched.h>
#include <sys/timerfd.h>

#define ROOT "/tmp/hp"
#define SYS  "/sys/devices/system/cpu/"

static const char *get(const char *path)
{
	if (text_read(path) < 0)
		return strerror(errno);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static int set_online(int cpu, const char *value)
{
	char path[64];

	snprintf(path, sizeof(path), SYS "cpu%d/online", cpu);
	return text_write(path, value) ? errno : 0;
}

static unsigned allowed(pid_t pid)
{
	char path[64], *at;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	text_read(path);
	at = strstr(text, "\nCpus_allowed:\t");
	return at ? strtoul(at + 15, NULL, 16) : 0;
}

static unsigned usable(pid_t pid)
{
	unsigned long mask[128] = { 0 }; /* Debian's kernel has room for 8192 CPUs */

	syscall(SYS_sched_getaffinity, pid, sizeof(mask), mask);
	return mask[0];
}

static pid_t start(const char *tasks, unsigned long mask, bool busy)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		for (;;)
			if (!busy)
				pause();
	}
	if (tasks)
		MUST(!group_write_pid(tasks, pid));
	if (mask)
		MUST(!syscall(SYS_sched_setaffinity, pid, sizeof(mask), &mask));
	while (!busy && state_of(pid) != 'S')
		sched_yield();
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static bool is_in(pid_t pid, const char *path)
{
	char file[64];

	snprintf(file, sizeof(file), "/proc/%d/cpuset", pid);
	return !strcmp(get(file), path);
}

static bool mentions(const char *file, const char *word)
{
	return text_read(file) > 0 && strstr(text, word);
}

static void make(const char *path, const char *cpus_list)
{
	char file[96];

	MUST(!mkdir(path, 0755));
	snprintf(file, sizeof(file), "%s/cpuset.cpus", path);
	MUST(!text_write(file, cpus_list));
	snprintf(file, sizeof(file), "%s/cpuset.mems", path);
	MUST(!text_write(file, "0"));
}

static void test_lists(void)
{
	CHECK_STR(get(SYS "online"), "0-3", "all CPUs are online");
	CHECK_STR(get(SYS "offline"), "", "none is offline");
	CHECK_ERR(open(SYS "cpu0/online", O_WRONLY), ENOENT,
		  "the first one cannot be switched off");
	CHECK_EQ(set_online(2, "x"), EINVAL, "what is neither yes nor no is EINVAL");
	CHECK_EQ(set_online(2, "1"), 0, "what is on may be switched on");
	CHECK_EQ(set_online(2, "0\n"), 0, "one is switched off");
	CHECK_EQ(set_online(2, "0"), 0, "and again");
	CHECK_STR(get(SYS "cpu2/online"), "0", "its file says so");
	CHECK_STR(get(SYS "online"), "0-1,3", "online lists the others");
	CHECK_STR(get(SYS "offline"), "2", "offline lists it");
	CHECK_STR(get(SYS "possible"), "0-3", "it is still possible");
	CHECK_STR(get(SYS "present"), "0-3", "and present");
	CHECK_STR(get("/sys/devices/system/node/node1/cpulist"), "3", "its node has lost it");
	CHECK(!mentions("/proc/stat", "cpu2 ") && strstr(text, "cpu3 "),
	      "/proc/stat leaves it out");
	CHECK(!mentions("/proc/cpuinfo", "processor\t: 2\n") && strstr(text, "processor\t: 3\n"),
	      "/proc/cpuinfo too");
	CHECK(!mentions("/proc/interrupts", "CPU2") && strstr(text, "CPU3"),
	      "/proc/interrupts too");
	CHECK_EQ(sysconf(_SC_NPROCESSORS_ONLN), 3, "programs count three");
	unsigned long mask = 4;
	CHECK_ERR(syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask), EINVAL,
		  "nobody can ask for it");
	CHECK_EQ(set_online(2, "on"), 0, "it comes back");
	CHECK_STR(get(SYS "online"), "0-3", "and all are online");
	CHECK_EQ(syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask), 0, "it can be asked for");
	CHECK_EQ(sched_getcpu(), 2, "and runs programs");
	mask = ~0ul;
	syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask);
}

static void test_tasks(void)
{
	pid_t busy = start(NULL, 4, true), asleep = start(NULL, 4, false);
	pid_t both = start(NULL, 0xc, true), any = start(NULL, 0, false);
	int timer = timerfd_create(CLOCK_MONOTONIC, 0);
	struct itimerspec soon = { .it_value = { .tv_nsec = 150 * 1000 * 1000 } };
	unsigned long mask = 4;
	uint64_t count = 0;

	syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask);
	timerfd_settime(timer, 0, &soon, NULL); /* it is in the tree of CPU 2 now */
	mask = 0xb;
	syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask);
	while (runs_on(busy) != 2)
		sched_yield();
	CHECK_EQ(set_online(2, "0"), 0, "a busy CPU is switched off");
	CHECK_EQ(allowed(busy), 0xf, "who runs and asked for it alone may now use any");
	AWAIT(runs_on(busy) != 2); /* it may be on its way */
	CHECK(true, "and runs elsewhere");
	CHECK_EQ(usable(busy), 0xb, "sched_getaffinity tells those of them that are on");
	CHECK_EQ(allowed(asleep), 0x4, "who sleeps keeps its wish");
	AWAIT(runs_on(both) == 3);
	CHECK(allowed(both) == 0xc, "who asked for two has the other");
	CHECK_EQ(allowed(any), 0xf, "who asked for nothing may use any");
	CHECK(read(timer, &count, 8) == 8 && count == 1, "a timer of that CPU fires elsewhere");
	CHECK_EQ(set_online(2, "1"), 0, "it comes back");
	kill(asleep, SIGCONT);
	CHECK_EQ(allowed(asleep), 0x4, "who slept through it notices nothing");
	close(timer);
	mask = ~0ul;
	syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask);
	end(busy), end(asleep), end(both), end(any);
}

static void test_sets(void)
{
	make(ROOT "/a", "1-2");
	make(ROOT "/a/b", "2");
	make(ROOT "/a/b/c", "2");
	make(ROOT "/x", "3");
	pid_t a = start(ROOT "/a/tasks", 4, true), b = start(ROOT "/a/b/tasks", 0, true);
	pid_t c = start(ROOT "/a/b/c/tasks", 0, false), x = start(ROOT "/x/tasks", 0, true);

	MUST(!set_online(2, "0"));
	CHECK_STR(get(ROOT "/cpuset.cpus"), "0-1,3", "the root follows");
	CHECK_STR(get(ROOT "/cpuset.effective_cpus"), "0-1,3", "its effective list too");
	CHECK_STR(get(ROOT "/a/cpuset.cpus"), "1", "a set loses the CPU");
	CHECK_STR(get(ROOT "/a/b/cpuset.cpus"), "", "one that had no other is empty");
	CHECK(is_in(b, "/a") && is_in(c, "/a"), "its tasks go to the nearest set with CPUs");
	CHECK(allowed(a) == 2 && allowed(b) == 2 && allowed(c) == 2, "and have its CPUs");
	AWAIT(runs_on(a) == 1 && runs_on(b) == 1);
	CHECK(true, "where they run");
	CHECK(is_in(x, "/x") && allowed(x) == 8, "others are left alone");
	MUST(!set_online(1, "0"));
	CHECK(is_in(a, "/") && is_in(b, "/") && is_in(c, "/"), "up to the root");
	CHECK_EQ(allowed(a), 0xf, "which allows everything");
	CHECK(text_write(ROOT "/a/cpuset.cpus", "1") && errno == EINVAL,
	      "a CPU that is off cannot be given");
	MUST(!set_online(1, "1") && !set_online(2, "1"));
	CHECK_STR(get(ROOT "/cpuset.cpus"), "0-3", "back again, the root has all");
	CHECK_STR(get(ROOT "/a/cpuset.cpus"), "", "and the emptied sets stay empty");
	CHECK_STR(get(ROOT "/a/b/cpuset.effective_cpus"), "", "all of them");
	end(a), end(b), end(c), end(x);
	rmdir(ROOT "/a/b/c"), rmdir(ROOT "/a/b"), rmdir(ROOT "/a"), rmdir(ROOT "/x");
}

/* Forks and ends as fast as it can, in the set. */
static pid_t start_storm(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	MUST(!text_write(ROOT "/s/cgroup.procs", "0"));
	fork();
	signal(SIGCHLD, SIG_IGN);
	for (;;)
		if (fork() == 0)
			_exit(0);
}

static void test_storm(void)
{
	int emptied = 0, rounds = 5;

	for (int round = 0; round < rounds; round++) {
		make(ROOT "/s", "3");
		pid_t storm = start_storm();

		while (group_count(ROOT "/s/tasks") < 2)
			sched_yield();
		MUST(!set_online(3, "0"));
		while (!on_corral() && group_count(ROOT "/s/tasks"))
			sched_yield(); /* Linux moves one after the other */
		emptied += group_count(ROOT "/s/tasks") == 0 && !rmdir(ROOT "/s");
		kill(-storm, SIGKILL);
		waitpid(storm, NULL, 0);
		MUST(!set_online(3, "1"));
	}
	CHECK_EQ(emptied, rounds, "a set is empty when its last CPU has gone, under a fork storm");
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!group_mount(ROOT, "cpuset"));
	test_lists();
	test_tasks();
	test_sets();
	test_storm();
	umount(ROOT);
	rmdir(ROOT);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
