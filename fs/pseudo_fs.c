/*
 * pseudo_fs.c - file systems that look the same wherever they are mounted.
 *
 * The contents are made at the first mount and kept for ever, so mounting again costs nothing and
 * st_dev and st_ino agree between mounts.
 *
 * Locking: one lock for the making of all of them.
 */
#include "fs/pseudo.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"

static struct mutex making = MUTEX_INIT(making, RANK_OTHER_MUTEX);

static void super_free(struct super *s)
{
	kfree(s);
}

static const struct super_ops plain_ops = { .free = super_free };

static struct super *make(struct pseudo_fs *fs, const struct fs_type *type)
{
	struct super *s = kzalloc(sizeof(*s));
	struct inode *root;
	int error = -ENOMEM;

	if (!s)
		return ERR_PTR(-ENOMEM);
	super_init(s, type, fs->ops ?: &plain_ops, fs->magic);
	root = pseudo_dir_create(s, S_IFDIR | 0555, fs->root_ops);
	if (root) {
		root->ino = 1;
		if (fs->root_fops)
			root->fops = fs->root_fops;
		s->root = dentry_create_root(s, root);
		if (!s->root)
			inode_put(root);
	}
	if (s->root)
		error = fs->fill(s->root);
	if (!error)
		return s;
	super_put(s);
	return ERR_PTR(error);
}

struct super *pseudo_fs_create(struct pseudo_fs *fs, const struct fs_type *type,
			       const char *options)
{
	return *options ? ERR_PTR(-EINVAL) : make(fs, type);
}

struct super *pseudo_fs_mount(struct pseudo_fs *fs, const struct fs_type *type, const char *options)
{
	struct super *s;

	if (*options)
		return ERR_PTR(-EINVAL);
	mutex_lock(&making);
	s = fs->super ?: make(fs, type);
	if (!IS_ERR(s)) {
		fs->super = s;
		if (!s->mounts) /* as if it were new */
			s->readonly = false;
		super_get(s);
	}
	mutex_unlock(&making);
	return s;
}
