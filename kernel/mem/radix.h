/*
 * radix.h - a map from u64 to pointers: page caches, pids, file system tables.
 *
 * The caller provides the locking.  Tables are made on the way down, so radix_set may fail;
 * replacing a value or clearing one never does.  A file of one page costs no table.
 */
#pragma once
#include "kernel/lib/types.h"

struct radix {
	void *root;	 /* the value itself at height 0 */
	unsigned height; /* levels of 64-way tables */
};

void *radix_get(const struct radix *r, u64 index);
must_check int radix_set(struct radix *r, u64 index, void *value); /* -ENOMEM; value not NULL */
void *radix_clear(struct radix *r, u64 index);			   /* returns what was there */

/* First value at or after *index (which becomes its index); NULL when there is none. */
void *radix_next(const struct radix *r, u64 *index);

/* First index in [from, limit) without a value; `limit` when all are taken. */
u64 radix_first_free(const struct radix *r, u64 from, u64 limit);

void radix_destroy(struct radix *r); /* frees the tables, not the values */

u64 radix_tables(const struct radix *r); /* how many it has; walks them all */

void radix_init(void); /* by slab_init() */
