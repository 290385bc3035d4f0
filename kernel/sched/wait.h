/*
 * wait.h - sleeping until something is true.
 *
 *     wait_event(queue, condition)                 uninterruptible, short waits only
 *     wait_event_interruptible(queue, condition)   0, or -ERESTARTSYS when a signal came
 *     wait_event_killable(queue, condition)        0, or -ERESTARTSYS when a fatal signal came
 *     ..._until(queue, condition, deadline)        also -ETIMEDOUT at clock_now() >= deadline
 *
 * The condition is tested without the queue's lock, after the waiter has been linked, so a waker
 * that first makes it true and then calls waitq_wake is never missed.
 */
#pragma once
#include "arch/clock.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/list.h"
#include "kernel/sched/thread.h"

struct waitq {
	struct spinlock lock;
	struct list waiters; /* [l] struct waiter.node; exclusive ones behind */
};

struct waiter {
	struct list node;      /* [l] of the queue */
	struct thread *thread; /* [I] whom to wake, if fn is NULL */
	/* Called instead with the queue locked (poll, epoll): must not sleep.  True counts as a
	   wake-up for `exclusive`.  key: what happened (POLLIN ...), 0 when not said. */
	bool (*fn)(struct waiter *w, u32 key);
	bool exclusive; /* [I] wake only one of these */
};

#define WAITQ_INIT(name)                                             \
	{                                                            \
		SPINLOCK_INIT(RANK_WAITQ), LIST_INIT((name).waiters) \
	}
void waitq_init(struct waitq *q);

/* Wakes all non-exclusive waiters and up to n exclusive ones.  Any context.  Cheap when nobody
 * waits. */
void waitq_wake_n(struct waitq *q, unsigned n, u32 key);

static inline void waitq_wake(struct waitq *q) /* every non-exclusive and one exclusive waiter */
{
	waitq_wake_n(q, 1, 0);
}

static inline void waitq_wake_all(struct waitq *q)
{
	waitq_wake_n(q, ~0u, 0);
}

static inline bool waitq_busy(struct waitq *q)
{
	/* Pairs with the fence in waiter_prepare. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !list_empty(&q->waiters);
}

/* The parts from which wait_event is made; poll uses them with a callback. */
void waiter_init(struct waiter *w, bool exclusive);
void waiter_add(struct waitq *q, struct waiter *w); /* link only */
void waiter_prepare(struct waitq *q, struct waiter *w,
		    u32 state);			       /* link if need be, set the state */
void waiter_remove(struct waitq *q, struct waiter *w); /* unlink, state RUNNING again */

/* Sleeps once, until woken or `deadline` ((u64)-1: none).  Called between prepare and remove. */
void wait_sleep(u64 deadline);

/* The alert bits that end a wait in this state. */
static inline u32 wait_alerts(u32 state)
{
	return state == THREAD_SLEEPING	  ? ALERT_SIGNAL | ALERT_KILL
	       : state == THREAD_KILLABLE ? ALERT_KILL
					  : 0;
}

#define WAIT_FOREVER ((u64)-1)

#define wait_event_state(queue, condition, wait_state, is_exclusive, until)                      \
	({                                                                                       \
		int result_ = 0;                                                                 \
		if (!(condition)) {                                                              \
			struct waiter waiter_;                                                   \
			u64 until_ = (until);                                                    \
			assert_no_spinlock();                                                    \
			waiter_init(&waiter_, is_exclusive);                                     \
			for (;;) {                                                               \
				waiter_prepare(queue, &waiter_, wait_state);                     \
				if (condition)                                                   \
					break;                                                   \
				if (thread_alerts(thread_current()) & wait_alerts(wait_state)) { \
					result_ = -ERESTARTSYS;                                  \
					break;                                                   \
				}                                                                \
				if (until_ != WAIT_FOREVER && clock_now() >= until_) {           \
					result_ = -ETIMEDOUT;                                    \
					break;                                                   \
				}                                                                \
				wait_sleep(until_);                                              \
			}                                                                        \
			waiter_remove(queue, &waiter_);                                          \
		}                                                                                \
		result_;                                                                         \
	})

#define wait_event(q, c)			((void)wait_event_state(q, c, THREAD_BLOCKED, false, WAIT_FOREVER))
#define wait_event_interruptible(q, c)		wait_event_state(q, c, THREAD_SLEEPING, false, WAIT_FOREVER)
#define wait_event_killable(q, c)		wait_event_state(q, c, THREAD_KILLABLE, false, WAIT_FOREVER)
#define wait_event_exclusive(q, c)		wait_event_state(q, c, THREAD_SLEEPING, true, WAIT_FOREVER)
#define wait_event_interruptible_until(q, c, d) wait_event_state(q, c, THREAD_SLEEPING, false, d)

/* Sleeps until the deadline: 0, or -ERESTARTSYS when a signal came first. */
int sleep_until(u64 deadline) must_check;
