/*
 * cpuacct - CPU time used by the tasks of a container and of its descendants.
 *
 * The scheduler reports each slice once, when it ends, and it is added to the container and to
 * every ancestor.  Reading one therefore sums a few CPUs and never walks the tree.
 *
 *   cpuacct.usage                 total ns; writing 0 starts again from zero
 *   cpuacct.usage_user, _sys      the same, of one mode
 *   cpuacct.usage_percpu          ns on each CPU; also usage_percpu_user and usage_percpu_sys
 *   cpuacct.usage_all             a table of CPUs and modes
 *   cpuacct.stat                  user and system time in ticks of 1/100 s
 *   cpuacct.load                  percent of one CPU that its own tasks, not those of descendants,
 *                                 have used in the last full window of 10 s (as in 2007)
 *
 * Locking: used[cpu] has one writer, that CPU with IRQs off, and never goes back; a reset moves
 * `base` instead.  A reader may see a slice late, not torn.  So it is with the window, which
 * changes seldom; window_end tells a reader that it must look again.
 *
 *   [p] this CPU only    [c] container_mutex
 */
#include "kernel/container/container.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"

#define NS_PER_TICK 10000000 /* USER_HZ is 100 in the Linux ABI */
#define WINDOW	    (10 * NS_PER_SEC)
#define CHANGING    0 /* a window_end: somebody writes */

struct cpu_use {
	u64 used[CPU_MODES]; /* [p] ns since the container was made */
	u64 base[CPU_MODES]; /* [c] value of used at the last reset */

	u64 window_end; /* [p] clock_now() at which the window that is counted in ends */
	u64 in_window;	/* [p] ns used in it */
	u64 in_last;	/* [p] ns used in the one before */
};

/*
 * Whoever reads a child and then its parent must not find less in the parent.  A slice is added to
 * one after the other, so nobody reads a CPU's figures while that is at it.
 */
static struct {
	u64 turn; /* [p] odd: some ancestors have the slice and others do not, yet */
} aligned_to(64) charging[NCPU];

struct cpuacct {
	struct css css;
	struct cpu_use *cpu; /* [I] one per CPU */
	u64 below;	     /* [c] ns that the check has found in its children */
};

static struct cpuacct *cpuacct_of(struct css *css)
{
	return container_of(css, struct cpuacct, css);
}

static int cpuacct_create(struct css *css)
{
	/* The root is made before the CPUs have been counted. */
	size_t n = css->parent ? cpu_count() : NCPU;

	cpuacct_of(css)->cpu = kzalloc(n * sizeof(struct cpu_use));
	if (!cpuacct_of(css)->cpu)
		return -ENOMEM;
	while (n--)
		cpuacct_of(css)->cpu[n].window_end = WINDOW;
	return 0;
}

static void cpuacct_destroy(struct css *css)
{
	kfree(cpuacct_of(css)->cpu);
}

/* --- the load ------------------------------------------------------------------------------ */

/* A window of this CPU is over; if another one has passed since, nothing was used in it. */
static noinline void change_window(struct cpu_use *use, u64 now)
{
	u64 end = use->window_end;

	__atomic_store_n(&use->window_end, CHANGING, __ATOMIC_SEQ_CST);
	WRITE_ONCE(use->in_last, now - end < WINDOW ? use->in_window : 0);
	WRITE_ONCE(use->in_window, 0);
	__atomic_store_n(&use->window_end, now - now % WINDOW + WINDOW, __ATOMIC_RELEASE);
}

/* A slice counts where it ends: one that spans two windows lasts no longer than a tick. */
static void cpuacct_charge(struct css *css, u64 ns, enum cpu_mode mode, u64 now)
{
	const int cpu = cpu_id();
	struct cpu_use *use = &cpuacct_of(css)->cpu[cpu];

	if (unlikely(now >= use->window_end))
		change_window(use, now);
	WRITE_ONCE(use->in_window, use->in_window + ns);
	/* Pairs with usage(). */
	__atomic_store_n(&charging[cpu].turn, charging[cpu].turn + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (; css; css = css->parent) {
		u64 *used = &cpuacct_of(css)->cpu[cpu].used[mode];

		WRITE_ONCE(*used, *used + ns);
	}
	__atomic_store_n(&charging[cpu].turn, charging[cpu].turn + 1, __ATOMIC_RELEASE);
}

/* ns used in the window before the one that `now` is in. */
static u64 used_in_last(const struct cpu_use *use, u64 now)
{
	u64 end, window, last;

	do {
		end = __atomic_load_n(&use->window_end, __ATOMIC_ACQUIRE);
		window = __atomic_load_n(&use->in_window, __ATOMIC_ACQUIRE);
		last = __atomic_load_n(&use->in_last, __ATOMIC_ACQUIRE);
	} while (end == CHANGING || end != READ_ONCE(use->window_end));
	if (now < end)
		return last;
	return now - end < WINDOW ? window : 0; /* this CPU has not used it since */
}

static void show_load(struct css *css, struct text *out)
{
	u64 now = clock_now(), ns = 0;

	for (int cpu = 0; cpu < cpu_count(); cpu++)
		ns += used_in_last(&cpuacct_of(css)->cpu[cpu], now);
	text_printf(out, "%lu\n", ns * 100 / WINDOW);
}

/* --- the usage ----------------------------------------------------------------------------- */

static u64 used(struct css *css, int cpu, enum cpu_mode mode)
{
	struct cpu_use *use = &cpuacct_of(css)->cpu[cpu];
	u64 turn, used;

	do {
		while ((turn = __atomic_load_n(&charging[cpu].turn, __ATOMIC_ACQUIRE)) & 1)
			cpu_relax();
		used = READ_ONCE(use->used[mode]);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (READ_ONCE(charging[cpu].turn) != turn);
	return used;
}

static u64 usage(struct css *css, int cpu, enum cpu_mode mode)
{
	return used(css, cpu, mode) - cpuacct_of(css)->cpu[cpu].base[mode];
}

static u64 total(struct css *css, enum cpu_mode mode)
{
	u64 sum = 0;

	for (int cpu = 0; cpu < cpu_count(); cpu++)
		sum += usage(css, cpu, mode);
	return sum;
}

static void show_usage(struct css *css, struct text *out)
{
	text_printf(out, "%lu\n", total(css, CPU_USER) + total(css, CPU_SYSTEM));
}

static void show_usage_user(struct css *css, struct text *out)
{
	text_printf(out, "%lu\n", total(css, CPU_USER));
}

static void show_usage_sys(struct css *css, struct text *out)
{
	text_printf(out, "%lu\n", total(css, CPU_SYSTEM));
}

static void show_each_cpu(struct css *css, struct text *out, bool user, bool system)
{
	for (int cpu = 0; cpu < cpu_count(); cpu++)
		text_printf(out, "%lu ",
			    (user ? usage(css, cpu, CPU_USER) : 0) +
				    (system ? usage(css, cpu, CPU_SYSTEM) : 0));
	text_char(out, '\n');
}

static void show_percpu(struct css *css, struct text *out)
{
	show_each_cpu(css, out, true, true);
}

static void show_percpu_user(struct css *css, struct text *out)
{
	show_each_cpu(css, out, true, false);
}

static void show_percpu_sys(struct css *css, struct text *out)
{
	show_each_cpu(css, out, false, true);
}

static void show_all(struct css *css, struct text *out)
{
	text_string(out, "cpu user system\n");
	for (int cpu = 0; cpu < cpu_count(); cpu++)
		text_printf(out, "%d %lu %lu\n", cpu, usage(css, cpu, CPU_USER),
			    usage(css, cpu, CPU_SYSTEM));
}

static void show_stat(struct css *css, struct text *out)
{
	text_printf(out, "user %lu\n", total(css, CPU_USER) / NS_PER_TICK);
	text_printf(out, "system %lu\n", total(css, CPU_SYSTEM) / NS_PER_TICK);
}

static int reset_usage(struct css *css, char *text)
{
	u64 value;
	int error = parse_u64(text, &value);

	if (error || value)
		return container_refuse(error ?: -EINVAL, "only 0 is written here, to reset it");
	for (int cpu = 0; css->parent && cpu < cpu_count(); cpu++)
		for (int mode = 0; mode < CPU_MODES; mode++)
			cpuacct_of(css)->cpu[cpu].base[mode] += usage(css, cpu, mode);
	return 0;
}

/* Children first: both only grow. */
static bool covers_children(struct css *root, int cpu, enum cpu_mode mode)
{
	struct css *css;

	css_for_each_descendant(css, root, SUBSYS_cpuacct) cpuacct_of(css)->below = 0;
	css_for_each_descendant(css, root, SUBSYS_cpuacct)
	{
		if (css != root)
			cpuacct_of(css->parent)->below += used(css, cpu, mode);
	}
	css_for_each_descendant(css, root, SUBSYS_cpuacct)
	{
		if (used(css, cpu, mode) < cpuacct_of(css)->below)
			return false;
	}
	return true;
}

/* Has each container used what its children have, on each CPU? */
static bool cpuacct_check(struct css *root)
{
	for (int cpu = 0; cpu < cpu_count(); cpu++)
		if (!covers_children(root, cpu, CPU_USER) ||
		    !covers_children(root, cpu, CPU_SYSTEM))
			return false;
	return true;
}

static const struct container_file cpuacct_files[] = {
	{ "usage", show_usage, reset_usage },
	{ "usage_user", show_usage_user },
	{ "usage_sys", show_usage_sys },
	{ "usage_percpu", show_percpu },
	{ "usage_percpu_user", show_percpu_user },
	{ "usage_percpu_sys", show_percpu_sys },
	{ "usage_all", show_all },
	{ "stat", show_stat },
	{ "load", show_load },
	{},
};

const struct container_subsys cpuacct_subsys = {
	.name = "cpuacct",
	.state_size = sizeof(struct cpuacct),
	.files = cpuacct_files,
	.create = cpuacct_create,
	.destroy = cpuacct_destroy,
	.charge_cpu = cpuacct_charge,
	.check = cpuacct_check,
};
