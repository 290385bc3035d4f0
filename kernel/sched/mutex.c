/*
 * mutex.c - the sleeping lock.
 *
 * Free to taken is one compare-and-swap.  Who does not get it waits in the queue; an unlock wakes
 * the first of them, who then competes with whoever comes by, so the lock is never idle while
 * somebody wants it.
 */
#include "kernel/sched/mutex.h"

#include "arch/upcall.h"
#include "kernel/lib/log.h"

bool mutex_held(const struct mutex *m)
{
	return READ_ONCE(m->owner) == thread_current();
}

#ifdef DEBUG
static void check(struct mutex *m, u64 ip, bool nested)
{
	assert_no_spinlock();
	rank_check(&thread_current()->held, m, m->rank, m->name, ip, nested);
}

static void note(struct mutex *m, u64 ip)
{
	rank_acquire(&thread_current()->held, m, m->rank, m->name, ip);
}

static void forget(struct mutex *m)
{
	rank_release(&thread_current()->held, m, m->name);
}
#else
static inline void check(struct mutex *m, u64 ip, bool nested)
{
}

static inline void note(struct mutex *m, u64 ip)
{
}
#endif

void mutex_wait(struct mutex *m)
{
	(void)wait_event_state(&m->waiters, mutex_take(m), THREAD_BLOCKED, true, WAIT_FOREVER);
}

#ifdef DEBUG
void mutex_lock(struct mutex *m)
{
	check(m, CALLER_IP, false);
	if (unlikely(!mutex_take(m)))
		mutex_wait(m);
	note(m, CALLER_IP);
}

void mutex_unlock(struct mutex *m)
{
	assert(mutex_held(m));
	forget(m);
	/* A full fence: pairs with the one in waiter_prepare. */
	__atomic_store_n(&m->owner, NULL, __ATOMIC_SEQ_CST);
	if (unlikely(!list_empty(&m->waiters.waiters)))
		waitq_wake(&m->waiters);
}
#endif

void mutex_lock_nested(struct mutex *m)
{
	check(m, CALLER_IP, true);
	if (unlikely(!mutex_take(m)))
		mutex_wait(m);
	note(m, CALLER_IP);
}

int mutex_lock_killable(struct mutex *m)
{
	int result = 0;

	check(m, CALLER_IP, false);
	if (unlikely(!mutex_take(m)))
		result = wait_event_state(&m->waiters, mutex_take(m), THREAD_KILLABLE, true,
					  WAIT_FOREVER);
	if (result == 0)
		note(m, CALLER_IP);
	else
		waitq_wake(&m->waiters); /* it may have been our turn */
	return result;
}

bool mutex_trylock(struct mutex *m)
{
	if (!mutex_take(m))
		return false;
	note(m, CALLER_IP);
	return true;
}

void upcall_show_held(void)
{
#ifdef DEBUG
	if (thread_current())
		rank_show(&thread_current()->held, "its thread");
#endif
}
