/*
 * refcount.h - a count of references.  It never comes back from zero, nor falls below it: who tries
 * panics.
 */
#pragma once
#include "kernel/lib/types.h"

struct refcount {
	u32 count; /* [a] */
};

/* A reference count was taken from zero or dropped below it: panics. */
noreturn void refcount_broken(const struct refcount *r);

static inline void refcount_init(struct refcount *r, u32 n)
{
	r->count = n;
}

static inline u32 refcount_read(const struct refcount *r)
{
	return __atomic_load_n(&r->count, __ATOMIC_RELAXED);
}

/* The caller holds a reference already. */
static inline void refcount_get(struct refcount *r)
{
	u32 old = __atomic_fetch_add(&r->count, 1, __ATOMIC_RELAXED);

	if (unlikely(old == 0 || (s32)old < 0))
		refcount_broken(r);
}

/* Many at once. */
static inline void refcount_get_many(struct refcount *r, u32 n)
{
	u32 old = __atomic_fetch_add(&r->count, n, __ATOMIC_RELAXED);

	if (unlikely(old == 0 || (s32)(old + n) < 0))
		refcount_broken(r);
}

static inline must_check bool refcount_put_many(struct refcount *r, u32 n)
{
	u32 old = __atomic_fetch_sub(&r->count, n, __ATOMIC_ACQ_REL);

	if (unlikely((s32)(old - n) < 0 || (s32)old < 0))
		refcount_broken(r);
	return old == n;
}

/* For look-ups: false when the object is already on its way out. */
static inline must_check bool refcount_get_unless_zero(struct refcount *r)
{
	u32 old = refcount_read(r);

	while (old)
		if (__atomic_compare_exchange_n(&r->count, &old, old + 1, true, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

/* True for the last one: the caller frees the object.  Pairs with itself: release, then acquire. */
static inline must_check bool refcount_put(struct refcount *r)
{
	u32 old = __atomic_fetch_sub(&r->count, 1, __ATOMIC_ACQ_REL);

	if (unlikely((s32)old <= 0))
		refcount_broken(r);
	return old == 1;
}
