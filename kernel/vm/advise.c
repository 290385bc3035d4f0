/*
 * advise.c - madvise, msync and mincore.
 *
 * Memory has no backing store but the page cache, which is the file itself.  So there is nothing
 * to write back, MADV_FREE frees at once, and hints about paging change nothing.
 */
#include "arch/uaccess.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/mman.h"
#include "kernel/vm/region.h"

static bool advice_known(int advice)
{
	return (advice >= MADV_NORMAL && advice <= MADV_DONTNEED) ||
	       (advice >= MADV_FREE && advice <= MADV_DONTNEED_LOCKED);
}

static void drop_range(struct vm *vm, struct region *r, u64 start, u64 end)
{
	struct gather g;

	gather_begin(&g, vm);
	gather_zap(&g, r, start, end, false);
	gather_end(&g);
}

static int advise_flags(struct vm *vm, struct region **rp, u64 start, u64 end, u32 set, u32 clear,
			struct list *dead)
{
	struct region *r = *rp;
	u32 flags = (r->flags | set) & ~clear;

	if (flags == r->flags)
		return 0;
	r = region_cut(vm, r, start, end);
	if (IS_ERR(r))
		return PTR_ERR(r) == -ENOMEM ? -EAGAIN : (int)PTR_ERR(r);
	region_set_flags(vm, r, flags);
	*rp = region_join(vm, r, dead);
	return 0;
}

/* [start, end) lies within *rp. */
static int advise_region(struct vm *vm, struct region **rp, u64 start, u64 end, int advice,
			 struct list *dead)
{
	struct region *r = *rp;

	switch (advice) {
	case MADV_FREE:
		if (r->mapping)
			return -EINVAL;
		/* fall through */
	case MADV_DONTNEED:
		if (r->flags & VM_LOCKED)
			return -EINVAL;
		/* fall through */
	case MADV_DONTNEED_LOCKED:
		drop_range(vm, r, start, end);
		return 0;
	case MADV_COLD:
	case MADV_PAGEOUT:
		return r->flags & VM_LOCKED ? -EINVAL : 0;
	case MADV_DONTFORK:
		return advise_flags(vm, rp, start, end, VM_DONTFORK, 0, dead);
	case MADV_DOFORK:
		return advise_flags(vm, rp, start, end, 0, VM_DONTFORK, dead);
	case MADV_WIPEONFORK:
		if (r->mapping)
			return -EINVAL;
		return advise_flags(vm, rp, start, end, VM_WIPEFORK, 0, dead);
	case MADV_KEEPONFORK:
		return advise_flags(vm, rp, start, end, 0, VM_WIPEFORK, dead);
	}
	return 0;
}

/* As Linux: what is mapped is done, and -ENOMEM tells of the rest at the end. */
static int advise_locked(struct vm *vm, u64 start, u64 end, int advice, struct list *dead)
{
	struct region *r = vm_find(vm, start);
	int ret, missing = 0;

	while (start < end) {
		if (!r || r->start >= end)
			return -ENOMEM;
		if (r->start > start) {
			missing = -ENOMEM;
			start = r->start;
		}
		ret = advise_region(vm, &r, start, min(end, r->end), advice, dead);
		if (ret < 0)
			return ret;
		start = r->end;
		r = region_next(r);
	}
	return missing;
}

/* MADV_REMOVE: makes holes in the file, which needs vm->lock released. */
static int advise_remove(struct vm *vm, u64 start, u64 end)
{
	const struct mapping_ops *ops;
	struct mapping *m;
	struct region *r;
	void *owner;
	u64 first, last;
	int ret;

	while (start < end) {
		mutex_lock(&vm->lock);
		r = vm_find(vm, start);
		ret = !r || r->start > start			     ? -ENOMEM
		      : (r->flags & VM_LOCKED) || !r->mapping	     ? -EINVAL
		      : (~r->flags & (VM_SHARED | VM_MAYWRITE)) != 0 ? -EACCES
		      : r->mapping->seals & F_SEAL_FUTURE_WRITE	     ? -EPERM
								     : 0;
		if (ret < 0) {
			mutex_unlock(&vm->lock);
			return ret;
		}
		m = r->mapping;
		ops = m->ops;
		owner = r->owner;
		first = region_index(r, start);
		last = region_index(r, min(end, r->end));
		start = min(end, r->end);
		ops->hold(owner);
		mutex_unlock(&vm->lock);
		mapping_punch(m, first, last);
		ops->release(owner);
	}
	return 0;
}

/* MADV_POPULATE_*: like touching each page; only rights and holes are errors. */
static int advise_populate(struct vm *vm, u64 start, u64 end, bool write)
{
	struct region *r;
	int ret = 0, code;

	for (; start < end && !ret; start += PAGE_SIZE) {
		mutex_lock(&vm->lock);
		r = vm_find(vm, start);
		ret = !r || r->start > start			     ? -ENOMEM
		      : !(r->flags & (write ? VM_WRITE : VM_ACCESS)) ? -EINVAL
								     : 0;
		mutex_unlock(&vm->lock);
		if (!ret)
			ret = vm_fault(vm, start, write ? FAULT_WRITE : 0, &code);
		if (ret == -EIO)
			ret = -EFAULT;
		if (!ret && (thread_alerts(thread_current()) & ALERT_KILL))
			ret = -EINTR;
		sched_relax();
	}
	return ret;
}

int vm_advise(struct vm *vm, u64 addr, u64 len, int advice)
{
	struct list dead = LIST_INIT(dead);
	u64 end = addr + align_up(len, PAGE_SIZE);
	int ret;

	if (!advice_known(advice) || (addr & ~PAGE_MASK))
		return -EINVAL;
	if ((len && end == addr) || end < addr)
		return -EINVAL;
	if (end == addr)
		return 0;
	if (advice == MADV_REMOVE)
		return advise_remove(vm, addr, end);
	if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
		return advise_populate(vm, addr, end, advice == MADV_POPULATE_WRITE);
	mutex_lock(&vm->lock);
	ret = advise_locked(vm, addr, end, advice, &dead);
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	return ret;
}

int vm_sync(struct vm *vm, u64 addr, u64 len, u32 flags)
{
	u64 end = addr + align_up(len, PAGE_SIZE);
	struct region *r;
	int ret = 0;

	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC))
		return -EINVAL;
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if ((flags & MS_ASYNC) && (flags & MS_SYNC))
		return -EINVAL;
	if (end < addr)
		return -ENOMEM;
	if (end == addr)
		return 0;
	mutex_lock(&vm->lock);
	for (r = vm_find(vm, addr); addr < end; addr = r->end, r = region_next(r)) {
		if (!r || r->start >= end) {
			ret = -ENOMEM;
			break;
		}
		if (r->start > addr)
			ret = -ENOMEM;
		if ((flags & MS_INVALIDATE) && (r->flags & VM_LOCKED)) {
			ret = -EBUSY;
			break;
		}
	}
	mutex_unlock(&vm->lock);
	return ret;
}

/* Is the page at va in memory, or in the cache of its file?  vm->lock held. */
static u8 in_core(struct vm *vm, const struct region *r, u64 va)
{
	pte_t *e = pagetable_walk(&vm->pt, va, false);
	struct page *p;

	if (e && *e)
		return 1;
	if (!r->mapping)
		return 0;
	mutex_lock(&r->mapping->lock);
	p = radix_get(&r->mapping->pages, region_index(r, va));
	mutex_unlock(&r->mapping->lock);
	return p != NULL;
}

int vm_mincore(struct vm *vm, u64 addr, u64 len, u8 __user *out)
{
	u64 pages = (len >> PAGE_SHIFT) + ((len & ~PAGE_MASK) != 0), n, i;
	struct region *r;
	u8 some[128];

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr > USER_END || len > USER_END - addr)
		return -ENOMEM;
	if (!user_range_ok(out, pages))
		return -EFAULT;
	for (; pages; pages -= n, out += n) {
		n = min(pages, sizeof(some));
		mutex_lock(&vm->lock);
		for (i = 0; i < n; i++, addr += PAGE_SIZE) {
			r = vm_find(vm, addr);
			if (!r || r->start > addr)
				break;
			some[i] = in_core(vm, r, addr);
		}
		mutex_unlock(&vm->lock);
		if (copy_to_user(out, some, i) < 0)
			return -EFAULT;
		if (i < n)
			return -ENOMEM;
		sched_relax();
	}
	return 0;
}
