/*
 * slab_debug.c - what a debug build checks of every object.
 *
 * A free object is filled with POISON, and its trailer says RED_FREE; a live one has RED_LIVE
 * there, so writing behind it is found when it is freed, writing into it after that when it is
 * handed out again, and freeing it twice at once.  kmalloc also fills and checks what lies between
 * the size asked for and that of its cache.
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
	const u8 *p = start, *end = p + n;

	for (; p < end && (u64)p % 8; p++)
		if (*p != byte)
			return false;
	for (; p + 8 <= end; p += 8)
		if (*(const u64 *)p != byte * 0x0101010101010101ul)
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

void slab_debug_alloc(const struct slab_cache *c, void *object, u64 ip)
{
	struct trailer *t = trailer_of(c, object);

	if (t->red != RED_FREE)
		complain(c, object, "overwritten behind its end while free", ip);
	if (!filled_with(object, POISON, c->size))
		complain_written(c, object, ip);
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
