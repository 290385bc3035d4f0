/*
 * mount.c - mounts and the tree that they form.
 *
 * A walk crosses mounts under dentry_lock alone, so the tree changes only under mount_lock and
 * dentry_lock together.  Being in the tree counts as one reference; children hold none to their
 * parent, because a mount with children leaves the tree only together with them.
 *
 * Differs from Linux: mount points are not propagated (every mount is private).
 */
#include "fs/mount_tree.h"

#include "fs/walk.h"
#include "fs/walk_cache.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/slab.h"

#define DAY 86400

struct mutex mount_lock;
struct waitq mount_changes = WAITQ_INIT(mount_changes);

static struct slab_cache *mount_cache;
static u32 last_mount_id;

void mount_init(void)
{
	mutex_init(&mount_lock, RANK_MOUNT);
	mount_cache = slab_create("mount", sizeof(struct mount), 0);
	mount_points_init();
}

/* --- one mount -------------------------------------------------------------------------------*/

struct mount *mount_create(struct super *super, struct dentry *root, const char *source,
			   unsigned long flags)
{
	struct mount *m = slab_zalloc(mount_cache);

	if (!m)
		return NULL;
	m->source = kstrdup(source);
	if (!m->source) {
		slab_free(mount_cache, m);
		return NULL;
	}
	refcount_init(&m->refs, 1);
	m->super = super;
	__atomic_fetch_add(&super->mounts, 1, __ATOMIC_RELAXED);
	m->root = dentry_get(root);
	m->flags = flags;
	m->id = __atomic_add_fetch(&last_mount_id, 1, __ATOMIC_RELAXED);
	list_init(&m->in_ns);
	list_init(&m->children);
	list_init(&m->sibling);
	list_init(&m->in_point);
	list_init(&m->in_fleeting);
	return m;
}

void mount_free(struct mount *m)
{
	struct super *s = m->super;

	spin_lock(&dentry_lock);
	walk_cache_flush_locked();
	spin_unlock(&dentry_lock);
	dentry_put(m->root);
	kfree(m->source);
	slab_free(mount_cache, m);
	__atomic_fetch_sub(&s->mounts, 1, __ATOMIC_RELAXED);
	super_release(s);
}

/* --- crossing --------------------------------------------------------------------------------*/

void mount_cross(struct path *p)
{
	struct path old = *p;

	spin_lock(&dentry_lock);
	mount_cross_locked(p);
	if (p->mount != old.mount)
		path_get(p);
	spin_unlock(&dentry_lock);
	if (p->mount != old.mount)
		path_put(&old);
}

/* --- the tree; mount_lock held
 * ------------------------------------------------------------------*/

void mount_changed(struct mount_namespace *ns)
{
	WRITE_ONCE(ns->event, ns->event + 1);
	waitq_wake_all(&mount_changes);
}

void mount_hook(struct mount *m, const struct path *at)
{
	spin_lock(&dentry_lock);
	m->parent = at->mount;
	m->point = dentry_get(at->dentry);
	mount_point_add_locked(m);
	walk_cache_flush_locked();
	list_add_tail(&m->sibling, &m->parent->children);
	mount_changed(m->ns);
	spin_unlock(&dentry_lock);
}

void mount_attach(struct mount *m, struct mount_namespace *ns, const struct path *at)
{
	spin_lock(&dentry_lock);
	m->ns = ns;
	list_add_tail(&m->in_ns, &ns->mounts);
	ns->count++;
	spin_unlock(&dentry_lock);
	if (at)
		mount_hook(m, at);
}

struct dentry *mount_unhook(struct mount *m)
{
	struct dentry *point;

	spin_lock(&dentry_lock);
	point = m->point;
	if (point)
		mount_point_remove_locked(m);
	walk_cache_flush_locked();
	m->parent = NULL;
	m->point = NULL;
	list_del(&m->sibling);
	mount_changed(m->ns);
	spin_unlock(&dentry_lock);
	return point;
}

void mount_detach(struct mount *m, struct list *dead)
{
	struct dentry *point = mount_unhook(m);

	spin_lock(&dentry_lock);
	list_del(&m->in_ns);
	m->ns->count--;
	m->ns = NULL;
	spin_unlock(&dentry_lock);
	/* The reference to the point is kept until nobody holds mount_lock. */
	m->point = point;
	list_add_tail(&m->in_ns, dead);
}

void mount_reap(struct list *dead)
{
	struct dentry *point;
	struct mount *m;

	while (!list_empty(dead)) {
		m = list_first(dead, struct mount, in_ns);
		list_del(&m->in_ns);
		point = m->point;
		m->point = NULL;
		if (point)
			dentry_put(point);
		mount_put(m);
	}
}

struct mount *mount_next_below(struct mount *m, const struct mount *top)
{
	if (!list_empty(&m->children))
		return list_first(&m->children, struct mount, sibling);
	while (m != top && m->sibling.next == &m->parent->children)
		m = m->parent;
	return m == top ? NULL : list_next(m, sibling);
}

void mount_detach_below(struct mount *top, struct list *dead)
{
	struct mount *m;

	while (!list_empty(&top->children)) {
		for (m = top; !list_empty(&m->children);)
			m = list_first(&m->children, struct mount, sibling);
		mount_detach(m, dead);
	}
}

/* --- copies of trees ---------------------------------------------------------------------------*/

static struct mount *mount_clone(const struct mount *from, struct dentry *root)
{
	struct mount *m;

	super_get(from->super);
	m = mount_create(from->super, root, from->source, from->flags);
	if (!m)
		super_put(from->super);
	return m;
}

struct mount *mount_clone_tree(struct mount *top, struct dentry *root, struct mount_namespace *ns,
			       bool below, struct list *dead)
{
	struct mount *copy = mount_clone(top, root), *m;
	struct path at;

	if (!copy)
		return NULL;
	top->copy = copy;
	for (m = below ? mount_next_below(top, top) : NULL; m; m = mount_next_below(m, top)) {
		struct mount *child;

		m->copy = NULL;
		/* Below a bind's root, and not below a mount that was left out. */
		if (!m->parent->copy || (m->parent == top && !dentry_is_below(m->point, root)))
			continue;
		child = mount_clone(m, m->root);
		if (!child) {
			mount_detach_below(copy, dead);
			list_add_tail(&copy->in_ns, dead);
			return NULL;
		}
		at = (struct path){ m->parent->copy, m->point };
		mount_attach(child, ns, &at);
		m->copy = child;
	}
	return copy;
}

/* --- access time -----------------------------------------------------------------------------*/

static bool is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

void mount_touch_atime(const struct mount *m, struct inode *inode)
{
	struct timespec now;

	if (m->flags & MS_NOATIME || (m->flags & MS_NODIRATIME && S_ISDIR(inode->mode)) ||
	    mount_want_write(m))
		return;
	if (!(m->flags & MS_RELATIME)) {
		inode_touch(inode, ATTR_ATIME);
		return;
	}
	now = time_now();
	if (!is_later(&inode->atime, &inode->mtime) || !is_later(&inode->atime, &inode->ctime) ||
	    now.tv_sec - inode->atime.tv_sec >= DAY)
		inode->atime = now;
}
