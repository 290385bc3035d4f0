/*
 * mount_point.c - which mounts lie on a name: for walks, and for when the name goes.
 *
 * A name that is a mount point for who would remove it stays.  One that is a mount point in other
 * namespaces only goes, and what is mounted on it there with it; so does a name about a task that
 * has ended, everywhere.
 *
 * Locking: the lists change under mount_lock and dentry_lock; either suffices to read.
 *
 * Differs from Linux: one's own namespace is that which one's root lies in.
 */
#include "fs/mount_tree.h"

#include "fs/walk.h"
#include "kernel/lock/spinlock.h"

#define POINT_BITS 8

static struct list points[1 << POINT_BITS];	   /* [m] struct mount.in_point */
static struct list fleeting = LIST_INIT(fleeting); /* [m] struct mount.in_fleeting */

u32 mount_ended, mount_dropped;

void mount_points_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(points); i++)
		list_init(&points[i]);
}

static struct list *bucket_of(const struct dentry *d)
{
	return &points[((u32)((u64)d >> 5) * 0x9e3779b1u) >> (32 - POINT_BITS)];
}

void mount_point_add_locked(struct mount *m)
{
	assert_held(&dentry_lock);
	dentry_cover_locked(m->point);
	list_add_tail(&m->in_point, bucket_of(m->point));
	if (unlikely(dentry_is_fleeting(m->point)))
		list_add_tail(&m->in_fleeting, &fleeting);
}

void mount_point_remove_locked(struct mount *m)
{
	assert_held(&dentry_lock);
	dentry_uncover_locked(m->point);
	list_del(&m->in_point);
	list_del(&m->in_fleeting);
}

/* One that is on d in that namespace; `ns` NULL: in any. */
static struct mount *find_on(const struct dentry *d, const struct mount_namespace *ns)
{
	struct mount *m;

	list_for_each (m, bucket_of(d), in_point)
		if (m->point == d && (!ns || m->ns == ns))
			return m;
	return NULL;
}

/* --- crossing ----------------------------------------------------------------------------------*/

struct mount *mount_on_locked(const struct mount *parent, const struct dentry *point)
{
	struct mount *m;

	list_for_each (m, bucket_of(point), in_point)
		if (m->point == point && m->parent == parent)
			return m;
	return NULL;
}

/* --- names that are removed --------------------------------------------------------------------*/

static void detach_all(struct mount *m, struct list *dead)
{
	mount_detach_below(m, dead);
	mount_detach(m, dead);
}

bool mount_is_seen_on(const struct dentry *d, const struct mount *root)
{
	bool seen;

	spin_lock(&dentry_lock);
	seen = root->ns && find_on(d, root->ns);
	spin_unlock(&dentry_lock);
	return seen;
}

void mount_drop_all_on(const struct dentry *d)
{
	struct list dead = LIST_INIT(dead);
	struct mount *m;

	mutex_lock(&mount_lock);
	while ((m = find_on(d, NULL)))
		detach_all(m, &dead);
	mutex_unlock(&mount_lock);
	mount_reap(&dead);
}

/* --- names that end ----------------------------------------------------------------------------*/

static bool has_ended(struct mount *m)
{
	struct dentry *d;
	bool valid = true;

	spin_lock(&dentry_lock);
	for (d = m->point; valid && dentry_is_fleeting(d); d = d->parent)
		valid = !d->inode->ops->valid || d->inode->ops->valid(d);
	spin_unlock(&dentry_lock);
	return !valid;
}

static struct mount *find_ended(void)
{
	struct mount *m;

	list_for_each (m, &fleeting, in_fleeting)
		if (has_ended(m))
			return m;
	return NULL;
}

void mount_drop_all_ended(void)
{
	struct list dead = LIST_INIT(dead);
	struct mount *m;
	u32 noted;

	mutex_lock(&mount_lock);
	noted = __atomic_load_n(&mount_ended, __ATOMIC_ACQUIRE);
	while ((m = find_ended()))
		detach_all(m, &dead);
	WRITE_ONCE(mount_dropped, noted);
	mutex_unlock(&mount_lock);
	mount_reap(&dead);
}
