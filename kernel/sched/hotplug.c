/*
 * hotplug.c - taking a CPU out of service and back.
 *
 * A CPU goes in this order: its bit in sched_online_cpus is cleared under its queue's lock, so that
 * nothing is added to the queue any more; what waits there is placed elsewhere; what runs is pushed
 * off; its timers go to the CPU that does this, its stocks of pages and objects back to where they
 * came from.  What is left is the idle thread, which waits for an interrupt that does not come: no
 * tick, no timer, no device is its own.  It answers calls from other CPUs still, so nobody has to
 * know the moment at which it went.
 *
 * Locking: one change at a time; the caller has a mutex for that.
 */
#include "kernel/sched/hotplug.h"

#include "arch/clock.h"
#include "arch/smp.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/runq.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/wait.h"

static void close_queue(struct runq *rq, int cpu)
{
	spin_lock(&rq->lock);
	__atomic_fetch_and(&sched_online_cpus, ~BIT(cpu), __ATOMIC_SEQ_CST);
	WRITE_ONCE(cpus[cpu].online, false);
	spin_unlock(&rq->lock);
}

static void place_waiting(struct runq *rq)
{
	struct thread *t;

	for (;;) {
		spin_lock(&rq->lock);
		t = runq_first(rq);
		if (t)
			runq_remove(rq, t);
		spin_unlock(&rq->lock);
		if (!t)
			return;
		thread_place(t, false);
	}
}

static void push_running(struct runq *rq, int cpu)
{
	spin_lock(&rq->lock);
	if (!rq->current->idle) {
		__atomic_fetch_or(&rq->current->arch.alert, ALERT_RESCHED, __ATOMIC_SEQ_CST);
		if (cpu != cpu_id())
			smp_resched(cpu);
	}
	spin_unlock(&rq->lock);
	sched_expel(BIT(cpu));
}

/* On the CPU itself. */
static void drain_caches(void *unused)
{
	slab_drain();
	page_drain();
}

void sched_cpu_down(int cpu)
{
	struct runq *rq = &runqs[cpu];

	close_queue(rq, cpu);
	place_waiting(rq);
	push_running(rq, cpu);
	timer_take_over(cpu);
	smp_call(BIT(cpu), drain_caches, NULL);
	spin_lock(&rq->lock);
	runq_charge(rq, rq->idle, clock_now());
	spin_unlock(&rq->lock);
}

void sched_cpu_up(int cpu)
{
	struct runq *rq = &runqs[cpu];

	spin_lock(&rq->lock);
	rq->idle->slice_start = clock_now();
	WRITE_ONCE(cpus[cpu].online, true);
	__atomic_fetch_or(&sched_idle_cpus, BIT(cpu), __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&sched_online_cpus, BIT(cpu), __ATOMIC_SEQ_CST);
	spin_unlock(&rq->lock);
	waitq_wake_all(&affinity_waiters);
}
