/*
 * refcount.h - a count of references.  It never comes back from zero, nor falls below it: who tries
 * panics.
 *
 * What is stored is one less than the count: so the flags of an increment tell a reference that was
 * taken from nobody, and those of a decrement the last one, without a look at the value.
 */
#pragma once
#include "kernel/lib/types.h"

struct refcount {
	s32 more; /* [a] references less one; -1: none */
};

#define REFCOUNT_INIT(n)      \
	{                     \
		.more = (n)-1 \
	}

/* A reference count was taken from zero or dropped below it: panics. */
noreturn void refcount_broken(const struct refcount *r);

static inline void refcount_init(struct refcount *r, u32 n)
{
	r->more = (s32)n - 1;
}

static inline u32 refcount_read(const struct refcount *r)
{
	return (u32)__atomic_load_n(&r->more, __ATOMIC_RELAXED) + 1;
}

/* The caller holds a reference already. */
static inline void refcount_get(struct refcount *r)
{
	bool good;

	__asm__ volatile("lock incl %0" : "+m"(r->more), "=@ccg"(good));
	if (unlikely(!good))
		refcount_broken(r);
}

/* Many at once. */
static inline void refcount_get_many(struct refcount *r, u32 n)
{
	s32 old = __atomic_fetch_add(&r->more, (s32)n, __ATOMIC_RELAXED);

	if (unlikely(old < 0 || (s32)((u32)old + n) < 0))
		refcount_broken(r);
}

/* The count has gone: nobody else touches it any more, unless there were too few. */
static inline bool refcount_gone(const struct refcount *r)
{
	if (unlikely(__atomic_load_n(&r->more, __ATOMIC_RELAXED) != -1))
		refcount_broken(r);
	return true;
}

/* True for the last ones. */
static inline must_check bool refcount_put_many(struct refcount *r, u32 n)
{
	if (__atomic_sub_fetch(&r->more, (s32)n, __ATOMIC_ACQ_REL) < 0)
		return refcount_gone(r);
	return false;
}

/* For look-ups: false when the object is already on its way out. */
static inline must_check bool refcount_get_unless_zero(struct refcount *r)
{
	s32 old = __atomic_load_n(&r->more, __ATOMIC_RELAXED);

	while (old >= 0)
		if (__atomic_compare_exchange_n(&r->more, &old, old + 1, true, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

/* True for the last one: the caller frees the object.  Pairs with itself: release, then acquire. */
static inline must_check bool refcount_put(struct refcount *r)
{
	if (__atomic_sub_fetch(&r->more, 1, __ATOMIC_ACQ_REL) < 0)
		return refcount_gone(r);
	return false;
}
