/* Where the pages of a cpuset's tasks lie: new ones on its nodes, old ones too with memory_migrate.
   guest: cpus=4 nodes=2 memory=512 */
#include "group.h"

#define ROOT  "/tmp/cm"
#define PAGES 64

static void set(const char *file, const char *value)
{
	char path[96];

	snprintf(path, sizeof(path), ROOT "/%s", file);
	MUST(!text_write(path, value));
}

static void make(const char *name, const char *mems)
{
	char path[96];

	snprintf(path, sizeof(path), ROOT "/%s", name);
	MUST(!mkdir(path, 0755));
	snprintf(path, sizeof(path), "%s/cpuset.cpus", name);
	set(path, "0-3");
	snprintf(path, sizeof(path), "%s/cpuset.mems", name);
	set(path, mems);
}

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

/* A task takes more than its node has. */
static void test_pressure(void)
{
	int status;

	set("cpuset.memory_pressure_enabled", "1");
	status = IN_CHILD({
		text_write("/proc/self/oom_score_adj", "1000");
		set("b/tasks", "0");
		for (size_t size = 1 << 20;;) {
			char *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

			for (size_t i = 0; i < size; i += 4096)
				at[i] = 1;
		}
	});
	CHECK(KILLED(status, SIGKILL), "a task that wants more than its nodes have is killed");
	do {
		MUST(text_read(ROOT "/b/cpuset.memory_pressure") > 0);
	} while (atoi(text) == 0);
	CHECK(atoi(text) > 0, "and its set has felt the pressure");
	MUST(text_read(ROOT "/a/cpuset.memory_pressure") > 0);
	CHECK_EQ(atoi(text), 0, "no other");
	set("cpuset.memory_pressure_enabled", "0");
}

int main(void)
{
	char *first, *second;

	mkdir(ROOT, 0755);
	MUST(!group_mount(ROOT, "cpuset"));
	make("a", "0");
	make("b", "1");
	set("a/tasks", "0");
	first = touch();
	CHECK_EQ(on_node(first, 0), PAGES, "pages come from the set's node");
	set("a/cpuset.mems", "1");
	second = touch();
	CHECK_EQ(on_node(second, 1), PAGES, "and from the other when it has changed");
	CHECK_EQ(on_node(first, 0), PAGES, "those that were there stay where they are");
	set("a/cpuset.memory_migrate", "1");
	set("a/cpuset.mems", "0");
	CHECK_EQ(on_node(second, 0), PAGES, "with memory_migrate they go along");
	CHECK(is_intact(first) && is_intact(second), "and are what they were");
	set("b/tasks", "0");
	CHECK_EQ(on_node(second, 0), PAGES, "a task leaves its pages behind when it moves");
	set("a/tasks", "0");
	set("b/cpuset.memory_migrate", "1");
	set("b/tasks", "0");
	CHECK_EQ(on_node(first, 1), PAGES, "unless its new set has memory_migrate");
	CHECK_EQ(on_node(second, 1), PAGES, "then all of them come");
	CHECK(is_intact(first) && is_intact(second), "unchanged");
	set("tasks", "0");
	test_pressure();
	rmdir(ROOT "/a");
	rmdir(ROOT "/b");
	umount(ROOT);
	rmdir(ROOT);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
