/*
 * inode.h - a file as such, whatever its names and whoever has it open.
 *
 * A file system embeds struct inode in its own.  Directories of file systems that live in memory
 * are made of dentries (fs/dentry.h), which hold references to inodes; an open file holds one too.
 *
 *   [i] inode->lock (sleeping)   [a] atomic   [I] immutable
 */
#pragma once
#include "fs/cred.h"
#include "kernel/abi/stat.h"
#include "kernel/abi/time.h"
#include "kernel/vm/mapping.h"

struct dentry;
struct file;
struct file_ops;
struct inode;
struct pipe;
struct setattr;
struct super;

/* dir is locked for every call that changes it; so are the inodes that link, unlink, rmdir and
   rename are about.  dentry: a fresh name in it, not yet visible: on success the operation has
   called dentry_attach(dentry, inode) on it.  Rights and mount points have been checked; whether
   what rmdir and rename remove is empty (dentry_has_children) is for them to say.  All may sleep.
 */
struct inode_ops {
	/* File systems whose directories are not made of dentries (procfs): attaches an inode to
	   the fresh dentry, or -ENOENT.  NULL: what has no dentry does not exist.  dir is
	   locked only if the name would be created next. */
	int (*lookup)(struct inode *dir, struct dentry *dentry);
	/* Of the inode of a dentry that lookup made: is it still true?  Asked when a walk starts
	   there (a working directory, a dirfd); if not: -ESRCH.  NULL: always.  dentry_lock may be
	   held. */
	bool (*valid)(struct dentry *dentry);
	/* Something is to be mounted on it, or below it: from now on its end shall be told
	   (mount_note_ended).  False: it has ended.  dentry_lock is held. */
	bool (*cover)(struct dentry *dentry);
	int (*create)(struct inode *dir, struct dentry *dentry, u32 mode, const struct cred *cred);
	/* A file without a name (O_TMPFILE): gives the dentry its inode, nlink 0, attaches it to
	   nothing (dentry_attach_temporary). */
	int (*tmpfile)(struct inode *dir, struct dentry *dentry, u32 mode, const struct cred *cred);
	int (*mkdir)(struct inode *dir, struct dentry *dentry, u32 mode, const struct cred *cred);
	int (*mknod)(struct inode *dir, struct dentry *dentry, u32 mode, u64 rdev,
		     const struct cred *cred);
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *target,
		       const struct cred *cred);
	int (*link)(struct inode *dir, struct dentry *dentry, struct inode *old);
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);
	/* target: what is there now and will be replaced, or NULL.  The core moves and removes the
	   dentries afterwards (an operation that has called dentry_move or dentry_remove itself
	   does no harm); `name` may be kept by nobody but dentry_move. */
	int (*rename)(struct inode *from, struct dentry *old, struct inode *to,
		      struct dentry *target, const char *name, unsigned flags);
	/* Symbolic link: the target into buf (no NUL needed); its length or -errno. */
	ssize_t (*readlink)(struct inode *inode, char *buf, size_t size);
	/* A link that is not text (/proc/PID/fd/N): the place itself, with references. */
	struct path (*follow)(struct inode *inode, int *error);
	int (*truncate)(struct inode *inode, u64 size);
	/* fallocate(2): mode FALLOC_*; offset + len does not overflow.  NULL: -EOPNOTSUPP. */
	int (*fallocate)(struct inode *inode, int mode, u64 offset, u64 len);
	int (*setattr)(struct inode *inode, const struct setattr *a,
		       const struct cred *cred); /* NULL: generic */
	int (*permission)(struct inode *inode, unsigned may,
			  const struct cred *cred); /* NULL: generic */
	void (*getattr)(
		struct inode *inode);	   /* refreshes the fields below before stat; may be NULL */
	void (*free)(struct inode *inode); /* last reference gone; NULL: made by fs/pseudo.c */
};

struct inode {
	struct refcount refs;
	const struct inode_ops *ops; /* [I] */
	const struct file_ops *fops; /* [I] what open() gives a file; regular: not NULL */
	struct super *super;	     /* [I] */
	u64 ino;		     /* [I] */
	u32 mode;		     /* [i] S_IF* and permission bits */
	u32 nlink;		     /* [i] */
	u32 uid, gid;		     /* [i] */
	u64 rdev;		     /* [I] devices: major and minor as in stat */
	u64 size;		     /* [i] bytes (mapping.size follows it) */
	struct timespec atime, mtime, ctime, btime; /* [i] */
	struct mutex lock;
	struct mapping mapping; /* page cache, for files that have one */
	struct pipe *pipe;	/* [i] FIFOs: while somebody has it open */
	void *private;		/* file system's own */
	u32 writers;		/* [a] open for writing; exec wants 0 (ETXTBSY) */
	u32 executing;		/* [a] running programs; writing wants 0 */
	u8 write_hint;		/* [a] fcntl F_SET_RW_HINT */
};

struct setattr {
	u32 valid; /* ATTR_* */
	u32 mode, uid, gid;
	u64 size;
	struct timespec atime, mtime;
};

#define ATTR_MODE  1u
#define ATTR_UID   2u
#define ATTR_GID   4u
#define ATTR_SIZE  8u
#define ATTR_ATIME 16u
#define ATTR_MTIME 32u
#define ATTR_TOUCH 64u	/* times are "now": write permission suffices */
#define ATTR_CTIME 128u /* of inode_touch only */
#define ATTR_OWNER 256u /* chown(2), even of nothing: set-id bits go */

#define MAY_EXEC  1u
#define MAY_WRITE 2u
#define MAY_READ  4u

/* Fills in everything but what the file system adds; one reference. */
void inode_init(struct inode *inode, struct super *super, const struct inode_ops *ops,
		const struct file_ops *fops, u32 mode, u32 uid, u32 gid);
struct inode *inode_get(struct inode *inode);
void inode_put(struct inode *inode); /* may sleep; no inode lock held */

/* Writers against programs that run it: -ETXTBSY.  A pair each. */
int inode_exec_begin(struct inode *inode) must_check;
void inode_exec_end(struct inode *inode);
static inline void inode_write_end(struct inode *inode)
{
	__atomic_fetch_sub(&inode->writers, 1, __ATOMIC_SEQ_CST);
}
static inline must_check int inode_write_begin(struct inode *inode)
{
	/* Each side announces itself before it looks at the other, so at most one of two that race
	   gets through; both may be refused. */
	__atomic_fetch_add(&inode->writers, 1, __ATOMIC_SEQ_CST);
	if (likely(!__atomic_load_n(&inode->executing, __ATOMIC_SEQ_CST)))
		return 0;
	inode_write_end(inode);
	return -ETXTBSY;
}

/* 0 or -EACCES: mode bits against fsuid, fsgid, groups and CAP_DAC_*. */
int inode_ask_permission(struct inode *inode, unsigned may, const struct cred *cred) must_check;
static inline must_check int inode_permission(struct inode *inode, unsigned may,
					      const struct cred *cred)
{
	/* Mostly it is the owner, who may. */
	if (likely(!inode->ops->permission && !inode->rdev && cred->fsuid == inode->uid &&
		   (READ_ONCE(inode->mode) >> 6 & may) == may))
		return 0;
	return inode_ask_permission(inode, may, cred);
}
/* The same whatever ops->permission says; any context. */
int inode_permission_generic(struct inode *inode, unsigned may, const struct cred *cred) must_check;
bool inode_is_owner(const struct inode *inode, const struct cred *cred); /* or CAP_FOWNER */
/* A new one in dir: its mode, and the group of a set-group-id directory. */
void inode_inherit(struct inode *inode, const struct inode *dir, const struct cred *cred);
u32 inode_mode_without_set_id(const struct inode *inode); /* as a write leaves it */
/* chmod, chown, utimes, truncate: rights checked (EPERM), set-id bits dropped.  Locks the inode. */
int inode_setattr(struct inode *inode, const struct setattr *a, const struct cred *cred) must_check;
/* For ops->setattr: does what was asked for, but for the size.  The inode is locked. */
int inode_setattr_generic(struct inode *inode, const struct setattr *a, const struct cred *cred);
void inode_touch(struct inode *inode,
		 u32 which);	/* ATTR_ATIME, _MTIME (ctime with it), _CTIME: now */
struct timespec time_now(void); /* CLOCK_REALTIME */
u64 time_boot(void);		/* CLOCK_REALTIME at clock_now() == 0, in ns */
u64 inode_next_number(void);
