/*
 * tick.c - the clock interrupt: timers, the running thread's slice, the load average.
 *
 * The one-shot clock of a CPU is armed for the earlier of its first timer and its next tick.  Ticks
 * come only while a thread runs; an idle CPU sleeps until its first timer.  A tick's work
 * does not depend on how many threads exist.
 */
#include "kernel/sched/runq.h"

#include "arch/clock.h"
#include "arch/upcall.h"
#include "kernel/lib/bits.h"
#include "kernel/sched/tick.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/wait.h"

#define BALANCE_TICKS 4
#define LOAD_PERIOD   (5 * NS_PER_SEC)

void (*sched_tick_hook)(struct thread *t);

static struct spinlock load_lock = SPINLOCK_INIT(RANK_LEAF);
static u64 load_average[3];	    /* [load_lock] 2048 = 1.0 */
static u64 load_next = LOAD_PERIOD; /* [load_lock] */

/* exp(-5s/1min), exp(-5s/5min), exp(-5s/15min) in units of 1/2048. */
static const u64 load_decay[3] = { 1884, 2014, 2037 };

static u64 runnable_threads(void)
{
	u64 n = 0;

	for (int cpu = 0; cpu < cpu_count(); cpu++)
		n += READ_ONCE(runqs[cpu].count);
	return n;
}

static void load_update(u64 now)
{
	u64 active;

	if (likely(now < READ_ONCE(load_next)) || !spin_trylock(&load_lock))
		return;
	active = runnable_threads() * 2048;
	for (int periods = 0; now >= load_next && periods < 1000; periods++) {
		load_next += LOAD_PERIOD;
		for (int i = 0; i < 3; i++)
			load_average[i] = (load_average[i] * load_decay[i] +
					   active * (2048 - load_decay[i]) + 1024) /
					  2048;
	}
	if (load_next <= now)
		load_next = now + LOAD_PERIOD;
	spin_unlock(&load_lock);
}

void sched_loadavg(u64 load[3])
{
	load_update(clock_now());
	spin_lock(&load_lock);
	for (int i = 0; i < 3; i++)
		load[i] = load_average[i];
	spin_unlock(&load_lock);
}

void tick_start(struct runq *rq, u64 now)
{
	if (rq->tick_at != WAIT_FOREVER)
		return;
	rq->tick_at = now + TICK_NS;
	timer_arm_clock(rq->tick_at);
}

static void tick(struct runq *rq, u64 now, bool user)
{
	struct thread *t, *first;

	spin_lock(&rq->lock);
	t = rq->current;
	if (t->idle) {
		rq->tick_at = WAIT_FOREVER;
		spin_unlock(&rq->lock);
		return;
	}
	rq->tick_at = now + TICK_NS;
	t->mode = user ? CPU_USER : CPU_SYSTEM;
	runq_charge(rq, t, now);
	first = runq_first(rq);
	if (first && first->rt_priority >= t->rt_priority &&
	    (first->rt_priority > t->rt_priority || t->slice_ran >= runq_slice(rq, t)))
		__atomic_fetch_or(&t->arch.alert, ALERT_RESCHED, __ATOMIC_SEQ_CST);
	spin_unlock(&rq->lock);
	if (sched_tick_hook)
		sched_tick_hook(t);
	if (++rq->ticks % BALANCE_TICKS == 0 && cpu_count() > 1)
		balance_tick(rq - runqs);
	load_update(now);
}

void upcall_timer(bool user)
{
	struct runq *rq = &runqs[cpu_id()];
	u64 now;

	timer_run();
	now = clock_now();
	if (now >= rq->tick_at)
		tick(rq, now, user);
	timer_arm_clock(rq->tick_at);
}

void upcall_resched(void)
{
	/* An idle CPU looks at its queue when it leaves hlt; others have the alert set by who sent
	 * this. */
	struct thread *t = thread_current();

	if (t->idle)
		__atomic_fetch_or(&t->arch.alert, ALERT_RESCHED, __ATOMIC_SEQ_CST);
}

void sched_stats(int cpu, struct sched_stats *out)
{
	struct runq *rq = &runqs[cpu];

	spin_lock(&rq->lock);
	*out = rq->stats;
	out->runnable = rq->count;
	if (rq->current->idle && sched_online() & BIT(cpu))
		out->idle += clock_now() - rq->current->slice_start;
	spin_unlock(&rq->lock);
}
