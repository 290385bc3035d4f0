/*
 * radix.c - a map from u64 to pointers, as a tree of 64-way tables.
 *
 * A tree of height h holds the indices below 64^h; at height 0 the root is the value of index 0
 * itself.  Each table has a bit for each slot that is taken, so searching looks at words and not at
 * slots.  No table is ever empty: clearing the last slot frees it, and a root table of which only
 * slot 0 is left gives way to what is in that slot.
 *
 * radix_set counts the tables it lacks, gets them all, and only then changes the tree: a failure
 * leaves it as it was.
 */
#include "kernel/mem/radix.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/mem/slab.h"

#define SLOT_BITS  6
#define HEIGHT_MAX 11 /* 11 * 6 bits: all of a u64 */

struct table {
	u64 taken;
	void *slot[64];
};

static struct slab_cache *tables;

void radix_init(void)
{
	tables = slab_create("radix_table", sizeof(struct table), 8);
}

static unsigned slot_of(u64 index, unsigned level)
{
	return (unsigned)(index >> (SLOT_BITS * level)) & 63;
}

/* Levels needed for an index. */
static unsigned height_for(u64 index)
{
	return index ? (unsigned)bits_last(index) / SLOT_BITS + 1 : 0;
}

static void table_put(struct table *t, unsigned slot, void *what)
{
	t->slot[slot] = what;
	t->taken |= BIT(slot);
}

void *radix_get(const struct radix *r, u64 index)
{
	void *at = r->root;

	if (height_for(index) > r->height)
		return NULL;
	for (unsigned level = r->height; level-- > 0 && at;)
		at = ((struct table *)at)->slot[slot_of(index, level)];
	return at;
}

/* Tables missing on the way to an index when the tree is `height` high. */
static unsigned count_missing(const struct radix *r, u64 index, unsigned height)
{
	const void *at = r->root;

	if (!at)
		return height;
	if (height > r->height) /* new tables above, and below the topmost a way of its own */
		return (height - r->height) + (height - 1);
	for (unsigned level = height; level-- > 0;) {
		at = ((const struct table *)at)->slot[slot_of(index, level)];
		if (!at)
			return level;
	}
	return 0;
}

static struct table *pool_take(struct table **pool)
{
	struct table *t = *pool;

	*pool = t->slot[0];
	t->slot[0] = NULL;
	return t;
}

/* n tables, chained through their first slot. */
static int pool_fill(struct table **pool, unsigned n)
{
	while (n--) {
		struct table *t = slab_zalloc(tables);

		if (!t) {
			while (*pool)
				slab_free(tables, pool_take(pool));
			return -ENOMEM;
		}
		t->slot[0] = *pool;
		*pool = t;
	}
	return 0;
}

int radix_set(struct radix *r, u64 index, void *value)
{
	unsigned height = max(height_for(index), r->height);
	struct table *pool = NULL, *t;
	void **at = &r->root;

	if (pool_fill(&pool, count_missing(r, index, height)))
		return -ENOMEM;
	if (!r->root)
		r->height = height;
	for (; r->height < height; r->height++) {
		t = pool_take(&pool);
		table_put(t, 0, r->root);
		r->root = t;
	}
	for (unsigned level = height; level-- > 0;) {
		if (!*at)
			*at = pool_take(&pool);
		t = *at;
		t->taken |= BIT(slot_of(index, level));
		at = &t->slot[slot_of(index, level)];
	}
	*at = value;
	return 0;
}

/* Takes away root tables that lead to slot 0 only. */
static void lower_root(struct radix *r)
{
	while (r->height) {
		struct table *t = r->root;

		if (t && t->taken != 1)
			return;
		r->root = t ? t->slot[0] : NULL;
		r->height = t ? r->height - 1 : 0;
		if (t)
			slab_free(tables, t);
	}
}

void *radix_clear(struct radix *r, u64 index)
{
	struct table *way[HEIGHT_MAX];
	void *value = r->root;
	unsigned level;

	if (height_for(index) > r->height)
		return NULL;
	for (level = r->height; level-- > 0;) {
		if (!value)
			return NULL;
		way[level] = value;
		value = way[level]->slot[slot_of(index, level)];
	}
	if (!value)
		return NULL;
	for (level = 0; level < r->height; level++) {
		unsigned slot = slot_of(index, level);

		way[level]->slot[slot] = NULL;
		way[level]->taken &= ~BIT(slot);
		if (way[level]->taken)
			break;
		slab_free(tables, way[level]);
	}
	if (level == r->height)
		r->root = NULL;
	lower_root(r);
	return value;
}

/* True when the tree of that height has no place for the index. */
static bool beyond(u64 index, unsigned height)
{
	return height_for(index) > height;
}

void *radix_next(const struct radix *r, u64 *index)
{
	u64 i = *index;

	while (r->root && !beyond(i, r->height)) {
		void *at = r->root;
		unsigned level;

		for (level = r->height; level-- > 0;) {
			const struct table *t = at;
			u64 rest = t->taken >> slot_of(i, level);
			u64 step = 1ul << (SLOT_BITS * level);

			if (!rest)
				break;
			if (!(rest & 1))
				i = (i & -step) + (u64)bits_first(rest) * step;
			at = t->slot[slot_of(i, level)];
		}
		if (level == -1u) {
			*index = i;
			return at;
		}
		/* Nothing more in this table: on with the first index behind it. */
		i = SLOT_BITS * (level + 1) < 64
			    ? ((i >> (SLOT_BITS * (level + 1))) + 1) << (SLOT_BITS * (level + 1))
			    : 0;
		if (!i)
			return NULL;
	}
	return NULL;
}

u64 radix_first_free(const struct radix *r, u64 from, u64 limit)
{
	for (u64 i = from; i < limit;) {
		const void *at = r->root;
		u64 free;

		if (beyond(i, r->height) || !at)
			return i;
		if (r->height == 0)
			return i + 1; /* only index 0 is taken */
		for (unsigned level = r->height; level-- > 1 && at;)
			at = ((const struct table *)at)->slot[slot_of(i, level)];
		if (!at)
			return i;
		free = ~((const struct table *)at)->taken >> (i & 63);
		if (free)
			return min(i + (u64)bits_first(free), limit);
		i = (i | 63) + 1;
		if (!i)
			break;
	}
	return limit;
}

void radix_destroy(struct radix *r)
{
	struct table *way[HEIGHT_MAX] = {};
	unsigned level;

	if (!r->height || !r->root) {
		*r = (struct radix){};
		return;
	}
	level = r->height - 1;
	way[level] = r->root;
	for (;;) {
		struct table *t = way[level];

		if (level > 0 && t->taken) {
			unsigned slot = (unsigned)bits_first(t->taken);

			t->taken &= t->taken - 1;
			way[--level] = t->slot[slot];
			continue;
		}
		slab_free(tables, t);
		if (++level == r->height)
			break;
	}
	*r = (struct radix){};
}

static u64 tables_below(const struct table *t, unsigned height)
{
	u64 n = 1;

	for (unsigned i = 0; i < 64 && height > 1; i++)
		if (t->slot[i])
			n += tables_below(t->slot[i], height - 1);
	return n;
}

u64 radix_tables(const struct radix *r)
{
	return r->height ? tables_below(r->root, r->height) : 0;
}
