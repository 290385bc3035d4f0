/*
 * futex_key.h - which futex a word is, and who waits for it; for futex*.c only.
 *
 * A word of private memory is known by address space and address, one of a shared mapping by the
 * mapping and its place there, so that it is the same futex wherever it is mapped.
 */
#pragma once
#include "kernel/task/futex.h"
#include "kernel/task/task.h"

struct futex_bucket {
	struct spinlock lock; /* rank FUTEX; two in the order of addresses */
	struct list waiters;  /* [l] struct futex_waiter.node, first come first */
} aligned_to(32);

struct futex_key {
	const void *space; /* the vm, or the mapping */
	u64 place;	   /* address, or offset in the mapping */
	/* Of a shared mapping: keeps it from being freed and its address from being another's. */
	const struct mapping_ops *ops;
	void *owner;
};

struct futex_waiter {
	struct list node;	     /* [bucket] */
	struct futex_bucket *bucket; /* [a: changes with the old bucket locked] */
	struct futex_key key;	     /* [bucket] */
	struct waitq queue;	     /* the waiting thread */
	u32 bitset;		     /* [I] */
	s32 tid;		     /* [I] of a lock: who waits; 0: no lock */
	bool woken;		     /* [a: written with the bucket locked] */
	bool granted;		     /* [bucket] of a lock: it is ours */
};

/* -EINVAL: not aligned; -EFAULT.  futex_key_put follows; may sleep. */
int futex_key_get(const u32 __user *addr, bool shared, struct futex_key *key) must_check;
void futex_key_put(struct futex_key *key);

static inline bool futex_key_same(const struct futex_key *a, const struct futex_key *b)
{
	return a->place == b->place && a->space == b->space;
}

struct futex_bucket *futex_bucket_of(const struct futex_key *key);
void futex_lock_two(struct futex_bucket *a, struct futex_bucket *b);
void futex_unlock_two(struct futex_bucket *a, struct futex_bucket *b);

/* Brings the page of a word, for writing if need be.  0: try again; -EFAULT.  No locks held. */
int futex_fault_in(u32 __user *addr, bool write) must_check;

/* Of the running task: puts w behind the others; the bucket is locked. */
void futex_enqueue(struct futex_bucket *b, struct futex_waiter *w, const struct futex_key *key);
/* Sleeps until woken: 0, -ETIMEDOUT, -ERESTARTSYS.  On return w is in no bucket; a wake-up that
   came together with another reason counts. */
int futex_sleep(struct futex_waiter *w, const struct futex_wait *wait);
/* Takes w out and wakes it; its bucket is locked. */
void futex_wake_waiter(struct futex_waiter *w);

/* The owner of a lock died: the first who waits for the lock tries again. */
void futex_wake_lock(u32 __user *addr, bool shared);
