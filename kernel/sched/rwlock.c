/*
 * rwlock.c - the sleeping lock for many readers or one writer.
 *
 * Locking: l->lock guards the counts for a few instructions; whoever must wait sleeps on
 * l->waiters.
 */
#include "kernel/lib/log.h"
#include "kernel/sched/mutex.h"

void rwlock_init(struct rwlock *l, enum lock_rank rank)
{
	*l = (struct rwlock){ .lock = SPINLOCK_INIT(RANK_LEAF), .rank = rank };
	waitq_init(&l->waiters);
}

#ifdef DEBUG
static void check(struct rwlock *l, u64 ip)
{
	assert_no_spinlock();
	rank_check(&thread_current()->held, l, l->rank, "rwlock", ip, false);
}

static void note(struct rwlock *l, u64 ip)
{
	rank_acquire(&thread_current()->held, l, l->rank, "rwlock", ip);
}

static void forget(struct rwlock *l)
{
	rank_release(&thread_current()->held, l, "rwlock");
}
#else
static inline void check(struct rwlock *l, u64 ip)
{
}

static inline void note(struct rwlock *l, u64 ip)
{
}

static inline void forget(struct rwlock *l)
{
}
#endif

static bool take_read(struct rwlock *l)
{
	bool ok;

	spin_lock(&l->lock);
	ok = !l->writer && !l->writers_waiting;
	if (ok)
		l->readers++;
	spin_unlock(&l->lock);
	return ok;
}

static bool take_write(struct rwlock *l)
{
	bool ok;

	spin_lock(&l->lock);
	ok = !l->writer && !l->readers;
	if (ok) {
		l->writer = thread_current();
		l->writers_waiting--;
	}
	spin_unlock(&l->lock);
	return ok;
}

void read_lock(struct rwlock *l)
{
	check(l, CALLER_IP);
	wait_event(&l->waiters, take_read(l));
	note(l, CALLER_IP);
}

void read_unlock(struct rwlock *l)
{
	bool last;

	forget(l);
	spin_lock(&l->lock);
	assert(l->readers);
	last = --l->readers == 0;
	spin_unlock(&l->lock);
	if (last)
		waitq_wake_all(&l->waiters);
}

void write_lock(struct rwlock *l)
{
	check(l, CALLER_IP);
	spin_lock(&l->lock);
	l->writers_waiting++;
	spin_unlock(&l->lock);
	wait_event(&l->waiters, take_write(l));
	note(l, CALLER_IP);
}

void write_unlock(struct rwlock *l)
{
	forget(l);
	spin_lock(&l->lock);
	assert(l->writer == thread_current());
	l->writer = NULL;
	spin_unlock(&l->lock);
	waitq_wake_all(&l->waiters);
}
