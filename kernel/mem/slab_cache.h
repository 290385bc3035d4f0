/*
 * slab_cache.h - what slab.c, kmalloc.c and slab_debug.c share.  For kernel/mem only.
 */
#pragma once
#include "arch/cpu.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"

/* A CPU's stock of free objects, chained through their links. */
struct magazine {
	void *first; /* [p] */
	s64 room;    /* [p] how many more it may take; beyond that it gives some back */
#ifdef DEBUG
	void *rests_first, *rests_last; /* [p] freed, and not to be given out yet; oldest first */
	u64 rests_count;		/* [p] */
#endif
};

struct slab_cache {
	struct magazine magazine[NCPU];
	u32 limit;	  /* [I] of a magazine */
	u32 batch;	  /* [I] objects that leave a full magazine at once */
	u32 size;	  /* [I] of an object */
	u32 stride;	  /* [I] from one object to the next */
	u32 order;	  /* [I] pages of a slab */
	u32 per_slab;	  /* [I] */
	const char *name; /* [I] */
	struct list all;  /* [caches_lock] */
	struct spinlock lock;
	struct list partial; /* [l] slabs with free objects, by page->list */
	struct page *empty;  /* [l] one slab without objects in use, kept in reserve */
	u64 slabs;	     /* [l] */
	u64 free;	     /* [l] free objects in slabs, those of magazines not among them */
};

/* Initialises a cache in place; slab_create() for callers that have the memory. */
void cache_init(struct slab_cache *c, const char *name, size_t size, size_t align);

void kmalloc_init(void);
u64 kmalloc_large_count(void); /* blocks of whole pages that kmalloc has given out */

#ifdef DEBUG
/* Behind each object. */
struct trailer {
	u64 red; /* RED_LIVE or RED_FREE */
	void *next;
	u64 ip;	  /* who allocated or freed it */
	u32 used; /* bytes asked for; kmalloc may get more */
	u32 unused;
};

#define TRAILER_SIZE sizeof(struct trailer)

static inline struct trailer *trailer_of(const struct slab_cache *c, const void *object)
{
	return (struct trailer *)((u64)object + align_up((u64)c->size, 8));
}

static inline void **link_of(const struct slab_cache *c, void *object)
{
	return &trailer_of(c, object)->next;
}

void slab_debug_fresh(const struct slab_cache *c, void *object);
void slab_debug_alloc(const struct slab_cache *c, void *object, u64 ip);
void slab_debug_free(const struct slab_cache *c, void *object, u64 ip);
/* *object rests; the one that has rested for longest takes its place.  False: none has for long
   enough. */
bool slab_debug_rest(struct slab_cache *c, struct magazine *m, void **object, u64 ip);
/* The one that has rested for longest, whether that is enough or not; NULL: none rests. */
void *slab_debug_rested(struct slab_cache *c, struct magazine *m, u64 ip);
/* Nobody has written into what is free in this CPU's stock. */
void slab_debug_stock(struct slab_cache *c);
static inline u64 slab_debug_rests(const struct magazine *m)
{
	return READ_ONCE(m->rests_count);
}
void kmalloc_debug(const struct slab_cache *c, void *object, size_t size, u64 ip);
#else
#define TRAILER_SIZE 0

static inline void **link_of(const struct slab_cache *c, void *object)
{
	(void)c;
	return object;
}

static inline void slab_debug_fresh(const struct slab_cache *c, void *object)
{
	(void)c, (void)object;
}

static inline void slab_debug_alloc(const struct slab_cache *c, void *object, u64 ip)
{
	(void)c, (void)object, (void)ip;
}

static inline void slab_debug_free(const struct slab_cache *c, void *object, u64 ip)
{
	(void)c, (void)object, (void)ip;
}

static inline bool slab_debug_rest(struct slab_cache *c, struct magazine *m, void **object, u64 ip)
{
	(void)c, (void)m, (void)object, (void)ip;
	return true;
}

static inline void *slab_debug_rested(struct slab_cache *c, struct magazine *m, u64 ip)
{
	(void)c, (void)m, (void)ip;
	return NULL;
}

static inline u64 slab_debug_rests(const struct magazine *m)
{
	(void)m;
	return 0;
}

static inline void kmalloc_debug(const struct slab_cache *c, void *object, size_t size, u64 ip)
{
	(void)c, (void)object, (void)size, (void)ip;
}
#endif
