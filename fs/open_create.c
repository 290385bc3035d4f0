/*
 * open_create.c - open(2) with O_CREAT, which finds or makes the last name of a path, and with
 * O_TMPFILE, which makes a file that has none.
 *
 * Locking: the directory's inode is locked while its name is looked up and made.
 */
#include "fs/name_place.h"
#include "fs/open.h"
#include "fs/walk.h"

/* Looks the last name up, or creates it: 0 with the place and whether it is new. */
static int find_or_create(struct walker *x, u32 flags, u32 mode, struct path *out, bool *created)
{
	struct inode *dir = x->at.dentry->inode;
	int error;

	*created = false;
	mutex_lock(&dir->lock);
	error = path_lookup(&x->at, x->last, x->last_len, out);
	if (!error && !out->dentry && place_is_made_up(dir)) {
		error = -ENOENT;
	} else if (!error && !out->dentry) {
		error = name_create_locked(&x->at, x->last, x->last_len, S_IFREG | mode,
					   x->walk->cred, &out->dentry);
		if (!error) {
			mount_get(out->mount);
			*created = true;
		}
	}
	mutex_unlock(&dir->lock);
	return error;
}

/* The last name is a symbolic link: *again when it was text, which is to be walked now; the file
   when it leads to a place (/proc/PID/fd/N). */
static struct file *follow_last(struct walker *x, struct dentry *link, u32 flags, bool *again)
{
	int error = walker_follow(x, link);

	if (error)
		return ERR_PTR(error);
	if (!link->inode->ops->follow) {
		*again = true;
		return NULL;
	}
	if (S_ISDIR(x->at.dentry->inode->mode))
		return ERR_PTR(-EISDIR);
	return file_open_path(&x->at, flags, x->walk->cred);
}

/* O_CREAT, for one directory. */
static struct file *create_in(struct walker *x, u32 flags, u32 mode, bool *again)
{
	struct path place;
	struct file *f;
	bool created;
	int error;

	*again = false;
	if (x->last_len == 0 ||
	    (x->last[0] == '.' && (x->last_len == 1 || (x->last_len == 2 && x->last[1] == '.'))))
		return ERR_PTR(flags & O_EXCL ? -EEXIST : -EISDIR);
	if (x->slash)
		return ERR_PTR(-EISDIR);
	error = find_or_create(x, flags, mode, &place, &created);
	if (error)
		return ERR_PTR(error);
	if (!created && flags & O_EXCL) {
		f = ERR_PTR(-EEXIST);
	} else if (S_ISLNK(place.dentry->inode->mode) && !(flags & O_NOFOLLOW)) {
		f = follow_last(x, place.dentry, flags, again);
	} else if (S_ISDIR(place.dentry->inode->mode)) {
		f = ERR_PTR(-EISDIR);
	} else {
		return file_open_place(&place, flags, x->walk->cred, created);
	}
	path_put(&place);
	return f;
}

struct file *file_open_create(const struct walk *w, const char *name, u32 flags, u32 mode)
{
	struct walker x;
	struct file *f;
	bool again = true;
	int error = walker_begin(&x, w, name, 0, true);

	f = ERR_PTR(error);
	while (!error && again) {
		error = walker_run(&x);
		f = error ? ERR_PTR(error) : create_in(&x, flags, mode, &again);
	}
	walker_end(&x);
	return f;
}

struct file *file_open_nameless(const struct walk *w, const char *name, u32 flags, u32 mode)
{
	struct path dir, place;
	int error = path_walk(w, name, WALK_FOLLOW | WALK_DIRECTORY, &dir);

	if (error)
		return ERR_PTR(error);
	error = name_create_nameless(&dir, S_IFREG | mode, w->cred, !(flags & O_EXCL),
				     &place.dentry);
	if (error) {
		path_put(&dir);
		return ERR_PTR(error);
	}
	place.mount = dir.mount; /* with the reference */
	dentry_put(dir.dentry);
	return file_open_place(&place, flags, w->cred, true);
}
