/* Where the pages of a cpuset's tasks lie: new ones on its nodes, old ones too with memory_migrate.
   guest: cpus=4 nodes=2 memory=512 */
#include "../cpuset.h"
#include "group.h"

#include <pthread.h>

#define ROOT  "/tmp/cm"
#define PAGES 64

static char *touch(void)
{
	char *at = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	MUST(at != MAP_FAILED);
	madvise(at, PAGES * 4096, MADV_NOHUGEPAGE);
	for (int i = 0; i < PAGES; i++)
		at[i * 4096] = i + 1;
	return at;
}

/* How many of the pages lie on the node. */
static int on_node(char *at, int node)
{
	void *pages[PAGES];
	int where[PAGES], n = 0;

	for (int i = 0; i < PAGES; i++)
		pages[i] = at + i * 4096;
	MUST(!syscall(SYS_move_pages, 0, PAGES, pages, NULL, where, 0));
	for (int i = 0; i < PAGES; i++)
		n += where[i] == node;
	return n;
}

static bool is_intact(const char *at)
{
	for (int i = 0; i < PAGES; i++)
		if (at[i * 4096] != (char)(i + 1))
			return false;
	return true;
}

/* A task of b that takes more than its node has. */
static int take_too_much(void)
{
	return IN_CHILD({
		text_write("/proc/self/oom_score_adj", "1000");
		cpuset_write(ROOT, "b/tasks", "0");
		for (size_t size = 1 << 20;;) {
			char *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

			for (size_t i = 0; i < size; i += 4096)
				at[i] = 1;
		}
	});
}

static unsigned pressure(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), ROOT "/%s/cpuset.memory_pressure", name);
	MUST(text_read(path) > 0);
	return (unsigned)strtoul(text, NULL, 10);
}

/* The next figure that differs, which comes with the next second. */
static unsigned next_pressure(unsigned now)
{
	unsigned next;

	while ((next = pressure("b")) == now)
		usleep(1000);
	return next;
}

/* Is `next` what `now` becomes by some seconds without events? */
static bool has_decayed(unsigned now, unsigned next)
{
	while (now > next)
		now = now * 933 / 1000;
	return now == next;
}

/* Each second 933 of 1000 are left, which is the half after ten. */
static void test_decay(void)
{
	unsigned now = next_pressure(pressure("b")), next; /* all events are in it now */
	int decayed = 0;

	for (int i = 0; i < 3; i++, now = next) {
		next = next_pressure(now);
		decayed += has_decayed(now, next);
	}
	CHECK_EQ(decayed, 3, "which is forgotten with a half-life of ten seconds");
}

static void test_pressure(void)
{
	time_t begin;

	MUST(KILLED(take_too_much(), SIGKILL));
	for (begin = time(NULL); time(NULL) < begin + 2;)
		usleep(10000); /* what there was would be in the figure */
	CHECK_EQ(pressure("b"), 0, "no pressure is felt before the meters are on");
	cpuset_write(ROOT, "cpuset.memory_pressure_enabled", "1");
	CHECK(KILLED(take_too_much(), SIGKILL),
	      "a task that wants more than its nodes have is killed");
	while (pressure("b") == 0)
		usleep(1000);
	CHECK(pressure("b") > 0, "and its set has felt the pressure");
	CHECK_EQ(pressure("a"), 0, "no other");
	test_decay();
	cpuset_write(ROOT, "cpuset.memory_pressure_enabled", "0");
}

static void *join_b(void *unused)
{
	cpuset_write(ROOT, "b/tasks", "0");
	return unused;
}

int main(void)
{
	char *first, *second;
	pthread_t thread;

	mkdir(ROOT, 0755);
	MUST(!group_mount(ROOT, "cpuset"));
	cpuset_make(ROOT, "a", "0");
	cpuset_make(ROOT, "b", "1");
	cpuset_write(ROOT, "a/tasks", "0");
	first = touch();
	CHECK_EQ(on_node(first, 0), PAGES, "pages come from the set's node");
	cpuset_write(ROOT, "a/cpuset.mems", "1");
	second = touch();
	CHECK_EQ(on_node(second, 1), PAGES, "and from the other when it has changed");
	CHECK_EQ(on_node(first, 0), PAGES, "those that were there stay where they are");
	cpuset_write(ROOT, "a/cpuset.memory_migrate", "1");
	cpuset_write(ROOT, "a/cpuset.mems", "0");
	CHECK_EQ(on_node(second, 0), PAGES, "with memory_migrate they go along");
	CHECK(is_intact(first) && is_intact(second), "and are what they were");
	cpuset_write(ROOT, "b/tasks", "0");
	CHECK_EQ(on_node(second, 0), PAGES, "a task leaves its pages behind when it moves");
	cpuset_write(ROOT, "a/tasks", "0");
	cpuset_write(ROOT, "b/cpuset.memory_migrate", "1");
	cpuset_write(ROOT, "b/tasks", "0");
	CHECK_EQ(on_node(first, 1), PAGES, "unless its new set has memory_migrate");
	CHECK_EQ(on_node(second, 1), PAGES, "then all of them come");
	CHECK(is_intact(first) && is_intact(second), "unchanged");
	cpuset_write(ROOT, "a/tasks", "0"); /* which moves them too */
	pthread_create(&thread, NULL, join_b, NULL);
	pthread_join(thread, NULL);
	CHECK_EQ(on_node(second, 0), PAGES, "the memory of a process goes with its leader only");
	cpuset_write(ROOT, "tasks", "0");
	test_pressure();
	rmdir(ROOT "/a");
	rmdir(ROOT "/b");
	umount(ROOT);
	rmdir(ROOT);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
