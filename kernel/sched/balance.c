/*
 * balance.c - which CPU a thread runs on.
 *
 * A thread that wakes goes to an idle CPU, its last one if that idles.  A CPU that runs out of work
 * takes a waiting thread from the fullest queue near it (rq->search); a CPU with waiting threads
 * tells an idle one at its tick to do so, and that one then looks at the whole domain.  Every
 * choice is the intersection with the thread's affinity and stays in the CPU's domain: no container
 * is looked at, cpuset has put its CPUs there.
 *
 * Five threads on four CPUs are not even by number alone: so the virtual times of the queues are
 * compared as well.  With rq->epoch added they lie on one scale.  Where fewer threads share a CPU
 * its time runs ahead; once it is ahead of a thread that waits elsewhere, by what LAG_NS on a CPU
 * are worth, that thread has had less than its share and is fetched, and runs next.  In this way
 * the smaller queues go round.  CPUs between which no thread may move have nothing to compare, so a
 * partition of the machine is as even in itself as the whole would be.  A distance that no sharing
 * explains (FORGET_LAGS) is forgotten.
 *
 * Locking: the masks, and times of other queues that decide whether a look pays, are read without a
 * lock; queues are locked one at a time.
 */
#include "kernel/sched/runq.h"

#include "arch/smp.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"
#include "kernel/sched/trace.h"

#define LAG_NS	    (6 * NS_PER_MSEC)
#define FORGET_LAGS 8
#define LOOK_AT	    32 /* waiting threads, at most: a tick takes no longer when there are more */

u64 sched_online(void)
{
	return READ_ONCE(sched_online_cpus);
}

/* An idle CPU that nobody has claimed since; the nearest to `from` on its node's side. */
static int claim_idle(u64 allowed, int from)
{
	u64 idle = READ_ONCE(sched_idle_cpus) & allowed;

	while (idle) {
		u64 above = idle & ~(BIT(from) - 1);
		int cpu = bits_first(above ? above : idle);

		if (__atomic_fetch_and(&sched_idle_cpus, ~BIT(cpu), __ATOMIC_SEQ_CST) & BIT(cpu))
			return cpu;
		idle &= ~BIT(cpu);
	}
	return -1;
}

/* `from` unless another is better: a wake-up there needs no interrupt. */
static int least_loaded(u64 allowed, int from)
{
	int cpu, best = allowed & BIT(from) ? from : bits_first(allowed);

	for_each_bit(cpu, allowed) if (READ_ONCE(runqs[cpu].load) < READ_ONCE(runqs[best].load))
		best = cpu;
	return best;
}

/* The last CPU that it may use went away: anywhere that its cpuset allows, or just anywhere. */
static u64 fall_back(struct thread *t)
{
	static struct log_limit limit = { .name = "sched" };
	u64 online = READ_ONCE(sched_online_cpus);

	t->affinity = t->bound & online ? t->bound : ~0ul;
	log_info_limited(&limit,
			 "task %s may no longer use the CPUs that it asked for: they are off",
			 t->name);
	return t->affinity & online;
}

int balance_select(struct thread *t, int from)
{
	u64 allowed = t->affinity & READ_ONCE(sched_online_cpus);
	int cpu;

	if (unlikely(!allowed))
		allowed = fall_back(t);
	if (cpu_count() == 1)
		return 0;
	if (likely(allowed & BIT(from)))
		allowed &= READ_ONCE(runqs[from].domain) | BIT(from);
	cpu = claim_idle(allowed, from);
	if (cpu >= 0)
		return cpu;
	if ((allowed & BIT(from)) && runqs[from].count <= 1)
		return from;
	return least_loaded(allowed, from);
}

void sched_set_domain(int cpu, u64 domain, u64 search)
{
	WRITE_ONCE(runqs[cpu].domain, domain);
	WRITE_ONCE(runqs[cpu].search, search);
}

static void nothing(void *unused)
{
}

/* A choice is made with interrupts off: a CPU that answers has made all that it had begun. */
void sched_domains_changed(void)
{
	if (cpu_count() > 1)
		smp_call(sched_online(), nothing, NULL);
}

/* How far the time v of a queue is ahead of w of another. */
static s64 time_ahead(const struct runq *rq, u64 v, const struct runq *other, u64 w)
{
	return (s64)(v + READ_ONCE(rq->epoch) - w - READ_ONCE(other->epoch));
}

/* The time of rq is now that of `other`. */
static void align(struct runq *rq, const struct runq *other)
{
	u64 time = READ_ONCE(other->min_vruntime) + READ_ONCE(other->epoch);

	WRITE_ONCE(rq->epoch, time - rq->min_vruntime);
}

void balance_align(struct runq *rq, const struct thread *first)
{
	u64 busy = READ_ONCE(sched_online_cpus) & ~READ_ONCE(sched_idle_cpus) & first->affinity &
		   READ_ONCE(rq->domain) & ~BIT(rq - runqs);

	assert_held(&rq->lock);
	if (busy)
		align(rq, &runqs[bits_first(busy)]);
}

/* The waiting thread of rq that should run next of those that may run on `cpu`; NULL. */
static struct thread *first_waiting(struct runq *rq, int cpu)
{
	int looks = LOOK_AT;
	struct rbnode *node;

	assert_held(&rq->lock);
	rb_for_each (node, &rq->tree) {
		struct thread *t = rb_entry(node, struct thread, node);

		if (t->affinity & BIT(cpu))
			return t;
		if (--looks == 0)
			break;
	}
	return NULL;
}

/* t has left its queue for that of `cpu`, where it wants `vruntime`. */
static void arrive(struct thread *t, int cpu, u64 vruntime)
{
	struct runq *rq = &runqs[cpu];

	spin_lock(&rq->lock);
	if ((s64)(vruntime - rq->min_vruntime) > (s64)LATENCY_NS)
		vruntime = rq->min_vruntime + LATENCY_NS;
	t->vruntime = vruntime; /* on this queue's scale, though it may have to go on from here */
	if (unlikely(!thread_may_use(t, cpu))) {
		spin_unlock(&rq->lock);
		thread_place(t, false);
		return;
	}
	runq_add(rq, t);
	runq_kick(rq, cpu, t);
	spin_unlock(&rq->lock);
}

/* For a CPU without work: its queue takes on the time of the one that gives. */
static bool pull_idle(int cpu, int from)
{
	struct runq *rq = &runqs[cpu], *other = &runqs[from];
	struct thread *t;
	u64 vruntime;

	spin_lock(&other->lock);
	t = first_waiting(other, cpu);
	if (t) {
		runq_remove(other, t);
		align(rq, other);
		vruntime = t->vruntime + other->epoch - rq->epoch;
		sched_trace(TRACE_MIGRATE, t, from);
		t->cpu = cpu;
	}
	spin_unlock(&other->lock);
	if (t)
		arrive(t, cpu, vruntime);
	return t;
}

/* The fullest queue first; each at most once. */
static void pull_from(int cpu, u64 candidates)
{

	while (candidates) {
		int other, from = bits_first(candidates);

		for_each_bit(other, candidates) if (READ_ONCE(runqs[other].load) >
						    READ_ONCE(runqs[from].load)) from = other;
		candidates &= ~BIT(from);
		if (pull_idle(cpu, from))
			return;
	}
}

void balance_pull(int cpu)
{
	struct runq *rq = &runqs[cpu];
	bool called = READ_ONCE(rq->called);

	if (unlikely(called))
		WRITE_ONCE(rq->called, false);
	irq_disable();
	pull_from(cpu, READ_ONCE(sched_overloaded_cpus) & ~BIT(cpu) &
			       READ_ONCE(*(called ? &rq->domain : &rq->search)));
	irq_restore();
}

/* Is t, which waits in `other`, behind everybody of rq, whose time is `here`?  lag: what LAG_NS are
   worth to who runs there. */
static bool lags(struct runq *rq, u64 here, u64 lag, struct runq *other, struct thread *t)
{
	s64 behind = time_ahead(rq, here, other, t->vruntime);

	lag = max(lag, runq_virtual(t, LAG_NS));
	if (behind <= (s64)lag)
		return false;
	if (behind > (s64)lag * FORGET_LAGS)
		align(rq, other);
	return true;
}

/* For a busy CPU: the first waiting thread of a queue that has many more, or if it has had less of
   its CPU than anybody here. */
static bool pull_busy(int cpu, int from, u64 here, u64 lag)
{
	struct runq *rq = &runqs[cpu], *other = &runqs[from];
	bool fuller = READ_ONCE(other->count) > READ_ONCE(rq->count) + 1 &&
		      READ_ONCE(other->load) > READ_ONCE(rq->load);
	struct thread *t;
	u64 vruntime;

	if (!fuller && time_ahead(rq, here, other, READ_ONCE(other->min_vruntime)) <= (s64)lag)
		return false;
	spin_lock(&other->lock);
	t = first_waiting(other, cpu);
	if (!t || (!lags(rq, here, lag, other, t) && !fuller)) {
		spin_unlock(&other->lock);
		return false;
	}
	runq_remove(other, t);
	vruntime = t->vruntime + other->epoch - rq->epoch;
	sched_trace(TRACE_MIGRATE, t, from);
	t->cpu = cpu;
	spin_unlock(&other->lock);
	arrive(t, cpu, vruntime);
	return true;
}

/* An idle CPU that may run one of those that wait here: it fetches one when it looks. */
static void wake_idle(int cpu, u64 idle)
{
	struct runq *rq = &runqs[cpu];
	u64 allowed = 0;
	int looks = LOOK_AT;
	struct rbnode *node;

	spin_lock(&rq->lock);
	rb_for_each (node, &rq->tree) {
		allowed |= rb_entry(node, struct thread, node)->affinity;
		if (--looks == 0 || (allowed & idle))
			break;
	}
	spin_unlock(&rq->lock);
	idle &= allowed;
	if (idle) {
		WRITE_ONCE(runqs[bits_first(idle)].called, true);
		smp_resched(bits_first(idle));
	}
}

void balance_tick(int cpu)
{
	struct runq *rq = &runqs[cpu];
	u64 domain = READ_ONCE(rq->domain) & READ_ONCE(sched_online_cpus);
	u64 overloaded = READ_ONCE(sched_overloaded_cpus), idle = READ_ONCE(sched_idle_cpus);
	u64 here, lag;
	int other;

	if ((overloaded & BIT(cpu)) && (idle & domain))
		wake_idle(cpu, idle & domain);
	overloaded &= domain & ~BIT(cpu);
	if (!overloaded)
		return;
	spin_lock(&rq->lock);
	here = rq->min_vruntime;
	lag = runq_virtual(rq->current, LAG_NS);
	spin_unlock(&rq->lock);
	for_each_bit(other, overloaded) if (pull_busy(cpu, other, here, lag)) return;
}
