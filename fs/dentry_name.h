/*
 * dentry_name.h - names as directories compare them.
 *
 * A name is read by words of eight bytes: one word, masked, tells where it ends, is what is hashed,
 * and for a name of up to eight bytes all that is compared.
 */
#pragma once
#include "kernel/lib/types.h"
#include "kernel/mem/page.h"

struct dentry_name {
	const char *text; /* not terminated */
	size_t len;
	u64 first; /* up to eight bytes of it, zeros behind */
	u32 hash;
};

#define NAME_ONES    0x0101010101010101ul
#define NAME_HIGHS   0x8080808080808080ul
#define NAME_SLASHES 0x2f2f2f2f2f2f2f2ful

/* The bytes at `text` up to a NUL or to the eighth. */
u64 dentry_name_bytes(const char *text, size_t limit);

/* Eight bytes at `text`; behind the NUL, anything. */
static inline u64 dentry_name_word(const char *text)
{
	u64 word;

	/* What lies behind the text in its page may be read, but there may be no next page. */
	if (unlikely(((u64)text & (PAGE_SIZE - 1)) > PAGE_SIZE - sizeof(word)))
		return dentry_name_bytes(text, sizeof(word));
	__builtin_memcpy(&word, text, sizeof(word));
	return word;
}

/* The upper half of what comes of all words is the hash. */
static inline u64 dentry_name_step(u64 hash, u64 word)
{
	return (hash ^ word) * 0x9e3779b97f4a7c15ul;
}

/* The bytes at `text` before a slash or a NUL, and where in the word that is: the lowest bit of
 *ends; above it there may be false ones. */
static always_inline u64 dentry_name_part(const char *text, u64 *ends)
{
	u64 word = dentry_name_word(text), slashes = word ^ NAME_SLASHES;

	/* A slash has no high bit, so bytes have theirs in both. */
	*ends = ((word - NAME_ONES) | (slashes - NAME_ONES)) & ~word & NAME_HIGHS;
	return likely(*ends) ? word & (*ends ^ (*ends - 1)) >> 8 : word;
}

/* The name at the start of `text`, which ends at a slash or a NUL. */
static always_inline void dentry_name_scan(struct dentry_name *n, const char *text)
{
	const char *p = text;
	u64 hash, ends;

	n->text = text;
	n->first = dentry_name_part(p, &ends);
	hash = dentry_name_step(0, n->first);
	while (unlikely(!ends)) {
		p += sizeof(n->first);
		hash = dentry_name_step(hash, dentry_name_part(p, &ends));
	}
	n->len = (size_t)(p - text) + (u32)__builtin_ctzl(ends) / 8u;
	n->hash = (u32)(hash >> 32);
}

/* A name of a given length. */
void dentry_name_init(struct dentry_name *n, const char *text, size_t len);

static inline bool dentry_name_is_dots(const struct dentry_name *n)
{
	return n->first == '.' || n->first == ('.' | '.' << 8);
}
