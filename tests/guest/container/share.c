/*
 * cpu.shares and quota as CPU time accounted, while the machine's clock counts instructions.
 *
 * guest: icount
 */
#include "fair.h"
#include "group.h"

#define ROOT "/tmp/share"
#define A    ROOT "/a"
#define B    ROOT "/b"
#define KID  ROOT "/a/kid"
#define TWIN ROOT "/a/twin"

static int cpus;
static struct burner b[FAIR_MAX];

static double sum(int from, int n)
{
	double used = 0;

	for (int i = from; i < from + n; i++)
		used += b[i].used;
	return used;
}

static void set(int from, int n, const char *tasks, unsigned long mask)
{
	for (int i = from; i < from + n; i++)
		b[i] = (struct burner){ .cpus = mask, .tasks = tasks };
}

static void limit(const char *quota, const char *period)
{
	MUST(!text_write(A "/cpu.cfs_quota_us", "-1"));
	MUST(!text_write(A "/cpu.cfs_period_us", period));
	MUST(!text_write(A "/cpu.cfs_quota_us", quota));
}

static void shares(void)
{
	text_write(B "/cpu.shares", "3072");
	set(0, 1, A "/tasks", 1);
	set(1, 1, B "/tasks", 1);
	fair_run(b, 2, fair_window);
	fair_tell("shares-1-and-3", fair_off(b[1].used / b[0].used, 3), 10, "%",
		  "a task with 3072 shares gets thrice the time of one with 1024");
	set(1, 2, B "/tasks", 1);
	fair_run(b, 3, fair_window);
	fair_tell("shares-1-and-3-by-two", fair_off(sum(1, 2) / b[0].used, 3), 10, "%",
		  "two tasks with 3072 shares together get no more than one would");
	fair_tell("shares-3-within", fair_off(b[1].used / b[2].used, 1), 10, "%",
		  "and have as much as each other");
	set(0, 2 * cpus, A "/tasks", 0);
	set(2 * cpus, 2 * cpus, B "/tasks", 0);
	fair_run(b, 4 * cpus, fair_window);
	fair_tell("shares-1-and-3-everywhere",
		  fair_off(sum(2 * cpus, 2 * cpus) / sum(0, 2 * cpus), 3), 10, "%",
		  "the shares hold on all processors together");
	text_write(B "/cpu.shares", "1024");
	set(0, cpus, A "/tasks", 0);
	set(cpus, 3 * cpus, B "/tasks", 0);
	fair_run(b, 4 * cpus, fair_window);
	fair_tell("shares-1-and-1-by-three", fair_off(sum(cpus, 3 * cpus) / sum(0, cpus), 1), 10,
		  "%", "who has three times the tasks gets no more for it");
	text_write(KID "/cpu.shares", "512");
	set(0, 1, B "/tasks", 1);
	set(1, 1, KID "/tasks", 1);
	set(2, 2, TWIN "/tasks", 1);
	fair_run(b, 4, fair_window);
	fair_tell("shares-of-children", fair_off(sum(2, 2) / b[1].used, 2), 10, "%",
		  "the children of a container share out what it gets");
	fair_tell("shares-of-parent", fair_off(sum(1, 3) / b[0].used, 1), 10, "%",
		  "and that is what its own shares are worth");
}

/* Over many periods: what is left of the last one counts for little. */
static void quota(void)
{
	int window = fair_window < 2000 ? 2000 : fair_window;

	limit("20000", "100000");
	set(0, 1, A "/tasks", 1);
	fair_run(b, 1, window);
	fair_tell("quota-20-of-100", fair_off(b[0].used / fair_passed, 0.2), 10, "%",
		  "a quota of a fifth holds a busy task to a fifth of a CPU");
	limit("4000", "20000");
	set(0, 2, KID "/tasks", 1);
	fair_run(b, 2, window);
	fair_tell("quota-4-of-20", fair_off(sum(0, 2) / fair_passed, 0.2), 10, "%",
		  "and two tasks of a descendant together");
	if (cpus < 2)
		return;
	limit("150000", "100000");
	set(0, 2 * cpus, A "/tasks", 0);
	fair_run(b, 2 * cpus, window);
	fair_tell("quota-150-of-100", fair_off(sum(0, 2 * cpus) / fair_passed, 1.5), 10, "%",
		  "a quota above the period lets more processors be used");
}

int main(int argc, char **argv)
{
	fair_arguments(argc, argv);
	cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "cpu"));
	MUST(!mkdir(A, 0755) && !mkdir(B, 0755) && !mkdir(KID, 0755) && !mkdir(TWIN, 0755));
	shares();
	quota();
	CHECK(!rmdir(KID) && !rmdir(TWIN) && !rmdir(A) && !rmdir(B), "the containers are removed");
	umount(ROOT);
	rmdir(ROOT);
	CHECK_END();
}
