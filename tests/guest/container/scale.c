/* Nothing in the framework is a table that can be full: a chain of 1,000 containers, 20,000 beside
   each other, 20,000 threads that move by one write and come in no order.
   guest: memory=1024 timeout=180 alone */
#include "group.h"

#include <sched.h>

#define ROOT	"/tmp/scale"
#define DEPTH	1000
#define WIDTH	20000
#define THREADS 20000

static int asleep;

static int sleeper(void *arg)
{
	__atomic_add_fetch(&asleep, 1, __ATOMIC_RELAXED);
	for (;;)
		pause();
	return 0;
}

static bool descend(void)
{
	for (int i = 0; i < DEPTH; i++)
		if (mkdir("c", 0755) || chdir("c"))
			return false;
	return true;
}

static bool ascend(void)
{
	for (int i = 0; i < DEPTH; i++)
		if (chdir("..") || rmdir("c"))
			return false;
	return true;
}

static void test_depth(void)
{
	MUST(!chdir(ROOT));
	CHECK(descend(), "containers can be 1,000 deep");
	CHECK_OK(text_write("tasks", "0"), "a task can be moved to the deepest");
	CHECK(EXITED(IN_CHILD(_exit(7)), 7), "a task there can fork");
	MUST(!text_write(ROOT "/tasks", "0"));
	CHECK(ascend(), "all of them can be removed, the deepest first");
	MUST(!chdir("/"));
}

static int make_and_remove(bool make)
{
	char name[64];
	int done = 0;

	for (int i = 0; i < WIDTH; i++) {
		snprintf(name, sizeof(name), ROOT "/g%d", i);
		done += (make ? mkdir(name, 0755) : rmdir(name)) == 0;
	}
	return done;
}

static void test_width(void)
{
	CHECK_EQ(make_and_remove(true), WIDTH, "20,000 containers can be beside each other");
	CHECK_OK(text_write(ROOT "/g19999/tasks", "0"), "a task can be moved to the last");
	MUST(!text_write(ROOT "/tasks", "0"));
	CHECK_EQ(make_and_remove(false), WIDTH, "all of them can be removed");
}

static pid_t tids[THREADS];

static int leader(void *stacks)
{
	tids[0] = getpid();
	for (int i = 1; i < THREADS; i++)
		tids[i] = clone(sleeper, (char *)stacks + (i + 1) * 1024L,
				CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
					CLONE_SYSVSEM,
				NULL);
	return sleeper(NULL);
}

/* How many ids the file lists if each is greater than the one before it; else -1. */
static int count_sorted(const char *path)
{
	FILE *f = fopen(path, "r");
	int id, last = 0, n = 0;

	while (fscanf(f, "%d", &id) == 1 && n >= 0) {
		n = id > last ? n + 1 : -1;
		last = id;
	}
	fclose(f);
	return n;
}

static void test_threads(void)
{
	char *stacks = mmap(NULL, (THREADS + 2) * 1024L, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/b", 0755));
	MUST(!text_write("/proc/sys/kernel/pid_max", "100000"));
	MUST(!text_write("/proc/sys/kernel/threads-max", "100000"));
	pid = clone(leader, malloc(16384) + 16384, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD,
		    stacks);
	MUST(pid > 0);
	while (__atomic_load_n(&asleep, __ATOMIC_RELAXED) < THREADS)
		sched_yield();
	CHECK_OK(group_write_pid(ROOT "/a/cgroup.procs", pid), "one write moves 20,000 threads");
	CHECK_EQ(count_sorted(ROOT "/a/tasks"), THREADS, "all of them are listed, sorted");
	CHECK_EQ(count_sorted(ROOT "/a/cgroup.procs"), 1, "they are one process");
	for (int i = 0; i < THREADS; i++)
		MUST(!group_write_pid(ROOT "/b/tasks", tids[i * 2 % THREADS + (i >= THREADS / 2)]));
	CHECK_EQ(count_sorted(ROOT "/b/tasks"), THREADS,
		 "moved one by one, every second first, they are listed sorted");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(!rmdir(ROOT "/a") && !rmdir(ROOT "/b"), "their containers can be removed");
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "none,name=scale"));
	test_depth();
	test_width();
	test_threads();
	umount(ROOT);
	rmdir(ROOT);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
