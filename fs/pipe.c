/*
 * pipe.c - pipes and FIFOs.
 *
 * A pipe is a ring of slots, each a page with some bytes in it.  A write fills up the last slot and
 * goes on with fresh ones; a read empties the first.  A page that has been emptied is kept for the
 * next slot, so a pipe that carries small messages allocates nothing.  Someone is woken only when a
 * pipe stops being empty or full, or each time once somebody polls it, as edge-triggered epoll
 * expects.
 *
 * One reader that waits is noted in the pipe itself, so that the ping-pong of two processes goes
 * without a wait queue.
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
#include "kernel/vm/vm.h"

static struct pipe *pipe_of(struct file *f)
{
	return f->inode->pipe; /* it stays while f is open */
}

/* --- reading ---------------------------------------------------------------------------------- */

static inline bool is_empty(const struct pipe *p)
{
	return READ_ONCE(p->head) == READ_ONCE(p->tail);
}

static inline bool is_full(const struct pipe *p)
{
	return READ_ONCE(p->head) - READ_ONCE(p->tail) > READ_ONCE(p->mask);
}

void pipe_slot_release(struct pipe *p, struct pipe_slot *s)
{
	if (!p->spare)
		p->spare = s->page;
	else
		page_put(page_of_virt(s->page));
	WRITE_ONCE(p->tail, p->tail + 1);
}

/* Moves what is there to the reader; *freed: a slot was emptied.  Bytes, or -EFAULT. */
static ssize_t take(struct pipe *p, struct io *io, bool *freed)
{
	ssize_t done = 0;

	while (p->head != p->tail) {
		struct pipe_slot *s = &p->slots[p->tail & p->mask];
		u64 moved = io_put(io, s->page + s->offset, s->len);

		if (unlikely(!moved))
			return done ?: -EFAULT;
		done += moved;
		s->offset += moved;
		s->len -= moved;
		if (s->len && !s->packet)
			break; /* the reader has all that he wanted, or all that he can get */
		pipe_slot_release(p, s);
		*freed = true;
		if (s->packet || !io->left)
			break;
	}
	return done;
}

void pipe_wake_reader(struct pipe *p)
{
	struct thread *t = p->sleeper;

	p->sleeper = NULL;
	if (t)
		thread_wake(t, THREAD_SLEEPING);
}

noinline int pipe_wait_readable(struct pipe *p, bool nonblock)
{
	struct thread *self = thread_current();
	int error = 0;

	if (nonblock)
		return -EAGAIN;
	if (p->sleeper) {
		mutex_unlock(&p->lock);
		error = wait_event_interruptible(&p->can_read,
						 !is_empty(p) || !READ_ONCE(p->writers));
		mutex_lock(&p->lock);
		return error;
	}
	/* The usual case needs no queue: who wakes has the lock, so the thread is still there. */
	p->sleeper = self;
	__atomic_store_n(&self->state, THREAD_SLEEPING, __ATOMIC_SEQ_CST);
	mutex_unlock(&p->lock);
	if (thread_alerts(self) & wait_alerts(THREAD_SLEEPING))
		error = -ERESTARTSYS;
	else
		wait_sleep(WAIT_FOREVER);
	WRITE_ONCE(self->state, THREAD_RUNNING);
	mutex_lock(&p->lock);
	if (p->sleeper == self)
		p->sleeper = NULL;
	return is_empty(p) ? error : 0;
}

ssize_t pipe_read(struct file *f, struct io *io, u64 *pos)
{
	struct pipe *p = pipe_of(f);
	bool freed = false;
	ssize_t done = 0;

	if (!io->left)
		return 0;
	mutex_lock(&p->lock);
	do {
		while (unlikely(p->lent) && !done)
			done = pipe_wait_returned(p);
		if (done || (done = take(p, io, &freed)) != 0 || !p->writers)
			break;
		done = pipe_wait_readable(p, READ_ONCE(f->flags) & O_NONBLOCK);
	} while (!done);
	mutex_unlock(&p->lock);
	if (freed && waitq_busy(&p->can_write))
		waitq_wake_n(&p->can_write, ~0u, POLLOUT | POLLWRNORM);
	if (p->named && done > 0)
		inode_touch(f->inode, ATTR_ATIME);
	return done;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The last slot if it can be filled up; NULL: a fresh one is needed. */
static inline struct pipe_slot *slot_open(struct pipe *p, bool packet)
{
	struct pipe_slot *s = &p->slots[(p->head - 1) & p->mask];

	if (p->head == p->tail || packet || s->packet || s->offset + s->len == PAGE_SIZE)
		return NULL;
	return s;
}

/* A free slot has room for any write that must stay whole. */
static inline bool fits(struct pipe *p, bool packet, u64 need)
{
	struct pipe_slot *s;

	if (likely(p->head - p->tail <= p->mask))
		return true;
	s = slot_open(p, packet);
	return s && PAGE_SIZE - s->offset - s->len >= need;
}

static bool spare_alloc(struct pipe *p)
{
	struct page *page = vm_page_alloc(PAGE_PLAIN);

	p->spare = page ? page_virt(page) : NULL;
	return page;
}

/* Fills one slot up.  Bytes moved, -EFAULT, -ENOMEM. */
static ssize_t put_slot(struct pipe *p, struct io *io, bool packet)
{
	struct pipe_slot *s = slot_open(p, packet);
	u64 moved;

	if (s) {
		moved = io_get(io, s->page + s->offset + s->len, PAGE_SIZE - s->offset - s->len);
		s->len += moved;
		return moved ? (ssize_t)moved : -EFAULT;
	}
	if (unlikely(!p->spare) && !spare_alloc(p))
		return -ENOMEM;
	moved = io_get(io, p->spare, PAGE_SIZE);
	if (unlikely(!moved))
		return -EFAULT;
	s = &p->slots[p->head & p->mask];
	s->page = p->spare;
	s->offset = 0;
	s->len = moved;
	s->packet = packet;
	p->spare = NULL;
	WRITE_ONCE(p->head, p->head + 1);
	return moved;
}

/* Moves what fits; all or nothing when `whole`.  Adds to *done; 0, -EFAULT, -ENOMEM. */
static int put(struct pipe *p, struct io *io, bool packet, bool whole, ssize_t *done)
{
	while (fits(p, packet, whole ? io->left : 1)) {
		ssize_t n = put_slot(p, io, packet);

		if (n < 0)
			return n;
		*done += n;
		if (!io->left)
			break;
	}
	return 0;
}

static noinline int wait_writable(struct pipe *p, bool nonblock)
{
	if (nonblock)
		return -EAGAIN;
	return wait_event_interruptible(&p->can_write, !is_full(p) || !READ_ONCE(p->readers));
}

ssize_t pipe_put(struct file *f, struct io *io, bool nonblock)
{
	struct pipe *p = pipe_of(f);
	bool packet = READ_ONCE(f->flags) & O_DIRECT, whole = io->left <= PIPE_BUF, was_empty;
	ssize_t done = 0;
	int error = 0;

	while (io->left && !error) {
		mutex_lock(&p->lock);
		was_empty = is_empty(p);
		error = p->readers ? put(p, io, packet, whole, &done) : -EPIPE;
		if (p->sleeper)
			pipe_wake_reader(p);
		mutex_unlock(&p->lock);
		/* Readers sleep only when it was empty, pollers want to hear of each write. */
		if ((was_empty || READ_ONCE(p->polled)) && waitq_busy(&p->can_read))
			waitq_wake_n(&p->can_read, ~0u, POLLIN | POLLRDNORM);
		if (error || !io->left)
			break;
		error = wait_writable(p, nonblock);
	}
	if (p->named && done)
		inode_touch(f->inode, ATTR_MTIME);
	return done ?: error;
}

ssize_t pipe_write(struct file *f, struct io *io, u64 *pos)
{
	return pipe_put(f, io, READ_ONCE(f->flags) & O_NONBLOCK);
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
		bytes += p->slots[i & p->mask].len;
	mutex_unlock(&p->lock);
	return put_user(bytes, (int __user *)arg);
}
