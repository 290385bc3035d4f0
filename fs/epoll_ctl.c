/*
 * epoll_ctl.c - which epoll watches which file: EPOLL_CTL_ADD, MOD, DEL, and the end of files.
 *
 * An item holds no reference to its file: the last close of the file removes it.  One mutex guards
 * the whole graph of items, so that a file and an epoll may end at the same time, and so that a
 * walk over epolls that watch epolls can refuse loops.
 *
 * Differs from Linux: an epoll may be watched by at most WATCHERS_MAX others (Linux limits the
 * number of paths instead); both refuse with EINVAL.
 */
#include "fs/epoll.h"

#include "fs/file.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"

#define WATCHERS_MAX 32
#define HEIGHT_MAX   6 /* epolls on a path from one to another */
#define EXCLUSIVE_OK (POLLIN | POLLOUT | POLLERR | POLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)

static struct mutex epoll_tree = MUTEX_INIT(epoll_tree, RANK_EPOLL_TREE);

static bool item_less(const struct rbnode *a, const struct rbnode *b)
{
	const struct epoll_item *x = rb_entry(a, struct epoll_item, node);
	const struct epoll_item *y = rb_entry(b, struct epoll_item, node);

	return x->file != y->file ? x->file < y->file : x->fd < y->fd;
}

static struct epoll_item *item_find(struct epoll *ep, struct file *f, int fd)
{
	struct epoll_item key = { .file = f, .fd = fd };
	struct rbnode *n = ep->items.root;

	while (n) {
		if (item_less(&key.node, n))
			n = n->left;
		else if (item_less(n, &key.node))
			n = n->right;
		else
			return rb_entry(n, struct epoll_item, node);
	}
	return NULL;
}

/* --- links to the queues of the file -----------------------------------------------------------
 */

struct add_table {
	struct poll_table table;
	struct epoll_item *item;
	int error;
};

static void add_queue(struct poll_table *t, struct waitq *q)
{
	struct add_table *a = container_of(t, struct add_table, table);
	struct epoll_item *item = a->item;
	struct epoll_link *link;

	if (item->link_count < EPOLL_INLINE) {
		link = &item->first[item->link_count++];
	} else {
		link = kmalloc(sizeof(*link));
		if (!link) {
			a->error = -ENOMEM;
			return;
		}
		link->next = item->links;
		item->links = link;
	}
	waiter_init(&link->waiter, item->events & EPOLLEXCLUSIVE);
	link->waiter.fn = epoll_callback;
	link->waiter.thread = NULL;
	link->queue = q;
	link->item = item;
	waiter_add(q, &link->waiter);
}

static void links_remove(struct epoll_item *item)
{
	struct epoll_link *link, *next;

	for (u32 i = 0; i < item->link_count; i++)
		waiter_remove(item->first[i].queue, &item->first[i].waiter);
	for (link = item->links; link; link = next) {
		next = link->next;
		waiter_remove(link->queue, &link->waiter);
		kfree(link);
	}
}

/* --- items ---------------------------------------------------------------------------------------
 */

/* epoll_forget_file looks at the head of this list without a lock, and when it finds it empty the
   file goes away: so the store that makes it look empty is the last one to touch it. */
static void unlink_from_file(struct epoll_item *item)
{
	struct list *node = &item->in_file;

	node->next->prev = node->prev;
	__atomic_store_n(&node->prev->next, node->next, __ATOMIC_RELEASE);
}

/* epoll_tree and ep->lock are held. */
static void item_remove(struct epoll_item *item)
{
	struct epoll *ep = item->ep, *watched = epoll_of(item->file);

	links_remove(item);
	if (watched) {
		spin_lock(&watched->ready_lock);
		list_del(&item->in_watched);
		spin_unlock(&watched->ready_lock);
		watched->watcher_count--;
	}
	spin_lock(&ep->ready_lock);
	list_del(&item->in_ready);
	spin_unlock(&ep->ready_lock);
	rb_erase(&ep->items, &item->node);
	unlink_from_file(item);
	kfree(item);
}

void epoll_remove_all(struct epoll *ep)
{
	mutex_lock(&epoll_tree);
	mutex_lock(&ep->lock);
	while (ep->items.root)
		item_remove(rb_entry(ep->items.root, struct epoll_item, node));
	mutex_unlock(&ep->lock);
	mutex_unlock(&epoll_tree);
}

void epoll_forget_file(struct file *f)
{
	/* Pairs with unlink_from_file.  Nobody adds: that would take a reference. */
	if (__atomic_load_n(&f->epoll_items.next, __ATOMIC_ACQUIRE) == &f->epoll_items)
		return;
	mutex_lock(&epoll_tree);
	while (!list_empty(&f->epoll_items)) {
		struct epoll_item *item = list_first(&f->epoll_items, struct epoll_item, in_file);
		struct epoll *ep = item->ep;

		mutex_lock(&ep->lock);
		item_remove(item);
		mutex_unlock(&ep->lock);
	}
	mutex_unlock(&epoll_tree);
}

/* --- epolls that watch epolls -------------------------------------------------------------------
 */

static u64 visits; /* [epoll_tree] walks so far */

/* Epolls on the longest path down from ep; more than HEIGHT_MAX when it meets `forbidden`. */
static u32 height_down(struct epoll *ep, const struct epoll *forbidden, u32 depth)
{
	u32 height = 1;
	struct rbnode *n;

	if (ep == forbidden || depth > HEIGHT_MAX)
		return HEIGHT_MAX + 1;
	if (ep->visit == visits)
		return ep->height;
	rb_for_each (n, &ep->items) {
		struct epoll *below = epoll_of(rb_entry(n, struct epoll_item, node)->file);

		if (below)
			height = max(height, 1 + height_down(below, forbidden, depth + 1));
	}
	ep->visit = visits;
	ep->height = height;
	return height;
}

/* Epolls on the longest path up from ep. */
static u32 height_up(struct epoll *ep, u32 depth)
{
	u32 height = 1;
	struct epoll_item *w;

	if (ep->visit == visits || depth > HEIGHT_MAX)
		return ep->height;
	list_for_each (w, &ep->watchers, in_watched)
		height = max(height, 1 + height_up(w->ep, depth + 1));
	ep->visit = visits;
	ep->height = height;
	return height;
}

/* May ep watch `watched`?  epoll_tree is held. */
static int check_nesting(struct epoll *ep, struct epoll *watched)
{
	u32 down, up;

	visits++;
	down = height_down(watched, ep, 1);
	visits++;
	up = height_up(ep, 1);
	if (down + up > HEIGHT_MAX)
		return -ELOOP;
	return watched->watcher_count < WATCHERS_MAX ? 0 : -EINVAL;
}

/* --- the three operations ------------------------------------------------------------------------
 */

static void link_to_watched(struct epoll_item *item, struct epoll *watched)
{
	spin_lock(&watched->ready_lock);
	list_add_tail(&item->in_watched, &watched->watchers);
	spin_unlock(&watched->ready_lock);
	watched->watcher_count++;
}

/* epoll_tree and ep->lock are held. */
static int item_add(struct epoll *ep, int fd, struct file *f, const struct epoll_event *event)
{
	struct add_table a = { .table.queue = add_queue };
	struct epoll *watched = epoll_of(f);
	struct epoll_item *item = kzalloc(sizeof(*item));

	if (!item)
		return -ENOMEM;
	item->ep = ep;
	item->file = f;
	item->fd = fd;
	item->events = event->events | POLLERR | POLLHUP;
	item->data = event->data;
	list_init(&item->in_ready);
	list_init(&item->in_watched);
	rb_insert(&ep->items, &item->node, item_less);
	if (!f->epoll_items.next)
		list_init(&f->epoll_items);
	list_add_tail(&item->in_file, &f->epoll_items);
	a.item = item;
	if (watched)
		link_to_watched(item, watched);
	if (epoll_item_poll(item, watched ? NULL : &a.table))
		epoll_item_wake(item);
	if (a.error)
		item_remove(item);
	return a.error;
}

static int item_modify(struct epoll_item *item, const struct epoll_event *event)
{
	if (item->events & EPOLLEXCLUSIVE)
		return -EINVAL;
	item->data = event->data;
	/* Pairs with waitq_busy: a wake-up that still sees the old events came before the poll. */
	__atomic_store_n(&item->events, event->events | POLLERR | POLLHUP, __ATOMIC_SEQ_CST);
	if (epoll_item_poll(item, NULL))
		epoll_item_wake(item);
	return 0;
}

static int control_locked(struct epoll *ep, int op, int fd, struct file *f,
			  const struct epoll_event *event)
{
	struct epoll_item *item = item_find(ep, f, fd);

	if (op == EPOLL_CTL_ADD)
		return item ? -EEXIST : item_add(ep, fd, f, event);
	if (!item)
		return -ENOENT;
	if (op == EPOLL_CTL_MOD)
		return item_modify(item, event);
	item_remove(item);
	return 0;
}

static int check_exclusive(int op, struct file *f, const struct epoll_event *event)
{
	if (op == EPOLL_CTL_DEL || !(event->events & EPOLLEXCLUSIVE))
		return 0;
	if (op == EPOLL_CTL_MOD || epoll_of(f) || (event->events & ~EXCLUSIVE_OK))
		return -EINVAL;
	return 0;
}

void epoll_show(struct file *f, struct text *out)
{
	struct epoll *ep = epoll_of(f);
	struct rbnode *n;

	mutex_lock(&ep->lock);
	rb_for_each (n, &ep->items) {
		const struct epoll_item *item = rb_entry(n, struct epoll_item, node);
		const struct inode *inode = item->file->inode;

		text_printf(out, "tfd: %8d events: %8x data: %16lx  pos:%ld ino:%lx sdev:%x\n",
			    item->fd, item->events, item->data, READ_ONCE(item->file->pos),
			    inode->ino, (u32)inode->super->dev);
		if (out->overflow)
			break;
	}
	mutex_unlock(&ep->lock);
}

int epoll_control(struct epoll *ep, int op, int fd, struct file *f, const struct epoll_event *event)
{
	struct epoll *watched = epoll_of(f);
	int error = check_exclusive(op, f, event);

	if (error || op < EPOLL_CTL_ADD || op > EPOLL_CTL_MOD || watched == ep)
		return -EINVAL;
	if (op != EPOLL_CTL_MOD)
		mutex_lock(&epoll_tree);
	if (op == EPOLL_CTL_ADD && watched)
		error = check_nesting(ep, watched);
	if (!error) {
		mutex_lock(&ep->lock);
		error = control_locked(ep, op, fd, f, event);
		mutex_unlock(&ep->lock);
	}
	if (op != EPOLL_CTL_MOD)
		mutex_unlock(&epoll_tree);
	return error;
}
