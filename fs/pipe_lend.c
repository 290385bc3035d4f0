/*
 * pipe_lend.c - what splice(2) and tee(2) do with a pipe: its bytes are used where they lie.
 *
 * A pipe is lent to one at a time.  Meanwhile its bytes stay in their slots, other readers wait and
 * writers may add to them; giving it back takes out as many bytes as found a new place.  So nothing
 * is lost when the other side fails, and nothing is out of order.
 *
 * Locking: pipe->lock for a moment each; none while the bytes are used.
 */
#include "fs/pipe.h"
#include "fs/poll.h"
#include "kernel/lib/log.h"

int pipe_wait_returned(struct pipe *p)
{
	int error;

	mutex_unlock(&p->lock);
	error = wait_event_interruptible(&p->can_read, !READ_ONCE(p->lent));
	mutex_lock(&p->lock);
	return error;
}

int pipe_lend(struct file *f, bool nonblock)
{
	struct pipe *p = f->inode->pipe;
	int result = 1;

	mutex_lock(&p->lock);
	while (result == 1 && (p->lent || p->head == p->tail)) {
		if (p->lent)
			result = pipe_wait_returned(p) ?: 1;
		else
			result = p->writers ? (pipe_wait_readable(p, nonblock) ?: 1) : 0;
	}
	if (result == 1)
		WRITE_ONCE(p->lent, true);
	mutex_unlock(&p->lock);
	return result;
}

u32 pipe_lent(struct file *f, u32 index, u8 **bytes)
{
	struct pipe *p = f->inode->pipe;
	const struct pipe_slot *s;
	u32 len = 0;

	mutex_lock(&p->lock);
	assert(p->lent);
	if (index < p->head - p->tail) {
		s = &p->slots[(p->tail + index) & p->mask];
		*bytes = s->page + s->offset;
		len = s->len;
	}
	mutex_unlock(&p->lock);
	return len;
}

void pipe_return(struct file *f, u32 used)
{
	struct pipe *p = f->inode->pipe;
	struct pipe_slot *s;
	bool freed = false;

	mutex_lock(&p->lock);
	if (used) {
		s = &p->slots[p->tail & p->mask];
		s->offset += used;
		s->len -= used;
		freed = !s->len;
		if (freed)
			pipe_slot_release(p, s);
	}
	WRITE_ONCE(p->lent, false);
	mutex_unlock(&p->lock);
	if (waitq_busy(&p->can_read))
		waitq_wake_n(&p->can_read, ~0u, POLLIN | POLLRDNORM);
	if (freed && waitq_busy(&p->can_write))
		waitq_wake_n(&p->can_write, ~0u, POLLOUT | POLLWRNORM);
	if (p->named && used)
		inode_touch(f->inode, ATTR_ATIME);
}
