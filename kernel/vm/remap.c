/*
 * remap.c - mremap: a mapping grows, shrinks or moves, and its pages with it.
 *
 * A move first makes everything that can fail: the pieces of the old region, the tables at the new
 * place, the new region.  Then the entries are carried over, and the old place is taken down.
 * Errors and their order are those of mremap(2) on Linux 6.1.
 */
#include "kernel/abi/mman.h"
#include "kernel/vm/region.h"

struct move {
	u64 old, old_len, new_addr, new_len;
	u32 flags; /* MREMAP_* */
	struct list *dead;
};

/* The region that holds the whole old range, if it may become new_len long.  ERR_PTR. */
static struct region *check_resize(struct vm *vm, const struct move *m)
{
	struct region *r = vm_find(vm, m->old);
	u64 more;

	if (!r || r->start > m->old)
		return ERR_PTR(-EFAULT);
	if (!m->old_len && !(r->flags & VM_SHARED))
		return ERR_PTR(-EINVAL);
	if (m->old_len > r->end - m->old)
		return ERR_PTR(-EFAULT);
	if (m->new_len == m->old_len)
		return r;
	if (r->mapping && region_index(r, m->old) + (m->new_len >> PAGE_SHIFT) < r->offset)
		return ERR_PTR(-EINVAL);
	if (r->flags & VM_SPECIAL)
		return ERR_PTR(-EFAULT);
	if (m->new_len < m->old_len)
		return r;
	more = (m->new_len - m->old_len) >> PAGE_SHIFT;
	if ((r->flags & VM_LOCKED) && vm->locked + more > vm->lock_limit >> PAGE_SHIFT)
		return ERR_PTR(-EAGAIN);
	if (!region_may_grow(vm, r->flags, more) ||
	    ((r->flags & (VM_WRITE | VM_SHARED)) == VM_WRITE && region_overcommits(r->flags, more)))
		return ERR_PTR(-ENOMEM);
	return r;
}

/* The tables at the new place; pages are not touched. */
static int prepare_tables(struct vm *vm, const struct move *m, u64 len)
{
	u64 va;
	pte_t *e;

	for_each_entry(e, va, &vm->pt, m->old,
		       m->old + len) if (!pagetable_walk(&vm->pt, va - m->old + m->new_addr,
							 true)) return -ENOMEM;
	return 0;
}

static void carry_entries(struct vm *vm, const struct move *m, u64 len)
{
	u64 va, first = ~0ul, last = 0;
	pte_t *e;

	for_each_entry(e, va, &vm->pt, m->old, m->old + len)
	{
		*pagetable_walk(&vm->pt, va - m->old + m->new_addr, true) = *e;
		*e = 0;
		first = min(first, va);
		last = va + PAGE_SIZE;
	}
	if (first < last)
		pagetable_flush(&vm->pt, first, last);
}

/* The new place is free.  Returns the new address or -ENOMEM. */
static s64 move_region(struct vm *vm, struct region *r, const struct move *m)
{
	u64 len = min(m->old_len, m->new_len);
	struct region *copy;
	int ret;

	if (m->old_len) {
		r = region_cut(vm, r, m->old, m->old + m->old_len);
		if (IS_ERR(r))
			return PTR_ERR(r);
	}
	if (vm->count >= REGIONS_MAX || prepare_tables(vm, m, len) < 0)
		return -ENOMEM;
	copy = region_alloc(vm, r);
	if (!copy)
		return -ENOMEM;
	copy->start = m->new_addr;
	copy->end = m->new_addr + m->new_len;
	if (r->mapping)
		copy->offset = region_index(r, m->old);
	else
		copy->name = NULL; /* neither stack nor heap any more */
	region_insert(vm, copy);
	carry_entries(vm, m, len);
	if (m->flags & MREMAP_DONTUNMAP) {
		region_set_flags(vm, r, r->flags & ~(VM_LOCKED | VM_HAS_ANON));
	} else if (m->old_len) {
		/* Cut out already, so this needs no memory. */
		ret = unmap_range(vm, m->old, m->old + m->old_len, m->dead);
		bug_if(ret < 0);
	}
	region_join(vm, copy, m->dead);
	return (s64)m->new_addr;
}

static s64 remap_fixed(struct vm *vm, struct move *m)
{
	struct region *r;
	int ret;

	if (m->new_addr & ~PAGE_MASK)
		return -EINVAL;
	if (m->new_len > USER_END || m->new_addr > USER_END - m->new_len)
		return -EINVAL;
	if (m->old + m->old_len > m->new_addr && m->new_addr + m->new_len > m->old)
		return -EINVAL;
	if (vm->count + 3 >= REGIONS_MAX)
		return -ENOMEM;
	if (m->flags & MREMAP_FIXED) {
		if (m->new_addr < MMAP_MIN)
			return -EPERM;
		ret = unmap_range(vm, m->new_addr, m->new_addr + m->new_len, m->dead);
		if (ret < 0)
			return ret;
	}
	if (m->old_len > m->new_len) {
		ret = unmap_range(vm, m->old + m->new_len, m->old + m->old_len, m->dead);
		if (ret < 0)
			return ret;
		m->old_len = m->new_len;
	}
	r = check_resize(vm, m);
	if (IS_ERR(r))
		return PTR_ERR(r);
	if ((m->flags & MREMAP_DONTUNMAP) &&
	    ((r->flags & VM_SPECIAL) || !region_may_grow(vm, r->flags, region_pages(r))))
		return r->flags & VM_SPECIAL ? -EINVAL : -ENOMEM;
	if (!(m->flags & MREMAP_FIXED)) {
		m->new_addr = region_search(vm, m->new_len);
		if (!m->new_addr)
			return -ENOMEM;
	}
	return move_region(vm, r, m);
}

/* Is the room behind r free, up to `end`? */
static bool room_behind(struct region *r, u64 end)
{
	struct region *above = region_next(r);

	return end > r->end && end <= USER_END && (!above || end <= region_floor(above));
}

static s64 remap_locked(struct vm *vm, struct move *m)
{
	struct region *r = vm_find(vm, m->old);
	int ret;

	if (!r || r->start > m->old)
		return -EFAULT;
	if (m->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return remap_fixed(vm, m);
	if (m->old_len >= m->new_len) {
		ret = m->old_len == m->new_len
			      ? 0
			      : unmap_range(vm, m->old + m->new_len, m->old + m->old_len, m->dead);
		return ret < 0 ? ret : (s64)m->old;
	}
	r = check_resize(vm, m);
	if (IS_ERR(r))
		return PTR_ERR(r);
	if (m->old_len == r->end - m->old && room_behind(r, m->old + m->new_len)) {
		region_set_bounds(vm, r, r->start, m->old + m->new_len);
		region_join(vm, r, m->dead);
		return (s64)m->old;
	}
	if (!(m->flags & MREMAP_MAYMOVE) || m->new_len > USER_END)
		return -ENOMEM;
	m->new_addr = region_search(vm, m->new_len);
	return m->new_addr ? move_region(vm, r, m) : -ENOMEM;
}

s64 vm_remap(struct vm *vm, u64 old, u64 old_len, u64 new_len, u32 flags, u64 new_addr)
{
	struct list dead = LIST_INIT(dead);
	struct move m = {
		.old = old,
		.old_len = align_up(old_len, PAGE_SIZE),
		.new_addr = new_addr,
		.new_len = align_up(new_len, PAGE_SIZE),
		.flags = flags,
		.dead = &dead,
	};
	struct region *r;
	bool fill = false;
	s64 ret;

	if (flags & ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((flags & MREMAP_DONTUNMAP) && m.old_len != m.new_len)
		return -EINVAL;
	if ((old & ~PAGE_MASK) || !m.new_len)
		return -EINVAL;
	mutex_lock(&vm->lock);
	ret = remap_locked(vm, &m);
	if (ret < 0)
		vm->search_top = 0;
	r = ret < 0 ? NULL : vm_find(vm, (u64)ret);
	if (r && (r->flags & VM_LOCKED))
		fill = true;
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	if (fill && vm_populate(vm, (u64)ret, (u64)ret + m.new_len) < 0)
		return ret; /* comes when it is touched */
	return ret;
}
