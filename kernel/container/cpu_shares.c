/*
 * cpu_shares.c - CPU time between containers: what a thread's weight is worth.
 *
 *   cpu.shares         weight against siblings, 2 .. 262144; 1024 at first
 *   cpu.idle           1: the weight of SCHED_IDLE instead; 0 again: the weight of 1024 shares
 *
 * The run queues stay flat.  A thread's weight is scaled, where its time is booked, by its
 * container's shares over the load of the container (the weights of all that is runnable in it),
 * and so on up to the root.  So the members of a container together age as fast as one thread of
 * its shares would.
 *
 * Depth costs only where something changes.  What the ancestors make of a container's shares is
 * kept until a load or a share above some container changes.  A container that has nothing runnable
 * any more fades from the loads above it when its run queue books another's slice or idles: mostly
 * it has something to run again by then, and nobody above has noticed.
 *
 * Locking: container_load and container_weight take no lock: they read single words and add to
 * them.  A weight may be computed from loads of which one is new and the other is old; the next
 * slice is booked with another.
 *
 *   [c] container_mutex    [a] atomic
 */
#include "kernel/container/cpu.h"

#include "arch/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/container/framework.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/text.h"
#include "kernel/task/task.h"

#define SHARES_MIN  2ul
#define SHARES_MAX  262144ul
#define SHARES_IDLE 3ul

/* Counts changes of what a `kept` depends on: its ancestors' loads, and shares. */
static u32 generation = 1; /* [a] */

/* What has become empty on that run queue and is still in the loads above. */
static struct {
	struct cpu_group *group; /* [run queue] NULL: none; who destroys the group may take it */
} aligned_to(64) fading[NCPU];

#define FADES_NOW ((struct cpu_group *)1) /* in fading: is being taken out of the loads */

static u64 weight_of(const struct cpu_group *g)
{
	return READ_ONCE(g->shares);
}

/* After the change, so that who has seen the old value has kept it under an old number. */
static void generation_end(void)
{
	__atomic_fetch_add(&generation, 1, __ATOMIC_SEQ_CST);
}

/*
 * Brings what g adds to its parent's load up to date: its weight while anything of it is runnable.
 * The queues of several CPUs may come here at once.  What was read may be old when it is exchanged,
 * so each looks again after its own change: the last one to leave has seen the last change.
 * Additions commute, so the parent's sum is right as soon as all have left; until then it may be
 * below zero.
 */
static bool pass_on(struct cpu_group *g)
{
	s64 load = __atomic_load_n(&g->load, __ATOMIC_SEQ_CST);
	s64 wanted = load > 0 ? (s64)weight_of(g) : 0, before;

	if (likely(wanted == READ_ONCE(g->passed)))
		return false;
	before = __atomic_exchange_n(&g->passed, wanted, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&cpu_group_of(g->css.parent)->load, wanted - before, __ATOMIC_SEQ_CST);
	return true;
}

/* Upwards from g, as far as something changes.  The load of the root scales nothing. */
static void load_changed(struct cpu_group *g)
{
	bool above = false;

	for (; g->css.parent; g = cpu_group_of(g->css.parent)) {
		bool changed = false;

		while (pass_on(g))
			changed = true;
		if (!changed)
			break;
		above |= g->css.parent->parent != NULL;
	}
	if (unlikely(above))
		generation_end();
}

static noinline void fade(int cpu)
{
	struct cpu_group *g = __atomic_exchange_n(&fading[cpu].group, FADES_NOW, __ATOMIC_ACQUIRE);

	if (g)
		load_changed(g);
	__atomic_store_n(&fading[cpu].group, NULL, __ATOMIC_RELEASE);
}

void cpu_fade(struct cpu_group *g)
{
	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		struct cpu_group *found = g;

		if (__atomic_compare_exchange_n(&fading[cpu].group, &found, NULL, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			load_changed(g);
		while (__atomic_load_n(&fading[cpu].group, __ATOMIC_ACQUIRE) == FADES_NOW)
			cpu_relax();
	}
}

void container_load(struct thread *t, s64 weight)
{
	struct css *css = task_of(t)->containers.set->css[SUBSYS_cpu];
	struct cpu_group *g = cpu_group_of(css), *fades = fading[t->cpu].group;
	s64 load;

	if (likely(!css->parent))
		return;
	if (unlikely(fades && fades != g))
		fade(t->cpu);
	load = __atomic_add_fetch(&g->load, weight, __ATOMIC_SEQ_CST);
	WRITE_ONCE(fading[t->cpu].group, load > 0 ? NULL : g);
	if (load > 0)
		load_changed(g);
	if (unlikely(css_has_children(css)))
		generation_end();
}

void container_fade(int cpu)
{
	if (unlikely(READ_ONCE(fading[cpu].group)))
		fade(cpu);
}

/* What the shares of g are worth beside threads of the root, by the loads of its ancestors. */
static noinline u64 worth_find(struct cpu_group *g)
{
	u32 now = __atomic_load_n(&generation, __ATOMIC_SEQ_CST);
	u64 worth = weight_of(g) << CONTAINER_WEIGHT_SHIFT;

	for (struct css *css = g->css.parent; css->parent; css = css->parent) {
		s64 load = READ_ONCE(cpu_group_of(css)->load);

		if (load > 0)
			worth = worth * weight_of(cpu_group_of(css)) / (u64)load;
	}
	worth = min(worth, (u64)~0u);
	WRITE_ONCE(g->kept, worth << 32 | now);
	return worth;
}

static u64 worth_of(struct cpu_group *g)
{
	u64 kept = READ_ONCE(g->kept);

	return likely((u32)kept == READ_ONCE(generation)) ? kept >> 32 : worth_find(g);
}

u64 container_weight(struct thread *t)
{
	struct css *css = task_of(t)->containers.set->css[SUBSYS_cpu];
	struct cpu_group *g = cpu_group_of(css);
	s64 load;

	if (unlikely(fading[t->cpu].group && fading[t->cpu].group != g))
		fade(t->cpu);
	if (likely(!css->parent))
		return (u64)t->weight << CONTAINER_WEIGHT_SHIFT;
	load = READ_ONCE(g->load);
	if (unlikely(load <= 0))
		return (u64)t->weight << CONTAINER_WEIGHT_SHIFT;
	return max(t->weight * worth_of(g) / (u64)load, 1ul << 4);
}

/* A runnable container weighs differently from now on. */
static void set_weight(struct cpu_group *g, u64 shares)
{
	__atomic_store_n(&g->shares, shares, __ATOMIC_SEQ_CST);
	load_changed(g);
	generation_end();
}

void cpu_show_shares(struct css *css, struct text *out)
{
	text_printf(out, "%lu\n", cpu_group_of(css)->shares);
}

int cpu_write_shares(struct css *css, char *text)
{
	struct cpu_group *g = cpu_group_of(css);
	u64 shares;
	int error = parse_u64(text, &shares);

	if (error)
		return error;
	if (!css->parent || g->idle)
		return -EINVAL;
	shares = max(shares, SHARES_MIN);
	set_weight(g, min(shares, SHARES_MAX));
	return 0;
}

void cpu_show_idle(struct css *css, struct text *out)
{
	text_printf(out, "%d\n", cpu_group_of(css)->idle);
}

int cpu_write_idle(struct css *css, char *text)
{
	struct cpu_group *g = cpu_group_of(css);
	s64 idle;
	int error = parse_s64(text, &idle);

	if (error)
		return error;
	if (!css->parent || idle < 0 || idle > 1)
		return -EINVAL;
	if (g->idle != idle)
		set_weight(g, idle ? SHARES_IDLE : SHARES_DEFAULT);
	g->idle = idle;
	return 0;
}
