/*
 * mutex.h - the sleeping lock.
 *
 * FIFO among those that sleep.  Uninterruptible; what is held under a mutex must end by itself.
 */
#pragma once
#include "kernel/sched/wait.h"

struct mutex {
	struct thread *owner; /* [a] NULL: free */
	struct waitq waiters;
#ifdef DEBUG
	u16 rank; /* [I] */
	const char *name;
#endif
};

#ifdef DEBUG
#define MUTEX_INIT(m, r)                                                    \
	{                                                                   \
		.waiters = WAITQ_INIT((m).waiters), .rank = (r), .name = #m \
	}
#else
#define MUTEX_INIT(m, r)                           \
	{                                          \
		.waiters = WAITQ_INIT((m).waiters) \
	}
#endif

static inline void mutex_init(struct mutex *m, enum lock_rank rank)
{
	*m = (struct mutex)MUTEX_INIT(*m, rank);
}

/* Free to taken. */
static always_inline bool mutex_take(struct mutex *m)
{
	struct thread *nobody = NULL;

	return __atomic_compare_exchange_n(&m->owner, &nobody, thread_current(), false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void mutex_wait(struct mutex *m); /* until it is taken */

#ifdef DEBUG
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);
#else
static always_inline void mutex_lock(struct mutex *m)
{
	if (unlikely(!mutex_take(m)))
		mutex_wait(m);
}

static always_inline void mutex_unlock(struct mutex *m)
{
	/* A full fence: pairs with the one in waiter_prepare. */
	__atomic_store_n(&m->owner, NULL, __ATOMIC_SEQ_CST);
	if (unlikely(!list_empty(&m->waiters.waiters)))
		waitq_wake(&m->waiters);
}
#endif

void mutex_lock_nested(
	struct mutex *m); /* another of the same rank is held, in the documented order */
int mutex_lock_killable(struct mutex *m) must_check; /* 0 or -ERESTARTSYS */
bool mutex_trylock(struct mutex *m);
bool mutex_held(const struct mutex *m); /* by the current thread */
