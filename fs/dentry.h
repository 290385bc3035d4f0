/*
 * dentry.h - a name in a directory.
 *
 * Dentries form the tree of names.  A file system that lives in memory (tmpfs, sysfs, containerfs)
 * has no other directories than these: dentry_attach pins the dentry until dentry_remove.
 * One with lookup (procfs) gets a fresh dentry for each name and it goes with its last user: it is
 * fleeting.  One that is mounted on can be found until nothing is mounted there any more, and so
 * can those above it.
 *
 * A walk holds dentry_lock over all the names that it finds in the tree: a dentry found under it,
 * and the mount that it lies in, stay while the lock is held.
 *
 *   [d] dentry_lock (one spinlock)   [I] immutable   [dir] lock of the parent's inode to change
 */
#pragma once
#include "fs/dentry_name.h"
#include "fs/inode.h"
#include "kernel/lib/list.h"

#define NAME_MAX 255
#define PATH_MAX 4096

struct dentry {
	struct refcount refs;
	struct dentry *parent; /* [d] a reference; itself at a root */
	struct inode *inode;   /* [I] once attached: a reference */
	struct super *super;   /* [I] */
	struct list hash;      /* [d] bucket of (parent, name) */
	struct list children;  /* [d] attached ones, oldest first */
	struct list sibling;   /* [d] or in another list: dentry_attach_unlisted */
	char *name;	       /* [d] NUL-terminated; short_name or kmalloc; zeros up to 8 bytes */
	u32 name_hash;	       /* [d] */
	u32 name_len;	       /* [d] */
	u32 mounts;    /* [d] mounts on it, in whatever namespace; see dentry_cover_locked */
	u32 walked;    /* [d] of walk_cache.c; 0: no walk that is remembered has come by */
	u64 cookie;    /* [d] position for readdir, rising in the order of naming */
	bool pinned;   /* [d] in its parent's list, holds a reference to itself */
	bool removed;  /* [d] unlinked: its path ends in " (deleted)" */
	bool linkable; /* [I] of O_TMPFILE: no name yet, but link(2) may give it one */
	void *private; /* file system's own */
	char short_name[40];
};

extern struct spinlock dentry_lock;

void dentry_init(void); /* boot */

/* A fresh dentry below parent, not visible yet; one reference.  -ENOMEM as NULL.  name has len
 * bytes. */
struct dentry *dentry_create(struct dentry *parent, const char *name, size_t len);
struct dentry *dentry_create_root(struct super *super,
				  struct inode *inode); /* takes over the inode */
static inline struct dentry *dentry_get(struct dentry *d)
{
	refcount_get(&d->refs);
	return d;
}
void dentry_free(struct dentry *d); /* its last reference has gone; it drops that to its parent */
static inline void dentry_put(struct dentry *d) /* may sleep */
{
	if (d && refcount_put(&d->refs))
		dentry_free(d);
}

/* Gives it its inode (takes over the reference) and makes it visible in the directory. */
void dentry_attach(struct dentry *d, struct inode *inode);
/* The same for a lookup's temporary dentry: not visible to readdir nor to the next lookup. */
void dentry_attach_temporary(struct dentry *d, struct inode *inode);
/* The same for a name that walks find and readdir does not; it goes to the end of `list`, which is
   the caller's to guard, until dentry_remove. */
void dentry_attach_unlisted(struct dentry *d, struct inode *inode, struct list *list);
/* Takes it out of its directory; those who hold it keep it.  Parent locked.  Not there: nothing. */
void dentry_remove(struct dentry *d);
/* The new name is the newest of its directory.  Cannot fail: `name` was allocated by the caller
 * through dentry_name_alloc when longer than short_name, and is taken over then.  Both parents
 * locked. */
void dentry_move(struct dentry *d, struct dentry *new_parent, const char *name);
/* They swap places and names: the names of b's directory and of a's get new, in this order. */
void dentry_exchange(struct dentry *a, struct dentry *b);
/* A copy to be kfree'd, or given to dentry_move; NULL: no memory. */
char *dentry_name_alloc(const char *name, size_t len);

#define DENTRY_HASH_BITS 12
extern struct list dentry_buckets[1 << DENTRY_HASH_BITS]; /* [d] */

static inline struct list *dentry_bucket(const struct dentry *parent, u32 hash)
{
	u32 mixed = ((u32)((u64)parent >> 5) ^ hash) * 0x9e3779b1u;

	return &dentry_buckets[mixed >> (32 - DENTRY_HASH_BITS)];
}

static inline u64 dentry_first(const struct dentry *d)
{
	u64 word;

	__builtin_memcpy(&word, d->name, sizeof(word));
	return word;
}

/* Are the names, both of that length, the same behind the first word? */
bool dentry_rest_is_same(const struct dentry *d, const char *text, size_t len);

/* One mount more, or less, on d.  A fleeting one counts those below it besides, and can be found
   while there are any. */
void dentry_cover_locked(struct dentry *d) must_hold(&dentry_lock);
void dentry_uncover_locked(struct dentry *d) must_hold(&dentry_lock);
bool dentry_is_fleeting(const struct dentry *d);
/* *d, or the dentry of the same name that has been covered meanwhile.  Swaps references. */
void dentry_settle(struct dentry **d);

/* The child of that name with a reference, from the tree only; NULL. */
struct dentry *dentry_find(struct dentry *parent, const char *name, size_t len);
/* Is d that child?  dentry_lock held. */
static always_inline bool dentry_is(const struct dentry *d, const struct dentry *parent,
				    const struct dentry_name *n)
{
	if (d->parent != parent || dentry_first(d) != n->first)
		return false;
	if (n->len < sizeof(n->first))
		return true;
	return d->name_len == n->len &&
	       (n->len == sizeof(n->first) || dentry_rest_is_same(d, n->text, n->len));
}

/* The child without a reference. */
static inline struct dentry *dentry_find_locked(struct dentry *parent, const struct dentry_name *n)
{
	struct dentry *d;

	list_for_each (d, dentry_bucket(parent, n->hash), hash)
		if (dentry_is(d, parent, n))
			return d;
	return NULL;
}
bool dentry_has_children(struct dentry *d);
bool dentry_is_below(const struct dentry *d, const struct dentry *ancestor); /* or equal */

/* Removes everything below, leaves first. */
void dentry_remove_below(struct dentry *root);

/* readdir over attached children: the first with cookie > after, with a reference; NULL. */
struct dentry *dentry_next_child(struct dentry *dir, u64 after);

/* Path within its file system ("/a/b"), for containers.  Length, or -ENAMETOOLONG. */
ssize_t dentry_path(struct dentry *d, char *buf, size_t size);
