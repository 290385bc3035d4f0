/*
 * super.h - a mounted file system's contents, and the table of file system types.
 */
#pragma once
#include "fs/cred.h"
#include "kernel/lib/list.h"
#include "kernel/lib/refcount.h"

struct dentry;
struct statfs;
struct super;
struct text;

struct fs_type {
	const char *name;
	bool nodev; /* as /proc/filesystems prints it */
	/* A super with a reference, new or shared (cgroup).  options: mount data, "" when NULL.
	 * ERR_PTR. */
	struct super *(*mount)(const struct fs_type *type, const char *source, unsigned long flags,
			       const char *options, const struct cred *cred);
};

extern const struct fs_type *const fs_types[]; /* fs/types.c; ends with NULL */
const struct fs_type *fs_type_find(const char *name);

#define TMPFS_MAGIC 0x01021994 /* of devtmpfs and rootfs, too */
#define RAMFS_MAGIC 0x858458f6
#define PROC_MAGIC  0x9fa0
#define NSFS_MAGIC  0x6e736673

struct super_ops {
	void (*show_options)(struct super *s,
			     struct text *out); /* ",name=value" for /proc/mounts */
	int (*remount)(struct super *s, unsigned long flags, const char *options);
	void (*statfs)(struct super *s, struct statfs *out);
	/* What a mount by the running task shows, with a reference, or ERR_PTR; NULL: all of it. */
	struct dentry *(*mount_root)(struct super *s);
	/* For /proc/PID/mountinfo: where d is as the reader sees it.  NULL, false: its path. */
	bool (*path_seen)(struct super *s, struct dentry *d, char *buf, size_t size);
	/* A mount went away, or does not come: puts its reference.  May keep s alive by its own
	 * (cgroup with children).  NULL: super_put. */
	void (*release)(struct super *s);
	/* Everything below the root has been removed already. */
	void (*free)(struct super *s);
};

struct super {
	struct refcount refs;
	const struct fs_type *type;  /* [I] */
	const struct super_ops *ops; /* [I] */
	struct dentry *root;	     /* [I] holds a reference */
	u64 dev;		     /* [I] st_dev: major 0 */
	u32 magic;		     /* [I] statfs f_type */
	u32 mounts;		     /* [a] mounts of it */
	u32 writers;		     /* [a] files open for writing */
	bool readonly;		     /* [mount] */
	unsigned long flags;	     /* [mount] MS_SYNCHRONOUS, DIRSYNC, MANDLOCK, LAZYTIME */
	void *private;
};

/* Files with pages.  Only they tell of births and chattr's marks, and know attributes of root. */
static inline bool super_is_tmpfs(const struct super *s)
{
	return s->magic == TMPFS_MAGIC || s->magic == RAMFS_MAGIC;
}

/* One reference, a device number; the root is for the file system to make. */
void super_init(struct super *s, const struct fs_type *type, const struct super_ops *ops,
		u32 magic);
void super_get(struct super *s);
void super_put(struct super *s); /* may sleep */
/* Puts one that has been mounted, or was to be. */
void super_release(struct super *s);

/* statfs(2): what the file system says, over what is true of any. */
void super_statfs(struct super *s, struct statfs *out);

extern const struct fs_type rootfs_type; /* tmpfs under another name */
