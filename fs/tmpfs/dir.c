/*
 * dir.c - directories of tmpfs: what their names need besides the dentries.
 *
 * Everything is called with the directory, and the inode that gains or loses a name, locked.
 */
#include "fs/name.h"
#include "fs/tmpfs/tmpfs.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

static void name_added(struct inode *dir, struct inode *inode)
{
	dir->size += TMPFS_ENTRY_SIZE;
	if (S_ISDIR(inode->mode))
		dir->nlink++;
	inode_touch(dir, ATTR_MTIME);
}

static void name_removed(struct inode *dir, struct inode *inode)
{
	dir->size -= TMPFS_ENTRY_SIZE;
	if (S_ISDIR(inode->mode))
		dir->nlink--;
	inode_touch(dir, ATTR_MTIME);
}

static int dir_add(struct inode *dir, struct dentry *dentry, u32 mode, u64 rdev,
		   const struct cred *cred)
{
	struct inode *inode = tmpfs_inode_create(dir->super, dir, mode, cred);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	inode->rdev = rdev;
	dentry_attach(dentry, inode);
	name_added(dir, inode);
	return 0;
}

static int dir_create(struct inode *dir, struct dentry *dentry, u32 mode, const struct cred *cred)
{
	return dir_add(dir, dentry, mode, 0, cred);
}

static int dir_mknod(struct inode *dir, struct dentry *dentry, u32 mode, u64 rdev,
		     const struct cred *cred)
{
	return dir_add(dir, dentry, mode, S_ISCHR(mode) || S_ISBLK(mode) ? rdev : 0, cred);
}

static int dir_tmpfile(struct inode *dir, struct dentry *dentry, u32 mode, const struct cred *cred)
{
	struct inode *inode = tmpfs_inode_create(dir->super, dir, mode, cred);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	inode->nlink = 0;
	dentry_attach_temporary(dentry, inode);
	return 0;
}

static int dir_symlink(struct inode *dir, struct dentry *dentry, const char *target,
		       const struct cred *cred)
{
	struct inode *inode;
	char *copy = kstrdup(target);

	if (!copy)
		return -ENOMEM;
	inode = tmpfs_inode_create(dir->super, dir, S_IFLNK | 0777, cred);
	if (IS_ERR(inode)) {
		kfree(copy);
		return PTR_ERR(inode);
	}
	tmpfs_inode_of(inode)->target = copy;
	inode->size = strlen(copy);
	dentry_attach(dentry, inode);
	name_added(dir, inode);
	return 0;
}

static int dir_link(struct inode *dir, struct dentry *dentry, struct inode *old)
{
	if (old->nlink && !tmpfs_charge_name(dir->super))
		return -ENOSPC;
	old->nlink++;
	inode_touch(old, ATTR_CTIME);
	dentry_attach(dentry, inode_get(old));
	name_added(dir, old);
	return 0;
}

static int dir_unlink(struct inode *dir, struct dentry *dentry)
{
	if (--dentry->inode->nlink)
		tmpfs_uncharge_name(dir->super);
	inode_touch(dentry->inode, ATTR_CTIME);
	name_removed(dir, dentry->inode);
	return 0;
}

static int dir_rmdir(struct inode *dir, struct dentry *dentry)
{
	if (dentry_has_children(dentry))
		return -ENOTEMPTY;
	dentry->inode->nlink = 0;
	inode_touch(dentry->inode, ATTR_CTIME);
	name_removed(dir, dentry->inode);
	return 0;
}

static int dir_rename(struct inode *from, struct dentry *old, struct inode *to,
		      struct dentry *target, const char *name, unsigned flags)
{
	int error = 0;

	if (target && !(flags & RENAME_EXCHANGE)) {
		error = S_ISDIR(target->inode->mode) ? dir_rmdir(to, target)
						     : dir_unlink(to, target);
	} else if (target) {
		name_removed(to, target->inode);
		name_added(from, target->inode);
		inode_touch(target->inode, ATTR_CTIME);
	}
	if (error)
		return error;
	name_removed(from, old->inode);
	name_added(to, old->inode);
	inode_touch(old->inode, ATTR_CTIME);
	return 0;
}

const struct inode_ops tmpfs_dir_inode_ops = {
	.create = dir_create,
	.tmpfile = dir_tmpfile,
	.mkdir = dir_create,
	.mknod = dir_mknod,
	.symlink = dir_symlink,
	.link = dir_link,
	.unlink = dir_unlink,
	.rmdir = dir_rmdir,
	.rename = dir_rename,
	.free = tmpfs_inode_free,
};

static ssize_t link_read(struct inode *inode, char *buf, size_t size)
{
	size_t len = min(size, inode->size);

	memcpy(buf, tmpfs_inode_of(inode)->target, len);
	return len;
}

const struct inode_ops tmpfs_link_inode_ops = {
	.readlink = link_read,
	.free = tmpfs_inode_free,
};

/* Devices, FIFOs, sockets: what they do lies elsewhere. */
const struct inode_ops tmpfs_node_inode_ops = { .free = tmpfs_inode_free };
