/*
 * unmap.c - taking pages out of an address space: munmap, and the end of a space.
 *
 * A page may be freed only when no CPU can reach it through its TLB any more.  So the pages of a
 * range are gathered first, then the TLBs are flushed, then the pages are freed; a few at a time
 * from the stack, many through a page borrowed for the purpose.  The end of a space needs no flush,
 * for no CPU has its table loaded.
 */
#include "kernel/vm/region.h"

#define SPARE_TABLES 32
#define GATHER_MAX   (PAGE_SIZE / sizeof(struct page *))

void gather_begin(struct gather *g, struct vm *vm)
{
	u64 rss = vm->rss_anon + vm->rss_file + vm->rss_shared;

	assert(mutex_held(&vm->lock));
	if (rss > vm->rss_peak)
		vm->rss_peak = rss;
	g->vm = vm;
	g->start = ~0ul;
	g->end = 0;
	g->count = 0;
	g->room = ARRAY_SIZE(g->few);
	g->pages = g->few;
}

static void gather_flush(struct gather *g)
{
	if (g->start < g->end)
		pagetable_flush(&g->vm->pt, g->start, g->end);
	for (u32 i = 0; i < g->count; i++)
		page_put(g->pages[i]);
	g->start = ~0ul;
	g->end = 0;
	g->count = 0;
}

void gather_end(struct gather *g)
{
	gather_flush(g);
	if (g->pages != g->few)
		page_put(page_of_virt(g->pages));
}

/* The array is full: takes a page for a longer one, or makes do with this one. */
static void gather_grow(struct gather *g)
{
	struct page *p;

	if (g->pages == g->few && (p = page_alloc(0, PAGE_PLAIN))) {
		g->pages = page_virt(p);
		g->room = GATHER_MAX;
		for (u32 i = 0; i < g->count; i++)
			g->pages[i] = g->few[i];
		return;
	}
	gather_flush(g);
	sched_relax();
}

void gather_zap(struct gather *g, struct region *r, u64 start, u64 end, bool file_only)
{
	struct vm *vm = g->vm;
	u64 va;
	pte_t *e, old;

	for_each_entry(e, va, &vm->pt, start, end)
	{
		old = *e;
		if (file_only && (old & PTE_ANON))
			continue;
		if (g->count == g->room)
			gather_grow(g);
		*e = 0;
		g->start = min(g->start, va);
		g->end = va + PAGE_SIZE;
		if (old & PTE_ZEROPAGE)
			continue;
		--*region_rss(vm, r, old & PTE_ANON);
		g->pages[g->count++] = page_of_phys(pte_phys(old));
	}
}

/* Frees the tables that lie in the hole around [start, end) altogether.  A program that maps and
   unmaps a little in the same place again and again keeps its table, as long as tables are few. */
static void prune_hole(struct vm *vm, u64 start, u64 end)
{
	struct region *above = vm_find(vm, end), *below;
	u64 low = align_down(start, TABLE_SPAN), high = align_up(end, TABLE_SPAN);

	region_search_reset(vm, above);
	below = above ? region_prev(above) : NULL;
	if (!above && vm->regions.root)
		below = rb_entry(rb_last(&vm->regions), struct region, node);
	if (below)
		low = max(low, align_up(below->end, TABLE_SPAN));
	if (above)
		high = min(high, align_down(above->start, TABLE_SPAN));
	if (high - low <= 2 * TABLE_SPAN && vm->pt.tables < SPARE_TABLES + (vm->pages >> 7))
		return;
	if (low < high)
		pagetable_prune(&vm->pt, low, min(high, USER_END));
}

int unmap_range(struct vm *vm, u64 start, u64 end, struct list *dead)
{
	struct region *r = vm_find(vm, start), *next;
	struct gather g;

	if (!r || r->start >= end)
		return 0;
	if (r->start < start) {
		r = region_split(vm, r, start);
		if (IS_ERR(r))
			return (int)PTR_ERR(r);
	}
	next = vm_find(vm, end);
	if (next && next->start < end) {
		next = region_split(vm, next, end);
		if (IS_ERR(next))
			return (int)PTR_ERR(next);
	}
	gather_begin(&g, vm);
	for (; r && r->start < end; r = next) {
		next = region_next(r);
		gather_zap(&g, r, r->start, r->end, false);
		region_remove(vm, r, dead);
	}
	gather_end(&g);
	prune_hole(vm, start, end);
	return 0;
}

int vm_unmap(struct vm *vm, u64 addr, u64 len)
{
	struct list dead = LIST_INIT(dead);
	int ret;

	if ((addr & ~PAGE_MASK) || addr > USER_END || len > USER_END - addr || !len)
		return -EINVAL;
	mutex_lock(&vm->lock);
	ret = unmap_range(vm, addr, addr + align_up(len, PAGE_SIZE), &dead);
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	return ret;
}

void unmap_all(struct vm *vm, struct list *dead)
{
	struct rbnode *node;
	struct region *r;
	u64 va;
	pte_t *e;

	assert(mutex_held(&vm->lock));
	rb_for_each (node, &vm->regions) {
		r = rb_entry(node, struct region, node);
		for_each_entry(e, va, &vm->pt, r->start, r->end)
		{
			if (!(*e & PTE_ZEROPAGE))
				page_put(page_of_phys(pte_phys(*e)));
			*e = 0;
		}
		if (r->mapping)
			region_leave(r);
		list_add_tail(&r->link, dead);
		sched_relax();
	}
	vm->regions = (struct rbtree){ NULL, NULL };
	vm->last = NULL;
	vm->count = 0;
	vm->rss_anon = vm->rss_file = vm->rss_shared = 0;
	vm->pages = vm->data_pages = vm->stack_pages = vm->exec_pages = vm->locked = 0;
}
