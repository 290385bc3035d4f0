/*
 * slab.c - objects of one size.
 *
 * A slab is a block of pages cut into objects.  Its free objects form a chain that begins in the
 * struct page; slabs with free objects are in the cache's list of partial slabs, full ones in none.
 * Each CPU has a magazine, a chain of its own, which it fills with all that one slab has free and
 * empties by the batch.  So an allocation is a pop, a release a push, both with interrupts off.
 *
 * Every page of a slab carries PAGE_SLAB and, in `mapping`, its cache: kfree() needs no more than
 * an address.  `index` of the first page holds the offset of the first free object and, in its low
 * 16 bits, how many there are.
 *
 * Locking: magazines belong to their CPU with interrupts off; the cache's lock guards its slabs.
 */
#include "kernel/mem/slab.h"

#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/radix.h"
#include "kernel/mem/slab_cache.h"

#define ORDER_MAX   3
#define LIMIT_BYTES 8192 /* a magazine holds about as much */

static struct list caches = LIST_INIT(caches); /* [caches_lock] */
static struct spinlock caches_lock = SPINLOCK_INIT(RANK_LEAF);

static u64 slab_free_count(const struct page *slab)
{
	return slab->index & 0xffff;
}

static void *slab_first(const struct page *slab)
{
	return (char *)page_virt(slab) + (slab->index >> 16);
}

static void slab_set(struct page *slab, void *first, u64 count)
{
	slab->index = (u64)((char *)first - (char *)page_virt(slab)) << 16 | count;
}

/* The first page of the slab that an object lies in; blocks are aligned to their size. */
static struct page *slab_of(const struct slab_cache *c, const void *object)
{
	return page_of_virt((void *)((u64)object & -(PAGE_SIZE << c->order)));
}

/* A new slab with all of its objects chained in ascending order. */
static struct page *slab_make(struct slab_cache *c)
{
	struct page *slab = page_alloc(c->order, PAGE_INNER);
	char *object, *last;

	if (!slab)
		return NULL;
	for (u64 i = 0; i < 1ul << c->order; i++) {
		slab[i].flags = PAGE_SLAB;
		slab[i].mapping = (struct mapping *)c;
	}
	object = page_virt(slab);
	last = object + (u64)(c->per_slab - 1) * c->stride;
	slab_set(slab, object, c->per_slab);
	for (; object < last; object += c->stride) {
		slab_debug_fresh(c, object);
		*link_of(c, object) = object + c->stride;
	}
	slab_debug_fresh(c, last);
	*link_of(c, last) = NULL;
	c->slabs++;
	c->free += c->per_slab;
	return slab;
}

static void slab_break(struct slab_cache *c, struct page *slab)
{
	for (u64 i = 0; i < 1ul << c->order; i++) {
		slab[i].flags = 0;
		slab[i].mapping = NULL;
	}
	c->slabs--;
	c->free -= c->per_slab;
	page_free(slab);
}

/* Moves all free objects of one slab into the empty magazine.  Interrupts off. */
static noinline void *magazine_fill(struct slab_cache *c, struct magazine *m)
{
	struct page *slab;

	spin_lock(&c->lock);
	if (!list_empty(&c->partial)) {
		slab = list_first(&c->partial, struct page, list);
		list_del(&slab->list);
	} else if (c->empty) {
		slab = c->empty;
		c->empty = NULL;
	} else {
		slab = slab_make(c);
	}
	if (slab) {
		m->first = slab_first(slab);
		m->room = (s64)c->limit - (s64)slab_free_count(slab);
		c->free -= slab_free_count(slab);
		slab->index = 0;
	}
	spin_unlock(&c->lock);
	return m->first;
}

/* Puts an object back into its slab. */
static void slab_take_back(struct slab_cache *c, void *object)
{
	struct page *slab = slab_of(c, object);
	u64 count = slab_free_count(slab);

	*link_of(c, object) = count ? slab_first(slab) : NULL;
	slab_set(slab, object, count + 1);
	c->free++;
	if (count == 0 && c->per_slab > 1) {
		list_add_tail(&slab->list, &c->partial);
	} else if (count + 1 == c->per_slab) {
		if (c->per_slab > 1)
			list_del(&slab->list);
		if (c->empty)
			slab_break(c, slab);
		else
			c->empty = slab;
	}
}

/* Interrupts off. */
static void magazine_drain(struct slab_cache *c, struct magazine *m)
{
	spin_lock(&c->lock);
	for (u32 n = c->batch; n && m->first; n--) {
		void *object = m->first;

		m->first = *link_of(c, object);
		m->room++;
		slab_take_back(c, object);
	}
	spin_unlock(&c->lock);
}

static always_inline void take(struct slab_cache *c, struct magazine *m, void *object, u64 ip)
{
	m->first = *link_of(c, object);
	m->room++;
	slab_debug_alloc(c, object, ip);
}

static always_inline struct magazine *magazine_here(struct slab_cache *c)
{
	return &c->magazine[cpu_index()];
}

/* The magazine is empty, or memory is to fail. */
static noinline void *alloc_slow(struct slab_cache *c, u64 ip)
{
	struct magazine *m;
	void *object;

	if (alloc_may_fail())
		return NULL;
	irq_disable();
	m = magazine_here(c);
	object = m->first ?: magazine_fill(c, m);
	if (likely(object))
		take(c, m, object, ip);
	irq_restore();
	return object;
}

static always_inline void *alloc_from(struct slab_cache *c, u64 ip)
{
	struct magazine *m;
	void *object;

	if (unlikely(mem_fail_hook))
		return alloc_slow(c, ip);
	irq_disable();
	m = magazine_here(c);
	object = m->first;
	if (likely(object))
		take(c, m, object, ip);
	irq_restore();
	return likely(object) ? object : alloc_slow(c, ip);
}

void *slab_alloc(struct slab_cache *c)
{
	return alloc_from(c, CALLER_IP);
}

void *slab_zalloc(struct slab_cache *c)
{
	void *object = alloc_from(c, CALLER_IP);

	if (likely(object))
		memset(object, 0, c->size);
	return object;
}

/* Interrupts off; turns them on. */
static noinline void free_beyond(struct slab_cache *c, struct magazine *m)
{
	magazine_drain(c, m);
	irq_restore();
}

/* False: it has more than it may keep now. */
static always_inline bool put(struct slab_cache *c, struct magazine *m, void *object)
{
	*link_of(c, object) = m->first;
	m->first = object;
	return likely(--m->room >= 0);
}

void slab_free(struct slab_cache *c, void *object)
{
	struct magazine *m;

	irq_disable();
	slab_debug_free(c, object, CALLER_IP);
	m = magazine_here(c);
	if (slab_debug_rest(c, m, &object, CALLER_IP) && !put(c, m, object))
		return free_beyond(c, m);
	irq_restore();
}

static void cache_drain(struct slab_cache *c)
{
	struct magazine *m = magazine_here(c);
	void *object;

	while ((object = slab_debug_rested(c, m, CALLER_IP)))
		(void)put(c, m, object);
	while (m->first)
		magazine_drain(c, m);
}

void slab_drain(void)
{
	struct slab_cache *c;

	list_for_each (c, &caches, all)
		cache_drain(c);
}

/* The smallest slab that wastes no more than an eighth of itself. */
static u32 order_for(u32 stride)
{
	u32 order = 0;

	while (order < ORDER_MAX && ((PAGE_SIZE << order) < stride ||
				     (PAGE_SIZE << order) % stride > (PAGE_SIZE << order) / 8))
		order++;
	return order;
}

void cache_init(struct slab_cache *c, const char *name, size_t size, size_t align)
{
	align = max(align, (size_t)16);
	size = max(size, sizeof(void *));
	bug_if(align & (align - 1) || align > PAGE_SIZE || size > (PAGE_SIZE << ORDER_MAX) - 64);
	*c = (struct slab_cache){ .name = name, .size = (u32)size };
	c->stride = (u32)align_up(align_up(size, 8) + TRAILER_SIZE, align);
	c->order = order_for(c->stride);
	c->per_slab = (u32)((PAGE_SIZE << c->order) / c->stride);
	c->limit = max(min((u32)LIMIT_BYTES / c->stride, 256u), 4u);
	c->batch = min(c->limit / 2, 32u);
	for (int cpu = 0; cpu < NCPU; cpu++)
		c->magazine[cpu].room = c->limit;
	spin_init(&c->lock, RANK_SLAB);
	list_init(&c->partial);
	spin_lock(&caches_lock);
	list_add_tail(&c->all, &caches);
	spin_unlock(&caches_lock);
}

struct slab_cache *slab_create(const char *name, size_t size, size_t align)
{
	struct slab_cache *c = kmalloc(sizeof(*c));

	if (!c)
		panic("no memory for the cache of %s", name);
	cache_init(c, name, size, align);
	return c;
}

/* Objects in use and objects in all.  What other CPUs do meanwhile may be missed. */
static u64 cache_count(const struct slab_cache *c, u64 *total)
{
	u64 free = READ_ONCE(c->free);

	*total = READ_ONCE(c->slabs) * c->per_slab;
	for (int cpu = 0; cpu < cpu_count(); cpu++)
		free += (u64)((s64)c->limit - READ_ONCE(c->magazine[cpu].room)) +
			slab_debug_rests(&c->magazine[cpu]);
	return *total > free ? *total - free : 0;
}

void slab_show(struct text *out)
{
	struct slab_cache *c;

	text_string(out, "slabinfo - version: 2.1\n"
			 "# name            <active_objs> <num_objs> <objsize> <objperslab> "
			 "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : "
			 "slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	list_for_each (c, &caches, all) {
		u64 total, used = cache_count(c, &total), slabs = READ_ONCE(c->slabs);

		text_printf(out,
			    "%-17s %6lu %6lu %6u %4u %4lu : tunables %4u %4u %4u : slabdata "
			    "%6lu %6lu %6u\n",
			    c->name, used, total, c->stride, c->per_slab, 1ul << c->order, c->limit,
			    c->batch, 0u, slabs, slabs, 0u);
	}
}

u64 slab_count(struct slab_cache *c)
{
	u64 total;

	return cache_count(c, &total);
}

#ifdef DEBUG
void slab_examine(void *unused)
{
	struct slab_cache *c;

	list_for_each (c, &caches, all)
		slab_debug_stock(c);
}

void slab_count_alive(void (*fn)(const char *name, u64 alive, void *arg), void *arg)
{
	struct slab_cache *c;
	u64 total;

	list_for_each (c, &caches, all)
		fn(c->name, cache_count(c, &total), arg);
	fn("kmalloc-large", kmalloc_large_count(), arg);
}
#endif

u64 slab_pages(void)
{
	struct slab_cache *c;
	u64 pages = 0;

	list_for_each (c, &caches, all)
		pages += READ_ONCE(c->slabs) << c->order;
	return pages;
}

u64 slab_allocated(void)
{
	u64 used = kmalloc_large_count(), total;
	struct slab_cache *c;

	list_for_each (c, &caches, all)
		used += cache_count(c, &total);
	return used;
}

void slab_init(void)
{
	kmalloc_init();
	radix_init();
}
