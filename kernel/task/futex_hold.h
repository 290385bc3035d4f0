/*
 * futex_hold.h - stops a waiter between its look at the word and the list, in a debug build.
 *
 * /proc/sys/kernel/futex_hold takes a TID: when that task next waits, it stays there, the bucket
 * locked, until a waker wants the lock, or has come and gone without it; then it goes on.  So a
 * test steps through what is otherwise a race of a few instructions.  Another CPU must be there.
 */
#pragma once
#include "kernel/lib/types.h"

struct spinlock;
struct text;

#ifdef DEBUG
extern s32 futex_hold_tid; /* [a] who shall be held; 0: nobody */

void futex_hold_wait(struct spinlock *bucket);
void futex_hold_passed(void);
void futex_hold_show(struct text *out); /* "TID", "TID held"; "0" */
int futex_hold_write(char *text);	/* -EINVAL */

/* The waiter, with the bucket's lock. */
static inline void futex_hold_at(struct spinlock *bucket)
{
	if (unlikely(READ_ONCE(futex_hold_tid)))
		futex_hold_wait(bucket);
}

/* A waker has done all that it does. */
static inline void futex_hold_pass(void)
{
	if (unlikely(READ_ONCE(futex_hold_tid)))
		futex_hold_passed();
}
#else
static inline void futex_hold_at(struct spinlock *bucket)
{
}

static inline void futex_hold_pass(void)
{
}
#endif
