/*
 * Where the kernel's own memory for a task comes from (page tables here, which reading sparse
 * addresses takes and no pages of the program): from the nodes of its cpuset, and from others only
 * when these are full and no wall, mem_hardwall or mem_exclusive, stands in between.
 *
 * guest: cpus=4 nodes=2 timeout=120
 */
#include "../await.h"
#include "../cpuset.h"
#include "group.h"

#include <sys/prctl.h>

#define ROOT  "/tmp/hw"
#define KIB   1024ul
#define HUGE  (2ul << 20) /* one page table */
#define LEFT  (8ul << 10) /* KiB that are left in a node that is full */
#define READS 4096	  /* page tables, which are twice as much */

/* KiB. */
static long kib_of(int node, const char *what)
{
	char path[64], *at;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/meminfo", node);
	MUST(text_read(path) > 0);
	at = strstr(text, what);
	MUST(at);
	return atol(at + strlen(what));
}

static long free_of(int node)
{
	return kib_of(node, "MemFree:");
}

static long free_at_first;

/* Linux frees the page tables of who has ended a little later. */
static void settle(void)
{
	AWAIT(free_of(0) > free_at_first - (long)LEFT / 2);
}

static void use_cpu(int cpu)
{
	unsigned long mask = 1ul << cpu;

	MUST(!syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask));
}

/* A process that does `work` in the set when it is told to, and then says so and stays. */
struct worker {
	pid_t pid;
	int go, done;
};

static struct worker start(const char *tasks, void (*work)(void))
{
	int go[2], done[2];
	struct worker w;
	char byte = 0;

	MUST(!pipe(go) && !pipe(done));
	w.pid = fork();
	if (!w.pid) {
		close(done[0]);
		close(go[1]);
		cpuset_write(ROOT, tasks, "0");
		use_cpu(2);
		MUST(write(done[1], &byte, 1) == 1 && read(go[0], &byte, 1) == 1);
		work();
		MUST(write(done[1], &byte, 1) == 1);
		for (;;)
			pause();
	}
	close(go[0]);
	close(done[1]);
	w.go = go[1];
	w.done = done[0];
	MUST(read(w.done, &byte, 1) == 1);
	return w;
}

/* False: it was killed before it had done. */
static bool run(struct worker *w)
{
	char byte = 0;

	return write(w->go, &byte, 1) == 1 && read(w->done, &byte, 1) == 1;
}

/* Was it alive until now?  Who was killed for memory may still be on its way out. */
static bool end(struct worker *w)
{
	int status;

	MUST(!kill(w->pid, SIGTERM) && waitpid(w->pid, &status, 0) == w->pid);
	close(w->go);
	close(w->done);
	return WTERMSIG(status) == SIGTERM;
}

static void take_tables(void)
{
	size_t size = READS * HUGE;
	volatile char *p =
		mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	MUST(p != MAP_FAILED);
	madvise((void *)p, size, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < size; at += HUGE)
		(void)p[at];
}

/* All but LEFT of the first node; the first that is killed when it lacks memory. */
static void fill(void)
{
	size_t size = (size_t)(free_of(0) - (long)LEFT) * KIB;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	MUST(p != MAP_FAILED && !text_write("/proc/self/oom_score_adj", "1000"));
	for (size_t i = 0; i < size; i += 4096)
		p[i] = 1;
}

static void taken_from_own(const char *sentence)
{
	settle();

	struct worker w = start("p/a/tasks", take_tables);
	long before[2] = { free_of(0), free_of(1) }, taken[2], tables = kib_of(0, "PageTables:");

	MUST(run(&w));
	tables = kib_of(0, "PageTables:") - tables;
	check_say(tables > READS * 4 * 9 / 10 && tables < READS * 5,
		  "PageTables in the meminfo of the node has grown by as many", "%ld KiB", tables);
	for (int node = 0; node < 2; node++)
		taken[node] = before[node] - free_of(node);
	check_say(taken[0] > READS * 4 * 3 / 4 && taken[1] < READS * 4 / 4, sentence,
		  "%ld and %ld KiB", taken[0], taken[1]);
	MUST(end(&w));
}

/* The node of the set is full: does the kernel find memory elsewhere? */
static bool spills(const char *who_fills)
{
	settle();

	struct worker filler = start(who_fills, fill), w = start("p/a/tasks", take_tables);

	MUST(run(&filler));
	MUST(run(&w));
	end(&w);
	return end(&filler);
}

int main(void)
{
	MUST(!mkdir(ROOT, 0755) && !group_mount(ROOT, "cpuset"));
	free_at_first = free_of(0);
	cpuset_make(ROOT, "p", "0-1");
	cpuset_make(ROOT, "p/a", "0");
	cpuset_make(ROOT, "p/b", "0");
	taken_from_own("page tables come from the node of the set, not from that of the CPU");
	cpuset_write(ROOT, "p/a/cpuset.mem_hardwall", "1");
	taken_from_own("and so they do behind a wall");
	cpuset_write(ROOT, "p/a/cpuset.mem_hardwall", "0");

	CHECK(spills("p/b/tasks"), "when the node is full the kernel takes from another");
	cpuset_write(ROOT, "p/cpuset.mem_hardwall", "1");
	CHECK(spills("p/b/tasks"), "within the wall of a set above, too");
	cpuset_write(ROOT, "p/cpuset.mem_hardwall", "0");
	cpuset_write(ROOT, "p/a/cpuset.mem_hardwall", "1");
	CHECK(!spills("p/b/tasks"), "but not over a wall: somebody of the full node is killed");
	cpuset_write(ROOT, "p/a/cpuset.mem_hardwall", "0");
	cpuset_write(ROOT, "p/b/cpuset.mems", "1");
	cpuset_write(ROOT, "p/cpuset.mem_exclusive", "1");
	cpuset_write(ROOT, "p/a/cpuset.mem_exclusive", "1");
	CHECK(!spills("p/a/tasks"), "an exclusive set has the same wall");

	MUST(!rmdir(ROOT "/p/a") && !rmdir(ROOT "/p/b") && !rmdir(ROOT "/p"));
	MUST(!umount(ROOT) && !rmdir(ROOT));
	CHECK_END();
}
