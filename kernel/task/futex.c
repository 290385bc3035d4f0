/*
 * futex.c - waiting and waking: the plain operations of futex(2).
 *
 * A waiter compares the word and queues itself with the bucket locked; who changes the word and
 * then wakes takes the same lock, so no wake-up is lost.  The word is read under the lock without
 * sleeping; when its page is missing the lock is dropped, the page brought, and all begins again.
 *
 * Locking: see futex_key.c.
 *
 * Differs from Linux: in memory that is not shared, operations with and without the PRIVATE flag
 * meet.  Nothing of a lock's owner is inherited by anybody (futex_lock.c).
 */
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/task/futex_hold.h"
#include "kernel/task/futex_key.h"

static bool waits_for(const struct futex_waiter *w, const struct futex_key *key, u32 bitset)
{
	return futex_key_same(&w->key, key) && !w->tid && (w->bitset & bitset);
}

static long wait_restart(struct restart *r)
{
	struct futex_wait w = {
		.addr = (u32 __user *)r->args[0],
		.value = (u32)r->args[1],
		.bitset = (u32)r->args[2],
		.shared = r->args[3] & 1,
		.realtime = r->args[3] & 2,
		.deadline = r->args[4],
	};

	return futex_wait(&w);
}

/* A call with a time-out goes on with the same deadline. */
static long interrupted(const struct futex_wait *wait)
{
	if (wait->deadline == WAIT_FOREVER)
		return -ERESTARTSYS;
	task_current()->restart = (struct restart){
		wait_restart,
		{ (u64)wait->addr, wait->value, wait->bitset,
		  (u64)wait->shared | (u64)wait->realtime << 1, wait->deadline },
	};
	return -ERESTART_RESTARTBLOCK;
}

/* 0: w is queued. */
static int compare_and_queue(const struct futex_wait *wait, const struct futex_key *key,
			     struct futex_waiter *w)
{
	struct futex_bucket *b = futex_bucket_of(key);
	u32 value;
	int result;

	for (;;) {
		spin_lock(&b->lock);
		result = user_get_u32_atomic(&value, wait->addr);
		if (!result && value == wait->value) {
			futex_hold_at(&b->lock);
			futex_enqueue(b, w, key);
		}
		spin_unlock(&b->lock);
		if (!result)
			return value == wait->value ? 0 : -EAGAIN;
		result = futex_fault_in(wait->addr, false);
		if (result)
			return result;
	}
}

long futex_wait(const struct futex_wait *wait)
{
	struct futex_waiter w = { .bitset = wait->bitset };
	struct futex_key key;
	int result;

	if (!wait->bitset)
		return -EINVAL;
	result = futex_key_get(wait->addr, wait->shared, &key);
	if (result)
		return result;
	result = compare_and_queue(wait, &key, &w);
	if (!result)
		result = futex_sleep(&w, wait);
	futex_key_put(&key);
	return result == -ERESTARTSYS ? interrupted(wait) : result;
}

static long wake_locked(struct futex_bucket *b, const struct futex_key *key, s32 count, u32 bitset)
{
	struct futex_waiter *w, *next;
	long woken = 0;

	assert_held(&b->lock);
	list_for_each_safe (w, next, &b->waiters, node) {
		if (!waits_for(w, key, bitset))
			continue;
		futex_wake_waiter(w);
		if (++woken >= count)
			break;
	}
	return woken;
}

long futex_wake(u32 __user *addr, bool shared, s32 count, u32 bitset)
{
	struct futex_bucket *b;
	struct futex_key key;
	long result;

	if (!bitset)
		return -EINVAL;
	result = futex_key_get(addr, shared, &key);
	if (result)
		return result;
	b = futex_bucket_of(&key);
	/* Always with the lock: who waits looks at the word before he is in the list. */
	spin_lock(&b->lock);
	result = wake_locked(b, &key, count, bitset);
	spin_unlock(&b->lock);
	futex_hold_pass();
	futex_key_put(&key);
	return result;
}

/* Both locked.  The waiter keeps the reference of its first key: it is still what it will put. */
static void move(struct futex_waiter *w, struct futex_bucket *to, const struct futex_key *key)
{
	w->key.space = key->space;
	w->key.place = key->place;
	list_move_tail(&w->node, &to->waiters);
	WRITE_ONCE(w->bucket, to);
}

static long requeue_locked(struct futex_bucket *from, const struct futex_key *key,
			   struct futex_bucket *to, const struct futex_key *to_key, s32 wake,
			   s32 moves)
{
	struct futex_waiter *w, *next;
	bool same = futex_key_same(key, to_key);
	long done = 0;

	list_for_each_safe (w, next, &from->waiters, node) {
		if (done - wake >= moves)
			break;
		if (!waits_for(w, key, FUTEX_BITSET_ANY))
			continue;
		if (++done <= wake)
			futex_wake_waiter(w);
		else if (!same)
			move(w, to, to_key);
	}
	return done;
}

/* Both keys, or none. */
static int get_keys(u32 __user *from, u32 __user *to, bool shared, struct futex_key keys[2])
{
	int result = futex_key_get(from, shared, &keys[0]);

	if (result)
		return result;
	result = futex_key_get(to, shared, &keys[1]);
	if (result)
		futex_key_put(&keys[0]);
	return result;
}

long futex_requeue(u32 __user *from, u32 __user *to, bool shared, s32 wake, s32 moves,
		   const u32 *expected)
{
	struct futex_bucket *a, *b;
	struct futex_key keys[2];
	u32 value = 0;
	long result;

	if (wake < 0 || moves < 0)
		return -EINVAL;
	result = get_keys(from, to, shared, keys);
	if (result)
		return result;
	a = futex_bucket_of(&keys[0]);
	b = futex_bucket_of(&keys[1]);
	for (;;) {
		futex_lock_two(a, b);
		result = expected ? user_get_u32_atomic(&value, from) : 0;
		if (!result)
			result = expected && value != *expected
					 ? -EAGAIN
					 : requeue_locked(a, &keys[0], b, &keys[1], wake, moves);
		futex_unlock_two(a, b);
		if (result != -EFAULT)
			break;
		result = futex_fault_in(from, false);
		if (result)
			break;
	}
	futex_key_put(&keys[0]);
	futex_key_put(&keys[1]);
	return result;
}

/* FUTEX_WAKE_OP's argument: 4 bits operation, 4 bits comparison, two signed numbers of 12 bits. */
struct wake_op {
	u32 op, compare;
	s32 operand, limit;
};

static int wake_op_decode(u32 code, struct wake_op *o)
{
	*o = (struct wake_op){ code >> 28 & 7, code >> 24 & 15, (s32)(code << 8) >> 20,
			       (s32)(code << 20) >> 20 };
	if (code >> 31) /* FUTEX_OP_OPARG_SHIFT */
		o->operand = (s32)(1u << (o->operand & 31));
	return o->op > 4 || o->compare > 5 ? -ENOSYS : 0;
}

static u32 wake_op_apply(const struct wake_op *o, u32 old)
{
	switch (o->op) {
	case 0:
		return (u32)o->operand;
	case 1:
		return old + (u32)o->operand;
	case 2:
		return old | (u32)o->operand;
	case 3:
		return old & ~(u32)o->operand;
	default:
		return old ^ (u32)o->operand;
	}
}

static bool wake_op_compare(const struct wake_op *o, s32 old)
{
	switch (o->compare) {
	case 0:
		return old == o->limit;
	case 1:
		return old != o->limit;
	case 2:
		return old < o->limit;
	case 3:
		return old <= o->limit;
	case 4:
		return old > o->limit;
	default:
		return old >= o->limit;
	}
}

/* Both buckets are locked.  -EFAULT: the page is missing or cannot be written. */
static int wake_op_change(const struct wake_op *o, u32 __user *word, u32 *old)
{
	u32 found;
	int result = user_get_u32_atomic(old, word);

	while (!result) {
		result = user_cmpxchg_u32_atomic(word, *old, wake_op_apply(o, *old), &found);
		if (result || found == *old)
			break;
		*old = found;
	}
	return result;
}

long futex_wake_op(u32 __user *from, u32 __user *to, bool shared, s32 wake, s32 wake2, u32 op)
{
	struct futex_bucket *a, *b;
	struct futex_key keys[2];
	struct wake_op o;
	u32 old = 0;
	long result;

	result = get_keys(from, to, shared, keys);
	if (result)
		return result;
	result = wake_op_decode(op, &o);
	a = futex_bucket_of(&keys[0]);
	b = futex_bucket_of(&keys[1]);
	while (!result) {
		bool missing;

		futex_lock_two(a, b);
		missing = wake_op_change(&o, to, &old);
		if (!missing) {
			result = wake_locked(a, &keys[0], wake, FUTEX_BITSET_ANY);
			if (wake_op_compare(&o, (s32)old))
				result += wake_locked(b, &keys[1], wake2, FUTEX_BITSET_ANY);
		}
		futex_unlock_two(a, b);
		if (!missing)
			break;
		result = futex_fault_in(to, true);
	}
	futex_key_put(&keys[0]);
	futex_key_put(&keys[1]);
	return result;
}
