/*
 * anonymous.c - open files that have no name in the tree: pipes, and what eventfd and its kin make.
 *
 * Each gets a dentry below the root of a file system that is mounted nowhere, so that whoever looks
 * at a file need not ask whether it has a place.
 */
#include "fs/anonymous.h"

#include "fs/open.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"

#define ANON_INODE_MAGIC 0x09041934
#define PIPEFS_MAGIC	 0x50495045
#define SOCKFS_MAGIC	 0x534f434b

static const struct super_ops super_ops;
static const struct inode_ops inode_ops;
static const struct fs_type type = { .name = "anon_inodefs", .nodev = true };
static struct super super;
static struct inode root_inode, shared_inode; /* never freed */

struct mount *anonymous_mount;

void anonymous_init(void)
{
	super_init(&super, &type, &super_ops, ANON_INODE_MAGIC);
	inode_init(&root_inode, &super, &inode_ops, &dentry_dir_ops, S_IFDIR | 0555, 0, 0);
	inode_init(&shared_inode, &super, &inode_ops, NULL, 0600, 0, 0);
	super.root = dentry_create_root(&super, &root_inode);
	anonymous_mount = super.root ? mount_create(&super, super.root, "anon_inodefs", 0) : NULL;
	if (!anonymous_mount)
		panic("no memory for the first file systems");
}

struct file *file_create_anonymous(const char *name, const struct file_ops *ops,
				   struct inode *inode, void *private, u32 flags,
				   const struct cred *cred)
{
	struct path place = { anonymous_mount, dentry_create(super.root, name, strlen(name)) };
	struct file *f;

	if (!place.dentry)
		return ERR_PTR(-ENOMEM);
	if (!inode)
		inode = &shared_inode;
	if (!inode->super)
		inode->super = &super;
	dentry_attach_temporary(place.dentry, inode_get(inode));
	f = file_create(&place, ops, flags & ~O_CLOEXEC, cred);
	dentry_put(place.dentry);
	if (!f)
		return ERR_PTR(-ENOMEM);
	f->private = private;
	return f;
}

u32 anonymous_magic(const struct inode *inode)
{
	if (S_ISFIFO(inode->mode))
		return PIPEFS_MAGIC;
	return (inode->mode & S_IFMT) == S_IFSOCK ? SOCKFS_MAGIC : ANON_INODE_MAGIC;
}

int anonymous_name(const struct dentry *d, char *buf, size_t size)
{
	if (d->inode == &shared_inode)
		return format(buf, size, "anon_inode:[%s]", d->name);
	return format(buf, size, "%s:[%lu]", d->name, d->inode->ino);
}
