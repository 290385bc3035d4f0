/*
 * slab.h - objects of one size, and kmalloc for everything else.
 *
 * Each CPU keeps a stock ("magazine") of free objects per cache, so an allocation is a few
 * instructions.  A debug build poisons freed objects and lets them rest, puts red zones around live
 * ones and counts what is allocated.  Any context; never sleeps; NULL when there is no memory.
 */
#pragma once
#include "kernel/lib/list.h"
#include "kernel/lib/types.h"

struct slab_cache;

/* At boot; panics on failure.  align: 0 for 16. */
struct slab_cache *slab_create(const char *name, size_t size, size_t align);
must_check void *slab_alloc(struct slab_cache *c);
must_check void *slab_zalloc(struct slab_cache *c);
void slab_free(struct slab_cache *c, void *object);

/* Sizes up to 4 MiB; aligned to 16, from a page on to pages. */
must_check void *kmalloc(size_t size);
must_check void *kzalloc(size_t size);
must_check void *kmalloc_array(size_t n, size_t size); /* NULL on overflow too */
void kfree(void *p);				       /* NULL is fine */
must_check char *kstrdup(const char *s);

u64 slab_count(struct slab_cache *c); /* objects in use; others come and go meanwhile */
void slab_init(void);
void slab_drain(void); /* this CPU gives its magazines back.  Interrupts off. */

struct text;
void slab_show(struct text *out); /* /proc/slabinfo */
#ifdef DEBUG
/* Panics if somebody has written into an object of this CPU's stocks.  Interrupts off. */
void slab_examine(void *unused);
/* Calls fn for each cache with its name and how many of its objects are alive. */
void slab_count_alive(void (*fn)(const char *name, u64 alive, void *arg), void *arg);
#endif
u64 slab_pages(void);	  /* pages held by caches */
u64 slab_allocated(void); /* objects and kmalloc blocks alive, for leak checks */
