/*
 * walk_cache.h - where paths led that were walked before; for this folder only.
 *
 * See walk_cache.c for what is kept, and when it is forgotten.  All of it is guarded by
 * dentry_lock.
 */
#pragma once
#include "fs/path.h"

#define WALK_CACHE_BITS	 7
#define WALK_CACHE_WORDS 6 /* of eight bytes: up to 47 characters */

struct walk_entry {
	u64 text[WALK_CACHE_WORDS]; /* zeros up to the end of the word that its NUL is in */
	struct path start, end;	    /* no references */
	u32 age;		    /* walk_cache_age, or this entry is not in use */
	u32 missed;		    /* hash of the text that was looked for here in vain */
};

extern struct walk_entry walk_cache[1 << WALK_CACHE_BITS]; /* [d] */
extern u32 walk_cache_age;				   /* [d] */

/* How long a text is, by words. */
struct walk_text {
	size_t last_at; /* offset of the last word */
	u64 last;	/* zeros behind the text */
	u32 hash;	/* with the start */
};

/* False: paths of one word are not kept, nor those of more than an entry holds. */
static always_inline bool walk_text_scan(struct walk_text *t, const char *text,
					 const struct path *start)
{
	u64 hash = (u64)start->mount + (u64)start->dentry, word, ends;
	size_t at;

	/* What lies behind the text in its page may be read, but there may be no next page. */
	if (unlikely(((u64)text & (PAGE_SIZE - 1)) > PAGE_SIZE - sizeof(walk_cache->text)))
		return false;
	for (at = 0; at < sizeof(walk_cache->text); at += sizeof(word)) {
		__builtin_memcpy(&word, text + at, sizeof(word));
		ends = (word - NAME_ONES) & NAME_HIGHS;
		if (unlikely(ends)) {
			ends &= ~word; /* what is no ASCII is no end */
			if (ends)
				goto end;
		}
		hash = dentry_name_step(hash, word);
	}
	return false;
end:
	if (!at)
		return false;
	t->last_at = at;
	t->last = word & (ends ^ (ends - 1)) >> 8;
	t->hash = (u32)(dentry_name_step(hash, t->last) >> 32);
	return true;
}

static always_inline struct walk_entry *walk_cache_slot(u32 hash)
{
	struct walk_entry *e = &walk_cache[hash >> (32 - WALK_CACHE_BITS)];

	compiler_hide(e); /* or its address is computed again for each field */
	return e;
}

/* Eight bytes of a text. */
static always_inline u64 walk_word(const void *text, size_t at)
{
	u64 word;

	__builtin_memcpy(&word, (const char *)text + at, sizeof(word));
	return word;
}

static always_inline bool walk_entry_is(const struct walk_entry *e, const char *text,
					struct walk_text t, const struct path *start)
{
	if (e->age != walk_cache_age || e->start.dentry != start->dentry ||
	    e->start.mount != start->mount || walk_word(e->text, t.last_at) != t.last)
		return false;
	for (size_t at = t.last_at; at; at -= sizeof(u64))
		if (walk_word(e->text, at - sizeof(u64)) != walk_word(text, at - sizeof(u64)))
			return false;
	return true;
}

/* Of two misses of a text, with no other one between, the second is to be remembered. */
static always_inline bool walk_entry_wants(struct walk_entry *e, u32 hash)
{
	if (unlikely(e->missed == hash))
		return true;
	e->missed = hash;
	return false;
}

/* A walk that is the same for everybody, which held dentry_lock all the time, has led from start
   to end.  e: the slot of its text. */
void walk_cache_add(struct walk_entry *e, const char *text, const struct path *start,
		    const struct path *end);

/* All that is known becomes unknown. */
void walk_cache_flush_locked(void) must_hold(&dentry_lock);

void walk_cache_forget_known(struct dentry *d);
/* d loses its name, or gets another, or its memory goes: what depends on it is forgotten. */
static always_inline void walk_cache_forget_locked(struct dentry *d)
{
	if (unlikely(d->walked))
		walk_cache_forget_known(d);
}
