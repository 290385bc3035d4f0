/*
 * walk_cache.c - where paths led that were walked before.
 *
 * A walk that went straight down, with names that are in the tree and through directories which
 * everybody may search, leads everybody who starts at the same place to the same place, until
 * something on its way changes.  So the text and the two places are kept, and who walks that way
 * again needs a hash and a comparison of the whole text.  A walk that asks who walks is not shared
 * (struct walker): one through a directory that somebody may not search, one with a symbolic link,
 * "..", a name that a file system makes up, or something that may cease to be by itself
 * (ops->valid).
 *
 * An entry depends on
 *   - the directories on its way, the start included: that they keep their names, and let everybody
 *     search them.  They are marked WALKED_ALL: when one goes or moves, all entries are forgotten.
 *     They are, too, when any directory is closed to somebody (chmod);
 *   - the place at its end: it bears the number of the one entry that ends there, so that a file
 *     which goes takes no others with it.  Where two entries end there it is marked as above;
 *   - the mounts: when any is put anywhere, taken away or freed, all entries are forgotten.
 * Entries hold no references: what they point at is forgotten before its memory is.
 *
 * All entries are forgotten by a step of walk_cache_age, which marks bear, too: those of former
 * ages mean nothing.
 *
 * A path gets an entry when it is missed twice, with no other miss in its place between: what is
 * walked once, like a new file's name, displaces nothing.
 *
 * Locking: dentry_lock, over the walk and what is noted of it, and over each change that an entry
 * depends on.
 */
#include "fs/walk_cache.h"

#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"

/* struct dentry.walked: the age, and which entry ends there, counted from 1. */
#define WALKED_BITS 8
#define WALKED_ALL  ((1u << WALKED_BITS) - 1)
#define AGE_LAST    ((1u << (32 - WALKED_BITS)) - 1)

static_assert((1 << WALK_CACHE_BITS) < WALKED_ALL, "the number of an entry fits");

struct walk_entry walk_cache[1 << WALK_CACHE_BITS];
u32 walk_cache_age = 1;

void walk_cache_flush_locked(void)
{
	assert_held(&dentry_lock);
	if (unlikely(walk_cache_age == AGE_LAST)) {
		memset(walk_cache, 0, sizeof(walk_cache));
		walk_cache_age = 0;
	}
	walk_cache_age++;
}

void walk_cache_forget_known(struct dentry *d)
{
	u32 which = d->walked & WALKED_ALL;
	bool current = d->walked >> WALKED_BITS == walk_cache_age;

	assert_held(&dentry_lock);
	d->walked = 0;
	if (current && which == WALKED_ALL)
		walk_cache_flush_locked();
	else if (current && walk_cache[which - 1].end.dentry == d)
		walk_cache[which - 1].age = walk_cache[which - 1].missed = 0;
}

static void mark_all(struct dentry *d)
{
	d->walked = walk_cache_age << WALKED_BITS | WALKED_ALL;
}

/* The end of e, and perhaps of another. */
static void mark_end(struct dentry *d, const struct walk_entry *e)
{
	u32 mark = walk_cache_age << WALKED_BITS | (u32)(e - walk_cache + 1);

	if (d->walked != mark && d->walked >> WALKED_BITS == walk_cache_age)
		mark_all(d);
	else
		d->walked = mark;
}

/* Goes back from the end of a walk to its start, and marks all that lies between.  False: what has
   been moved out of the root of its mount may be walked from there, but not back. */
static bool mark_way(struct path p, const struct path *start)
{
	while (p.dentry != start->dentry || p.mount != start->mount) {
		if (p.dentry == p.mount->root) {
			if (!p.mount->parent)
				return false;
			p = (struct path){ p.mount->parent, p.mount->point };
		} else {
			if (p.dentry->parent == p.dentry)
				return false;
			p.dentry = p.dentry->parent;
		}
		mark_all(p.dentry);
	}
	mark_all(p.dentry);
	return true;
}

void walk_cache_add(struct walk_entry *e, const char *text, const struct path *start,
		    const struct path *end)
{
	struct walk_text t;

	assert_held(&dentry_lock);
	if (!walk_text_scan(&t, text, start) || !mark_way(*end, start))
		return;
	for (size_t at = 0; at < t.last_at; at += sizeof(u64))
		e->text[at / sizeof(u64)] = walk_word(text, at);
	e->text[t.last_at / sizeof(u64)] = t.last;
	e->start = *start;
	e->end = *end;
	e->age = walk_cache_age;
	mark_end(end->dentry, e);
}
