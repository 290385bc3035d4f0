/*
 * futex_lock.c - locks that are futexes: the word holds the owner's tid, and the kernel hands the
 * lock on (FUTEX_LOCK_PI and its relatives).
 *
 * Taking and releasing a free lock needs no call.  A lock with waiters is given to the one who has
 * waited longest: the word changes owner before the new one runs.  When an owner dies with the lock
 * in its robust list, the first waiter is woken and takes it as anybody would, with
 * FUTEX_OWNER_DIED still set.
 *
 * Differs from Linux: the owner inherits no priority; a lock that is in no robust list is not taken
 * from a dead owner; FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI do not exist (ENOSYS).
 */
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/task/futex_key.h"

static struct futex_waiter *first_waiter(struct futex_bucket *b, const struct futex_key *key,
					 const struct futex_waiter *but)
{
	struct futex_waiter *w;

	assert_held(&b->lock);
	list_for_each (w, &b->waiters, node) {
		if (w != but && w->tid && futex_key_same(&w->key, key))
			return w;
	}
	return NULL;
}

/* The word as it was; -EFAULT, -ESRCH: the owner does not exist, -EDEADLK: it is the caller. */
static int look(u32 __user *word, s32 tid)
{
	struct task *owner;
	u32 value;

	if (get_user(value, word))
		return -EFAULT;
	value &= FUTEX_TID_MASK;
	if (!value)
		return 0;
	if ((s32)value == tid)
		return -EDEADLK;
	owner = task_find((s32)value);
	if (!owner)
		return -ESRCH;
	task_put(owner);
	return 0;
}

enum attempt { TAKEN, QUEUED, BUSY, CHANGED };

/* With the bucket locked.  -EFAULT. */
static int try_locked(struct futex_bucket *b, u32 __user *word, const struct futex_key *key,
		      struct futex_waiter *w, bool try_only)
{
	u32 old, new, found;
	int result = user_get_u32_atomic(&old, word);

	if (result)
		return result;
	if (old & FUTEX_TID_MASK) {
		if (try_only)
			return BUSY;
		new = old | FUTEX_WAITERS;
	} else {
		new = (u32)w->tid | (old & FUTEX_OWNER_DIED) |
		      (first_waiter(b, key, NULL) ? FUTEX_WAITERS : 0);
	}
	result = user_cmpxchg_u32_atomic(word, old, new, &found);
	if (result)
		return result;
	if (found != old)
		return CHANGED;
	if (!(old & FUTEX_TID_MASK))
		return TAKEN;
	futex_enqueue(b, w, key);
	return QUEUED;
}

/* TAKEN, QUEUED, BUSY or an error. */
static int attempt(const struct futex_wait *wait, const struct futex_key *key,
		   struct futex_waiter *w, bool try_only)
{
	struct futex_bucket *b = futex_bucket_of(key);
	int result;

	for (;;) {
		result = look(wait->addr, w->tid);
		if (result)
			return result;
		spin_lock(&b->lock);
		result = try_locked(b, wait->addr, key, w, try_only);
		spin_unlock(&b->lock);
		if (result == -EFAULT)
			result = futex_fault_in(wait->addr, true) ?: CHANGED;
		if (result != CHANGED)
			return result;
	}
}

long futex_lock(const struct futex_wait *wait, bool try_only)
{
	struct futex_waiter w = { .tid = task_current()->pid->own };
	struct futex_key key;
	long result;

	result = futex_key_get(wait->addr, wait->shared, &key);
	if (result)
		return result;
	do {
		result = attempt(wait, &key, &w, try_only);
		if (result == QUEUED) {
			result = futex_sleep(&w, wait);
			if (!result && !w.granted)
				result = CHANGED; /* the owner died */
		}
	} while (result == CHANGED);
	futex_key_put(&key);
	if (result == BUSY)
		return -EAGAIN;
	return result == -ERESTARTSYS ? -ERESTARTNOINTR : result;
}

/* With the bucket locked; CHANGED, TAKEN (by somebody or nobody), -EFAULT, -EPERM. */
static int release_locked(struct futex_bucket *b, u32 __user *word, const struct futex_key *key)
{
	struct futex_waiter *w = first_waiter(b, key, NULL);
	u32 old, new = 0, found;
	int result = user_get_u32_atomic(&old, word);

	if (result)
		return result;
	if ((s32)(old & FUTEX_TID_MASK) != task_current()->pid->own)
		return -EPERM;
	if (w)
		new = (u32)w->tid | (first_waiter(b, key, w) ? FUTEX_WAITERS : 0);
	result = user_cmpxchg_u32_atomic(word, old, new, &found);
	if (result)
		return result;
	if (found != old)
		return CHANGED;
	if (w) {
		w->granted = true;
		futex_wake_waiter(w);
	}
	return TAKEN;
}

long futex_unlock(u32 __user *addr, bool shared)
{
	struct futex_bucket *b;
	struct futex_key key;
	int result;
	u32 word;

	/* Before anything else, as on Linux. */
	if (get_user(word, addr))
		return -EFAULT;
	if ((s32)(word & FUTEX_TID_MASK) != task_current()->pid->own)
		return -EPERM;
	result = futex_key_get(addr, shared, &key);
	if (result)
		return result;
	b = futex_bucket_of(&key);
	do {
		spin_lock(&b->lock);
		result = release_locked(b, addr, &key);
		spin_unlock(&b->lock);
		if (result == -EFAULT)
			result = futex_fault_in(addr, true) ?: CHANGED;
	} while (result == CHANGED);
	futex_key_put(&key);
	return result == TAKEN ? 0 : result;
}

void futex_wake_lock(u32 __user *addr, bool shared)
{
	struct futex_waiter *w;
	struct futex_bucket *b;
	struct futex_key key;

	if (futex_key_get(addr, shared, &key))
		return;
	b = futex_bucket_of(&key);
	spin_lock(&b->lock);
	w = first_waiter(b, &key, NULL);
	if (w)
		futex_wake_waiter(w);
	spin_unlock(&b->lock);
	futex_key_put(&key);
}
