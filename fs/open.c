/*
 * open.c - what open(2) does once it knows the place or the directory.
 *
 * Order of the answers as on Linux: what the place is (ELOOP, EISDIR, ENOTDIR, devices on a nodev
 * mount), rights, a read-only mount, a program that runs (ETXTBSY), and what the file itself says.
 * A file that this very open has made may be opened in any mode, whatever its permission bits.
 */
#include "fs/open.h"

#include "fs/device.h"
#include "fs/name_place.h"
#include "fs/pipe.h"
#include "fs/walk.h"

#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)
#define PATH_FLAGS  (O_DIRECTORY | O_NOFOLLOW | O_PATH)

static const struct file_ops path_only_ops; /* of O_PATH: nothing can be done with it */

/* --- opening what is there
 * ----------------------------------------------------------------------*/

int file_count_writer(struct file *f)
{
	struct mount *m = f->path.mount;
	int error = mount_want_write(m);

	if (!error)
		error = inode_write_begin(f->inode);
	if (error)
		return error;
	__atomic_fetch_add(&m->writers, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&m->super->writers, 1, __ATOMIC_RELAXED);
	f->counted = true;
	return 0;
}

void file_uncount_writer(struct file *f)
{
	struct mount *m = f->path.mount;

	inode_write_end(f->inode);
	__atomic_fetch_sub(&m->writers, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&m->super->writers, 1, __ATOMIC_RELAXED);
}

static unsigned wanted_rights(u32 flags)
{
	static const u8 of_access[] = { MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
					MAY_READ | MAY_WRITE };

	return of_access[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
}

/* May what the place is be opened so at all? */
static int check_kind(const struct path *path, u32 mode, unsigned may)
{
	if (S_ISLNK(mode))
		return -ELOOP;
	if (S_ISDIR(mode) && may & MAY_WRITE)
		return -EISDIR;
	return (S_ISCHR(mode) || S_ISBLK(mode)) && path->mount->flags & MS_NODEV ? -EACCES : 0;
}

static always_inline int check_open(const struct path *path, u32 flags, const struct cred *cred,
				    bool created)
{
	struct inode *inode = path->dentry->inode;
	unsigned may = created ? 0 : wanted_rights(flags);
	u32 mode = inode->mode;
	int error = 0;

	if (unlikely(!S_ISREG(mode)))
		error = check_kind(path, mode, may);
	else if (may & MAY_WRITE && path->mount->super->readonly)
		return -EROFS;
	if (!error && may)
		error = inode_permission(inode, may, cred);
	if (unlikely(flags & O_NOATIME) && !error && !inode_is_owner(inode, cred))
		error = -EPERM;
	return error;
}

static noinline const struct file_ops *ops_of_special(struct inode *inode)
{
	switch (inode->mode & S_IFMT) {
	case S_IFCHR:
	case S_IFBLK:
		return device_find(inode->mode, inode->rdev);
	case S_IFIFO:
		return &fifo_file_ops;
	case S_IFSOCK:
		return NULL;
	default:
		return inode->fops;
	}
}

/* With success the references of `path` are the file's. */
static always_inline struct file *open_place(const struct path *path, u32 flags,
					     const struct cred *cred, bool created)
{
	struct inode *inode = path->dentry->inode;
	bool regular = S_ISREG(inode->mode);
	const struct file_ops *ops;
	struct file *f;
	int error = check_open(path, flags, cred, created);

	if (unlikely(error))
		return ERR_PTR(error);
	ops = likely(regular) ? inode->fops : ops_of_special(inode);
	if (unlikely(!ops))
		return ERR_PTR(-ENXIO);
	if (unlikely(flags & O_DIRECT) && !S_ISFIFO(inode->mode))
		return ERR_PTR(-EINVAL);
	f = file_create_at(path, ops, flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC), cred);
	if (unlikely(!f))
		return ERR_PTR(-ENOMEM);
	if (regular && f->can_write)
		error = file_count_writer(f);
	if (!error && ops->open)
		error = ops->open(inode, f);
	if (unlikely(error)) {
		path_get(path);
		file_destroy(f);
		return ERR_PTR(error);
	}
	f->flags &= ~O_NOCTTY;
	f->flags |= O_LARGEFILE;
	return f;
}

static struct file *open_path_only(const struct path *path, u32 flags, const struct cred *cred)
{
	struct file *f = file_create_at(path, &path_only_ops, flags & PATH_FLAGS, cred);

	if (!f)
		return ERR_PTR(-ENOMEM);
	f->can_read = f->can_write = false;
	return f;
}

static noinline int truncate_opened(const struct path *path)
{
	struct inode *inode = path->dentry->inode;
	struct setattr a = { .valid = ATTR_SIZE };
	int error;

	if (!S_ISREG(inode->mode))
		return 0;
	error = mount_want_write(path->mount);
	if (!error)
		error = inode_write_begin(inode);
	if (error)
		return error;
	error = inode_setattr(inode, &a, &cred_root);
	inode_write_end(inode);
	return error;
}

/* Takes over the references of `path`, as open_place. */
static struct file *open_and_truncate(const struct path *path, u32 flags, const struct cred *cred,
				      bool created)
{
	struct file *f = open_place(path, flags, cred, created);
	int error = 0;

	if (unlikely(flags & O_TRUNC) && !IS_ERR(f) && !created)
		error = truncate_opened(path);
	if (unlikely(error)) {
		path_get(path);
		file_put(f);
		return ERR_PTR(error);
	}
	return f;
}

static always_inline struct file *open_walked(const struct path *path, u32 flags,
					      const struct cred *cred)
{
	if (flags & O_PATH)
		return open_path_only(path, flags, cred);
	if (flags & O_DIRECTORY && !S_ISDIR(path->dentry->inode->mode))
		return ERR_PTR(-ENOTDIR);
	return open_and_truncate(path, flags, cred, false);
}

struct file *file_open_path(const struct path *path, u32 flags, const struct cred *cred)
{
	struct file *f;

	path_get(path);
	f = open_walked(path, flags, cred);
	if (IS_ERR(f))
		path_put(path);
	return f;
}

struct file *file_open_exec(const struct path *path, const struct cred *cred)
{
	struct inode *inode = path->dentry->inode;
	struct file *f;
	int error;

	if (S_ISLNK(inode->mode))
		return ERR_PTR(-ELOOP);
	if (!S_ISREG(inode->mode) || path->mount->flags & MS_NOEXEC)
		return ERR_PTR(-EACCES);
	error = inode_permission(inode, MAY_EXEC, cred);
	if (error)
		return ERR_PTR(error);
	f = file_create(path, inode->fops, O_RDONLY | O_LARGEFILE, cred);
	if (!f)
		return ERR_PTR(-ENOMEM);
	f->can_read = inode_permission(inode, MAY_READ, cred) == 0;
	error = inode->fops->open ? inode->fops->open(inode, f) : 0;
	if (error) {
		file_destroy(f);
		return ERR_PTR(error);
	}
	return f;
}

/* --- creating
 * -----------------------------------------------------------------------------------*/

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
		f = open_and_truncate(&place, flags, x->walk->cred, created);
		if (!IS_ERR(f))
			return f;
	}
	path_put(&place);
	return f;
}

static noinline struct file *open_create(const struct walk *w, const char *name, u32 flags,
					 u32 mode)
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

static always_inline struct file *open_existing(const struct walk *w, const char *name, u32 flags)
{
	unsigned how =
		(flags & O_NOFOLLOW ? 0 : WALK_FOLLOW) | (flags & O_DIRECTORY ? WALK_DIRECTORY : 0);
	struct path place;
	struct file *f;
	int error = path_walk(w, name, how, &place);

	if (error)
		return ERR_PTR(error);
	f = open_walked(&place, flags, w->cred);
	if (IS_ERR(f))
		path_put(&place);
	return f;
}

static noinline struct file *open_nameless(const struct walk *w, const char *name, u32 flags,
					   u32 mode)
{
	struct path dir, place;
	struct file *f;
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
	f = open_and_truncate(&place, flags & ~TMPFILE_BIT, w->cred, true);
	if (IS_ERR(f))
		path_put(&place);
	return f;
}

/* Flags that ask for more than to open what is there. */
static noinline struct file *open_otherwise(const struct walk *w, const char *name, u32 flags,
					    u32 mode)
{
	if (flags & TMPFILE_BIT) {
		if ((flags & (O_TMPFILE | O_CREAT)) != O_TMPFILE || !(flags & 3))
			return ERR_PTR(-EINVAL);
		return open_nameless(w, name, flags, mode);
	}
	if (flags & O_DIRECTORY)
		return ERR_PTR(-EINVAL);
	return open_create(w, name, flags, mode);
}

struct file *file_open(const struct walk *w, const char *name, u32 flags, u32 mode)
{
	if (unlikely(flags & O_PATH))
		flags &= PATH_FLAGS;
	if (flags & (TMPFILE_BIT | O_CREAT))
		return open_otherwise(w, name, flags, mode & 07777);
	return open_existing(w, name, flags);
}
