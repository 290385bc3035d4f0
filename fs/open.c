/*
 * open.c - what open(2) does once it knows the place or the directory.
 *
 * Order of the answers as on Linux: what the place is (ELOOP, EISDIR, ENOTDIR, devices on a nodev
 * mount), rights, a read-only mount, a program that runs (ETXTBSY), and what the file itself says.
 * A file that this very open has made may be opened in any mode, whatever its permission bits.
 */
#include "fs/open.h"

#include "fs/device.h"
#include "fs/pipe.h"
#include "kernel/mem/slab.h"

#define PATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH)
/* Those that say nothing of the walk nor of the place.  Nearly every open(2) has no others, and the
   compiler leaves out what they do not ask for. */
#define PLAIN_FLAGS (O_ACCMODE | O_APPEND | O_NONBLOCK | O_SYNC | O_ASYNC | O_LARGEFILE | O_CLOEXEC)

static const struct file_ops path_only_ops; /* of O_PATH: nothing can be done with it */

/* --- opening what is there
 * ----------------------------------------------------------------------*/

/* Whether the file system is read-only has been asked before: by check_open, or by who has created
   the file. */
int file_count_writer(struct file *f)
{
	struct mount *m = f->path.mount;
	int error;

	if (unlikely(READ_ONCE(m->flags) & MS_RDONLY))
		return -EROFS;
	error = inode_write_begin(f->inode);
	if (unlikely(error))
		return error;
	__atomic_fetch_add(&m->writers, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&m->super->writers, 1, __ATOMIC_RELAXED);
	f->counted = true;
	return 0;
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

static always_inline int check_open(const struct path *path, struct inode *inode, u32 flags,
				    const struct cred *cred, bool created, bool regular)
{
	unsigned may = created ? 0 : wanted_rights(flags);
	int error = 0;

	if (!regular)
		error = check_kind(path, inode->mode, may);
	else if (may & MAY_WRITE && path->mount->super->readonly)
		return -EROFS;
	if (!error && !created)
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

/* The references of `path` are the file's, or have gone.  regular: what the inode is. */
static always_inline struct file *open_place(const struct path *path, struct inode *inode,
					     u32 flags, const struct cred *cred, bool created,
					     bool regular)
{
	const struct file_ops *ops;
	struct file *f;
	int error = check_open(path, inode, flags, cred, created, regular);

	if (unlikely(error))
		goto refused;
	ops = regular ? inode->fops : ops_of_special(inode);
	error = -ENXIO;
	if (!regular && !ops)
		goto refused;
	f = slab_alloc(file_cache);
	error = -ENOMEM;
	if (unlikely(!f))
		goto refused;
	file_init(f, path, inode, ops,
		  (flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC)) | O_LARGEFILE, cred);
	error = regular && f->can_write ? file_count_writer(f) : 0;
	if (unlikely(flags & O_DIRECT) && !error)
		error = -EINVAL;
	if (!error && ops->open)
		error = ops->open(inode, f);
	if (unlikely(error)) {
		file_destroy(f);
		return ERR_PTR(error);
	}
	if (unlikely(flags & O_NOCTTY))
		f->flags &= ~O_NOCTTY;
	return f;

refused:
	path_put(path);
	return ERR_PTR(error);
}

static struct file *open_path_only(const struct path *path, u32 flags, const struct cred *cred)
{
	struct file *f = file_create(path, &path_only_ops, flags & PATH_FLAGS, cred);

	path_put(path);
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

struct file *file_open_place(const struct path *path, u32 flags, const struct cred *cred,
			     bool created)
{
	struct inode *inode = path->dentry->inode;
	bool regular = S_ISREG(inode->mode);
	struct file *f = open_place(path, inode, flags, cred, created, regular);
	int error = 0;

	if (flags & O_TRUNC && !IS_ERR(f) && !created)
		error = truncate_opened(path);
	if (unlikely(error)) {
		file_put(f);
		return ERR_PTR(error);
	}
	return f;
}

static struct file *open_walked(const struct path *path, u32 flags, const struct cred *cred)
{
	if (flags & O_PATH)
		return open_path_only(path, flags, cred);
	if (flags & O_DIRECTORY && !S_ISDIR(path->dentry->inode->mode)) {
		path_put(path);
		return ERR_PTR(-ENOTDIR);
	}
	return file_open_place(path, flags, cred, false);
}

struct file *file_open_path(const struct path *path, u32 flags, const struct cred *cred)
{
	path_get(path);
	return open_walked(path, flags, cred);
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

/* --- open(2)
 * ------------------------------------------------------------------------------------*/

static struct file *open_existing(const struct walk *w, const char *name, u32 flags)
{
	unsigned how =
		(flags & O_NOFOLLOW ? 0 : WALK_FOLLOW) | (flags & O_DIRECTORY ? WALK_DIRECTORY : 0);
	struct path place;
	int error = path_walk(w, name, how, &place);

	return error ? ERR_PTR(error) : open_walked(&place, flags, w->cred);
}

/* With flags that are not plain. */
static noinline struct file *open_otherwise(const struct walk *w, const char *name, u32 flags,
					    u32 mode)
{
	if (flags & O_PATH)
		return open_existing(w, name, flags & PATH_FLAGS);
	if (flags & TMPFILE_BIT) {
		if ((flags & (O_TMPFILE | O_CREAT)) != O_TMPFILE || !(flags & 3))
			return ERR_PTR(-EINVAL);
		return file_open_nameless(w, name, flags, mode & 07777);
	}
	if (!(flags & O_CREAT))
		return open_existing(w, name, flags);
	if (flags & O_DIRECTORY)
		return ERR_PTR(-EINVAL);
	return file_open_create(w, name, flags, mode & 07777);
}

struct file *file_open(const struct walk *w, const char *name, u32 flags, u32 mode)
{
	struct inode *inode;
	struct path place;
	int error;

	if (unlikely(flags & ~PLAIN_FLAGS))
		return open_otherwise(w, name, flags, mode);
	error = path_walk(w, name, WALK_FOLLOW, &place);
	if (unlikely(error))
		return ERR_PTR(error);
	inode = place.dentry->inode;
	if (likely(S_ISREG(inode->mode)))
		return open_place(&place, inode, flags & PLAIN_FLAGS, w->cred, false, true);
	return file_open_place(&place, flags, w->cred, false);
}
