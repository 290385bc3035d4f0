/*
 * space.c - the life of an address space: made empty, copied by fork, taken down.
 *
 * Fork copies the page table entries of private memory only, and write-protects both sides: who
 * writes first, copies (fault.c).  Pages of files that nobody changed are not copied; the child
 * finds them in the page cache, sixteen with one fault.  Regions that were locked are not locked in
 * the child, as on Linux.
 *
 * Locking: the parent's vm->lock, then the child's.  The child is nobody's yet, but a truncation
 * finds its regions as soon as they are in the list of their mapping.
 */
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/vm/region.h"

static struct slab_cache *vm_cache;
struct page *zero_page;

void vm_init(void)
{
	vm_cache = slab_create("vm", sizeof(struct vm), 0);
	zero_page = page_alloc(0, PAGE_ZERO | PAGE_NOFAIL);
	region_init();
	policy_init();
	shmem_init();
}

struct vm *vm_create(void)
{
	struct vm *vm = slab_zalloc(vm_cache);

	if (!vm)
		return NULL;
	if (pagetable_create(&vm->pt) < 0) {
		slab_free(vm_cache, vm);
		return NULL;
	}
	refcount_init(&vm->refs, 1);
	refcount_init(&vm->pins, 1);
	mutex_init(&vm->lock, RANK_VM);
	vm->mmap_base = align_down(USER_END - (128ul << 20) - STACK_GAP, PAGE_SIZE);
	vm->stack_limit = 8ul << 20;
	vm->data_limit = vm->as_limit = vm->lock_limit = ~0ul;
	return vm;
}

void vm_get(struct vm *vm)
{
	refcount_get(&vm->refs);
}

void vm_unpin(struct vm *vm)
{
	if (refcount_put(&vm->pins))
		slab_free(vm_cache, vm);
}

void vm_put(struct vm *vm)
{
	struct list dead = LIST_INIT(dead);

	if (!refcount_put(&vm->refs))
		return;
	mutex_lock(&vm->lock);
	unmap_all(vm, &dead);
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	pagetable_destroy(&vm->pt);
	vm_unpin(vm);
}

static void copy_figures(struct vm *to, const struct vm *from)
{
	to->mmap_base = from->mmap_base;
	to->brk_start = from->brk_start;
	to->brk = from->brk;
	to->stack_limit = from->stack_limit;
	to->data_limit = from->data_limit;
	to->as_limit = from->as_limit;
	to->lock_limit = from->lock_limit;
	to->policies = from->policies;
	to->code_start = from->code_start;
	to->code_end = from->code_end;
	to->data_start = from->data_start;
	to->data_end = from->data_end;
	to->arg_start = from->arg_start;
	to->arg_end = from->arg_end;
	to->env_start = from->env_start;
	to->env_end = from->env_end;
	to->stack_start = from->stack_start;
	memcpy(to->auxv, from->auxv, sizeof(to->auxv));
}

/* Shares the pages of r with the child, read-only on both sides.  Sets *flush when the parent lost
   a right.  The child's tables are looked up once each. */
static int copy_entries(struct vm *child, struct vm *parent, const struct region *r, bool *flush)
{
	u64 va, table = ~0ul;
	pte_t *e, *to = NULL, entry;

	for_each_entry(e, va, &parent->pt, r->start, r->end)
	{
		if (va / TABLE_SPAN != table) {
			to = pagetable_walk(&child->pt, va, true);
			if (!to)
				return -ENOMEM;
			table = va / TABLE_SPAN;
			to -= va % TABLE_SPAN / PAGE_SIZE;
		}
		entry = *e;
		if (entry & PTE_WRITE) {
			entry &= ~PTE_WRITE;
			*e = entry;
			*flush = true;
		}
		if (!(entry & PTE_ZEROPAGE)) {
			page_get(page_of_phys(pte_phys(entry)));
			++*region_rss(child, r, entry & PTE_ANON);
		}
		to[va % TABLE_SPAN / PAGE_SIZE] = entry;
	}
	return 0;
}

static int copy_region(struct vm *child, struct vm *parent, const struct region *r, bool *flush)
{
	struct region *copy;

	if (r->flags & VM_DONTFORK)
		return 0;
	copy = region_alloc(child, r);
	if (!copy)
		return -ENOMEM;
	copy->flags &= ~VM_LOCKED;
	if (r->flags & VM_WIPEFORK)
		copy->flags &= ~VM_HAS_ANON;
	region_insert(child, copy);
	if (r->flags & (VM_SHARED | VM_WIPEFORK) || (r->mapping && !(r->flags & VM_HAS_ANON)))
		return 0;
	return copy_entries(child, parent, r, flush);
}

struct vm *vm_fork(struct vm *parent)
{
	struct vm *child = vm_create();
	struct rbnode *node;
	bool flush = false;
	int ret = 0;

	if (!child)
		return NULL;
	mutex_lock(&parent->lock);
	mutex_lock_nested(&child->lock);
	copy_figures(child, parent);
	rb_for_each (node, &parent->regions) {
		ret = copy_region(child, parent, rb_entry(node, struct region, node), &flush);
		if (ret < 0)
			break;
	}
	if (flush)
		pagetable_flush(&parent->pt, 0, USER_END);
	mutex_unlock(&child->lock);
	mutex_unlock(&parent->lock);
	if (ret < 0) {
		vm_put(child);
		return NULL;
	}
	return child;
}
