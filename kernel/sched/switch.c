/*
 * switch.c - giving up the CPU, waking up, and what happens between two threads.
 *
 * A thread sleeps by setting its state, looking once more whether it must, and calling
 * sched_switch().  A waker changes the state back under the run queue's lock; whether the sleeper
 * had left the CPU by then decides between "stay in the queue" and "join a queue".
 *
 * Locking: rq->lock is taken by the thread that leaves and released by the one that arrives.
 */
#include "kernel/sched/runq.h"

#include "arch/clock.h"
#include "arch/smp.h"
#include "arch/upcall.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"
#include "kernel/sched/trace.h"
#include "kernel/sched/wait.h"

void runq_kick(struct runq *rq, int cpu, const struct thread *newcomer)
{
	if (!runq_preempts(rq, newcomer))
		return;
	__atomic_fetch_or(&rq->current->arch.alert, ALERT_RESCHED, __ATOMIC_SEQ_CST);
	if (cpu != cpu_id())
		smp_resched(cpu);
}

/*
 * A runnable thread that is in no queue: nobody else touches it, but its parameters may change
 * under the lock of the queue that t->cpu names: rq, whose lock is held and will be released.
 */
static void place_locked(struct runq *rq, struct thread *t, bool woken)
{
	for (;;) {
		int cpu = balance_select(t, rq - runqs);
		u64 old_min = rq->min_vruntime;

		if (cpu == rq - runqs)
			break;
		if (t->time[CPU_USER] + t->time[CPU_SYSTEM]) /* not where it is born */
			sched_trace(TRACE_MIGRATE, t, rq - runqs);
		t->cpu = cpu;
		spin_unlock(&rq->lock);
		rq = &runqs[cpu];
		spin_lock(&rq->lock);
		t->vruntime += rq->min_vruntime - old_min;
		if (likely(thread_may_use(t, cpu)))
			break;
	}
	if (woken && (s64)(t->vruntime - (rq->min_vruntime - LATENCY_NS / 2)) < 0)
		t->vruntime = rq->min_vruntime - LATENCY_NS / 2;
	if (unlikely(!rq->count))
		balance_align(rq, t);
	runq_add(rq, t);
	runq_kick(rq, t->cpu, t);
	spin_unlock(&rq->lock);
}

void thread_place(struct thread *t, bool woken)
{
	place_locked(runq_lock_of(t), t, woken);
}

bool thread_wake(struct thread *t, u32 states)
{
	struct runq *rq;

	if (!(READ_ONCE(t->state) & states))
		return false;
	rq = runq_lock_of(t);
	if (!(t->state & states)) {
		spin_unlock(&rq->lock);
		return false;
	}
	WRITE_ONCE(t->state, THREAD_RUNNING);
	if (unlikely(READ_ONCE(sched_trace_on)))
		sched_trace_record(TRACE_WAKE | TRACE_TICKS, t, t->cpu, clock_ticks());
	if (t->queued) /* it has not left the CPU yet, and now it will not */
		spin_unlock(&rq->lock);
	else
		place_locked(rq, t, true);
	return true;
}

void thread_alert(struct thread *t, u32 alert, u32 wake_states)
{
	int cpu;

	__atomic_fetch_or(&t->arch.alert, alert, __ATOMIC_SEQ_CST);
	if (t == thread_current() || thread_wake(t, wake_states))
		return;
	cpu = READ_ONCE(t->cpu);
	if (cpu != cpu_id() && READ_ONCE(runqs[cpu].current) == t)
		smp_resched(cpu);
}

/* Runs on the stack of the thread that arrives. */
static void switch_finish(void)
{
	struct runq *rq = &runqs[cpu_id()];
	struct thread *left = rq->leaving;
	bool dead = left->state == THREAD_DEAD;
	bool homeless = left->state == THREAD_RUNNING && !left->queued && !left->idle;
	bool displaced = !thread_may_use(left, cpu_id());

	/* Once the lock is released somebody may run it to its end: no look at it after that,
	   unless it is dead or in no queue, and so ours. */
	left->running = false;
	spin_unlock(&rq->lock);
	if (unlikely(homeless))
		thread_place(left, false);
	if (unlikely(displaced))
		waitq_wake_all(&affinity_waiters);
	if (unlikely(dead))
		left->release(left);
}

static void switch_to(struct runq *rq, struct thread *prev, struct thread *next, u64 now)
{
	u32 irq_depth = cpu_this()->irq_depth;

	rq->leaving = prev;
	rq->current = next;
	rq->stats.switches++;
	next->running = true;
	next->slice_start = now;
	next->slice_ran = 0;
	if (unlikely(READ_ONCE(sched_trace_on)))
		sched_trace_record(TRACE_SWITCH, next, prev->state, now);
	if (next->idle)
		__atomic_fetch_or(&sched_idle_cpus, BIT(rq - runqs), __ATOMIC_SEQ_CST);
	else if (prev->idle) {
		__atomic_fetch_and(&sched_idle_cpus, ~BIT(rq - runqs), __ATOMIC_SEQ_CST);
		tick_start(rq, now);
	}
	context_switch(&prev->arch, &next->arch);
	cpu_this()->irq_depth = irq_depth;
	switch_finish();
}

void sched_switch(void)
{
	struct thread *prev = thread_current(), *next;
	struct runq *rq = &runqs[cpu_id()];
	bool stays;
	u64 now;

	assert_no_spinlock();
	/* Before any look at what there is to do: who brings some later alerts it again. */
	thread_alert_clear(prev, ALERT_RESCHED);
	if (!rq->tree.root && (prev->idle || prev->state != THREAD_RUNNING) &&
	    sched_overloaded_cpus)
		balance_pull(rq - runqs);
	spin_lock(&rq->lock);
	now = clock_now();
	runq_charge(rq, prev, now);
	stays = prev->state == THREAD_RUNNING;
	if (!prev->idle) {
		if (stays && likely(thread_may_use(prev, rq - runqs)))
			runq_put_back(rq, prev);
		else
			runq_remove(rq, prev);
		prev->switches[stays]++;
	}
	next = runq_pick(rq);
	if (next != prev) {
		switch_to(rq, prev, next, now);
		return;
	}
	prev->slice_ran = 0;
	if (!prev->idle)
		prev->switches[stays]--;
	else /* woken for nothing: let others claim this CPU again */
		__atomic_fetch_or(&sched_idle_cpus, BIT(rq - runqs), __ATOMIC_SEQ_CST);
	spin_unlock(&rq->lock);
}

void upcall_thread_started(void)
{
	cpu_this()->irq_depth = 1;
	switch_finish();
}

noreturn void thread_exit(void)
{
	irq_disable(); /* the state must not be seen by a tick before the switch */
	thread_current()->state = THREAD_DEAD;
	sched_switch();
	panic("a dead thread runs");
}

void thread_start(struct thread *t)
{
	struct runq *rq;

	t->cpu = cpu_id();
	rq = &runqs[t->cpu];
	spin_lock(&rq->lock);
	rq->stats.forks++;
	sched_trace(TRACE_FORK, t, 0);
	t->vruntime = rq->min_vruntime;
	if (!rq->current->idle && (s64)(rq->current->vruntime - t->vruntime) > 0)
		t->vruntime = rq->current->vruntime;
	/* Its first turn comes after one of each who waits already: who makes many children gains
	   nothing over who makes none. */
	t->vruntime += max(LATENCY_NS / (rq->count + 1), MIN_SLICE_NS) * WEIGHT_NICE0 / t->weight;
	spin_unlock(&rq->lock);
	thread_place(t, false);
}

void sched_yield(void)
{
	struct thread *t = thread_current();
	struct runq *rq = &runqs[cpu_id()];
	struct rbnode *last;

	spin_lock(&rq->lock);
	last = rb_last(&rq->tree);
	if (last && !t->rt_priority) {
		struct thread *behind = rb_entry(last, struct thread, node);

		if ((s64)(behind->vruntime - t->vruntime) >= 0)
			t->vruntime = behind->vruntime + 1;
	}
	spin_unlock(&rq->lock);
	sched_switch();
}
