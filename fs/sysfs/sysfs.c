/*
 * sysfs.c - the type sysfs: the machine as a tree.
 *
 * User space sees: devices/system/cpu and node (what musl's and busybox's count of processors and
 * numactl read), the terminals below class/tty, and empty directories to mount on: fs/cgroup,
 * kernel/debug.
 *
 * Permission bits count for root, too: a file that has nobody's write bit is not opened for
 * writing.
 *
 * Differs from Linux: only this is there.
 */
#include "fs/sysfs/sysfs.h"

#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"

#define SYSFS_MAGIC 0x62656572

/* What a file needs to know: one block for the files of a directory, which live as long as the
   tree. */
struct shown {
	const struct sysfs_attr *attr;
	unsigned number;
};

static int attr_show(struct file *f, struct text *out)
{
	const struct shown *s = pseudo_data(f);

	s->attr->show(out, s->number);
	return 0;
}

static int attr_write(struct file *f, char *text, size_t len)
{
	const struct shown *s = pseudo_data(f);

	return s->attr->write ? s->attr->write(text, s->number) : -EIO;
}

static int attr_open(struct inode *inode, struct file *f)
{
	bool may = (!f->can_write || inode->mode & 0222) && (!f->can_read || inode->mode & 0444);

	return may ? 0 : -EACCES;
}

static const struct file_ops attr_file_ops = {
	.open = attr_open,
	.read = pseudo_read,
	.write = pseudo_write,
	.release = pseudo_release,
};

static const struct pseudo_ops attr_ops = { .show = attr_show, .write = attr_write };

static int add_file(struct dentry *dir, const struct sysfs_attr *attr, unsigned number)
{
	struct shown *s = kmalloc(sizeof(*s));
	struct dentry *d;

	if (!s)
		return -ENOMEM;
	*s = (struct shown){ attr, number };
	d = pseudo_add_file(dir, attr->name, attr->write ? 0644 : 0444, &attr_ops, s);
	if (!d) {
		kfree(s);
		return -ENOMEM;
	}
	container_of(d->inode, struct pseudo_inode, inode)->free_data = kfree;
	d->inode->fops = &attr_file_ops;
	d->inode->size = SYSFS_FILE_SIZE;
	return 0;
}

int sysfs_add_files(struct dentry *dir, const struct sysfs_attr *table, unsigned number)
{
	int error = 0;

	for (; table->name && !error; table++)
		error = add_file(dir, table, number);
	return error;
}

struct dentry *sysfs_add_dir(struct dentry *parent, const char *name,
			     const struct sysfs_attr *table, unsigned number)
{
	struct dentry *dir = pseudo_add_dir(parent, name);

	if (!dir)
		return NULL;
	dir->inode->mode = S_IFDIR | 0755;
	return sysfs_add_files(dir, table, number) ? NULL : dir;
}

/* --- the tree ----------------------------------------------------------------------------------*/

static const struct sysfs_attr no_files[] = { {} };

static int fill(struct dentry *root)
{
	struct dentry *devices = sysfs_add_dir(root, "devices", no_files, 0);
	struct dentry *system = devices ? sysfs_add_dir(devices, "system", no_files, 0) : NULL;
	struct dentry *fs = sysfs_add_dir(root, "fs", no_files, 0);
	struct dentry *kernel = sysfs_add_dir(root, "kernel", no_files, 0);

	if (!system || !fs || !kernel || !pseudo_add_dir(fs, "cgroup") ||
	    !pseudo_add_dir(kernel, "debug"))
		return -ENOMEM;
	if (sysfs_add_cpus(system) || sysfs_add_nodes(system) || sysfs_add_class(root, devices))
		return -ENOMEM;
	return 0;
}

static struct pseudo_fs sysfs = { .magic = SYSFS_MAGIC, .fill = fill };

static struct super *sysfs_mount(const struct fs_type *type, const char *source,
				 unsigned long flags, const char *options, const struct cred *cred)
{
	return pseudo_fs_mount(&sysfs, type, options);
}

extern const struct fs_type sysfs_type;
const struct fs_type sysfs_type = { .name = "sysfs", .nodev = true, .mount = sysfs_mount };
