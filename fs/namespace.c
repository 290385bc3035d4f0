/*
 * namespace.c - the files that stand for namespaces.
 *
 * Each open or stat of a link in /proc/PID/ns makes an inode of its own, which holds the namespace;
 * all inodes of one namespace have its number, by which programs compare them.
 */
#include "fs/namespace.h"

#include "fs/anonymous.h"
#include "fs/open.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define NS_GET_USERNS	 0xb701
#define NS_GET_PARENT	 0xb702
#define NS_GET_NSTYPE	 0xb703
#define NS_GET_OWNER_UID 0xb704

static void file_free(struct inode *inode);

static const struct super_ops super_ops;
/* Nobody's to change. */
static int file_setattr(struct inode *inode, const struct setattr *a, const struct cred *cred)
{
	return -EPERM;
}

static const struct inode_ops root_ops,
	file_inode_ops = { .setattr = file_setattr, .free = file_free };
static const struct fs_type type = { .name = "nsfs", .nodev = true };
static struct super super;
static struct inode root_inode; /* never freed */
static u32 last_id = 0xf0000000u - 1;

struct mount *namespace_mount;

void namespace_files_init(void)
{
	super_init(&super, &type, &super_ops, NSFS_MAGIC);
	inode_init(&root_inode, &super, &root_ops, &dentry_dir_ops, S_IFDIR | 0555, 0, 0);
	super.root = dentry_create_root(&super, &root_inode);
	namespace_mount = super.root ? mount_create(&super, super.root, "nsfs", 0) : NULL;
	if (!namespace_mount)
		panic("no memory for the first file systems");
}

void namespace_init(struct namespace *ns, const struct namespace_kind *kind, u32 id)
{
	refcount_init(&ns->refs, 1);
	ns->kind = kind;
	ns->id = id ?: __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
}

void namespace_get(struct namespace *ns)
{
	refcount_get(&ns->refs);
}

void namespace_put(struct namespace *ns)
{
	if (refcount_put(&ns->refs))
		ns->kind->free(ns);
}

/* --- files -----------------------------------------------------------------------------------*/

static long file_ioctl(struct file *f, unsigned cmd, u64 arg)
{
	struct namespace *ns = f->inode->private;

	switch (cmd) {
	case NS_GET_USERNS: /* as a Linux that has no user namespaces */
		return -EPERM;
	case NS_GET_PARENT:
		return ns->kind->open_parent ? ns->kind->open_parent(ns) : -EINVAL;
	case NS_GET_NSTYPE:
		return ns->kind->flag;
	case NS_GET_OWNER_UID: /* of a user namespace */
		return -EINVAL;
	}
	return -ENOTTY;
}

static s64 file_seek_not(struct file *f, s64 offset, int whence)
{
	return -ESPIPE;
}

static const struct file_ops file_ops = { .ioctl = file_ioctl, .seek = file_seek_not };

static void file_free(struct inode *inode)
{
	namespace_put(inode->private);
	kfree(inode);
}

int namespace_place(struct namespace *ns, struct path *out)
{
	const char *name = ns->kind->name;
	struct inode *inode = kmalloc(sizeof(*inode));
	struct dentry *d = inode ? dentry_create(super.root, name, strlen(name)) : NULL;

	if (!d) {
		kfree(inode);
		return -ENOMEM;
	}
	inode_init(inode, &super, &file_inode_ops, &file_ops, S_IFREG | 0444, 0, 0);
	inode->ino = ns->id;
	namespace_get(ns);
	inode->private = ns;
	dentry_attach_temporary(d, inode);
	mount_get(namespace_mount);
	*out = (struct path){ namespace_mount, d };
	return 0;
}

struct namespace *namespace_of(const struct path *place)
{
	struct inode *inode = place->dentry->inode;

	return inode->ops == &file_inode_ops ? inode->private : NULL;
}
