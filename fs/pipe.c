/*
 * pipe.c - pipes and FIFOs.
 *
 * A pipe is a ring of slots, each a page with some bytes in it.  A write fills up the last slot and
 * goes on with fresh ones; a read empties the first.  A page that has been emptied is kept for the
 * next slot, so a pipe that carries small messages allocates nothing.  Someone is woken only when a
 * pipe stops being empty or full, or each time once somebody polls it, as edge-triggered epoll
 * expects.
 *
 * Locking: pipe->lock is held while bytes are copied, so a page fault may happen under it, and
 * never while waiting for the other side.  poll reads without it: who changes something wakes the
 * pollers afterwards.
 *
 * Differs from Linux: a write that the last reader leaves half done ends with its count and without
 * SIGPIPE, and there is no limit on the pages of one user's pipes.
 */
#include "fs/pipe.h"

#include "arch/uaccess.h"
#include "fs/poll.h"
#include "kernel/abi/termios.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"

static struct pipe *pipe_of(struct file *f)
{
	return f->inode->pipe; /* it stays while f is open */
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool is_empty(const struct pipe *p)
{
	return READ_ONCE(p->head) == READ_ONCE(p->tail);
}

static bool is_full(const struct pipe *p)
{
	return READ_ONCE(p->head) - READ_ONCE(p->tail) >= READ_ONCE(p->size);
}

static void slot_release(struct pipe *p, struct pipe_slot *s)
{
	if (!p->spare)
		p->spare = s->page;
	else
		page_put(page_of_virt(s->page));
	WRITE_ONCE(p->tail, p->tail + 1);
}

/* Moves what is there to the reader; *freed counts the slots emptied.  Bytes, or -EFAULT. */
static ssize_t take(struct pipe *p, struct io *io, u32 *freed)
{
	ssize_t done = 0;

	while (!is_empty(p) && io->left) {
		struct pipe_slot *s = &p->slots[p->tail & (p->size - 1)];
		u64 n = min((u64)s->len, io->left);
		u64 moved = io_put(io, s->page + s->offset, n);
		bool last = s->packet;

		s->offset += moved;
		s->len -= moved;
		done += moved;
		if (moved < n)
			return done ?: -EFAULT;
		if (s->len == 0 || last) {
			slot_release(p, s);
			++*freed;
		}
		if (last)
			break;
	}
	return done;
}

ssize_t pipe_read(struct file *f, struct io *io, u64 *pos)
{
	struct pipe *p = pipe_of(f);
	u32 freed = 0;
	ssize_t done;

	if (!io->left)
		return 0;
	mutex_lock(&p->lock);
	while ((done = take(p, io, &freed)) == 0 && p->writers) {
		if (READ_ONCE(f->flags) & O_NONBLOCK) {
			done = -EAGAIN;
			break;
		}
		mutex_unlock(&p->lock);
		done = wait_event_interruptible(&p->can_read,
						!is_empty(p) || !READ_ONCE(p->writers));
		if (done)
			return done;
		mutex_lock(&p->lock);
	}
	mutex_unlock(&p->lock);
	if (freed)
		waitq_wake_n(&p->can_write, ~0u, POLLOUT | POLLWRNORM);
	if (done > 0 && p->named)
		inode_touch(f->inode, ATTR_ATIME);
	return done;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The slot that the next byte goes to if that is the last one; NULL: a fresh one is needed. */
static struct pipe_slot *slot_open(struct pipe *p, bool packet)
{
	struct pipe_slot *s = &p->slots[(p->head - 1) & (p->size - 1)];

	if (is_empty(p) || packet || s->packet || s->offset + s->len == PAGE_SIZE)
		return NULL;
	return s;
}

/* Bytes that fit now. */
static u64 room(struct pipe *p, bool packet)
{
	struct pipe_slot *s = slot_open(p, packet);

	return (p->size - (p->head - p->tail)) * PAGE_SIZE +
	       (s ? PAGE_SIZE - s->offset - s->len : 0);
}

/* Fills one slot up.  Bytes moved, -EFAULT, -ENOMEM. */
static ssize_t put_slot(struct pipe *p, struct io *io, bool packet)
{
	struct pipe_slot *s = slot_open(p, packet);
	struct page *page;
	u64 n, moved;

	if (s) {
		n = min(PAGE_SIZE - s->offset - s->len, io->left);
		moved = io_get(io, s->page + s->offset + s->len, n);
		s->len += moved;
		return moved ? (ssize_t)moved : -EFAULT;
	}
	if (!p->spare) {
		page = page_alloc(0, PAGE_PLAIN);
		if (!page)
			return -ENOMEM;
		p->spare = page_virt(page);
	}
	n = min(PAGE_SIZE, io->left);
	moved = io_get(io, p->spare, n);
	if (!moved)
		return -EFAULT;
	p->slots[p->head & (p->size - 1)] =
		(struct pipe_slot){ .page = p->spare, .len = moved, .packet = packet };
	p->spare = NULL;
	WRITE_ONCE(p->head, p->head + 1);
	return moved;
}

/* Moves what fits; all or nothing when `whole`.  Adds to *done; 0, -EFAULT, -ENOMEM. */
static int put(struct pipe *p, struct io *io, bool packet, bool whole, ssize_t *done)
{
	while (io->left && room(p, packet) >= (whole ? io->left : 1)) {
		ssize_t n = put_slot(p, io, packet);

		if (n < 0)
			return n;
		*done += n;
	}
	return 0;
}

/* Behind a change: readers sleep only when the pipe was empty, pollers want to hear of each. */
static void wake_readers(struct pipe *p, bool was_empty)
{
	if (was_empty || READ_ONCE(p->polled))
		waitq_wake_n(&p->can_read, ~0u, POLLIN | POLLRDNORM);
}

ssize_t pipe_write(struct file *f, struct io *io, u64 *pos)
{
	struct pipe *p = pipe_of(f);
	bool packet = READ_ONCE(f->flags) & O_DIRECT, whole = io->left <= PIPE_BUF, was_empty;
	ssize_t done = 0, before;
	int error = 0;

	while (io->left && !error) {
		before = done;
		mutex_lock(&p->lock);
		was_empty = is_empty(p);
		error = p->readers ? put(p, io, packet, whole, &done) : -EPIPE;
		mutex_unlock(&p->lock);
		if (done > before)
			wake_readers(p, was_empty);
		if (error || !io->left)
			break;
		/* Full: a slot that becomes free has room for any write that must stay whole. */
		error = READ_ONCE(f->flags) & O_NONBLOCK
				? -EAGAIN
				: wait_event_interruptible(&p->can_write,
							   !is_full(p) || !READ_ONCE(p->readers));
	}
	if (done && p->named)
		inode_touch(f->inode, ATTR_MTIME);
	return done ?: error;
}

/* --- poll, ioctl ------------------------------------------------------------------------------ */

/* A FIFO opened for reading without waiting does not hang up before a writer has come: its private
   field then holds the number of writers there had been. */
static bool seen_writer(struct file *f, struct pipe *p)
{
	return (u32)(u64)f->private != READ_ONCE(p->writes_ever);
}

u32 pipe_poll(struct file *f, struct poll_table *table)
{
	struct pipe *p = pipe_of(f);
	u32 ready = 0;

	if (!READ_ONCE(p->polled))
		WRITE_ONCE(p->polled, true);
	if (f->can_read)
		poll_wait(table, &p->can_read);
	if (f->can_write)
		poll_wait(table, &p->can_write);
	if (f->can_read) {
		if (!is_empty(p))
			ready |= POLLIN | POLLRDNORM;
		if (!READ_ONCE(p->writers) && seen_writer(f, p))
			ready |= POLLHUP;
	}
	if (f->can_write) {
		if (!is_full(p))
			ready |= POLLOUT | POLLWRNORM;
		if (!READ_ONCE(p->readers))
			ready |= POLLERR;
	}
	return ready;
}

long pipe_ioctl(struct file *f, unsigned cmd, u64 arg)
{
	struct pipe *p = pipe_of(f);
	int bytes = 0;

	if (cmd != FIONREAD)
		return -ENOTTY;
	mutex_lock(&p->lock);
	for (u32 i = p->tail; i != p->head; i++)
		bytes += p->slots[i & (p->size - 1)].len;
	mutex_unlock(&p->lock);
	return put_user(bytes, (int __user *)arg);
}
