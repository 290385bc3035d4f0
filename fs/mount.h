/*
 * mount.h - which file system sits on which directory.
 *
 * A mount that is part of the tree holds one reference to itself; one that has been detached lives
 * until the last open file, working directory or walk in it has gone.
 *
 *   [m] mount_lock (a mutex) and dentry_lock to change, either to read    [a] atomic
 */
#pragma once
#include "fs/namespace.h"
#include "fs/super.h"
#include "kernel/sched/mutex.h"

struct inode;

#define MS_RDONLY      1ul
#define MS_NOSUID      2ul
#define MS_NODEV       4ul
#define MS_NOEXEC      8ul
#define MS_SYNCHRONOUS 16ul
#define MS_REMOUNT     32ul
#define MS_MANDLOCK    64ul
#define MS_DIRSYNC     128ul
#define MS_NOATIME     1024ul
#define MS_NODIRATIME  2048ul
#define MS_BIND	       4096ul
#define MS_MOVE	       8192ul
#define MS_REC	       16384ul
#define MS_SILENT      32768ul
#define MS_UNBINDABLE  (1ul << 17)
#define MS_PRIVATE     (1ul << 18)
#define MS_SLAVE       (1ul << 19)
#define MS_SHARED      (1ul << 20)
#define MS_RELATIME    (1ul << 21)
#define MS_STRICTATIME (1ul << 24)
#define MS_LAZYTIME    (1ul << 25)
#define MNT_FORCE      1
#define MNT_DETACH     2

#define MOUNTS_MAX 100000 /* in a namespace, as fs.mount-max of Linux */

struct fs_context;
struct path;

struct mount {
	struct refcount refs;	    /* open files, cwds, walks */
	struct super *super;	    /* [I] a reference, counted in super->mounts */
	struct dentry *root;	    /* [I] not the super's root for a bind mount */
	struct mount *parent;	    /* [m] NULL: the first, or detached */
	struct dentry *point;	    /* [m] where in the parent */
	struct mount_namespace *ns; /* [m] NULL: detached */
	struct list in_ns;	    /* [m] oldest first: the order of /proc/mounts */
	struct list children;	    /* [m] */
	struct list sibling;	    /* [m] */
	struct list in_point;	    /* [m] of all whose points have the same hash */
	struct list in_fleeting;    /* [m] of all whose point may end: fleeting names */
	u32 writers;		    /* [a] files open for writing */
	unsigned long flags;	    /* [m] MS_RDONLY, NOSUID, NODEV, NOEXEC, *ATIME */
	u32 id;			    /* [I] for mountinfo */
	char *source;		    /* [I] "none" ... */
	struct mount *copy;	    /* [m] while a tree is being copied: its copy */
};

/* The set of mounts that a process sees. */
struct mount_namespace {
	struct namespace base; /* first */
	struct mount *root;    /* [m] */
	struct list mounts;    /* [m] struct mount.in_ns */
	u32 event;	       /* [m; poll of /proc/mounts reads it] changes */
	u32 count;	       /* [m] */
};

extern struct mutex mount_lock;
extern struct waitq mount_changes; /* woken whenever any namespace's `event` grows */

void mount_init(void); /* boot */
static inline void mount_get(struct mount *m)
{
	refcount_get(&m->refs);
}
void mount_free(struct mount *m);	      /* its last reference has gone */
static inline void mount_put(struct mount *m) /* may sleep; no inode locked */
{
	if (unlikely(refcount_put(&m->refs)))
		mount_free(m);
}

/* A mount outside of any namespace, one reference.  Takes over the super.  NULL: no memory. */
struct mount *mount_create(struct super *super, struct dentry *root, const char *source,
			   unsigned long flags);

/* May files there be changed?  0, -EROFS. */
static inline must_check int mount_want_write(const struct mount *m)
{
	return READ_ONCE(m->flags) & MS_RDONLY || READ_ONCE(m->super->readonly) ? -EROFS : 0;
}
/* An inode of m was read: noatime and relatime considered. */
void mount_touch_atime(const struct mount *m, struct inode *inode);
struct mount_namespace *mount_namespace_create(struct super *root_super, const char *source);
/* A copy of all mounts, for a task whose view is fs, which nobody else uses: its root and working
   directory move to the copies.  NULL: no memory. */
struct mount_namespace *mount_namespace_copy(struct mount_namespace *from, struct fs_context *fs);
/* What somebody who comes into ns sees as "/", with references. */
void mount_namespace_root(struct mount_namespace *ns, struct path *out);

static inline void mount_namespace_get(struct mount_namespace *ns)
{
	namespace_get(&ns->base);
}
static inline void mount_namespace_put(struct mount_namespace *ns)
{
	namespace_put(&ns->base); /* may sleep */
}

/* mount(2) after the rights have been checked.  flags MS_*.  Linux's errnos. */
int mount_add(struct path *at, const char *source, const char *type, unsigned long flags,
	      const char *options, const struct cred *cred) must_check;
int mount_bind(struct path *from, struct path *at, unsigned long flags) must_check;
int mount_remount(struct path *at, unsigned long flags, const char *options) must_check;
int mount_move(struct path *from, struct path *to) must_check;
/* pivot_root(2): new_root's mount comes where root's is, and that upon put_old. */
int mount_pivot(const struct path *root, const struct path *new_root,
		struct path *put_old) must_check;
/* umount2(2): -EBUSY, -EINVAL.  What the caller has as its root only becomes read-only. */
int mount_remove(struct path *at, const struct mount *root, int flags) must_check;

/* A name about a task (/proc/PID) goes with the task, and what is mounted on it with the name.
   Noted by who lets such a name end, under whatever spinlock; then, unlocked, dropped by the same
   or by somebody else: once mount_drop_ended returns, what was noted before has gone. */
extern u32 mount_ended, mount_dropped; /* [a] noted; [m] how many of them have gone */
static inline void mount_note_ended(void)
{
	__atomic_fetch_add(&mount_ended, 1, __ATOMIC_RELEASE);
}
void mount_drop_all_ended(void); /* may sleep */
static inline void mount_drop_ended(void)
{
	if (unlikely(READ_ONCE(mount_ended) != READ_ONCE(mount_dropped)))
		mount_drop_all_ended();
}

/* Is something mounted on d where `root` is? */
bool mount_is_seen_on(const struct dentry *d, const struct mount *root);
/* d has been removed: what is mounted on it elsewhere goes.  May sleep; no inode locked. */
void mount_drop_all_on(const struct dentry *d);

/* Steps onto whatever is mounted on *p (repeatedly); swaps references. */
void mount_cross(struct path *p);

struct text;
void mount_show(struct mount_namespace *ns, const struct path *root,
		struct text *out); /* /proc/PID/mounts */
void mount_show_info(struct mount_namespace *ns, const struct path *root,
		     struct text *out); /* mountinfo */
void mount_show_stats(struct mount_namespace *ns, const struct path *root,
		      struct text *out); /* mountstats */
