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
void mutex_lock(struct mutex *m);
void mutex_lock_nested(
	struct mutex *m); /* another of the same rank is held, in the documented order */
int mutex_lock_killable(struct mutex *m) must_check; /* 0 or -ERESTARTSYS */
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
bool mutex_held(const struct mutex *m); /* by the current thread */
