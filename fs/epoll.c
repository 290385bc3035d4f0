/*
 * epoll.c - what is ready: the callbacks, the ready list, epoll_wait(2); see epoll(7).
 *
 * A wake-up on a watched file puts its item on the ready list and wakes somebody.  epoll_wait asks
 * each file on the list what it is ready for now, so an item may be there in vain.  A
 * level-triggered item that was ready goes to the end of the list again, an edge-triggered one
 * waits for the next wake-up, and one with EPOLLONESHOT wants nothing more until EPOLL_CTL_MOD.
 *
 * An epoll watched by another one has no queue in between: a wake-up walks up the `watchers`.  Each
 * step goes on only where the item was not on its list yet, so it ends soon whatever the graph.
 *
 * Locking: a callback runs with its queue locked and takes ready_lock under it.  ep->lock keeps
 * items and their files in place while files are asked and results are copied to user memory.
 */
#include "fs/epoll.h"

#include "arch/clock.h"
#include "arch/uaccess.h"
#include "fs/file.h"
#include "kernel/mem/slab.h"

#define FLAGS (EPOLLET | EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE)

static void ready_add(struct epoll_item *item)
{
	struct epoll *ep = item->ep;
	struct epoll_item *w;

	assert_held(&ep->ready_lock);
	if (!(READ_ONCE(item->events) & ~FLAGS))
		return;
	if (list_empty(&item->in_ready))
		list_add_tail(&item->in_ready, &ep->ready);
	waitq_wake_n(&ep->wait, 1, POLLIN | POLLRDNORM);
	list_for_each (w, &ep->watchers, in_watched) {
		spin_lock_nested(&w->ep->ready_lock);
		if (list_empty(&w->in_ready))
			ready_add(w);
		spin_unlock(&w->ep->ready_lock);
	}
}

void epoll_item_wake(struct epoll_item *item)
{
	spin_lock(&item->ep->ready_lock);
	ready_add(item);
	spin_unlock(&item->ep->ready_lock);
}

/* On a queue of the file, which is locked.  Whoever is exclusive there has been served. */
bool epoll_callback(struct waiter *w, u32 key)
{
	struct epoll_item *item = container_of(w, struct epoll_link, waiter)->item;

	if (key && !(key & READ_ONCE(item->events)))
		return false;
	epoll_item_wake(item);
	return true;
}

u32 epoll_item_poll(struct epoll_item *item, struct poll_table *table)
{
	return file_poll(item->file, table) & item->events & ~FLAGS;
}

/* --- epoll_wait ------------------------------------------------------------------------------ */

/* The first item of a list, taken off it; NULL. */
static struct epoll_item *ready_pop(struct epoll *ep, struct list *from)
{
	struct epoll_item *item = NULL;

	spin_lock(&ep->ready_lock);
	if (!list_empty(from)) {
		item = list_first(from, struct epoll_item, in_ready);
		list_del(&item->in_ready);
	}
	spin_unlock(&ep->ready_lock);
	return item;
}

/* After an event was handed over. */
static void rearm(struct epoll *ep, struct epoll_item *item)
{
	if (item->events & EPOLLONESHOT) {
		WRITE_ONCE(item->events, item->events & FLAGS);
		return;
	}
	if (item->events & EPOLLET)
		return;
	spin_lock(&ep->ready_lock);
	if (list_empty(&item->in_ready))
		list_add_tail(&item->in_ready, &ep->ready);
	spin_unlock(&ep->ready_lock);
}

/* Puts what was not looked at before all others; true: something is on the list. */
static bool ready_return(struct epoll *ep, struct list *rest)
{
	bool more;

	spin_lock(&ep->ready_lock);
	list_splice_tail(&ep->ready, rest);
	list_splice_tail(rest, &ep->ready);
	more = !list_empty(&ep->ready);
	spin_unlock(&ep->ready_lock);
	return more;
}

static int deliver(struct epoll_item *item, u32 events, struct epoll_event __user *out)
{
	struct epoll_event e = { .events = events, .data = item->data };

	return copy_to_user(out, &e, sizeof(e));
}

/* Events of what is on the ready list now; items that come back to it wait for the next time. */
static long collect(struct epoll *ep, struct epoll_event __user *out, int max)
{
	struct list batch = LIST_INIT(batch);
	struct epoll_item *item;
	long count = 0;
	bool more;

	mutex_lock_nested(&ep->lock);
	spin_lock(&ep->ready_lock);
	list_splice_tail(&ep->ready, &batch);
	spin_unlock(&ep->ready_lock);
	while (count < max && (item = ready_pop(ep, &batch))) {
		u32 events = epoll_item_poll(item, NULL);

		if (!events)
			continue;
		if (deliver(item, events, out + count)) {
			epoll_item_wake(item);
			count = count ?: -EFAULT;
			break;
		}
		count++;
		rearm(ep, item);
	}
	more = ready_return(ep, &batch);
	mutex_unlock(&ep->lock);
	if (more)
		waitq_wake_n(&ep->wait, 1, POLLIN | POLLRDNORM);
	return count;
}

static bool has_ready(const struct epoll *ep)
{
	return !list_empty(&ep->ready);
}

long epoll_wait(struct epoll *ep, struct epoll_event __user *out, int max, u64 deadline)
{
	long count;
	int error = 0;

	for (;;) {
		count = has_ready(ep) ? collect(ep, out, max) : 0;
		if (count || error || !deadline)
			break;
		error = wait_event_state(&ep->wait, has_ready(ep), THREAD_SLEEPING, true, deadline);
	}
	/* A wake-up that was meant for one of the sleepers must not end with this one. */
	if (error && has_ready(ep))
		waitq_wake_n(&ep->wait, 1, POLLIN | POLLRDNORM);
	return count ?: error == -ERESTARTSYS ? -EINTR : 0;
}

/* --- the epoll as a file --------------------------------------------------------------------- */

/* Drops items from the list that turn out not to be ready. */
static u32 epoll_poll(struct file *f, struct poll_table *table)
{
	struct list batch = LIST_INIT(batch);
	struct epoll *ep = f->private;
	struct epoll_item *item;
	u32 ready = 0;

	poll_wait(table, &ep->wait);
	if (!has_ready(ep))
		return 0;
	mutex_lock_nested(&ep->lock);
	spin_lock(&ep->ready_lock);
	list_splice_tail(&ep->ready, &batch);
	spin_unlock(&ep->ready_lock);
	while (!ready && (item = ready_pop(ep, &batch))) {
		if (!epoll_item_poll(item, NULL))
			continue;
		spin_lock(&ep->ready_lock);
		list_del(&item->in_ready);
		list_add(&item->in_ready, &batch);
		spin_unlock(&ep->ready_lock);
		ready = POLLIN | POLLRDNORM;
	}
	ready_return(ep, &batch);
	mutex_unlock(&ep->lock);
	return ready;
}

static void epoll_release(struct file *f)
{
	epoll_remove_all(f->private);
	kfree(f->private);
}

static s64 epoll_seek(struct file *f, s64 offset, int whence)
{
	return 0;
}

static const struct file_ops epoll_ops = {
	.release = epoll_release,
	.poll = epoll_poll,
	.seek = epoll_seek,
	.show = epoll_show,
	.flags = FILE_NO_POS | FILE_NO_PREAD,
};

struct epoll *epoll_of(struct file *f)
{
	return f->ops == &epoll_ops ? f->private : NULL;
}

struct file *epoll_create(const struct cred *cred)
{
	struct epoll *ep = kzalloc(sizeof(*ep));
	struct file *f;

	if (!ep)
		return ERR_PTR(-ENOMEM);
	mutex_init(&ep->lock, RANK_EPOLL_SET);
	spin_init(&ep->ready_lock, RANK_EPOLL);
	list_init(&ep->ready);
	list_init(&ep->watchers);
	waitq_init(&ep->wait);
	spin_init(&ep->wait.lock, RANK_EPOLL_WAITQ);
	f = file_create_anonymous("eventpoll", &epoll_ops, NULL, ep, O_RDWR, cred);
	if (IS_ERR(f))
		kfree(ep);
	else
		ep->file = f;
	return f;
}
