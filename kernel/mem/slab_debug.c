/*
 * slab_debug.c - what a debug build checks of every object.
 *
 * A free object is filled with POISON, and its trailer says RED_FREE; a live one has RED_LIVE
 * there, so writing behind it is found when it is freed, and freeing it twice at once.  kmalloc
 * also fills and checks what lies between the size asked for and that of its cache.
 *
 * Freed objects rest: a CPU gives one out again when it has freed as many others of its kind as a
 * magazine holds.  So a late write goes into an object that nobody has, and is found when that has
 * rested, when it is handed out, or when the stocks are examined (/proc/sys/kernel/objects).
 */
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab_cache.h"

#ifdef DEBUG
#define POISON	 0x6b
#define SLACK	 0xbb
#define RED_LIVE 0x11feed5afe0b7ec7ul
#define RED_FREE 0xf4eeddeadf4eedeaul

static noreturn void complain(const struct slab_cache *c, const void *object, const char *what,
			      u64 ip)
{
	panic("slab %s: object %p %s, seen at %p, last by %p", c->name, object, what, (void *)ip,
	      (void *)trailer_of(c, object)->ip);
}

/* What was written, and where, tells more of who wrote than the object does. */
static noreturn void complain_written(const struct slab_cache *c, const void *object, u64 ip)
{
	const u64 *word = object;

	while (*word == POISON * 0x0101010101010101ul)
		word++;
	log_error("slab %s: %lx at offset %lx of %p", c->name, *word, (u64)word - (u64)object,
		  object);
	complain(c, object, "written after it was freed", ip);
}

static bool filled_with(const void *start, u8 byte, size_t n)
{
	const u64 words = byte * 0x0101010101010101ul;
	const u8 *p = start, *end = p + n;

	for (; p < end && (u64)p % 8; p++)
		if (*p != byte)
			return false;
	for (; p + 32 <= end; p += 32) {
		const u64 *word = (const u64 *)p;

		/* All bits that any has, and that all have. */
		if ((word[0] | word[1] | word[2] | word[3]) != words ||
		    (word[0] & word[1] & word[2] & word[3]) != words)
			return false;
	}
	for (; p + 8 <= end; p += 8)
		if (*(const u64 *)p != words)
			return false;
	for (; p < end; p++)
		if (*p != byte)
			return false;
	return true;
}

void slab_debug_fresh(const struct slab_cache *c, void *object)
{
	memset(object, POISON, c->size);
	*trailer_of(c, object) = (struct trailer){ .red = RED_FREE };
}

static void examine(const struct slab_cache *c, const void *object, u64 ip)
{
	if (trailer_of(c, object)->red != RED_FREE)
		complain(c, object, "overwritten behind its end while free", ip);
	if (!filled_with(object, POISON, c->size))
		complain_written(c, object, ip);
}

void slab_debug_alloc(const struct slab_cache *c, void *object, u64 ip)
{
	struct trailer *t = trailer_of(c, object);

	examine(c, object, ip);
	t->red = RED_LIVE;
	t->ip = ip;
	t->used = c->size;
}

void slab_debug_free(const struct slab_cache *c, void *object, u64 ip)
{
	const struct page *page = page_of_virt(object);
	u64 offset = (u64)object & ((PAGE_SIZE << c->order) - 1);
	struct trailer *t = trailer_of(c, object);

	if (!(page->flags & PAGE_SLAB) || page->mapping != (struct mapping *)c)
		panic("slab %s: %p freed at %p is not its object", c->name, object, (void *)ip);
	if (offset % c->stride)
		panic("slab %s: %p freed at %p is inside an object", c->name, object, (void *)ip);
	if (t->red == RED_FREE)
		complain(c, object, "freed twice", ip);
	if (t->red != RED_LIVE)
		complain(c, object, "overwritten behind its end", ip);
	if (t->used > c->size || !filled_with((char *)object + t->used, SLACK, c->size - t->used))
		complain(c, object, "overwritten behind the size asked for", ip);
	memset(object, POISON, c->size);
	t->red = RED_FREE;
	t->ip = ip;
}

void *slab_debug_rested(struct slab_cache *c, struct magazine *m, u64 ip)
{
	void *object = m->rests_first;

	if (object) {
		examine(c, object, ip);
		m->rests_first = *link_of(c, object);
		m->rests_count--;
	}
	return object;
}

bool slab_debug_rest(struct slab_cache *c, struct magazine *m, void **object, u64 ip)
{
	*link_of(c, *object) = NULL;
	*(m->rests_first ? link_of(c, m->rests_last) : &m->rests_first) = *object;
	m->rests_last = *object;
	if (++m->rests_count <= c->limit)
		return false;
	*object = slab_debug_rested(c, m, ip);
	return true;
}

void slab_debug_stock(struct slab_cache *c)
{
	struct magazine *m = &c->magazine[cpu_id()];

	for (void *object = m->rests_first; object; object = *link_of(c, object))
		examine(c, object, CALLER_IP);
	for (void *object = m->first; object; object = *link_of(c, object))
		examine(c, object, CALLER_IP);
}

void kmalloc_debug(const struct slab_cache *c, void *object, size_t size, u64 ip)
{
	struct trailer *t;

	if (!object)
		return;
	t = trailer_of(c, object);
	t->ip = ip;
	t->used = (u32)size;
	memset((char *)object + size, SLACK, c->size - size);
}
#endif
