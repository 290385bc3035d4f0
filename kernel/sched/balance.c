/*
 * balance.c - which CPU a thread runs on.
 *
 * A thread that wakes goes to an idle CPU, its last one if that idles.  A CPU that runs out of work
 * takes a waiting thread from the fullest queue; a CPU with waiting threads wakes an idle one at
 * its tick to do so.  Every choice is the intersection with the thread's affinity and stays in the
 * CPU's domain: no container is looked at, cpuset has put its CPUs there.
 *
 * Locking: the masks are hints, read without a lock; queues are locked one at a time.
 */
#include "kernel/sched/runq.h"

#include "arch/smp.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"

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

static int least_loaded(u64 allowed)
{
	int cpu, best = bits_first(allowed);

	for_each_bit(cpu, allowed) if (READ_ONCE(runqs[cpu].load) < READ_ONCE(runqs[best].load))
		best = cpu;
	return best;
}

/* The last CPU that it may use went away: anywhere that its cpuset allows, or just anywhere. */
static u64 fall_back(struct thread *t)
{
	u64 online = READ_ONCE(sched_online_cpus);

	t->affinity = t->bound & online ? t->bound : ~0ul;
	log_info("task %s may no longer use the CPUs that it asked for: they are off", t->name);
	return t->affinity & online;
}

int balance_select(struct thread *t, int from, bool woken)
{
	u64 allowed = t->affinity & READ_ONCE(sched_online_cpus);
	int cpu;

	if (unlikely(!allowed))
		allowed = fall_back(t);
	if (cpu_count() == 1)
		return 0;
	if (likely(allowed & BIT(from)))
		allowed &= (woken ? READ_ONCE(runqs[from].search) : READ_ONCE(runqs[from].domain)) |
			   BIT(from);
	cpu = claim_idle(allowed, from);
	if (cpu >= 0)
		return cpu;
	if ((allowed & BIT(from)) && runqs[from].count <= 1)
		return from;
	return least_loaded(allowed);
}

void sched_set_domain(int cpu, u64 domain, u64 search)
{
	WRITE_ONCE(runqs[cpu].domain, domain);
	WRITE_ONCE(runqs[cpu].search, search);
}

/* Takes one waiting thread that may run on `cpu` out of rq; NULL. */
static struct thread *steal(struct runq *rq, int cpu)
{
	struct rbnode *node;

	rb_for_each (node, &rq->tree) {
		struct thread *t = rb_entry(node, struct thread, node);

		if (!(t->affinity & BIT(cpu)))
			continue;
		runq_remove(rq, t);
		t->vruntime += READ_ONCE(runqs[cpu].min_vruntime) - rq->min_vruntime;
		t->cpu = cpu;
		return t;
	}
	return NULL;
}

/* The fullest queue first; each at most once. */
void balance_pull(int cpu, u64 among)
{
	u64 candidates = READ_ONCE(sched_overloaded_cpus) & among & ~BIT(cpu);

	while (candidates) {
		struct thread *t;
		int other, from = bits_first(candidates);

		for_each_bit(other, candidates) if (READ_ONCE(runqs[other].load) >
						    READ_ONCE(runqs[from].load)) from = other;
		candidates &= ~BIT(from);
		spin_lock(&runqs[from].lock);
		t = steal(&runqs[from], cpu);
		spin_unlock(&runqs[from].lock);
		if (!t)
			continue;
		spin_lock(&runqs[cpu].lock);
		if (likely(thread_may_use(t, cpu))) {
			runq_add(&runqs[cpu], t);
			spin_unlock(&runqs[cpu].lock);
			return;
		}
		spin_unlock(&runqs[cpu].lock);
		thread_place(t, false);
	}
}

void balance_tick(int cpu)
{
	u64 domain = READ_ONCE(runqs[cpu].domain) & READ_ONCE(sched_online_cpus);
	u64 idle = READ_ONCE(sched_idle_cpus) & domain;
	u64 others = READ_ONCE(sched_overloaded_cpus) & domain & ~BIT(cpu);
	int other;

	if ((READ_ONCE(sched_overloaded_cpus) & BIT(cpu)) && idle) {
		smp_resched(bits_first(idle));
		return;
	}
	for_each_bit(other, others)
	{
		if (READ_ONCE(runqs[other].count) > READ_ONCE(runqs[cpu].count) + 1) {
			balance_pull(cpu, domain);
			return;
		}
	}
}
