/*
 * walk.c - from text to a place.
 *
 * A walk over names that are in the tree holds dentry_lock throughout and takes no reference but at
 * its end, so a cached name costs its hash and a comparison.  Where it must do something that may
 * sleep (ask a file system for a name, read a link, ask for a right) it pins the place where it is
 * and lets go of the lock.
 *
 * Symbolic links are followed by putting their text in front of what is left of the path, so depth
 * costs no stack.  Links that are no text (/proc/PID/fd/N) lead to a place at once.
 *
 * Differs from Linux: following a link does not change the link's access time.
 */
#include "fs/walk.h"

#include "fs/walk_cache.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/slab.h"

#define LOCK_BUDGET 64 /* names */

/* --- the lock and the pin --------------------------------------------------------------------*/

/* Lets go of the lock; `at` stays. */
static always_inline void walker_unlock(struct walker *x)
{
	struct path old = x->pin;

	path_get(&x->at);
	x->pin = x->at;
	spin_unlock(&dentry_lock);
	if (old.dentry)
		path_put(&old);
}

/* Unlocked: `p` with its references becomes the place. */
static void walker_jump(struct walker *x, const struct path *p)
{
	path_put(&x->pin);
	x->at = x->pin = *p;
}

static always_inline const struct path *walker_start(const struct walk *w, const char *name)
{
	return *name == '/' ? &w->root : &w->base;
}

static always_inline int begin(struct walker *x, const struct walk *w, const char *name,
			       const struct path *start, unsigned flags, bool parent)
{
	const struct inode *inode;

	x->walk = w;
	x->at = *start;
	x->pin = (struct path){ NULL, NULL };
	x->rest = name;
	x->body = NULL;
	x->flags = flags;
	x->links = 0;
	x->budget = LOCK_BUDGET;
	x->parent = parent;
	x->shared = true;
	if (!*name)
		return -ENOENT;
	inode = x->at.dentry->inode;
	if (unlikely(inode->ops->valid)) {
		x->shared = false;
		if (!inode->ops->valid(x->at.dentry))
			return -ESRCH;
	}
	return 0;
}

int walker_begin(struct walker *x, const struct walk *w, const char *name, unsigned flags,
		 bool parent)
{
	return begin(x, w, name, walker_start(w, name), flags, parent);
}

static always_inline void end(struct walker *x)
{
	if (x->pin.dentry)
		path_put(&x->pin);
	if (unlikely(x->body))
		kfree(x->body);
}

void walker_end(struct walker *x)
{
	end(x);
}

/* --- links -----------------------------------------------------------------------------------*/

static int follow_text(struct walker *x, struct inode *inode)
{
	size_t room = inode->size ? inode->size : PATH_MAX - 1, rest = strlen(x->rest);
	char *text = kmalloc(room + rest + 1);
	ssize_t len;

	if (!text)
		return -ENOMEM;
	len = inode->ops->readlink ? inode->ops->readlink(inode, text, room) : -EINVAL;
	if (len <= 0) {
		kfree(text);
		return len ?: -ENOENT;
	}
	memcpy(text + len, x->rest, rest + 1);
	kfree(x->body);
	x->rest = x->body = text;
	if (*text == '/')
		x->at = x->walk->root;
	return 0;
}

static bool is_last(const char *rest)
{
	while (*rest == '/')
		rest++;
	return !*rest;
}

/* As fs.protected_symlinks of Linux has it: in a directory like /tmp a link as the last name is
   followed for its owner only, and if it belongs to the owner of the directory. */
static bool may_follow(const struct walker *x, const struct inode *link)
{
	const struct inode *dir = x->at.dentry->inode;

	return (dir->mode & (S_ISVTX | 0002)) != (S_ISVTX | 0002) ||
	       link->uid == x->walk->cred->fsuid || link->uid == dir->uid || !is_last(x->rest);
}

int walker_follow(struct walker *x, struct dentry *link)
{
	struct inode *inode = link->inode;
	struct path place;
	int error = 0;

	if (++x->links > WALK_LINKS_MAX)
		return -ELOOP;
	if (!may_follow(x, inode))
		return -EACCES;
	mount_touch_atime(x->at.mount, inode);
	if (!inode->ops->follow)
		return follow_text(x, inode);
	place = inode->ops->follow(inode, &error);
	if (!error)
		walker_jump(x, &place);
	return error;
}

/* A link is followed unless it is the last name and nobody asked for it. */
static bool is_followed(const struct walker *x, const struct dentry *d)
{
	return S_ISLNK(d->inode->mode) && (*x->rest || x->flags & WALK_FOLLOW);
}

/* --- steps; all enter and leave with dentry_lock held ------------------------------------------*/

static void step_up(struct walker *x)
{
	const struct path *root = &x->walk->root;

	x->shared = false;
	while (x->at.dentry != root->dentry || x->at.mount != root->mount) {
		if (x->at.dentry != x->at.mount->root) {
			x->at.dentry = x->at.dentry->parent;
			break;
		}
		if (!x->at.mount->parent)
			break;
		x->at = (struct path){ x->at.mount->parent, x->at.mount->point };
	}
	mount_cross_locked(&x->at);
}

/* The name is not in the tree: the file system may make it up. */
static noinline int step_lookup(struct walker *x, const char *name, size_t len)
{
	struct inode *dir = x->at.dentry->inode;
	struct dentry *d;
	int error = -ENOMEM;

	if (!dir->ops->lookup)
		return -ENOENT;
	walker_unlock(x);
	d = dentry_create(x->at.dentry, name, len);
	if (d)
		error = dir->ops->lookup(dir, d);
	if (!error && !is_followed(x, d)) {
		/* The reference moves into the pin. */
		dentry_put(x->pin.dentry);
		x->at.dentry = x->pin.dentry = d;
	} else {
		if (!error)
			error = walker_follow(x, d);
		if (d)
			dentry_put(d);
	}
	spin_lock(&dentry_lock);
	return error;
}

static noinline int step_link(struct walker *x, struct dentry *link)
{
	int error;

	dentry_get(link);
	walker_unlock(x);
	error = walker_follow(x, link);
	dentry_put(link);
	spin_lock(&dentry_lock);
	return error;
}

/* Something is mounted on d, or on a fleeting name below it, which ends when it is true no more. */
static int step_across(struct walker *x, struct dentry *d, const char *name, size_t len)
{
	if (unlikely(d->inode->ops->valid)) {
		x->shared = false;
		if (!d->inode->ops->valid(d))
			return step_lookup(x, name, len);
	}
	x->at.dentry = d;
	mount_cross_locked(&x->at);
	return 0;
}

/* *inode: that of the place afterwards. */
static always_inline int step_down(struct walker *x, const struct dentry_name *name,
				   struct inode **inode)
{
	struct dentry *d, *parent = x->at.dentry;
	int error;

	list_for_each (d, dentry_bucket(parent, name->hash), hash)
		if (dentry_is(d, parent, name))
			goto found;
	error = step_lookup(x, name->text, name->len);
	goto moved;
found:
	if (unlikely(is_followed(x, d))) {
		error = step_link(x, d);
	} else if (unlikely(d->mounts)) {
		error = step_across(x, d, name->text, name->len);
	} else {
		x->at.dentry = d;
		*inode = d->inode;
		return 0;
	}
moved:
	*inode = x->at.dentry->inode;
	return error;
}

/* Not everybody may search the directory, or it is none. */
static noinline int ask_search(struct walker *x, struct inode *dir)
{
	int error;

	if (!S_ISDIR(dir->mode))
		return -ENOTDIR;
	x->shared = false;
	if (!dir->ops->permission)
		return inode_permission_generic(dir, MAY_EXEC, x->walk->cred);
	walker_unlock(x);
	error = inode_permission(dir, MAY_EXEC, x->walk->cred);
	spin_lock(&dentry_lock);
	return error;
}

/* May names be looked up in this directory, which is the place? */
static always_inline int may_search(struct walker *x, struct inode *dir)
{
	if (likely((dir->mode & (S_IFMT | 0111)) == (S_IFDIR | 0111) && !dir->ops->permission))
		return 0;
	return ask_search(x, dir);
}

/* --- the walk --------------------------------------------------------------------------------*/

static int walk_end(struct walker *x, const char *rest)
{
	x->slash = rest != x->rest;
	x->last = rest;
	x->last_len = 0;
	if ((x->slash || x->flags & WALK_DIRECTORY) && !S_ISDIR(x->at.dentry->inode->mode))
		return -ENOTDIR;
	return 0;
}

static noinline int walk_locked(struct walker *x)
{
	struct inode *inode = x->at.dentry->inode;
	struct dentry_name name;
	const char *rest;
	int error;

	for (;;) {
		for (rest = x->rest; *rest == '/'; rest++)
			;
		if (!*rest)
			return walk_end(x, rest);
		error = may_search(x, inode);
		if (unlikely(error))
			return error;
		dentry_name_scan(&name, rest);
		if (unlikely(name.len > NAME_MAX))
			return -ENAMETOOLONG;
		x->rest = rest + name.len;
		if (x->parent && is_last(x->rest)) {
			x->last = rest;
			x->last_len = name.len;
			x->slash = *x->rest == '/';
			return 0;
		}
		if (likely((u8)name.first != '.' || !dentry_name_is_dots(&name))) {
			error = step_down(x, &name, &inode);
			if (unlikely(error))
				return error;
		} else if (name.len == 2) {
			step_up(x);
			inode = x->at.dentry->inode;
		}
		if (unlikely(--x->budget == 0)) {
			x->budget = LOCK_BUDGET;
			walker_unlock(x);
			spin_lock(&dentry_lock);
		}
	}
}

int walker_run(struct walker *x)
{
	int error;

	spin_lock(&dentry_lock);
	error = walk_locked(x);
	if (error)
		spin_unlock(&dentry_lock);
	else
		walker_unlock(x);
	return error;
}

/* --- the walk to the end -----------------------------------------------------------------------*/

/* A walk leads there, too, and asks nobody. */
static inline void check_known(const struct walk *w, const char *name, const struct path *place)
{
#ifdef DEBUG
	struct walker x;

	assert(!walker_begin(&x, w, name, WALK_FOLLOW, false) && !walk_locked(&x));
	assert(x.at.dentry == place->dentry && x.at.mount == place->mount && !x.pin.dentry);
#endif
}

/* With dentry_lock held, which is released. */
static always_inline int walk_known(const struct walk *w, const char *name, unsigned flags,
				    const struct path *place, struct path *out)
{
	int error = 0;

	check_known(w, name, place);
	if (unlikely(flags & WALK_DIRECTORY) && !S_ISDIR(place->dentry->inode->mode)) {
		error = -ENOTDIR;
	} else {
		*out = *place;
		path_get(out);
	}
	spin_unlock(&dentry_lock);
	return error;
}

/* Remembers where a walk that held the lock all the time has come. */
static noinline void remember(const struct walker *x, const char *name, struct walk_entry *e)
{
	if (x->shared && !x->pin.dentry && !S_ISLNK(x->at.dentry->inode->mode))
		walk_cache_add(e, name, walker_start(x->walk, name), &x->at);
}

int path_walk(const struct walk *w, const char *name, unsigned flags, struct path *out)
{
	const struct path *start = walker_start(w, name);
	struct walk_entry *e = NULL;
	struct walk_text text;
	struct walker x;
	int error;

	if (unlikely(!walk_text_scan(&text, name, start))) {
		spin_lock(&dentry_lock);
	} else {
		spin_lock(&dentry_lock);
		e = walk_cache_slot(text.hash);
		if (likely(walk_entry_is(e, name, text, start)))
			return walk_known(w, name, flags, &e->end, out);
		if (!walk_entry_wants(e, text.hash))
			e = NULL;
	}
	error = begin(&x, w, name, start, flags, false);
	if (likely(!error))
		error = walk_locked(&x);
	if (likely(!error)) {
		*out = x.at;
		path_get(out);
		if (unlikely(e))
			remember(&x, name, e);
	}
	spin_unlock(&dentry_lock);
	end(&x);
	return error;
}

int path_walk_parent(const struct walk *w, const char *name, struct path *dir, const char **last,
		     size_t *len, bool *slash)
{
	struct walker x;
	int error = begin(&x, w, name, walker_start(w, name), 0, true);

	if (unlikely(error))
		return error;
	spin_lock(&dentry_lock);
	error = walk_locked(&x);
	if (likely(!error)) {
		*dir = x.at;
		path_get(dir);
		*last = x.last;
		*len = x.last_len;
		*slash = x.slash;
	}
	spin_unlock(&dentry_lock);
	/* The last name is the tail of the path as given, whatever links came before. */
	if (unlikely(x.body) && !error)
		*last = name + strlen(name) - strlen(x.last);
	end(&x);
	return error;
}

int path_lookup(struct path *dir, const char *name, size_t len, struct path *out)
{
	struct inode *inode = dir->dentry->inode;
	struct dentry *d = dentry_find(dir->dentry, name, len);
	int error = 0;

	*out = (struct path){ dir->mount, d };
	if (!d && inode->ops->lookup) {
		d = dentry_create(dir->dentry, name, len);
		error = d ? inode->ops->lookup(inode, d) : -ENOMEM;
		if (error && d) {
			dentry_put(d);
			d = NULL;
		}
		out->dentry = d;
	}
	if (!d)
		return error == -ENOENT ? 0 : error;
	mount_get(out->mount);
	mount_cross(out);
	return 0;
}
