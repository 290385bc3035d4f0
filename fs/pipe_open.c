/*
 * pipe_open.c - making, opening and closing pipes and FIFOs, and their sizes.
 *
 * A pipe belongs to its inode: pipe(2) makes a nameless one; the first who opens a FIFO makes its
 * pipe, the last who closes it takes it away.  FIFOs wait for each other in open(2) by counting
 * all opens there ever were, so a partner that is gone again has still been met.
 */
#include "fs/pipe.h"

#include "fs/poll.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"

static const struct file_ops pipe_file_ops;

static struct pipe *pipe_alloc(bool named)
{
	struct pipe *p = kzalloc(sizeof(*p));

	if (!p)
		return NULL;
	mutex_init(&p->lock, RANK_FILE);
	waitq_init(&p->can_read);
	waitq_init(&p->can_write);
	p->slots = p->few;
	p->mask = PIPE_SLOTS - 1;
	p->named = named;
	p->writes_ever = 1; /* differs from the 0 in the private field of most files */
	return p;
}

static void page_drop(u8 *page)
{
	if (page)
		page_put(page_of_virt(page));
}

static void pipe_free(struct pipe *p)
{
	for (; p->tail != p->head; p->tail++)
		page_drop(p->slots[p->tail & p->mask].page);
	page_drop(p->spare);
	if (p->slots != p->few)
		kfree(p->slots);
	kfree(p);
}

/* --- opening and closing ---------------------------------------------------------------------- */

/* One more reader, writer or both.  For who is only one of them: how many opens of the other kind
   there were, in *seen, and whether none of those is open now. */
static bool enter(struct pipe *p, bool reads, bool writes, u32 *seen)
{
	bool alone;

	mutex_lock(&p->lock);
	p->readers += reads;
	p->reads_ever += reads;
	p->writers += writes;
	p->writes_ever += writes;
	*seen = reads ? p->writes_ever : p->reads_ever;
	alone = !(reads ? p->writers : p->readers);
	mutex_unlock(&p->lock);
	waitq_wake_all(&p->can_read);
	waitq_wake_all(&p->can_write);
	return alone;
}

static void leave(struct inode *inode, bool reads, bool writes)
{
	struct pipe *p = inode->pipe;
	bool last;

	mutex_lock(&p->lock);
	WRITE_ONCE(p->readers, p->readers - reads);
	WRITE_ONCE(p->writers, p->writers - writes);
	pipe_wake_reader(p);
	mutex_unlock(&p->lock);
	waitq_wake_n(&p->can_read, ~0u, POLLIN | POLLHUP);
	waitq_wake_n(&p->can_write, ~0u, POLLOUT | POLLERR);
	mutex_lock(&inode->lock);
	last = --p->files == 0;
	if (last)
		inode->pipe = NULL;
	mutex_unlock(&inode->lock);
	if (last)
		pipe_free(p);
}

static void pipe_release(struct file *f)
{
	leave(f->inode, f->can_read, f->can_write);
}

/* The pipe of a FIFO, made by the first who opens it; counted in its files. */
static struct pipe *fifo_pipe(struct inode *inode)
{
	struct pipe *p;

	mutex_lock(&inode->lock);
	p = inode->pipe ?: pipe_alloc(true);
	if (p)
		p->files++;
	inode->pipe = p;
	mutex_unlock(&inode->lock);
	return p;
}

static int fifo_open(struct inode *inode, struct file *f)
{
	bool reads = f->can_read, writes = f->can_write;
	bool nameless = inode->fops == &pipe_file_ops; /* opened anew through /proc/PID/fd */
	struct pipe *p;
	int error = 0;
	u32 seen;

	if (!reads && !writes) /* the fourth access mode */
		return -EINVAL;
	p = fifo_pipe(inode);
	if (!p)
		return -ENOMEM;
	if (!nameless && writes && !reads && (f->flags & O_NONBLOCK) && !READ_ONCE(p->readers)) {
		leave(inode, false, false);
		return -ENXIO;
	}
	/* Both ends of a pipe have been there: whoever is alone now need not wait for another. */
	if (!enter(p, reads, writes, &seen) || nameless)
		return 0;
	/* It is enough that somebody came: he may have left again. */
	if (writes)
		error = wait_event_interruptible(&p->can_write, READ_ONCE(p->reads_ever) != seen);
	else if (READ_ONCE(f->flags) & O_NONBLOCK)
		f->private = (void *)(u64)seen;
	else
		error = wait_event_interruptible(&p->can_read, READ_ONCE(p->writes_ever) != seen);
	if (error)
		leave(inode, reads, writes);
	return error;
}

static void pipe_inode_free(struct inode *inode)
{
	kfree(inode);
}

static const struct inode_ops pipe_inode_ops = { .free = pipe_inode_free };

static struct inode *pipe_inode_create(const struct cred *cred)
{
	struct inode *inode = kzalloc(sizeof(*inode));

	if (!inode)
		return NULL;
	inode_init(inode, NULL, &pipe_inode_ops, &pipe_file_ops, S_IFIFO | 0600, cred->fsuid,
		   cred->fsgid);
	inode->pipe = pipe_alloc(false);
	if (!inode->pipe) {
		inode_put(inode);
		return NULL;
	}
	return inode;
}

int pipe_create(struct file *ends[2], u32 flags, const struct cred *cred)
{
	struct inode *inode = pipe_inode_create(cred);
	struct pipe *p;
	u32 ignored;

	if (!inode)
		return -ENOMEM;
	p = inode->pipe;
	ends[0] = file_create_anonymous("pipe", &pipe_file_ops, inode, NULL,
					O_RDONLY | (flags & O_NONBLOCK), cred);
	if (IS_ERR(ends[0])) {
		pipe_free(p);
		inode_put(inode);
		return PTR_ERR(ends[0]);
	}
	p->files++;
	enter(p, true, false, &ignored);
	ends[1] = file_create_anonymous("pipe", &pipe_file_ops, inode, NULL,
					O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)), cred);
	if (IS_ERR(ends[1])) {
		file_put(ends[0]);
		inode_put(inode);
		return PTR_ERR(ends[1]);
	}
	p->files++;
	enter(p, false, true, &ignored);
	inode_put(inode);
	return 0;
}

/* --- sizes ------------------------------------------------------------------------------------ */

static bool is_pipe(struct file *f)
{
	return f->ops == &pipe_file_ops || f->ops == &fifo_file_ops;
}

long pipe_get_size(struct file *f)
{
	return is_pipe(f) ? (long)((READ_ONCE(f->inode->pipe->mask) + 1) * PAGE_SIZE) : -EBADF;
}

/* The slots in use move to the beginning of a fresh ring. */
static long resize(struct pipe *p, u32 size)
{
	u32 used = p->head - p->tail;
	struct pipe_slot *slots;

	if (used > size)
		return -EBUSY;
	slots = kmalloc_array(size, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (u32 i = 0; i < used; i++)
		slots[i] = p->slots[(p->tail + i) & p->mask];
	if (p->slots != p->few)
		kfree(p->slots);
	p->slots = slots;
	p->tail = 0;
	p->head = used;
	WRITE_ONCE(p->mask, size - 1);
	return (long)(size * PAGE_SIZE);
}

long pipe_set_size(struct file *f, u64 size, const struct cred *cred)
{
	struct pipe *p;
	u32 slots = 1;
	long result;

	if (!is_pipe(f))
		return -EBADF;
	if (size > 1u << 31)
		return -EINVAL;
	while (slots * PAGE_SIZE < size)
		slots *= 2;
	p = f->inode->pipe;
	if (slots > p->mask + 1 && slots * PAGE_SIZE > PIPE_SIZE_MAX &&
	    !cred_capable(cred, CAP_SYS_RESOURCE))
		return -EPERM;
	mutex_lock(&p->lock);
	result = resize(p, slots);
	mutex_unlock(&p->lock);
	waitq_wake_n(&p->can_write, ~0u, POLLOUT | POLLWRNORM);
	return result;
}

static const struct file_ops pipe_file_ops = {
	.release = pipe_release,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.flags = FILE_NO_SEEK,
};

const struct file_ops fifo_file_ops = {
	.open = fifo_open,
	.release = pipe_release,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.flags = FILE_NO_SEEK,
};
