/*
 * kmalloc.c - memory of any size: a cache for each of a few sizes, whole pages above them.
 *
 * Pages of the page allocator tell kfree() what they are: those of a slab name their cache, any
 * other is the first of a block whose order it knows.  `index` of such a block holds the size that
 * was asked for, and a debug build checks that nothing was written behind it.
 */
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab_cache.h"

#define SMALL_MAX 2048
#define LARGE_MAX (PAGE_SIZE << (PAGE_ORDERS - 1))
#define SLACK	  0xbb /* fills what was not asked for */

static const struct {
	u32 size;
	const char *name;
} classes[] = {
	{ 16, "kmalloc-16" },	  { 32, "kmalloc-32" },	       { 48, "kmalloc-48" },
	{ 64, "kmalloc-64" },	  { 96, "kmalloc-96" },	       { 128, "kmalloc-128" },
	{ 192, "kmalloc-192" },	  { 256, "kmalloc-256" },      { 384, "kmalloc-384" },
	{ 512, "kmalloc-512" },	  { 768, "kmalloc-768" },      { 1024, "kmalloc-1k" },
	{ 1536, "kmalloc-1536" }, { SMALL_MAX, "kmalloc-2k" },
};

static struct slab_cache class_caches[ARRAY_SIZE(classes)];
static struct slab_cache *cache_for[SMALL_MAX / 16 + 1]; /* [I] by size in units of 16 */
static u64 large_count;					 /* [a] blocks of pages alive */

#ifdef DEBUG
static void large_debug_alloc(struct page *p, size_t size)
{
	p->index = size;
	memset((char *)page_virt(p) + size, SLACK, (PAGE_SIZE << p->order) - size);
}

static void large_debug_free(struct page *p, const void *start, u64 ip)
{
	const u8 *bytes = start;

	if (start != page_virt(p) || refcount_read(&p->refs) != 1)
		panic("kfree at %p of %p, which kmalloc did not return", (void *)ip, start);
	for (size_t i = p->index; i < PAGE_SIZE << p->order; i++)
		if (bytes[i] != SLACK)
			panic("kfree at %p: %p of %lu bytes was overrun at offset %zu", (void *)ip,
			      start, p->index, i);
}
#else
static inline void large_debug_alloc(struct page *p, size_t size)
{
	(void)p, (void)size;
}

static inline void large_debug_free(struct page *p, const void *start, u64 ip)
{
	(void)p, (void)start, (void)ip;
}
#endif

static noinline void *kmalloc_large(size_t size, enum page_how how)
{
	struct page *p;

	if (size > LARGE_MAX)
		return NULL;
	p = page_alloc((unsigned)bits_last((size - 1) >> PAGE_SHIFT << 1 | 1), how);
	if (!p)
		return NULL;
	large_debug_alloc(p, size);
	__atomic_fetch_add(&large_count, 1, __ATOMIC_RELAXED);
	return page_virt(p);
}

void *kmalloc(size_t size)
{
	struct slab_cache *c;
	void *object;

	if (unlikely(size > SMALL_MAX))
		return kmalloc_large(size, PAGE_PLAIN);
	c = cache_for[(size + 15) / 16];
	object = slab_alloc(c);
	kmalloc_debug(c, object, size, CALLER_IP);
	return object;
}

void *kzalloc(size_t size)
{
	void *object;

	if (unlikely(size > SMALL_MAX)) {
		object = kmalloc_large(size, PAGE_PLAIN);
	} else {
		object = slab_alloc(cache_for[(size + 15) / 16]);
		kmalloc_debug(cache_for[(size + 15) / 16], object, size, CALLER_IP);
	}
	if (likely(object))
		memset(object, 0, size);
	return object;
}

void *kmalloc_array(size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kmalloc(bytes);
}

void kfree(void *p)
{
	struct page *page;

	if (!p)
		return;
	page = page_of_virt(p);
	if (likely(page->flags & PAGE_SLAB)) {
		slab_free((struct slab_cache *)page->mapping, p);
		return;
	}
	large_debug_free(page, p, CALLER_IP);
	__atomic_fetch_sub(&large_count, 1, __ATOMIC_RELAXED);
	page_free(page);
}

char *kstrdup(const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = kmalloc(size);

	return copy ? memcpy(copy, s, size) : NULL;
}

u64 kmalloc_large_count(void)
{
	return __atomic_load_n(&large_count, __ATOMIC_RELAXED);
}

void kmalloc_init(void)
{
	size_t class = 0;

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		cache_init(&class_caches[i], classes[i].name, classes[i].size, 16);
	for (size_t unit = 0; unit < ARRAY_SIZE(cache_for); unit++) {
		class += unit * 16 > classes[class].size;
		cache_for[unit] = &class_caches[class];
	}
}
