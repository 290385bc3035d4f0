/*
 * region.c - the regions of a space: a tree by address, cutting and joining, counts, free places.
 *
 * Locking: vm->lock for everything; the lock of a mapping, taken inside, for its list of regions.
 */
#include "kernel/vm/region.h"

#include "kernel/mem/slab.h"

static struct slab_cache *region_cache;

void region_init(void)
{
	region_cache = slab_create("vm_region", sizeof(struct region), 0);
}

static struct region *region_of(struct rbnode *node)
{
	return node ? rb_entry(node, struct region, node) : NULL;
}

struct region *vm_find(struct vm *vm, u64 va)
{
	struct region *r = vm->last, *best = NULL;
	struct rbnode *node = vm->regions.root;

	assert(mutex_held(&vm->lock));
	if (r && va >= r->start && va < r->end)
		return r;
	while (node) {
		r = region_of(node);
		if (va >= r->end) {
			node = node->right;
			continue;
		}
		best = r;
		if (va >= r->start)
			break;
		node = node->left;
	}
	if (best)
		vm->last = best;
	return best;
}

struct region *region_next(struct region *r)
{
	return region_of(rb_next(&r->node));
}

struct region *region_prev(struct region *r)
{
	return region_of(rb_prev(&r->node));
}

/* Counts as Linux does: a stack, else private and writable is data, else executable is code. */
static void region_count(struct vm *vm, u32 flags, u64 pages)
{
	vm->pages += pages;
	if (flags & VM_GROWSDOWN)
		vm->stack_pages += pages;
	else if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		vm->data_pages += pages;
	else if ((flags & (VM_WRITE | VM_EXEC)) == VM_EXEC)
		vm->exec_pages += pages;
	if (flags & VM_LOCKED)
		vm->locked += pages;
	if ((s64)pages > 0 && vm->pages > vm->pages_peak)
		vm->pages_peak = vm->pages;
}

bool region_may_grow(const struct vm *vm, u32 flags, u64 pages)
{
	if (vm->pages + pages > vm->as_limit >> PAGE_SHIFT)
		return false;
	return (flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) != VM_WRITE ||
	       vm->data_pages + pages <= vm->data_limit >> PAGE_SHIFT;
}

bool region_overcommits(u32 flags, u64 pages)
{
	return !(flags & VM_NORESERVE) && pages > boot.memory_total >> PAGE_SHIFT;
}

struct region *region_alloc(struct vm *vm, const struct region *from)
{
	struct region *r = slab_alloc(region_cache);

	if (!r)
		return NULL;
	*r = from ? *from : (struct region){ .flags = 0 };
	r->vm = vm;
	if (unlikely(r->policy)) {
		r->policy = policy_copy(from->policy);
		if (!r->policy) {
			slab_free(region_cache, r);
			return NULL;
		}
	}
	return r;
}

void region_free(struct region *r)
{
	policy_free(r->policy);
	slab_free(region_cache, r);
}

static bool region_less(const struct rbnode *a, const struct rbnode *b)
{
	return rb_entry(a, const struct region, node)->start <
	       rb_entry(b, const struct region, node)->start;
}

void region_insert(struct vm *vm, struct region *r)
{
	struct mapping *m = r->mapping;

	rb_insert(&vm->regions, &r->node, region_less);
	vm->count++;
	region_count(vm, r->flags, region_pages(r));
	if (!m)
		return;
	m->ops->hold(r->owner);
	mutex_lock(&m->lock);
	list_add_tail(&r->link, &m->regions);
	m->writers += (r->flags & VM_WRITER) == VM_WRITER;
	mutex_unlock(&m->lock);
}

void region_leave(struct region *r)
{
	struct mapping *m = r->mapping;

	mutex_lock(&m->lock);
	list_del(&r->link);
	m->writers -= (r->flags & VM_WRITER) == VM_WRITER;
	mutex_unlock(&m->lock);
}

void region_remove(struct vm *vm, struct region *r, struct list *dead)
{
	rb_erase(&vm->regions, &r->node);
	vm->count--;
	region_count(vm, r->flags, -region_pages(r));
	if (vm->last == r)
		vm->last = NULL;
	if (r->mapping)
		region_leave(r);
	list_add_tail(&r->link, dead);
}

void region_reap(struct list *dead)
{
	struct region *r, *next;

	list_for_each_safe (r, next, dead, link) {
		if (r->mapping)
			r->mapping->ops->release(r->owner);
		region_free(r);
	}
}

void region_set_flags(struct vm *vm, struct region *r, u32 flags)
{
	region_count(vm, r->flags, -region_pages(r));
	r->flags = flags;
	region_count(vm, r->flags, region_pages(r));
}

void region_set_bounds(struct vm *vm, struct region *r, u64 start, u64 end)
{
	region_count(vm, r->flags, -region_pages(r));
	if (r->mapping)
		r->offset += ((s64)(start - r->start)) >> PAGE_SHIFT;
	r->start = start;
	r->end = end;
	region_count(vm, r->flags, region_pages(r));
}

struct region *region_split(struct vm *vm, struct region *r, u64 at)
{
	struct region *upper;

	if (vm->count >= REGIONS_MAX)
		return ERR_PTR(-ENOMEM);
	upper = region_alloc(vm, r);
	if (!upper)
		return ERR_PTR(-ENOMEM);
	upper->start = at;
	if (r->mapping)
		upper->offset = region_index(r, at);
	region_set_bounds(vm, r, r->start, at);
	region_insert(vm, upper);
	return upper;
}

struct region *region_cut(struct vm *vm, struct region *r, u64 start, u64 end)
{
	struct region *upper;

	if (r->start < start) {
		r = region_split(vm, r, start);
		if (IS_ERR(r))
			return r;
	}
	if (r->end > end) {
		upper = region_split(vm, r, end);
		if (IS_ERR(upper))
			return upper;
	}
	return r;
}

static bool region_alike(const struct region *a, const struct region *b)
{
	return a->end == b->start && !((a->flags ^ b->flags) & ~VM_HAS_ANON) &&
	       a->mapping == b->mapping && a->owner == b->owner && a->name == b->name &&
	       policy_alike(a->policy, b->policy) &&
	       (!a->mapping || region_index(a, a->end) == b->offset) && !(a->flags & VM_SPECIAL);
}

/* The upper one disappears in the lower one; what a truncation has yet to do is not forgotten. */
static void region_unite(struct vm *vm, struct region *low, struct region *high, struct list *dead)
{
	u64 end = high->end;

	low->flags |= high->flags & VM_HAS_ANON;
	if (low->mapping && low->zap_seq != high->zap_seq) {
		mutex_lock(&low->mapping->lock);
		if ((s32)(high->zap_seq - low->zap_seq) < 0)
			low->zap_seq = high->zap_seq;
		mutex_unlock(&low->mapping->lock);
	}
	region_remove(vm, high, dead);
	region_set_bounds(vm, low, low->start, end);
}

struct region *region_join(struct vm *vm, struct region *r, struct list *dead)
{
	struct region *near = region_prev(r);

	if (near && region_alike(near, r)) {
		region_unite(vm, near, r, dead);
		r = near;
	}
	near = region_next(r);
	if (near && region_alike(r, near))
		region_unite(vm, r, near, dead);
	return r;
}

/* Also tells in *skipped the size of the largest gap passed over. */
static u64 gap_find(struct vm *vm, u64 len, u64 low, u64 high, u64 *skipped)
{
	struct region *r = vm_find(vm, high);
	u64 top = high, bottom;

	if (r)
		top = min(top, region_floor(r));
	r = r ? region_prev(r) : region_of(rb_last(&vm->regions));
	for (;;) {
		bottom = r ? max(r->end, low) : low;
		if (top > bottom && top - bottom >= len)
			return top - len;
		if (!r || r->start <= low)
			return 0;
		if (top > bottom)
			*skipped = max(*skipped, top - bottom);
		top = min(top, region_floor(r));
		r = region_prev(r);
	}
}

u64 region_gap(struct vm *vm, u64 len, u64 low, u64 high)
{
	u64 skipped = 0;

	return gap_find(vm, len, low, high, &skipped);
}

/* Remembers where the last search ended and how large the gaps above are, so that a thousand
   mappings one below the other do not walk over each other. */
u64 region_search(struct vm *vm, u64 len)
{
	u64 va;

	if (!vm->search_top || len <= vm->search_gap) {
		vm->search_top = vm->mmap_base;
		vm->search_gap = 0;
	}
	va = gap_find(vm, len, MMAP_MIN, vm->search_top, &vm->search_gap);
	if (va) {
		vm->search_top = va;
		return va;
	}
	vm->search_top = 0;
	return region_gap(vm, len, MMAP_MIN, USER_END);
}

void region_search_reset(struct vm *vm, struct region *next)
{
	u64 top = next ? min(next->start, vm->mmap_base) : vm->mmap_base;

	if (vm->search_top && vm->search_top < top)
		vm->search_top = top;
}
