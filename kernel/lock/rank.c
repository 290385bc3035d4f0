/*
 * rank.c - the check that locks are taken in the order of their ranks.  Debug builds only.
 *
 * A held_locks has one user, the CPU with interrupts off or the thread itself, so it needs no
 * lock of its own; a panic reads those of others as they happen to be.
 */
#include "kernel/lock/rank.h"

#include "kernel/lib/log.h"

#ifdef DEBUG
void rank_check(const struct held_locks *held, const void *lock, u16 rank, const char *name, u64 ip,
		bool nested)
{
	if (panic_active())
		return;
	for (unsigned i = 0; i < held->count; i++) {
		bool same = held->lock[i].lock == lock;

		if (!same && (held->lock[i].rank < rank || (nested && held->lock[i].rank == rank)))
			continue;
		panic("lock order: %s (%u) %p taken at %p while holding %s (%u) %p taken at %p%s",
		      name, rank, lock, (void *)ip, held->lock[i].name, held->lock[i].rank,
		      held->lock[i].lock, (void *)held->lock[i].ip, same ? ": the same lock" : "");
	}
}

void rank_acquire(struct held_locks *held, const void *lock, u16 rank, const char *name, u64 ip)
{
	unsigned n = held->count;

	if (panic_active())
		return;
	if (n == ARRAY_SIZE(held->lock))
		panic("lock order: more than %zu locks held, taking %s at %p",
		      ARRAY_SIZE(held->lock), name, (void *)ip);
	held->lock[n].lock = lock;
	held->lock[n].name = name;
	held->lock[n].ip = ip;
	held->lock[n].rank = rank;
	WRITE_ONCE(held->count, n + 1);
}

void rank_release(struct held_locks *held, const void *lock, const char *name)
{
	if (panic_active())
		return;
	for (unsigned i = held->count; i-- > 0;) {
		if (held->lock[i].lock != lock)
			continue;
		held->count--;
		for (; i < held->count; i++)
			held->lock[i] = held->lock[i + 1];
		return;
	}
	panic("lock order: %s %p released but not held here", name, lock);
}

bool rank_held(const struct held_locks *held, const void *lock)
{
	for (unsigned i = 0; i < held->count; i++)
		if (held->lock[i].lock == lock)
			return true;
	return false;
}

void rank_show(const struct held_locks *held, const char *who)
{
	unsigned n = min(READ_ONCE(held->count), (u32)ARRAY_SIZE(held->lock));

	for (unsigned i = 0; i < n; i++)
		log_error("%s holds %s (%u) %p taken at %p", who, held->lock[i].name,
			  held->lock[i].rank, held->lock[i].lock, (void *)held->lock[i].ip);
}
#endif
