/*
 * pseudo.h - files made of a show and a write function: procfs, sysfs and containerfs are built of
 * these.
 *
 * show prints the whole text into a struct text; the core buffers it once per open (made at the
 * first read, made again after a seek), grows the buffer while it overflows and serves reads from
 * it.
 */
#pragma once
#include "fs/file.h"
#include "kernel/lib/text.h"

struct pseudo_ops {
	/* What f is about comes from pseudo_data(f) or f->inode->private; f->private is taken.  0
	 * or -errno (given to the reader). */
	int (*show)(struct file *f, struct text *out);
	/* The whole text of one write(2), NUL behind it, newline not trimmed.  0 or -errno. */
	int (*write)(struct file *f, char *text, size_t len);
	bool write_at_start; /* what is written at another position has no effect */
	/* Asked when a read finds the end of the text: 0 or -errno.  NULL: 0. */
	int (*check)(struct file *f);
	size_t write_limit; /* longer writes: -E2BIG; 0: 4096 */
};

/* file_ops of an inode that is a struct pseudo_inode; and its parts, for others with more. */
extern const struct file_ops pseudo_file_ops;
ssize_t pseudo_read(struct file *f, struct io *io, u64 *pos) must_check;
ssize_t pseudo_write(struct file *f, struct io *io, u64 *pos) must_check;
void pseudo_release(struct file *f);

struct pseudo_inode {
	struct inode inode; /* first */
	const struct pseudo_ops *ops;
	void *data; /* of show and write: pseudo_data(f) */
	void (*free_data)(void *data);
};

static inline void *pseudo_data(struct file *f)
{
	return container_of(f->inode, struct pseudo_inode, inode)->data;
}

/* NULL: no memory.  mode with S_IFREG. */
struct inode *pseudo_inode_create(struct super *super, u32 mode, const struct pseudo_ops *ops,
				  void *data);
struct inode *pseudo_dir_create(struct super *super, u32 mode, const struct inode_ops *ops);
struct inode *pseudo_link_create(struct super *super, const char *target);

void pseudo_inode_free(struct inode *inode); /* what inode_put does where ops->free is NULL */

/* Fixed trees (sysfs, /proc/sys): a directory, file or link below parent.  NULL: no memory.  The
   reference is the tree's. */
struct dentry *pseudo_add_dir(struct dentry *parent, const char *name);
struct dentry *pseudo_add_file(struct dentry *parent, const char *name, u32 mode,
			       const struct pseudo_ops *ops, void *data);
struct dentry *pseudo_add_link(struct dentry *parent, const char *name, const char *target);

/* A file system that looks the same wherever it is mounted (pseudo_fs.c). */
struct pseudo_fs {
	u32 magic;			  /* [I] statfs f_type */
	const struct super_ops *ops;	  /* [I] NULL: none; free must kfree the super */
	const struct inode_ops *root_ops; /* [I] NULL: a directory made of dentries */
	const struct file_ops *root_fops; /* [I] NULL: the same */
	int (*fill)(struct dentry *root); /* makes what is below the root.  -ENOMEM */
	struct super *super;		  /* [pseudo_fs.c] NULL: not made yet */
};

/* A super of its own, which goes with its last reference.  The same errors. */
struct super *pseudo_fs_create(struct pseudo_fs *fs, const struct fs_type *type,
			       const char *options);
/* For fs_type.mount: the one super, with a reference.  ERR_PTR(-EINVAL): options, of which there
   are none; -ENOMEM. */
struct super *pseudo_fs_mount(struct pseudo_fs *fs, const struct fs_type *type,
			      const char *options);
