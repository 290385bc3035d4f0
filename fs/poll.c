/*
 * poll.c - sleeping until one of several files is ready: what poll, select and their kin share.
 *
 * Each queue that a file names becomes an entry of the set, and the entry's callback wakes the one
 * thread that the set belongs to.  The first few entries lie in the set itself, on the caller's
 * stack; the others come in pages.
 *
 * Locking: entries are added by their owner only.  A callback runs under its queue's lock, and
 * poll_set_end takes each of those locks, so none runs afterwards.
 */
#include "fs/poll.h"

#include "arch/clock.h"
#include "fs/file.h"
#include "kernel/mem/slab.h"

#define BLOCK_ENTRIES ((4096 - 16) / sizeof(struct poll_entry))

struct poll_block {
	struct poll_block *next;
	u64 count;
	struct poll_entry entries[BLOCK_ENTRIES];
};
static_assert(sizeof(struct poll_block) <= 4096, "a block is a page");

u32 file_poll(struct file *f, struct poll_table *t)
{
	if (!f->ops->poll)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return f->ops->poll(f, t);
}

/* Whatever happened, the owner looks for itself. */
static bool entry_wake(struct waiter *w, u32 key)
{
	struct poll_set *set = container_of(w, struct poll_entry, waiter)->set;

	(void)key;
	__atomic_store_n(&set->triggered, true, __ATOMIC_SEQ_CST);
	thread_wake(set->thread, THREAD_SLEEPING);
	return true;
}

static struct poll_entry *entry_alloc(struct poll_set *set)
{
	struct poll_block *b = set->blocks;

	if (set->count < POLL_INLINE)
		return &set->first[set->count++];
	if (!b || b->count == BLOCK_ENTRIES) {
		b = kmalloc(sizeof(*b));
		if (!b)
			return NULL;
		b->count = 0;
		b->next = set->blocks;
		set->blocks = b;
	}
	return &b->entries[b->count++];
}

static void set_queue(struct poll_table *t, struct waitq *q)
{
	struct poll_set *set = container_of(t, struct poll_set, table);
	struct poll_entry *e = entry_alloc(set);

	if (!e) {
		set->error = -ENOMEM;
		return;
	}
	waiter_init(&e->waiter, false);
	e->waiter.fn = entry_wake;
	e->queue = q;
	e->file = file_get(set->file);
	e->set = set;
	waiter_add(q, &e->waiter);
}

void poll_set_init(struct poll_set *set)
{
	set->table.queue = set_queue;
	set->thread = thread_current();
	set->triggered = false;
	set->error = 0;
	set->count = 0;
	set->blocks = NULL;
}

u32 poll_set_file(struct poll_set *set, struct file *f)
{
	set->file = f;
	return file_poll(f, &set->table);
}

int poll_set_wait(struct poll_set *set, u64 deadline)
{
	struct thread *t = set->thread;
	int result = set->error;

	set->table.queue = NULL;
	while (!result) {
		/* Pairs with the callback, which sets `triggered` and then looks at the state. */
		__atomic_store_n(&t->state, THREAD_SLEEPING, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&set->triggered, __ATOMIC_SEQ_CST))
			break;
		if (thread_alerts(t) & wait_alerts(THREAD_SLEEPING))
			result = -ERESTARTSYS;
		else if (deadline != WAIT_FOREVER && clock_now() >= deadline)
			result = -ETIMEDOUT;
		else
			wait_sleep(deadline);
	}
	WRITE_ONCE(t->state, THREAD_RUNNING);
	/* Files are looked at after this, so what triggers from now on counts for the next wait. */
	__atomic_store_n(&set->triggered, false, __ATOMIC_SEQ_CST);
	return result;
}

static void entries_end(struct poll_entry *entries, u64 count)
{
	for (u64 i = 0; i < count; i++) {
		waiter_remove(entries[i].queue, &entries[i].waiter);
		file_put(entries[i].file);
	}
}

void poll_set_end(struct poll_set *set)
{
	struct poll_block *b = set->blocks, *next;

	entries_end(set->first, set->count);
	for (; b; b = next) {
		next = b->next;
		entries_end(b->entries, b->count);
		kfree(b);
	}
}
