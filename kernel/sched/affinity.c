/*
 * affinity.c - which CPUs a thread may use, and getting it off the others.
 *
 * `bound` is what the thread's cpuset leaves it, `affinity` what it may use: the same until
 * sched_setaffinity(2) narrows it, and again after each change of the cpuset.  Both change under
 * the run queue's lock, so every decision of the scheduler sees one or the other, and none looks
 * further than the thread.  A waiting thread is moved at once.  A running one is told to reschedule
 * and finds in sched_switch() that it may not go back into this queue; sched_expel() waits until it
 * has left, or may stay after all: whoever makes one of both true wakes affinity_waiters.
 *
 * Locking: one run queue at a time.
 */
#include "kernel/sched/runq.h"

#include "arch/smp.h"
#include "kernel/abi/errno.h"
#include "kernel/sched/wait.h"

struct waitq affinity_waiters = WAITQ_INIT(affinity_waiters);

/* Gives t new masks.  Releases rq->lock.  The CPU where it runs against them. */
static u64 replace(struct runq *rq, struct thread *t, u64 bound, u64 affinity)
{
	int cpu = t->cpu;
	bool waiting = t->queued && !t->running;
	bool was_wrong = t->running && !thread_may_use(t, cpu);

	WRITE_ONCE(t->bound, bound);
	WRITE_ONCE(t->affinity, affinity);
	if (likely(thread_may_use(t, cpu) || !t->queued)) {
		spin_unlock(&rq->lock);
		if (unlikely(was_wrong)) /* who waits until it leaves need not any more */
			waitq_wake_all(&affinity_waiters);
		return 0;
	}
	if (waiting)
		runq_remove(rq, t);
	spin_unlock(&rq->lock);
	if (waiting) {
		thread_place(t, false);
		return 0;
	}
	thread_alert(t, ALERT_RESCHED, 0);
	return BIT(cpu);
}

static noinline u64 bind_anew(struct thread *t, u64 allowed)
{
	return replace(runq_lock_of(t), t, allowed, allowed);
}

/* Who has just these CPUs keeps them: an affinity that changes meanwhile is one set afterwards. */
u64 thread_bind(struct thread *t, u64 allowed)
{
	if (READ_ONCE(t->bound) == allowed && READ_ONCE(t->affinity) == allowed)
		return 0;
	return bind_anew(t, allowed);
}

int thread_set_affinity(struct thread *t, u64 wish)
{
	struct runq *rq = runq_lock_of(t);
	u64 allowed = wish & t->bound & READ_ONCE(sched_online_cpus);

	if (!allowed) {
		spin_unlock(&rq->lock);
		return -EINVAL;
	}
	sched_expel(replace(rq, t, t->bound, allowed));
	return 0;
}

static bool misplaced(u64 where)
{
	int cpu;

	for_each_bit(cpu, where)
	{
		struct runq *rq = &runqs[cpu];
		bool wrong;

		spin_lock(&rq->lock);
		wrong = !rq->current->idle && !thread_may_use(rq->current, cpu);
		spin_unlock(&rq->lock);
		if (wrong)
			return true;
	}
	return false;
}

void sched_expel(u64 where)
{
	if (!where)
		return;
	while (!thread_may_use(thread_current(), cpu_id()))
		sched_switch();
	wait_event(&affinity_waiters, !misplaced(where));
}
