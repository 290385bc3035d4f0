/*
 * futex_exit.c - what a task that leaves its memory does for those who wait for it.
 *
 * A program keeps the locks that it holds in a list in its own memory (set_robust_list(2)): each
 * that still bears the task's tid is marked FUTEX_OWNER_DIED, and a waiter is woken.  Nothing in
 * that list can be trusted: the walk ends at the first bad pointer, and after ROBUST_LIMIT entries.
 *
 * clear_child_tid is how a C library learns that a thread's stack is free.
 */
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/task/futex_key.h"

#define ROBUST_LIMIT 2048

struct robust_head {
	u64 next;    /* bit 0 of each pointer: a lock that the kernel hands on (PI) */
	s64 offset;  /* from an entry to its futex */
	u64 pending; /* being taken or released just now */
};

/* Marks the word if the task still owns it.  False: give up. */
static bool mark_dead(u32 __user *word, s32 tid, bool is_lock, bool pending)
{
	u32 old, found;
	int result;

	if ((u64)word % sizeof(u32) || get_user(old, word))
		return false;
	/* Released, but killed before it could wake anybody. */
	if (pending && !is_lock && !old) {
		(void)futex_wake(word, true, 1, FUTEX_BITSET_ANY);
		return true;
	}
	for (;;) {
		if ((s32)(old & FUTEX_TID_MASK) != tid)
			return true;
		result = user_cmpxchg_u32_atomic(word, old,
						 (old & FUTEX_WAITERS) | FUTEX_OWNER_DIED, &found);
		if (result && futex_fault_in(word, true))
			return false;
		if (!result && found == old)
			break;
		if (!result)
			old = found;
	}
	if (is_lock)
		futex_wake_lock(word, true);
	else if (old & FUTEX_WAITERS)
		(void)futex_wake(word, true, 1, FUTEX_BITSET_ANY);
	return true;
}

static u32 __user *word_of(u64 entry, s64 offset)
{
	return (u32 __user *)((entry & ~1ul) + (u64)offset);
}

static void walk(struct task *t, u64 list)
{
	struct robust_head head;
	s32 tid = t->pid->own;
	u64 entry, next;

	if (copy_from_user(&head, (void __user *)list, sizeof(head)))
		return;
	entry = head.next;
	for (int i = 0; i < ROBUST_LIMIT && (entry & ~1ul) != list; i++) {
		/* Before the word is marked: its memory may then be reused. */
		bool more = !get_user(next, (u64 __user *)(entry & ~1ul));

		if ((entry & ~1ul) != (head.pending & ~1ul) &&
		    !mark_dead(word_of(entry, head.offset), tid, entry & 1, false))
			return;
		if (!more)
			return;
		entry = next;
		sched_relax();
	}
	if (head.pending & ~1ul)
		(void)mark_dead(word_of(head.pending, head.offset), tid, head.pending & 1, true);
}

void futex_exit(struct task *t)
{
	u64 list = (u64)t->robust_list;
	s32 __user *clear = t->clear_child_tid;

	t->robust_list = NULL;
	t->clear_child_tid = NULL;
	if (unlikely(list))
		walk(t, list);
	/* Nobody is left to read it otherwise. */
	if (clear && refcount_read(&t->vm->refs) > 1 && !put_user(0, clear))
		(void)futex_wake((u32 __user *)clear, true, 1, FUTEX_BITSET_ANY);
}
