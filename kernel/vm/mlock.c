/*
 * mlock.c - mlock, munlock, mlockall.
 *
 * Nothing is ever paged out, so locked memory differs only in being fetched at once and in being
 * counted against RLIMIT_MEMLOCK.  The caller has put the limit in vm->lock_limit.
 */
#include "kernel/abi/mman.h"
#include "kernel/vm/region.h"

static int set_locked(struct vm *vm, u64 start, u64 end, u32 flag, struct list *dead)
{
	struct region *r = vm_find(vm, start);

	for (; start < end; start = r->end, r = region_next(r)) {
		if (!r || r->start > start)
			return -ENOMEM;
		if ((r->flags & VM_LOCKED) == flag || (r->flags & VM_SPECIAL))
			continue;
		r = region_cut(vm, r, start, min(end, r->end));
		if (IS_ERR(r))
			return (int)PTR_ERR(r);
		region_set_flags(vm, r, (r->flags & ~VM_LOCKED) | flag);
		r = region_join(vm, r, dead);
	}
	return 0;
}

/* Pages of [start, end) that are locked already count once. */
static u64 locked_within(struct vm *vm, u64 start, u64 end)
{
	struct region *r = vm_find(vm, start);
	u64 pages = 0;

	for (; r && r->start < end; r = region_next(r))
		if (r->flags & VM_LOCKED)
			pages += (min(r->end, end) - max(r->start, start)) >> PAGE_SHIFT;
	return pages;
}

int vm_lock(struct vm *vm, u64 addr, u64 len, bool lock, bool fill)
{
	struct list dead = LIST_INIT(dead);
	u64 start = addr & PAGE_MASK, end = start + align_up(len + (addr - start), PAGE_SIZE);
	u64 limit = READ_ONCE(vm->lock_limit), pages;
	int ret = 0;

	if (lock && !limit)
		return -EPERM;
	mutex_lock(&vm->lock);
	pages = (end - start) >> PAGE_SHIFT;
	if (lock && vm->locked + pages > limit >> PAGE_SHIFT &&
	    vm->locked + pages - locked_within(vm, start, end) > limit >> PAGE_SHIFT)
		ret = -ENOMEM;
	else if (end < start)
		ret = -EINVAL;
	else
		ret = set_locked(vm, start, end, lock ? VM_LOCKED : 0, &dead);
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	if (ret < 0 || !fill)
		return ret;
	ret = vm_populate(vm, start, end);
	return ret == -EFAULT || ret == -EIO ? -ENOMEM : ret == -ENOMEM ? -EAGAIN : ret;
}

/* What cannot be fetched is passed over, as Linux does. */
static void populate_all(struct vm *vm)
{
	u64 start, end = 0;
	struct region *r;

	do {
		mutex_lock(&vm->lock);
		r = vm_find(vm, end);
		start = r ? max(r->start, end) : 0;
		end = r ? r->end : 0;
		mutex_unlock(&vm->lock);
	} while (end && vm_populate(vm, start, end) != -EINTR);
}

int vm_lock_all(struct vm *vm, u32 flags)
{
	struct list dead = LIST_INIT(dead);
	u64 limit = READ_ONCE(vm->lock_limit);
	u32 flag = flags & MCL_CURRENT ? VM_LOCKED : 0;
	struct region *r;
	int ret = 0;

	if (flags && !limit)
		return -EPERM;
	mutex_lock(&vm->lock);
	if (flag && vm->pages > limit >> PAGE_SHIFT) {
		ret = -ENOMEM;
	} else {
		vm->lock_future = flags & MCL_FUTURE ? VM_LOCKED : 0;
		for (r = vm_find(vm, 0); r && (flag || !flags); r = region_next(r)) {
			region_set_flags(vm, r, (r->flags & ~VM_LOCKED) | flag);
			r = region_join(vm, r, &dead);
		}
	}
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	if (!ret && flag && !(flags & MCL_ONFAULT))
		populate_all(vm);
	return ret;
}
