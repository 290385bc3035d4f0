/*
 * spinlock.h - the spinning lock.  It always disables interrupts, so any lock may be taken by
 * an interrupt handler; what it guards must therefore be short and must never sleep.
 */
#pragma once
#include "arch/cpu.h"
#include "kernel/lock/rank.h"

struct spinlock {
	u32 locked; /* [a] 0 free, 1 held */
#ifdef DEBUG
	u16 rank;	  /* [I] enum lock_rank */
	s16 owner;	  /* [l] CPU that holds it, -1 */
	u32 wanted;	  /* [a] CPUs that wait for it */
	const char *name; /* [I] */
#endif
};

#ifdef DEBUG
#define SPINLOCK_INIT(r)                             \
	{                                            \
		.rank = (r), .owner = -1, .name = #r \
	}
void spin_lock(struct spinlock *l);
void spin_lock_nested(struct spinlock *l); /* another of the same rank is held */
bool spin_trylock(struct spinlock *l);
void spin_unlock(struct spinlock *l);
void assert_held(const struct spinlock *l); /* panics when this CPU does not hold it */
void assert_no_spinlock(void);		    /* first line of everything that may sleep */
void lock_show_held(int cpu);		    /* for panics: logs the spinlocks that a CPU holds */
#else
#define SPINLOCK_INIT(r)    \
	{                   \
		.locked = 0 \
	}

static always_inline void spin_lock(struct spinlock *l)
{
	irq_disable();
	if (unlikely(!cpu_claim(&l->locked))) {
		compiler_hide(l); /* or its address is made ready before anybody needs it */
		do
			while (READ_ONCE(l->locked))
				cpu_relax();
		while (!cpu_claim(&l->locked));
	}
}

static always_inline void spin_lock_nested(struct spinlock *l)
{
	spin_lock(l);
}

static always_inline bool spin_trylock(struct spinlock *l)
{
	irq_disable();
	if (cpu_claim(&l->locked))
		return true;
	irq_restore();
	return false;
}

static always_inline void spin_unlock(struct spinlock *l)
{
	__atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
	irq_restore();
}

static inline void assert_held(const struct spinlock *l)
{
	(void)l;
}

static inline void assert_no_spinlock(void)
{
}

static inline void lock_show_held(int cpu)
{
	(void)cpu;
}
#endif

static inline void spin_init(struct spinlock *l, enum lock_rank rank)
{
	*l = (struct spinlock)SPINLOCK_INIT(rank);
}
