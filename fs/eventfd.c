/*
 * eventfd.c - a 64-bit counter as a file, see eventfd(2).
 *
 * A write adds to the counter and waits while it would overflow; a read takes all of it, or one
 * when it is a semaphore, and waits while it is zero.
 */
#include "fs/eventfd.h"

#include "fs/poll.h"
#include "kernel/abi/epoll.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/mutex.h"

#define COUNT_MAX (~0ul - 1) /* the greatest that a write can make it */

struct eventfd {
	struct spinlock lock;
	struct waitq wait; /* readers and writers */
	u64 count;	   /* [l] */
	bool semaphore;	   /* [I] */
	s32 id;		   /* [I] a number that no other has; -ENOMEM: none */
};

/* Which numbers are in use; a new one gets the lowest that is not. */
static u64 first_ids[8];
static struct {
	struct mutex lock;
	u64 *used; /* [l] */
	u32 size;  /* [l] bits in `used` */
	u32 low;   /* [l] those below are in use */
} ids = { MUTEX_INIT(ids.lock, RANK_OTHER_MUTEX), first_ids, 8 * sizeof(first_ids), 0 };

static bool grow_ids(void)
{
	u64 *used = kzalloc(2 * ids.size / 8);

	if (!used)
		return false;
	memcpy(used, ids.used, ids.size / 8);
	if (ids.used != first_ids)
		kfree(ids.used);
	ids.used = used;
	ids.size *= 2;
	return true;
}

static s32 take_id(void)
{
	s32 id;

	mutex_lock(&ids.lock);
	id = (s32)bitmap_next_clear(ids.used, ids.size, ids.low);
	if ((u32)id == ids.size && !grow_ids()) {
		id = -ENOMEM;
	} else {
		bitmap_set(ids.used, (u32)id);
		ids.low = (u32)id + 1;
	}
	mutex_unlock(&ids.lock);
	return id;
}

static void give_id(s32 id)
{
	if (id < 0)
		return;
	mutex_lock(&ids.lock);
	bitmap_clear(ids.used, (u32)id);
	ids.low = min(ids.low, (u32)id);
	mutex_unlock(&ids.lock);
}

static void eventfd_free(struct eventfd *e)
{
	give_id(e->id);
	kfree(e);
}

static void eventfd_release(struct file *f)
{
	eventfd_free(f->private);
}

/* Takes what a read gives; 0: nothing is there. */
static u64 take(struct eventfd *e)
{
	u64 value;

	spin_lock(&e->lock);
	value = e->semaphore ? !!e->count : e->count;
	WRITE_ONCE(e->count, e->count - value);
	spin_unlock(&e->lock);
	return value;
}

static ssize_t eventfd_read(struct file *f, struct io *io, u64 *pos)
{
	struct eventfd *e = f->private;
	u64 value;
	int error;

	if (io->left < sizeof(value))
		return -EINVAL;
	while (!(value = take(e))) {
		if (READ_ONCE(f->flags) & O_NONBLOCK)
			return -EAGAIN;
		error = wait_event_interruptible(&e->wait, READ_ONCE(e->count));
		if (error)
			return error;
	}
	waitq_wake_n(&e->wait, ~0u, POLLOUT | POLLWRNORM);
	return io_put(io, &value, sizeof(value)) == sizeof(value) ? sizeof(value) : -EFAULT;
}

static bool add(struct eventfd *e, u64 value)
{
	bool fits;

	spin_lock(&e->lock);
	fits = value <= COUNT_MAX - e->count;
	if (fits)
		WRITE_ONCE(e->count, e->count + value);
	spin_unlock(&e->lock);
	return fits;
}

static ssize_t eventfd_write(struct file *f, struct io *io, u64 *pos)
{
	struct eventfd *e = f->private;
	u64 value;
	int error;

	if (io->left < sizeof(value))
		return -EINVAL;
	if (io_get(io, &value, sizeof(value)) != sizeof(value))
		return -EFAULT;
	if (value > COUNT_MAX)
		return -EINVAL;
	while (!add(e, value)) {
		if (READ_ONCE(f->flags) & O_NONBLOCK)
			return -EAGAIN;
		error = wait_event_interruptible(&e->wait,
						 value <= COUNT_MAX - READ_ONCE(e->count));
		if (error)
			return error;
	}
	waitq_wake_n(&e->wait, ~0u, POLLIN | POLLRDNORM);
	return sizeof(value);
}

static u32 eventfd_poll(struct file *f, struct poll_table *table)
{
	struct eventfd *e = f->private;
	u64 count;

	poll_wait(table, &e->wait);
	count = READ_ONCE(e->count);
	return (count ? POLLIN : 0) | (count < COUNT_MAX ? POLLOUT : 0);
}

static s64 eventfd_seek(struct file *f, s64 offset, int whence)
{
	return 0;
}

static void eventfd_show(struct file *f, struct text *out)
{
	struct eventfd *e = f->private;

	text_printf(out, "eventfd-count: %16lx\neventfd-id: %d\n", READ_ONCE(e->count), e->id);
}

static const struct file_ops eventfd_ops = {
	.release = eventfd_release,
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.seek = eventfd_seek,
	.show = eventfd_show,
	.flags = FILE_NO_POS | FILE_NO_PREAD,
};

struct file *eventfd_create(u32 count, u32 flags, const struct cred *cred)
{
	struct eventfd *e = kmalloc(sizeof(*e));
	struct file *f;

	if (!e)
		return ERR_PTR(-ENOMEM);
	spin_init(&e->lock, RANK_PIPE);
	waitq_init(&e->wait);
	e->count = count;
	e->semaphore = flags & EFD_SEMAPHORE;
	e->id = take_id();
	f = file_create_anonymous("eventfd", &eventfd_ops, NULL, e, O_RDWR | (flags & O_NONBLOCK),
				  cred);
	if (IS_ERR(f))
		eventfd_free(e);
	return f;
}
