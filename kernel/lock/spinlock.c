/*
 * spinlock.c - spinlocks of a debug build: ranks, owners, and a wait that ends.
 *
 * Once a panic is on its way the CPUs are stopped wherever they were, perhaps with locks held, so
 * from then on nothing is checked and nobody waits.
 */
#include "kernel/lock/spinlock.h"

#include "kernel/lib/format.h"
#include "kernel/lib/log.h"

#ifdef DEBUG
#define SPIN_LIMIT (1u << 30)

static struct held_locks spin_held[NCPU]; /* [p] */

static void spin_wait(struct spinlock *l, u64 ip)
{
	unsigned spins = 0;

	while (__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE)) {
		while (READ_ONCE(l->locked)) {
			if (panic_active())
				return;
			if (++spins == SPIN_LIMIT)
				panic("lock stuck: %s %p wanted at %p, held by CPU %d", l->name, l,
				      (void *)ip, READ_ONCE(l->owner));
			cpu_relax();
		}
	}
}

static void spin_taken(struct spinlock *l, u64 ip)
{
	int cpu = cpu_id();

	WRITE_ONCE(l->owner, (s16)cpu);
	rank_acquire(&spin_held[cpu], l, l->rank, l->name, ip);
}

static void spin_lock_from(struct spinlock *l, u64 ip, bool nested)
{
	irq_disable();
	rank_check(&spin_held[cpu_id()], l, l->rank, l->name, ip, nested);
	__atomic_fetch_add(&l->wanted, 1, __ATOMIC_RELAXED);
	spin_wait(l, ip);
	__atomic_fetch_sub(&l->wanted, 1, __ATOMIC_RELAXED);
	spin_taken(l, ip);
}

void spin_lock(struct spinlock *l)
{
	spin_lock_from(l, CALLER_IP, false);
}

void spin_lock_nested(struct spinlock *l)
{
	spin_lock_from(l, CALLER_IP, true);
}

/* Cannot wait, so it may be tried against the order; what is taken under it is checked. */
bool spin_trylock(struct spinlock *l)
{
	irq_disable();
	if (__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE)) {
		irq_restore();
		return false;
	}
	spin_taken(l, CALLER_IP);
	return true;
}

void spin_unlock(struct spinlock *l)
{
	rank_release(&spin_held[cpu_id()], l, l->name);
	WRITE_ONCE(l->owner, -1);
	__atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
	irq_restore();
}

void assert_held(const struct spinlock *l)
{
	if (!panic_active() && !(READ_ONCE(l->locked) && READ_ONCE(l->owner) == cpu_id()))
		panic("lock %s %p must be held at %p, its owner is CPU %d", l->name, l,
		      (void *)CALLER_IP, READ_ONCE(l->owner));
}

void assert_no_spinlock(void)
{
	const struct held_locks *held = &spin_held[cpu_id()];

	if (held->count && !panic_active())
		panic("may sleep at %p while holding %s taken at %p", (void *)CALLER_IP,
		      held->lock[held->count - 1].name, (void *)held->lock[held->count - 1].ip);
}

void lock_show_held(int cpu)
{
	char who[16];

	format(who, sizeof(who), "CPU %d", cpu);
	rank_show(&spin_held[cpu], who);
}
#endif
