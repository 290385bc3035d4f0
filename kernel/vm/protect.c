/*
 * protect.c - mprotect.
 *
 * Rights that are taken away must be gone from every TLB when the call returns.  Rights that are
 * given are not put into the entries of pages that may be shared: the write fault sorts that out,
 * and a fault through an old TLB entry finds nothing to do.
 */
#include "kernel/abi/mman.h"
#include "kernel/vm/region.h"

/* Could a CPU that remembers `old` do what `now` forbids? */
static bool loses_rights(pte_t old, pte_t now)
{
	if (!(old & PTE_PRESENT))
		return false;
	return !(now & PTE_PRESENT) || (old & ~now & PTE_WRITE) || (now & ~old & PTE_NX);
}

/* Brings the entries of r up to its new flags.  A page of a PROT_NONE region is not present. */
static void change_entries(struct vm *vm, const struct region *r)
{
	u64 va, first = ~0ul, last = 0;
	pte_t *e, entry;

	for_each_entry(e, va, &vm->pt, r->start, r->end)
	{
		entry = region_entry(r, pte_phys(*e), *e & PTE_WRITE);
		entry |= *e & (PTE_ANON | PTE_ZEROPAGE);
		if (loses_rights(*e, entry)) {
			first = min(first, va);
			last = va + PAGE_SIZE;
		}
		*e = entry;
	}
	if (first < last)
		pagetable_flush(&vm->pt, first, last);
}

/* One region, which [start, end) covers in part or altogether. */
static int protect_region(struct vm *vm, struct region **rp, u64 start, u64 end, u32 prot,
			  struct list *dead)
{
	struct region *r = *rp;
	u32 flags = (r->flags & ~VM_ACCESS) | prot;
	u64 pages;

	start = max(start, r->start);
	end = min(end, r->end);
	pages = (end - start) >> PAGE_SHIFT;
	if (prot & ~(r->flags >> 4))
		return -EACCES;
	if (flags == r->flags)
		return 0;
	if ((flags & VM_WRITE) && !(r->flags & (VM_WRITE | VM_SHARED)) &&
	    (!region_may_grow(vm, flags, 0) ||
	     vm->data_pages + pages > vm->data_limit >> PAGE_SHIFT ||
	     region_overcommits(flags, pages)))
		return -ENOMEM;
	r = region_cut(vm, r, start, end);
	if (IS_ERR(r))
		return (int)PTR_ERR(r);
	region_set_flags(vm, r, flags);
	change_entries(vm, r);
	*rp = region_join(vm, r, dead);
	return 0;
}

static int protect_locked(struct vm *vm, u64 start, u64 end, u32 prot, struct list *dead)
{
	struct region *r = vm_find(vm, start);
	u64 at;
	int ret;

	if (!r)
		return -ENOMEM;
	if (prot & PROT_GROWSDOWN) {
		if (r->start >= end)
			return -ENOMEM;
		if (!(r->flags & VM_GROWSDOWN))
			return -EINVAL;
		start = r->start;
	}
	prot &= VM_ACCESS;
	for (at = start; at < end; at = r->end, r = region_next(r)) {
		if (!r || r->start > at)
			return -ENOMEM;
		ret = protect_region(vm, &r, at, end, prot, dead);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int vm_protect(struct vm *vm, u64 addr, u64 len, u32 prot)
{
	struct list dead = LIST_INIT(dead);
	u64 end = addr + align_up(len, PAGE_SIZE);
	int ret;

	if ((prot & PROT_GROWSDOWN) && (prot & PROT_GROWSUP))
		return -EINVAL;
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (!len)
		return 0;
	if (end <= addr)
		return -ENOMEM;
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP))
		return -EINVAL;
	mutex_lock(&vm->lock);
	ret = prot & PROT_GROWSUP ? -EINVAL : protect_locked(vm, addr, end, prot, &dead);
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	return ret;
}
