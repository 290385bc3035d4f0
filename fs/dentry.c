/*
 * dentry.c - the tree of names.
 *
 * A pinned dentry is in its parent's list of children, in the hash and holds a reference to itself;
 * dentry_remove ends all three.  A dentry with no reference left is therefore in no list, and
 * nobody can find it.
 *
 * Locking: dentry_lock guards names, parents and lists.  Who changes a directory holds the lock of
 * its inode besides, so a name that is looked up under that lock stays as it is.
 */
#include "fs/dentry.h"

#include "fs/super.h"
#include "fs/walk_cache.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/slab.h"

struct spinlock dentry_lock = SPINLOCK_INIT(RANK_DENTRY);

struct list dentry_buckets[1 << DENTRY_HASH_BITS];
static u64 last_cookie = 2; /* [d] 0 to 2 are "." and ".." in readdir */
static struct slab_cache *dentry_cache;

void dentry_init(void)
{
	dentry_cache = slab_create("dentry", sizeof(struct dentry), 0);
	for (size_t i = 0; i < ARRAY_SIZE(dentry_buckets); i++)
		list_init(&dentry_buckets[i]);
}

/* --- names ------------------------------------------------------------------------------------*/

u64 dentry_name_bytes(const char *text, size_t limit)
{
	u64 word = 0;

	for (size_t i = 0; i < limit && text[i]; i++)
		word |= (u64)(u8)text[i] << 8 * i;
	return word;
}

void dentry_name_init(struct dentry_name *n, const char *text, size_t len)
{
	u64 hash = 0, word;
	size_t at = 0;

	n->text = text;
	n->len = len;
	for (;; at += sizeof(word)) {
		word = dentry_name_bytes(text + at, min(len - at, sizeof(word)));
		if (!at)
			n->first = word;
		hash = dentry_name_step(hash, word);
		if (len - at < sizeof(word))
			break;
	}
	n->hash = (u32)(hash >> 32);
}

static void name_of(struct dentry_name *n, const struct dentry *d)
{
	*n = (struct dentry_name){ d->name, d->name_len, dentry_first(d), d->name_hash };
}

/* Into the dentry itself. */
static void name_put_short(struct dentry *d, const char *name, size_t len)
{
	memmove(d->short_name, name, len);
	d->name = d->short_name;
	memset(d->name + len, 0, len < sizeof(u64) ? sizeof(u64) - len : 1);
}

static void name_note(struct dentry *d, const char *name, size_t len)
{
	struct dentry_name n;

	dentry_name_init(&n, name, len);
	d->name_len = (u32)len;
	d->name_hash = n.hash;
}

/* --- birth and death --------------------------------------------------------------------------*/

char *dentry_name_alloc(const char *name, size_t len)
{
	char *copy = kmalloc(len + 1);

	if (copy) {
		memcpy(copy, name, len);
		copy[len] = '\0';
	}
	return copy;
}

static bool is_short(const struct dentry *d)
{
	return d->name == d->short_name;
}

struct dentry *dentry_create(struct dentry *parent, const char *name, size_t len)
{
	struct dentry *d = slab_alloc(dentry_cache);

	if (!d)
		return NULL;
	if (len < sizeof(d->short_name)) {
		name_put_short(d, name, len);
	} else {
		d->name = dentry_name_alloc(name, len);
	}
	if (!d->name) {
		slab_free(dentry_cache, d);
		return NULL;
	}
	refcount_init(&d->refs, 1);
	d->parent = parent ? dentry_get(parent) : d;
	d->inode = NULL;
	d->super = parent ? parent->super : NULL;
	list_init(&d->hash);
	list_init(&d->children);
	list_init(&d->sibling);
	name_note(d, name, len);
	d->mounts = 0;
	d->walked = 0;
	d->cookie = 0;
	d->pinned = d->removed = d->linkable = false;
	d->private = NULL;
	return d;
}

struct dentry *dentry_create_root(struct super *super, struct inode *inode)
{
	struct dentry *d = dentry_create(NULL, "/", 1);

	if (!d)
		return NULL;
	d->super = super;
	d->inode = inode;
	return d;
}

/* A walk has begun in what has no name any more, or never had. */
static noinline void forget(struct dentry *d)
{
	spin_lock(&dentry_lock);
	walk_cache_forget_locked(d);
	spin_unlock(&dentry_lock);
}

void dentry_free(struct dentry *d)
{
	struct dentry *parent;

	do {
		parent = d->parent != d ? d->parent : NULL;
		if (unlikely(d->walked))
			forget(d);
		if (d->inode)
			inode_put(d->inode);
		if (!is_short(d))
			kfree(d->name);
		slab_free(dentry_cache, d);
		d = parent;
	} while (d && refcount_put(&d->refs));
}

/* --- the tree ---------------------------------------------------------------------------------*/

void dentry_attach_unlisted(struct dentry *d, struct inode *inode, struct list *list)
{
	d->inode = inode;
	dentry_get(d);
	spin_lock(&dentry_lock);
	d->pinned = true;
	d->cookie = ++last_cookie;
	list_add_tail(&d->sibling, list);
	list_add(&d->hash, dentry_bucket(d->parent, d->name_hash));
	spin_unlock(&dentry_lock);
}

void dentry_attach(struct dentry *d, struct inode *inode)
{
	dentry_attach_unlisted(d, inode, &d->parent->children);
}

void dentry_attach_temporary(struct dentry *d, struct inode *inode)
{
	d->inode = inode;
}

void dentry_remove(struct dentry *d)
{
	bool pinned;

	spin_lock(&dentry_lock);
	pinned = d->pinned;
	if (pinned) {
		walk_cache_forget_locked(d);
		list_del(&d->hash);
		list_del(&d->sibling);
		d->pinned = false;
		d->removed = true;
	}
	spin_unlock(&dentry_lock);
	if (pinned)
		dentry_put(d);
}

void dentry_remove_below(struct dentry *root)
{
	struct dentry *d;

	for (;;) {
		spin_lock(&dentry_lock);
		for (d = root; !list_empty(&d->children);)
			d = list_first(&d->children, struct dentry, sibling);
		if (d != root)
			dentry_get(d);
		spin_unlock(&dentry_lock);
		if (d == root)
			return;
		dentry_remove(d);
		dentry_put(d);
		sched_relax();
	}
}

/* In the directory that it is in now: a name that was given is as new as one that was made. */
static void make_newest(struct dentry *d)
{
	assert_held(&dentry_lock);
	d->cookie = ++last_cookie;
	list_move_tail(&d->sibling, &d->parent->children);
}

void dentry_move(struct dentry *d, struct dentry *new_parent, const char *name)
{
	size_t len = strlen(name);
	struct dentry *old_parent = NULL;
	char *old_name = NULL;

	if (name == d->name)
		return;
	spin_lock(&dentry_lock);
	walk_cache_forget_locked(d);
	list_del(&d->hash);
	if (!is_short(d))
		old_name = d->name;
	name_note(d, name, len);
	if (len < sizeof(d->short_name))
		name_put_short(d, name, len);
	else
		d->name = (char *)name;
	if (d->parent != new_parent) {
		old_parent = d->parent;
		d->parent = dentry_get(new_parent);
	}
	make_newest(d);
	list_add(&d->hash, dentry_bucket(d->parent, d->name_hash));
	spin_unlock(&dentry_lock);
	kfree(old_name);
	if (old_parent)
		dentry_put(old_parent);
}

#define SWAP(a, b)                         \
	do {                               \
		__typeof__(a) swap_ = (a); \
		(a) = (b);                 \
		(b) = swap_;               \
	} while (0)

void dentry_exchange(struct dentry *a, struct dentry *b)
{
	char *a_name = is_short(a) ? NULL : a->name, *b_name = is_short(b) ? NULL : b->name;

	spin_lock(&dentry_lock);
	walk_cache_forget_locked(a);
	walk_cache_forget_locked(b);
	list_del(&a->hash);
	list_del(&b->hash);
	for (size_t i = 0; i < sizeof(a->short_name); i++)
		SWAP(a->short_name[i], b->short_name[i]);
	a->name = b_name ?: a->short_name;
	b->name = a_name ?: b->short_name;
	SWAP(a->name_hash, b->name_hash);
	SWAP(a->name_len, b->name_len);
	SWAP(a->parent, b->parent); /* with the references */
	make_newest(b);
	make_newest(a);
	list_add(&a->hash, dentry_bucket(a->parent, a->name_hash));
	list_add(&b->hash, dentry_bucket(b->parent, b->name_hash));
	spin_unlock(&dentry_lock);
}

/* --- fleeting ones that are mounted on --------------------------------------------------------*/

bool dentry_is_fleeting(const struct dentry *d)
{
	return !d->pinned && !d->removed && d->parent != d && d->parent->inode->ops->lookup;
}

/* The mount holds the dentry, which holds those above it, as long as they are in the hash. */
void dentry_cover_locked(struct dentry *d)
{
	assert_held(&dentry_lock);
	while (d->mounts++ == 0 && dentry_is_fleeting(d)) {
		list_add(&d->hash, dentry_bucket(d->parent, d->name_hash));
		d = d->parent;
		if (!dentry_is_fleeting(d))
			break;
	}
}

void dentry_uncover_locked(struct dentry *d)
{
	assert_held(&dentry_lock);
	while (--d->mounts == 0 && dentry_is_fleeting(d)) {
		list_del(&d->hash);
		d = d->parent;
		if (!dentry_is_fleeting(d))
			break;
	}
}

/* Puts the covered one in the place of the lowest of *at and those above it that has one; what has
   been replaced comes back with its reference.  NULL: none has. */
static struct dentry *settle_one(struct dentry **at)
{
	struct dentry *d, *same = NULL, **slot = at;
	struct dentry_name name;

	spin_lock(&dentry_lock);
	for (d = *at; dentry_is_fleeting(d) && !d->mounts; slot = &d->parent, d = *slot) {
		name_of(&name, d);
		same = dentry_find_locked(d->parent, &name);
		if (same) {
			*slot = dentry_get(same);
			break;
		}
	}
	spin_unlock(&dentry_lock);
	return same ? d : NULL;
}

void dentry_settle(struct dentry **d)
{
	struct dentry *old;

	while ((old = settle_one(d)))
		dentry_put(old);
}

/* --- looking ----------------------------------------------------------------------------------*/

bool dentry_rest_is_same(const struct dentry *d, const char *text, size_t len)
{
	return memcmp(d->name + sizeof(u64), text + sizeof(u64), len - sizeof(u64)) == 0;
}

struct dentry *dentry_find(struct dentry *parent, const char *text, size_t len)
{
	struct dentry_name name;
	struct dentry *d;

	dentry_name_init(&name, text, len);
	spin_lock(&dentry_lock);
	d = dentry_find_locked(parent, &name);
	if (d)
		dentry_get(d);
	spin_unlock(&dentry_lock);
	return d;
}

bool dentry_has_children(struct dentry *d)
{
	return !list_empty(&d->children);
}

bool dentry_is_below(const struct dentry *d, const struct dentry *ancestor)
{
	spin_lock(&dentry_lock);
	while (d != ancestor && d->parent != d)
		d = d->parent;
	spin_unlock(&dentry_lock);
	return d == ancestor;
}

struct dentry *dentry_next_child(struct dentry *dir, u64 after)
{
	struct dentry *d;

	spin_lock(&dentry_lock);
	list_for_each (d, &dir->children, sibling) {
		if (d->cookie > after) {
			dentry_get(d);
			spin_unlock(&dentry_lock);
			return d;
		}
	}
	spin_unlock(&dentry_lock);
	return NULL;
}

ssize_t dentry_path(struct dentry *d, char *buf, size_t size)
{
	size_t at = size;
	ssize_t error = 0;

	if (size < 2)
		return -ENAMETOOLONG;
	buf[--at] = '\0';
	spin_lock(&dentry_lock);
	if (d->parent == d)
		buf[--at] = '/';
	for (; d->parent != d && !error; d = d->parent) {
		if (at < d->name_len + 1) {
			error = -ENAMETOOLONG;
		} else {
			at -= d->name_len;
			memcpy(buf + at, d->name, d->name_len);
			buf[--at] = '/';
		}
	}
	spin_unlock(&dentry_lock);
	if (error)
		return error;
	memmove(buf, buf + at, size - at);
	return size - at - 1;
}
