/*
 * futex_key.c - the buckets in which waiters are found, and how they sleep.
 *
 * Locking: a bucket's lock guards the waiters in it.  A waiter that is moved changes its bucket
 * with both locked; it always takes the lock of its bucket before it goes, because whoever wakes it
 * may still be looking at it.
 */
#include "kernel/task/futex_key.h"

#include "arch/boot.h"
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/hash.h"
#include "kernel/sched/realtime.h"

#define BUCKET_BITS 8

static struct futex_bucket buckets[1 << BUCKET_BITS];

void futex_init(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(buckets); i++) {
		spin_init(&buckets[i].lock, RANK_FUTEX);
		list_init(&buckets[i].waiters);
	}
}

struct futex_bucket *futex_bucket_of(const struct futex_key *key)
{
	return &buckets[hash_u64((u64)key->space ^ (key->place >> 2) << 16, BUCKET_BITS)];
}

int futex_key_get(const u32 __user *addr, bool shared, struct futex_key *key)
{
	struct vm *vm = task_current()->vm;
	u64 va = (u64)addr;
	struct region *r;

	if (va % sizeof(u32))
		return -EINVAL;
	if (va >= USER_END)
		return -EFAULT;
	*key = (struct futex_key){ .space = vm, .place = va };
	if (!shared)
		return 0;
	mutex_lock(&vm->lock);
	r = vm_find(vm, va);
	if (!r || va < r->start) {
		mutex_unlock(&vm->lock);
		return -EFAULT;
	}
	if ((r->flags & VM_SHARED) && r->mapping) {
		key->space = r->mapping;
		key->place = r->offset * PAGE_SIZE + (va - r->start);
		key->ops = r->mapping->ops;
		key->owner = r->owner;
		key->ops->hold(key->owner);
	}
	mutex_unlock(&vm->lock);
	return 0;
}

void futex_key_put(struct futex_key *key)
{
	if (key->ops)
		key->ops->release(key->owner);
	key->ops = NULL;
}

void futex_lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_lock(a < b ? &a->lock : &b->lock);
	if (a != b)
		spin_lock_nested(a < b ? &b->lock : &a->lock);
}

void futex_unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

int futex_fault_in(u32 __user *addr, bool write)
{
	u32 value;
	int code;

	if (!write)
		return get_user(value, addr);
	return vm_fault(task_current()->vm, (u64)addr, FAULT_USER | FAULT_WRITE, &code) ? -EFAULT
											: 0;
}

void futex_enqueue(struct futex_bucket *b, struct futex_waiter *w, const struct futex_key *key)
{
	assert_held(&b->lock);
	waitq_init(&w->queue);
	w->key = *key;
	w->bucket = b;
	w->woken = w->granted = false;
	list_add_tail(&w->node, &b->waiters);
}

void futex_wake_waiter(struct futex_waiter *w)
{
	list_del(&w->node);
	WRITE_ONCE(w->woken, true);
	waitq_wake(&w->queue);
}

/* Locks the bucket that w is in, wherever it was moved. */
static struct futex_bucket *bucket_lock(struct futex_waiter *w)
{
	for (;;) {
		struct futex_bucket *b = READ_ONCE(w->bucket);

		spin_lock(&b->lock);
		if (b == w->bucket)
			return b;
		spin_unlock(&b->lock);
	}
}

/* The clock was set: look at the deadline again. */
struct clock_watch {
	struct realtime_watch watch;
	struct thread *thread;
};

static void clock_was_set(struct realtime_watch *w)
{
	thread_wake(container_of(w, struct clock_watch, watch)->thread, THREAD_SLEEPING);
}

static int sleep_wall(struct futex_waiter *w, u64 deadline)
{
	struct clock_watch watch = { .thread = thread_current() };
	int result;
	u64 base;

	realtime_watch(&watch.watch, clock_was_set);
	do {
		base = realtime_offset();
		result = wait_event_interruptible_until(
			&w->queue, READ_ONCE(w->woken) || realtime_offset() != base,
			realtime_to_clock(deadline));
	} while (!result && !READ_ONCE(w->woken));
	realtime_unwatch(&watch.watch);
	return result;
}

int futex_sleep(struct futex_waiter *w, const struct futex_wait *wait)
{
	struct futex_bucket *b;
	int result;

	if (wait->realtime && wait->deadline != WAIT_FOREVER)
		result = sleep_wall(w, wait->deadline);
	else
		result = wait_event_interruptible_until(&w->queue, READ_ONCE(w->woken),
							wait->deadline);
	b = bucket_lock(w);
	if (w->woken)
		result = 0;
	else
		list_del(&w->node);
	spin_unlock(&b->lock);
	return result;
}
