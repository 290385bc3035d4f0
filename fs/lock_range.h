/*
 * lock_range.h - the ranges that fs/lock.c keeps and fs/lock_show.c tells of.
 */
#pragma once
#include "fs/lock.h"
#include "kernel/lock/spinlock.h"

#define RANGE_END 0x7fffffffffffffffl

struct range {
	struct list node;	 /* bucket */
	struct list in_all;	 /* of lock_ranges */
	struct inode *inode;	 /* borrowed: the owner has it open */
	const struct file *file; /* that it was locked by; may have gone, and is only compared */
	const void *owner;
	s64 start, end; /* both included */
	s32 pid;	/* of the first pid namespace; -1: none (F_OFD_SETLK) */
	bool write, is_flock;
};

/* Who waits for whom; `by` is for EDEADLK. */
struct blocked {
	struct list node;
	const struct range *want;
	const struct range *blocker; /* while all are told */
	const void *owner, *by;
};

extern struct spinlock lock_lock;
extern struct list lock_ranges;	 /* [lock_lock] all, the newest first */
extern struct list lock_blocked; /* [lock_lock] struct blocked.node, the newest first */

/* Where the ranges of an inode lie, among others.  lock_lock is held, as for what follows. */
struct list *lock_bucket(const struct inode *inode);
/* The first one by position that is in the way of `want`; NULL. */
struct range *lock_conflict(const struct range *want);
