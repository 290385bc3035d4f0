/*
 * futex.h - waiting on a word of user memory.
 *
 * User space sees: futex(2), robust lists, and the wake-up of a thread's clear_child_tid word.
 */
#pragma once
#include "kernel/lib/types.h"

struct task;

void futex_init(void);

#define FUTEX_WAIT	     0
#define FUTEX_WAKE	     1
#define FUTEX_REQUEUE	     3
#define FUTEX_CMP_REQUEUE    4
#define FUTEX_WAKE_OP	     5
#define FUTEX_LOCK_PI	     6
#define FUTEX_UNLOCK_PI	     7
#define FUTEX_TRYLOCK_PI     8
#define FUTEX_WAIT_BITSET    9
#define FUTEX_WAKE_BITSET    10
#define FUTEX_LOCK_PI2	     13
#define FUTEX_PRIVATE_FLAG   128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_BITSET_ANY     (~0u)
#define FUTEX_WAITERS	     0x80000000u
#define FUTEX_OWNER_DIED     0x40000000u
#define FUTEX_TID_MASK	     0x3fffffffu

/* deadline: ns of CLOCK_MONOTONIC, or of CLOCK_REALTIME when `realtime`; (u64)-1: none. */
struct futex_wait {
	u32 __user *addr;
	u32 value, bitset;
	bool shared, realtime;
	u64 deadline;
};

/* 0 woken, -EAGAIN other value, -ETIMEDOUT, -EINVAL, -EFAULT, -ERESTARTSYS,
   -ERESTART_RESTARTBLOCK. */
long futex_wait(const struct futex_wait *w);
/* How many were woken; at least one is when somebody waits. */
long futex_wake(u32 __user *addr, bool shared, s32 count, u32 bitset);
/* Wakes up to `wake`, moves up to `move` of the rest to `to`; how many altogether.  expected not
   NULL: -EAGAIN when *from differs. */
long futex_requeue(u32 __user *from, u32 __user *to, bool shared, s32 wake, s32 move,
		   const u32 *expected);
/* Changes *to as `op` says, wakes up to `wake` on `from`, and up to `wake2` on `to` if the old
   value compares as `op` says. */
long futex_wake_op(u32 __user *from, u32 __user *to, bool shared, s32 wake, s32 wake2, u32 op);

/* Locks owned through the word itself, handed on in the order of arrival (no priority is
   inherited). */
long futex_lock(const struct futex_wait *w, bool try_only);
long futex_unlock(u32 __user *addr, bool shared);

/* The running task leaves its memory (exit, exec): robust locks pass to the next owner,
   clear_child_tid is cleared and woken.  t->vm is still there.  No locks held. */
void futex_exit(struct task *t);
