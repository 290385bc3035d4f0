/*
 * open.h - making and ending struct file; for this folder only.
 */
#pragma once
#include "fs/file.h"

#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)

extern struct slab_cache *file_cache;

/* One reference, and the caller's references of `path`, whose inode is given; ops->open is not
   called. */
static always_inline void file_init(struct file *f, const struct path *path, struct inode *inode,
				    const struct file_ops *ops, u32 flags, const struct cred *cred)
{
	refcount_init(&f->refs, 1);
	f->version = 0;
	f->ops = ops;
	f->path = *path;
	f->inode = inode;
	f->flags = flags;
	f->access = (u8)((flags & O_ACCMODE) + 1);
	f->counted = false;
	mutex_init(&f->pos_lock, RANK_POSITION);
	f->pos = 0;
	f->cred = cred_get(cred);
	f->private = NULL;
	f->epoll_items.next = NULL;
	f->owner = 0;
	f->owner_type = 0;
	f->signal = 0;
}

/* Takes references of its own; ops->open is not called.  NULL: no memory. */
struct file *file_create(const struct path *path, const struct file_ops *ops, u32 flags,
			 const struct cred *cred);
/* Opens what this open(2) has found or created, and truncates it.  The references of `path` are
   the file's then, or have gone. */
struct file *file_open_place(const struct path *path, u32 flags, const struct cred *cred,
			     bool created);
/* The whole of open(2), with O_CREAT and with O_TMPFILE. */
struct file *file_open_create(const struct walk *w, const char *name, u32 flags, u32 mode);
struct file *file_open_nameless(const struct walk *w, const char *name, u32 flags, u32 mode);

/* Without ops->release. */
void file_destroy(struct file *f);

int file_count_writer(struct file *f) must_check; /* -ETXTBSY, -EROFS of the mount */
static inline void file_uncount_writer(struct file *f)
{
	struct mount *m = f->path.mount;

	inode_write_end(f->inode);
	__atomic_fetch_sub(&m->writers, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&m->super->writers, 1, __ATOMIC_RELAXED);
}
