/*
 * devfs.c - devtmpfs: a tmpfs that has a node for each device from the start.
 *
 * There is one of it: every mount shows the same files, and what programs add or change in it stays
 * when it is unmounted, as on Linux.
 */
#include "fs/devfs/devfs.h"

#include "fs/dentry.h"
#include "kernel/abi/stat.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"

extern const struct fs_type tmpfs_type, devfs_type;

static struct super *devfs; /* [I] after boot; a reference */

static struct super *devfs_mount(const struct fs_type *type, const char *source,
				 unsigned long flags, const char *options, const struct cred *cred)
{
	int error = devfs->ops->remount(devfs, flags, options);

	if (error)
		return ERR_PTR(error);
	super_get(devfs);
	return devfs;
}

const struct fs_type devfs_type = { .name = "devtmpfs", .nodev = true, .mount = devfs_mount };

static int add_node(struct inode *root, const struct device *d)
{
	struct dentry *name = dentry_create(devfs->root, d->name, strlen(d->name));
	int error;

	if (!name)
		return -ENOMEM;
	mutex_lock(&root->lock);
	error = root->ops->mknod(root, name, S_IFCHR | d->mode, device_number(d->major, d->minor),
				 &cred_root);
	mutex_unlock(&root->lock);
	dentry_put(name);
	return error;
}

void devfs_init(void)
{
	devfs = tmpfs_type.mount(&devfs_type, "devtmpfs", 0, "", &cred_root);
	if (IS_ERR(devfs))
		panic("no memory for devtmpfs");
	for (const struct device *d = devices; d->name; d++)
		if (device_present(d) && add_node(devfs->root->inode, d))
			panic("no memory for the node of %s", d->name);
}
