/*
 * rename.c - rename(2): a name moves, replaces another, or two change places.
 *
 * Locking: a move between directories holds rename_mutex, so the tree above does not change, then
 * the two directories (the upper one first, else by address), then what is moved and what is
 * replaced (by address; neither lies above a locked directory, which has been checked by then).
 */
#include "fs/file.h"
#include "fs/name_place.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

static struct mutex rename_mutex = MUTEX_INIT(rename_mutex, RANK_RENAME);

struct rename {
	struct place from, to;
	const struct walk *walk;
	const struct cred *cred;
	unsigned flags;
	struct dentry *source, *target; /* references; target NULL: the name is free */
};

/* --- locks -----------------------------------------------------------------------------------*/

static void lock_dirs(struct dentry *a, struct dentry *b)
{
	bool b_first;

	if (a == b) {
		mutex_lock(&a->inode->lock);
		return;
	}
	mutex_lock(&rename_mutex);
	if (dentry_is_below(b, a))
		b_first = false;
	else
		b_first = dentry_is_below(a, b) || b->inode < a->inode;
	mutex_lock(b_first ? &b->inode->lock : &a->inode->lock);
	mutex_lock_nested(b_first ? &a->inode->lock : &b->inode->lock);
}

static void unlock_dirs(struct dentry *a, struct dentry *b)
{
	mutex_unlock(&a->inode->lock);
	if (a == b)
		return;
	mutex_unlock(&b->inode->lock);
	mutex_unlock(&rename_mutex);
}

static void lock_moved(struct inode *a, struct inode *b)
{
	if (!b || a < b) {
		mutex_lock_nested(&a->lock);
		if (b)
			mutex_lock_nested(&b->lock);
	} else {
		mutex_lock_nested(&b->lock);
		mutex_lock_nested(&a->lock);
	}
}

static void unlock_moved(struct inode *a, struct inode *b)
{
	mutex_unlock(&a->lock);
	if (b)
		mutex_unlock(&b->lock);
}

/* --- checks, with the directories locked
 * --------------------------------------------------------*/

static bool is_dir(const struct dentry *d)
{
	return S_ISDIR(d->inode->mode);
}

static int find_both(struct rename *r)
{
	r->source = place_find(&r->from);
	if (IS_ERR(r->source) || !r->source)
		return r->source ? PTR_ERR(r->source) : -ENOENT;
	r->target = place_find(&r->to);
	if (IS_ERR(r->target))
		return PTR_ERR(r->target);
	if (r->target && r->flags & RENAME_NOREPLACE)
		return -EEXIST;
	if (!r->target && (r->flags & RENAME_EXCHANGE || place_is_made_up(place_inode(&r->to))))
		return -ENOENT;
	return 0;
}

static int check_shape(struct rename *r)
{
	bool exchange = r->flags & RENAME_EXCHANGE;

	if (exchange && !is_dir(r->target) && r->to.slash)
		return -ENOTDIR;
	if (!is_dir(r->source) && (r->from.slash || (!exchange && r->to.slash)))
		return -ENOTDIR;
	if (dentry_is_below(r->to.dir.dentry, r->source))
		return -EINVAL;
	if (r->target && dentry_is_below(r->from.dir.dentry, r->target))
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

/* One place has one file, even where every look at a name makes a new inode. */
static bool is_same(const struct rename *r)
{
	const struct place *from = &r->from, *to = &r->to;

	if (!r->target)
		return false;
	return r->source->inode == r->target->inode ||
	       (from->dir.dentry == to->dir.dentry && from->len == to->len &&
		!memcmp(from->name, to->name, to->len));
}

/* A directory that moves to another one is changed itself: its "..". */
static int may_move(const struct rename *r, struct dentry *d)
{
	if (!is_dir(d) || r->from.dir.dentry == r->to.dir.dentry)
		return 0;
	return inode_permission(d->inode, MAY_WRITE, r->cred);
}

static int check_rights(struct rename *r)
{
	bool exchange = r->flags & RENAME_EXCHANGE;
	int error = place_may_delete(&r->from.dir, r->source, is_dir(r->source), r->cred);

	if (error)
		return error;
	if (!r->target)
		error = place_may_create(&r->to.dir, r->cred);
	else
		error = place_may_delete(&r->to.dir, r->target,
					 exchange ? is_dir(r->target) : is_dir(r->source), r->cred);
	if (error)
		return error;
	if (!place_inode(&r->from)->ops->rename)
		return -EPERM;
	error = may_move(r, r->source);
	if (!error && exchange)
		error = may_move(r, r->target);
	return error;
}

/* --- the change ------------------------------------------------------------------------------*/

static int commit(struct rename *r, const char *name)
{
	struct inode *from = place_inode(&r->from), *to = place_inode(&r->to);
	int error;

	if (place_is_mount_point(r->source, r->walk) ||
	    (r->target && place_is_mount_point(r->target, r->walk)))
		return -EBUSY;
	error = from->ops->rename(from, r->source, to, r->target, name, r->flags);
	if (error)
		return error;
	if (r->flags & RENAME_EXCHANGE) {
		dentry_exchange(r->source, r->target);
		return 0;
	}
	if (r->target)
		dentry_remove(r->target);
	dentry_move(r->source, r->to.dir.dentry, name);
	return 0;
}

static int rename_locked(struct rename *r)
{
	struct inode *target;
	char short_name[sizeof(r->source->short_name)], *name = short_name;
	int error = find_both(r);

	if (!error)
		error = check_shape(r);
	if (error)
		return error;
	if (is_same(r))
		return 0;
	target = r->target ? r->target->inode : NULL;
	error = check_rights(r);
	if (error)
		return error;
	if (r->to.len < sizeof(short_name)) {
		memcpy(name, r->to.name, r->to.len);
		name[r->to.len] = '\0';
	} else {
		name = dentry_name_alloc(r->to.name, r->to.len);
		if (!name)
			return -ENOMEM;
	}
	lock_moved(r->source->inode, target);
	error = commit(r, name);
	unlock_moved(r->source->inode, target);
	if (name != short_name && (error || r->flags & RENAME_EXCHANGE))
		kfree(name);
	return error;
}

static int rename_places(struct rename *r)
{
	struct dentry *a = r->from.dir.dentry, *b = r->to.dir.dentry;
	int error;

	if (r->from.dir.mount != r->to.dir.mount)
		return -EXDEV;
	if (!place_is_plain(&r->from))
		return -EBUSY;
	if (!place_is_plain(&r->to))
		return r->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	error = mount_want_write(r->from.dir.mount);
	if (error)
		return error;
	lock_dirs(a, b);
	error = rename_locked(r);
	unlock_dirs(a, b);
	if (!error && r->target && r->target->removed)
		place_removed(r->target);
	if (r->source && !IS_ERR(r->source))
		dentry_put(r->source);
	if (r->target && !IS_ERR(r->target))
		dentry_put(r->target);
	return error;
}

int name_rename(const struct walk *from_walk, const char *from, const struct walk *to_walk,
		const char *to, unsigned flags)
{
	struct rename r = { .walk = from_walk, .cred = from_walk->cred, .flags = flags };
	int error;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE) ||
	    flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	error = place_walk(&r.from, from_walk, from);
	if (error)
		return error;
	error = place_walk(&r.to, to_walk, to);
	if (!error) {
		error = rename_places(&r);
		path_put(&r.to.dir);
	}
	path_put(&r.from.dir);
	return error;
}
