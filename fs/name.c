/*
 * name.c - names that come and go: mkdir, mknod, symlink, link, unlink, rmdir.
 *
 * Locking: the directory's inode, then (nested) the inode that gets or loses the name.  A directory
 * that has been removed is marked so under its own lock, so nothing is created in it afterwards.
 * References are dropped when all locks have been released.
 */
#include "fs/device.h"
#include "fs/file.h"
#include "fs/name_place.h"
#include "kernel/container/hooks.h"
#include "kernel/lib/format.h"
#include "kernel/lock/spinlock.h"

/* --- rights ----------------------------------------------------------------------------------*/

int place_may_create(const struct path *dir, const struct cred *cred)
{
	if (dir->dentry->removed)
		return -ENOENT;
	return inode_permission(dir->dentry->inode, MAY_WRITE | MAY_EXEC, cred);
}

/* In a directory like /tmp only the owner of a name or of the directory may remove it. */
static bool is_sticky_to(const struct inode *dir, const struct inode *victim,
			 const struct cred *cred)
{
	return dir->mode & S_ISVTX && cred->fsuid != victim->uid && cred->fsuid != dir->uid &&
	       !cred_capable(cred, CAP_FOWNER);
}

int place_may_delete(const struct path *dir, struct dentry *victim, bool want_dir,
		     const struct cred *cred)
{
	struct inode *parent = dir->dentry->inode;
	int error = inode_permission(parent, MAY_WRITE | MAY_EXEC, cred);

	if (error)
		return error;
	if (is_sticky_to(parent, victim->inode, cred))
		return -EPERM;
	if (want_dir != S_ISDIR(victim->inode->mode))
		return want_dir ? -ENOTDIR : -EISDIR;
	return dir->dentry->removed ? -ENOENT : 0;
}

bool place_is_mount_point(const struct dentry *d, const struct walk *w)
{
	return unlikely(READ_ONCE(d->mounts)) && mount_is_seen_on(d, w->root.mount);
}

void place_removed(const struct dentry *d)
{
	if (unlikely(READ_ONCE(d->mounts)))
		mount_drop_all_on(d);
}

struct dentry *place_find(const struct place *p)
{
	struct inode *dir = place_inode(p);
	struct dentry *d = dentry_find(p->dir.dentry, p->name, p->len);
	int error;

	if (d || !dir->ops->lookup)
		return d;
	d = dentry_create(p->dir.dentry, p->name, p->len);
	error = d ? dir->ops->lookup(dir, d) : -ENOMEM;
	if (!error)
		return d;
	if (d)
		dentry_put(d);
	return error == -ENOENT ? NULL : ERR_PTR(error);
}

/* --- creating --------------------------------------------------------------------------------*/

static int exists(const struct place *p)
{
	struct dentry *d = place_find(p);

	if (IS_ERR(d))
		return PTR_ERR(d);
	if (d)
		dentry_put(d);
	else if (place_is_made_up(place_inode(p)))
		return -ENOENT;
	return d ? -EEXIST : 0;
}

/* Walks to the directory and locks it; *fresh is a name to be attached.  With 0 create_end must
   follow. */
static int create_begin(struct place *p, const struct walk *w, const char *name, bool want_dir,
			struct dentry **fresh)
{
	int error = place_walk(p, w, name);

	if (error)
		return error;
	mutex_lock(&place_inode(p)->lock);
	error = place_is_plain(p) ? exists(p) : -EEXIST;
	if (!error && p->slash && !want_dir)
		error = -ENOENT;
	if (!error)
		error = mount_want_write(p->dir.mount);
	if (!error)
		error = place_may_create(&p->dir, w->cred);
	if (!error) {
		*fresh = dentry_create(p->dir.dentry, p->name, p->len);
		error = *fresh ? 0 : -ENOMEM;
	}
	if (error) {
		mutex_unlock(&place_inode(p)->lock);
		path_put(&p->dir);
	}
	return error;
}

static int create_end(struct place *p, struct dentry *fresh, int error)
{
	mutex_unlock(&place_inode(p)->lock);
	dentry_put(fresh);
	path_put(&p->dir);
	return error;
}

int name_mkdir(const struct walk *w, const char *name, u32 mode)
{
	struct dentry *d;
	struct inode *dir;
	struct place p;
	int error = create_begin(&p, w, name, true, &d);

	if (error)
		return error;
	dir = place_inode(&p);
	error = dir->ops->mkdir
			? dir->ops->mkdir(dir, d, S_IFDIR | (mode & (S_ISVTX | 0777)), w->cred)
			: -EPERM;
	return create_end(&p, d, error);
}

static int mknod_in(struct inode *dir, struct dentry *d, u32 mode, u64 rdev,
		    const struct cred *cred)
{
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && !cred_capable(cred, CAP_MKNOD))
		return -EPERM;
	if (S_ISREG(mode))
		return dir->ops->create ? dir->ops->create(dir, d, mode, cred) : -EACCES;
	if (!dir->ops->mknod)
		return -EPERM;
	/* Linux lets c 0:0 pass always: overlay file systems use it. */
	if (!(S_ISCHR(mode) && !rdev) && !device_allowed(mode, rdev, DEVICE_MKNOD))
		return -EPERM;
	return dir->ops->mknod(dir, d, mode, rdev, cred);
}

int name_mknod(const struct walk *w, const char *name, u32 mode, u64 rdev)
{
	struct dentry *d;
	struct place p;
	int error;

	switch (mode & S_IFMT) {
	case 0:
		mode |= S_IFREG;
		break;
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	default:
		return S_ISDIR(mode) ? -EPERM : -EINVAL;
	}
	error = create_begin(&p, w, name, false, &d);
	if (error)
		return error;
	return create_end(&p, d, mknod_in(place_inode(&p), d, mode, rdev, w->cred));
}

int name_symlink(const struct walk *w, const char *target, const char *name)
{
	struct dentry *d;
	struct inode *dir;
	struct place p;
	int error;

	if (!*target)
		return -ENOENT;
	error = create_begin(&p, w, name, false, &d);
	if (error)
		return error;
	dir = place_inode(&p);
	error = dir->ops->symlink ? dir->ops->symlink(dir, d, target, w->cred) : -EPERM;
	return create_end(&p, d, error);
}

/* As fs.protected_hardlinks of Linux has it: of others' files one may link only what one could
   read and write, and nothing that runs with their rights. */
static bool may_link(struct inode *inode, const struct cred *cred)
{
	u32 mode = inode->mode;

	if (inode_is_owner(inode, cred))
		return true;
	if (!S_ISREG(mode) || mode & S_ISUID || (mode & (S_ISGID | 0010)) == (S_ISGID | 0010))
		return false;
	return inode_permission(inode, MAY_READ | MAY_WRITE, cred) == 0;
}

static int link_in(const struct path *old, struct place *p, struct dentry *d,
		   const struct cred *cred)
{
	struct inode *dir = place_inode(p), *inode = old->dentry->inode;
	int error;

	if (old->mount != p->dir.mount)
		return -EXDEV;
	if (!may_link(inode, cred) || !dir->ops->link || S_ISDIR(inode->mode))
		return -EPERM;
	mutex_lock_nested(&inode->lock);
	if (inode->nlink == 0 && !old->dentry->linkable)
		error = -ENOENT;
	else
		error = dir->ops->link(dir, d, inode);
	mutex_unlock(&inode->lock);
	return error;
}

int name_link(const struct path *old, const struct walk *w, const char *name)
{
	struct dentry *d;
	struct place p = {};
	int error = create_begin(&p, w, name, false, &d);

	/* What may not be linked at all is refused before the directory is looked at. */
	if (error == -EACCES && p.dir.mount == old->mount && !may_link(old->dentry->inode, w->cred))
		return -EPERM;
	return error ?: create_end(&p, d, link_in(old, &p, d, w->cred));
}

int name_create_locked(const struct path *dir, const char *name, size_t len, u32 mode,
		       const struct cred *cred, struct dentry **out)
{
	struct inode *inode = dir->dentry->inode;
	int error = mount_want_write(dir->mount);

	if (!error)
		error = place_may_create(dir, cred);
	if (!error && !inode->ops->create)
		error = -EACCES;
	if (error)
		return error;
	*out = dentry_create(dir->dentry, name, len);
	if (!*out)
		return -ENOMEM;
	error = inode->ops->create(inode, *out, mode, cred);
	if (error) {
		dentry_put(*out);
		*out = NULL;
	}
	return error;
}

int name_create_nameless(const struct path *dir, u32 mode, const struct cred *cred, bool linkable,
			 struct dentry **out)
{
	struct inode *inode = dir->dentry->inode;
	char name[24];
	int error = mount_want_write(dir->mount), len;

	if (error)
		return error;
	if (!inode->ops->tmpfile)
		return -EOPNOTSUPP;
	mutex_lock(&inode->lock);
	error = place_may_create(dir, cred);
	len = format(name, sizeof(name), "#%lu", inode_next_number());
	*out = error ? NULL : dentry_create(dir->dentry, name, len);
	if (!error && !*out)
		error = -ENOMEM;
	if (*out) {
		(*out)->removed = true;
		(*out)->linkable = linkable;
		error = inode->ops->tmpfile(inode, *out, mode, cred);
	}
	mutex_unlock(&inode->lock);
	if (error && *out)
		dentry_put(*out);
	return error;
}

/* --- removing --------------------------------------------------------------------------------*/

static int remove_from(struct place *p, struct dentry *victim, bool want_dir, const struct walk *w)
{
	struct inode *dir = place_inode(p), *inode = victim->inode;
	int (*op)(struct inode *, struct dentry *) = want_dir ? dir->ops->rmdir : dir->ops->unlink;
	int error = place_may_delete(&p->dir, victim, want_dir, w->cred);

	if (error)
		return error;
	if (!op)
		return -EPERM;
	mutex_lock_nested(&inode->lock);
	error = place_is_mount_point(victim, w) ? -EBUSY : op(dir, victim);
	if (!error)
		dentry_remove(victim);
	mutex_unlock(&inode->lock);
	return error;
}

static int remove_name(struct place *p, bool want_dir, const struct walk *w)
{
	struct inode *dir = place_inode(p);
	int error = mount_want_write(p->dir.mount);
	struct dentry *victim;

	if (error)
		return error;
	mutex_lock(&dir->lock);
	victim = place_find(p);
	if (!victim)
		error = -ENOENT;
	else if (IS_ERR(victim))
		error = PTR_ERR(victim);
	else if (p->slash && !want_dir)
		error = S_ISDIR(victim->inode->mode) ? -EISDIR : -ENOTDIR;
	else
		error = remove_from(p, victim, want_dir, w);
	mutex_unlock(&dir->lock);
	if (!error)
		place_removed(victim);
	if (victim && !IS_ERR(victim))
		dentry_put(victim);
	return error;
}

int name_unlink(const struct walk *w, const char *name)
{
	struct place p;
	int error = place_walk(&p, w, name);

	if (error)
		return error;
	error = place_is_plain(&p) ? remove_name(&p, false, w) : -EISDIR;
	path_put(&p.dir);
	return error;
}

int name_rmdir(const struct walk *w, const char *name)
{
	struct place p;
	int error = place_walk(&p, w, name);

	if (error)
		return error;
	if (place_is_plain(&p))
		error = remove_name(&p, true, w);
	else
		error = p.len == 0 ? -EBUSY : p.len == 1 ? -EINVAL : -ENOTEMPTY;
	path_put(&p.dir);
	return error;
}
