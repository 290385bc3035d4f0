/*
 * runq.c - the order in which the threads of one CPU run.
 *
 * Fair queueing by virtual time: a thread's vruntime grows with the CPU time that it uses, the
 * slower the greater its weight, and the one with the least runs next.  min_vruntime follows the
 * least of all and never goes back; a thread that slept is placed a little before it, so sleeping
 * earns a prompt start but no credit without bound.
 *
 * Locking: everything here needs rq->lock.
 */
#include "kernel/sched/runq.h"

#include "arch/clock.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"

struct runq runqs[NCPU] = {
	[0 ... NCPU - 1] = { .domain = ~0ul, .search = ~0ul },
};
u64 sched_idle_cpus;
u64 sched_overloaded_cpus;
u64 sched_online_cpus;

/* Weight of nice -20 .. 19: each step is a tenth of the CPU between two threads (man 7 sched). */
static const u32 nice_weight[40] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
	9548,  7620,  6100,  4904,  3906,  3121,  2501,	 1991,	1586,  1277,
	1024,  820,   655,   526,   423,   335,	  272,	 215,	172,   137,
	110,   87,    70,    56,    45,	   36,	  29,	 23,	18,    15,
};

u32 thread_weight(const struct thread *t)
{
	return t->policy == SCHED_IDLE ? WEIGHT_IDLE : nice_weight[t->nice + 20];
}

struct runq *runq_lock_of(struct thread *t)
{
	for (;;) {
		int cpu = READ_ONCE(t->cpu);
		struct runq *rq = &runqs[cpu];

		spin_lock(&rq->lock);
		if (likely(t->cpu == cpu))
			return rq;
		spin_unlock(&rq->lock);
	}
}

static bool runs_before(const struct rbnode *an, const struct rbnode *bn)
{
	const struct thread *a = rb_entry(an, struct thread, node);
	const struct thread *b = rb_entry(bn, struct thread, node);

	if (unlikely(a->rt_priority != b->rt_priority))
		return a->rt_priority > b->rt_priority;
	return !a->rt_priority && (s64)(a->vruntime - b->vruntime) < 0;
}

static void tree_insert(struct runq *rq, struct thread *t)
{
	rb_insert(&rq->tree, &t->node, runs_before);
}

static void note_overload(struct runq *rq, bool before)
{
	bool now = rq->tree.root;

	if (now == before)
		return;
	if (now)
		__atomic_fetch_or(&sched_overloaded_cpus, BIT(rq - runqs), __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&sched_overloaded_cpus, ~BIT(rq - runqs), __ATOMIC_RELAXED);
}

void runq_add(struct runq *rq, struct thread *t)
{
	bool before = rq->tree.root;

	assert_held(&rq->lock);
	assert(!t->queued && t->cpu == rq - runqs);
	t->queued = true;
	rq->count++;
	rq->load += t->weight;
	container_load(t, t->weight);
	tree_insert(rq, t);
	note_overload(rq, before);
}

/* t is in the tree, or it runs and is about to be switched out. */
void runq_remove(struct runq *rq, struct thread *t)
{
	bool before = rq->tree.root;

	assert_held(&rq->lock);
	assert(t->queued);
	t->queued = false;
	rq->count--;
	rq->load -= t->weight;
	container_load(t, -(s64)t->weight);
	if (t != rq->current) {
		rb_erase(&rq->tree, &t->node);
		note_overload(rq, before);
	}
}

void runq_put_back(struct runq *rq, struct thread *t)
{
	bool before = rq->tree.root;

	tree_insert(rq, t);
	note_overload(rq, before);
}

struct thread *runq_pick(struct runq *rq)
{
	struct thread *t = runq_first(rq);

	if (!t) {
		container_fade((int)(rq - runqs));
		return rq->idle;
	}
	rb_erase(&rq->tree, &t->node);
	note_overload(rq, true);
	return t;
}

static void update_min_vruntime(struct runq *rq, const struct thread *current)
{
	const struct thread *first = runq_first(rq);
	u64 least = current->vruntime;

	if (first && !first->rt_priority && (s64)(first->vruntime - least) < 0)
		least = first->vruntime;
	if ((s64)(least - rq->min_vruntime) > 0)
		rq->min_vruntime = least;
}

u64 runq_virtual(struct thread *t, u64 ns)
{
	u64 weight = container_weight(t), nice0 = WEIGHT_NICE0 << CONTAINER_WEIGHT_SHIFT;

	return weight == nice0 ? ns : ns * nice0 / weight;
}

void runq_charge(struct runq *rq, struct thread *t, u64 now)
{
	u64 ns = now - t->slice_start;

	assert_held(&rq->lock);
	t->slice_start = now;
	if (t->idle) {
		rq->stats.idle += ns;
		return;
	}
	t->time[t->mode] += ns;
	t->slice_ran += ns;
	rq->stats.time[t->mode] += ns;
	if (likely(!t->rt_priority)) {
		t->vruntime += runq_virtual(t, ns);
		update_min_vruntime(rq, t);
	}
	container_charge_cpu(t, ns, t->mode);
	if (unlikely(container_throttled(t)))
		__atomic_fetch_or(&t->arch.alert, ALERT_QUOTA, __ATOMIC_SEQ_CST);
}

u64 runq_slice(const struct runq *rq, const struct thread *t)
{
	u64 slice;

	if (t->policy == SCHED_RR)
		return RR_SLICE_NS;
	if (t->policy == SCHED_FIFO)
		return ~0ul;
	slice = LATENCY_NS * t->weight / rq->load;
	return max(slice, MIN_SLICE_NS);
}

bool runq_preempts(const struct runq *rq, const struct thread *woken)
{
	const struct thread *current = rq->current;

	if (current->idle || woken->rt_priority > current->rt_priority)
		return true;
	if (current->rt_priority || woken->policy == SCHED_IDLE || woken->policy == SCHED_BATCH)
		return false;
	if (current->policy == SCHED_IDLE)
		return true;
	return (s64)(current->vruntime - woken->vruntime) >
	       (s64)(WAKE_GRAN_NS * WEIGHT_NICE0 / woken->weight);
}
