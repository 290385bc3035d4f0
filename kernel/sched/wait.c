/*
 * wait.c - wait queues and timed sleep.
 *
 * Locking: q->lock guards the list.  A waker holds it while it looks at the waiters, so a waiter
 * that has removed itself under the lock is no longer looked at.
 */
#include "kernel/sched/wait.h"

#include "arch/clock.h"
#include "kernel/lib/log.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/trace.h"

#define WAIT_STATES (THREAD_SLEEPING | THREAD_BLOCKED | THREAD_KILLABLE)

void waitq_init(struct waitq *q)
{
	spin_init(&q->lock, RANK_WAITQ);
	list_init(&q->waiters);
}

void waiter_init(struct waiter *w, bool exclusive)
{
	*w = (struct waiter){ .thread = thread_current(), .exclusive = exclusive };
	list_init(&w->node);
}

void waiter_add(struct waitq *q, struct waiter *w)
{
	spin_lock(&q->lock);
	if (w->exclusive)
		list_add_tail(&w->node, &q->waiters);
	else
		list_add(&w->node, &q->waiters);
	spin_unlock(&q->lock);
	/* The caller looks at its condition next: pairs with the fence in waitq_busy. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void waiter_prepare(struct waitq *q, struct waiter *w, u32 state)
{
	if (list_empty(&w->node))
		waiter_add(q, w);
	/* A waker that comes later sees the state; one that came before made the condition true. */
	__atomic_store_n(&thread_current()->state, state, __ATOMIC_SEQ_CST);
}

void waiter_remove(struct waitq *q, struct waiter *w)
{
	WRITE_ONCE(thread_current()->state, THREAD_RUNNING);
	if (list_empty(&w->node))
		return;
	spin_lock(&q->lock);
	list_del(&w->node);
	spin_unlock(&q->lock);
}

static noinline void wake_waiters(struct waitq *q, unsigned n, u32 key)
{
	struct waiter *w, *next;

	spin_lock(&q->lock);
	list_for_each_safe (w, next, &q->waiters, node) {
		bool woken = w->fn ? w->fn(w, key) : thread_wake(w->thread, WAIT_STATES);

		if (w->exclusive && woken && --n == 0)
			break;
	}
	spin_unlock(&q->lock);
}

void waitq_wake_n(struct waitq *q, unsigned n, u32 key)
{
	if (unlikely(waitq_busy(q)))
		wake_waiters(q, n, key);
}

struct sleeper {
	struct timer timer;
	struct thread *thread;
};

static void sleeper_wake(struct timer *timer)
{
	thread_wake(container_of(timer, struct sleeper, timer)->thread, WAIT_STATES);
}

/*
 * Takes the place of an interruptible sleep, so that no system call has to be interrupted.  The
 * waiter stays in its queue; who wakes that meanwhile wakes the next one instead, and the
 * condition is looked at again when this returns.
 */
static void sleep_frozen(struct thread *t)
{
	u32 state = THREAD_SLEEPING;

	if (!__atomic_compare_exchange_n(&t->state, &state, THREAD_FROZEN, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST))
		return; /* woken already */
	sched_trace(TRACE_FREEZE, t, 0);
	if (thread_alerts(t) & ALERT_FREEZE)
		sched_switch();
	WRITE_ONCE(t->state, THREAD_RUNNING);
}

void thread_freeze(void)
{
	struct thread *t = thread_current();

	assert_no_spinlock();
	for (;;) {
		__atomic_store_n(&t->state, THREAD_FROZEN, __ATOMIC_SEQ_CST);
		if (!(thread_alerts(t) & ALERT_FREEZE))
			break;
		sched_trace(TRACE_FREEZE, t, 0);
		sched_switch();
	}
	WRITE_ONCE(t->state, THREAD_RUNNING);
}

void thread_thaw(struct thread *t)
{
	thread_alert_clear(t, ALERT_FREEZE);
	sched_trace(TRACE_THAW, t, 0);
	thread_wake(t, THREAD_FROZEN);
}

void wait_sleep(u64 deadline)
{
	struct sleeper s;

	if (READ_ONCE(thread_current()->state) == THREAD_RUNNING)
		return; /* woken already */
	if (unlikely(thread_alerts(thread_current()) & ALERT_FREEZE) &&
	    thread_current()->state == THREAD_SLEEPING) {
		sleep_frozen(thread_current());
		return;
	}
	if (deadline == WAIT_FOREVER) {
		sched_switch();
		return;
	}
	s.thread = thread_current();
	timer_init(&s.timer, sleeper_wake);
	timer_start(&s.timer, deadline);
	sched_switch();
	timer_cancel(&s.timer);
}

int sleep_until(u64 deadline)
{
	struct thread *t = thread_current();
	int result = 0;

	for (;;) {
		__atomic_store_n(&t->state, THREAD_SLEEPING, __ATOMIC_SEQ_CST);
		if (clock_now() >= deadline)
			break;
		if (thread_alerts(t) & wait_alerts(THREAD_SLEEPING)) {
			result = -ERESTARTSYS;
			break;
		}
		wait_sleep(deadline);
	}
	WRITE_ONCE(t->state, THREAD_RUNNING);
	return result;
}
