/*
 * shmem.c - shared anonymous memory: a page cache without a file.
 *
 * mmap(MAP_SHARED | MAP_ANONYMOUS) makes one; the regions that show it, in this space and after
 * fork in others, are its only references.  /proc/PID/maps shows it as Linux does.
 */
#include "kernel/mem/slab.h"
#include "kernel/vm/region.h"

struct shmem {
	struct mapping mapping;
	struct refcount refs; /* regions */
};

static struct slab_cache *shmem_cache;

static void shmem_hold(void *owner)
{
	struct shmem *s = owner;

	refcount_get(&s->refs);
}

static void shmem_release(void *owner)
{
	struct shmem *s = owner;

	if (!refcount_put(&s->refs))
		return;
	mapping_destroy(&s->mapping);
	slab_free(shmem_cache, s);
}

static const struct mapping_ops shmem_ops = {
	.hold = shmem_hold,
	.release = shmem_release,
};

void shmem_init(void)
{
	shmem_cache = slab_create("shmem", sizeof(struct shmem), 0);
}

struct mapping *shmem_create(u64 len)
{
	struct shmem *s = slab_alloc(shmem_cache);

	if (!s)
		return NULL;
	static_assert(offsetof(struct shmem, mapping) == 0, "the owner is the mapping");
	mapping_init(&s->mapping, &shmem_ops, NULL);
	s->mapping.size = len;
	refcount_init(&s->refs, 1);
	return &s->mapping;
}
