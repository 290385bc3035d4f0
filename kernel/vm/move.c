/*
 * move.c - pages of a space go to other memory nodes.
 *
 * Private pages: a few entries at a time are taken out of the table, the TLBs are flushed once, the
 * pages are copied and the entries come back, all with vm->lock held: a thread that touches one of
 * them waits for the lock in its fault and finds the new page.
 *
 *   one reference      the page is this space's alone
 *   more, read-only    common since fork: this space gets a copy, or with a move_group the copy
 * that the first of the group got more, writable     somebody holds on to it: stays
 *
 * Pages of files (mapping_move_range in mapping.c) are in the cache and in the tables of any number
 * of spaces, so vm->lock is let go for them; those that were mapped here are mapped again after it.
 *
 * Tolerated: a forced write (/proc/PID/mem) into a page that the program may not write, at the very
 * moment when the page moves, may be lost.
 *
 * Differs from Linux: a page that fork left common is copied for the space that is moved; the
 * others keep theirs.
 */
#include "kernel/vm/move.h"

#include "kernel/vm/region.h"

#define BATCH 7
#define RUN   16 /* pages of a file at a time */

struct batch {
	u32 count;
	u64 start, end; /* to flush */
	struct {
		pte_t *entry, old;
		struct page *page; /* the new one */
	} moved[BATCH];
};

/* A move under way. */
struct mover {
	struct vm *vm;
	bool shared;
	bool by_policy; /* to where the policy of the region would have it; else to[] */
	u64 nodes;	/* pages on these nodes move */
	u8 to[NNODE];
	struct move_group *group;
	bool full; /* a node had no page to give */
	u64 failed;
	struct batch batch;
};

/* A run of pages of a file that have to move: a reference of the owner until they have. */
struct file_run {
	struct mapping *mapping;
	void *owner;
	u64 va, index, count;
};

void move_group_begin(struct move_group *g)
{
	*g = (struct move_group){};
}

static void group_drop(struct move_group *g, u64 frame)
{
	page_put(radix_clear(&g->copies, frame));
	page_put(page_of_phys(frame << PAGE_SHIFT));
}

void move_group_end(struct move_group *g)
{
	u64 frame = 0;

	if (likely(!g->copies.root)) /* no common page has moved */
		return;
	for (; radix_next(&g->copies, &frame); frame++)
		group_drop(g, frame);
	radix_destroy(&g->copies);
}

/* A page in the place of `old`, which region r has at va.  NULL: no memory there. */
static struct page *new_page(struct mover *m, const struct region *r, u64 va,
			     const struct page *old)
{
	struct page *p;

	if (m->by_policy)
		p = region_page(r, va, PAGE_PLAIN);
	else
		p = page_alloc_near(0, PAGE_PLAIN, BIT(m->to[old->nid]), m->to[old->nid]);
	m->full |= !p;
	return p;
}

static void batch_finish(struct mover *m)
{
	struct batch *b = &m->batch;

	if (b->count)
		pagetable_flush(&m->vm->pt, b->start, b->end);
	for (u32 i = 0; i < b->count; i++) {
		pte_t old = b->moved[i].old;
		struct page *from = page_of_phys(pte_phys(old)), *to = b->moved[i].page;

		/* A copy that the group has already is copied once more: to the same bytes. */
		page_copy(page_virt(to), page_virt(from));
		to->flags = PAGE_ANON;
		*b->moved[i].entry = (old & ~PTE_PHYS) | page_phys(to);
		page_put(from);
	}
	b->count = 0;
}

/* The group's copy of a common page, made when there is none. */
static struct page *common_page(struct mover *m, const struct region *r, u64 va, struct page *old)
{
	u64 frame = page_phys(old) >> PAGE_SHIFT;
	struct page *copy = m->group ? radix_get(&m->group->copies, frame) : NULL;

	if (copy) {
		page_get(copy);
		if (refcount_read(&old->refs) == 2) /* this space is the last that has it */
			group_drop(m->group, frame);
		return copy;
	}
	copy = new_page(m, r, va, old);
	if (copy && m->group && !radix_set(&m->group->copies, frame, copy)) {
		page_get(copy);
		page_get(old);
	}
	return copy;
}

/* Is this a page that has to go, as far as its place is concerned? */
static bool is_misplaced(const struct mover *m, pte_t e)
{
	return !(e & PTE_ZEROPAGE) && (m->nodes & BIT(page_of_phys(pte_phys(e))->nid));
}

static void move_private(struct mover *m, const struct region *r, u64 va, pte_t *e)
{
	struct batch *b = &m->batch;
	struct page *old = page_of_phys(pte_phys(*e)), *to;
	bool common = refcount_read(&old->refs) > 1;

	if (common && !m->shared)
		return;
	if (common && (*e & PTE_WRITE)) {
		m->failed++;
		return;
	}
	to = common ? common_page(m, r, va, old) : new_page(m, r, va, old);
	if (!to) {
		m->failed++;
		return;
	}
	if (!b->count)
		b->start = va;
	b->end = va + PAGE_SIZE;
	b->moved[b->count].entry = e;
	b->moved[b->count].page = to;
	b->moved[b->count++].old = __atomic_exchange_n(e, 0, __ATOMIC_RELAXED);
	if (b->count == BATCH)
		batch_finish(m);
}

/* False: the run is full, or va is not its next page. */
static bool run_add(struct file_run *run, const struct region *r, u64 va)
{
	if (run->count && (run->count == RUN || run->mapping != r->mapping ||
			   va != run->va + run->count * PAGE_SIZE ||
			   region_index(r, va) != run->index + run->count))
		return false;
	if (!run->count++) {
		run->mapping = r->mapping;
		run->owner = r->owner;
		run->va = va;
		run->index = region_index(r, va);
		run->mapping->ops->hold(run->owner);
	}
	return true;
}

/* Moves what is private in [va, end) of r and notes pages of files, until a run of them has come to
   its end.  Returns where to go on. */
static u64 scan_region(struct mover *m, const struct region *r, u64 va, u64 end,
		       struct file_run *run)
{
	pte_t *e;

	for_each_entry(e, va, &m->vm->pt, va, end)
	{
		if (!is_misplaced(m, *e))
			continue;
		if (*e & PTE_ANON) {
			move_private(m, r, va, e);
			continue;
		}
		/* One reference is the cache's, one this space's. */
		if (!m->shared && refcount_read(&page_of_phys(pte_phys(*e))->refs) > 2)
			continue;
		if (!run_add(run, r, va))
			return va;
	}
	return end;
}

static u64 scan(struct mover *m, u64 va, u64 end, struct file_run *run)
{
	u64 stop = min(end, va + TABLE_SPAN); /* lets others at the space now and then */
	struct region *r;
	u64 to;

	mutex_lock(&m->vm->lock);
	for (r = vm_find(m->vm, va); r && r->start < stop; r = region_next(r)) {
		if (r->flags & VM_SPECIAL)
			continue;
		to = min(r->end, stop);
		va = scan_region(m, r, max(va, r->start), to, run);
		if (va < to)
			break;
	}
	batch_finish(m);
	mutex_unlock(&m->vm->lock);
	if (r && r->start < stop)
		return va;
	return r ? max(stop, min(r->start, end)) : end;
}

struct file_target {
	struct mover *mover;
	const struct file_run *run;
};

/* For mapping_move_range(): called with no lock of a space held. */
static struct page *file_page(void *arg, u64 index, const struct page *old)
{
	struct file_target *t = arg;
	struct mover *m = t->mover;
	struct region *r;
	struct page *p = NULL;
	u64 va = t->run->va + (index - t->run->index) * PAGE_SIZE;

	if (!m->by_policy)
		return new_page(m, NULL, va, old);
	mutex_lock(&m->vm->lock);
	r = vm_find(m->vm, va);
	if (r && r->start <= va)
		p = new_page(m, r, va, old);
	mutex_unlock(&m->vm->lock);
	return p;
}

static void move_files(struct mover *m, const struct file_run *run)
{
	const struct mapping_ops *ops = run->mapping->ops;
	struct file_target target = { m, run };
	int ret, code;

	m->failed += mapping_move_range(run->mapping, run->index, run->index + run->count, m->nodes,
					file_page, &target);
	for (u64 i = 0; i < run->count; i++) {
		ret = vm_fault(m->vm, run->va + i * PAGE_SIZE, 0, &code);
		if (ret < 0)
			break; /* unmapped meanwhile, or to be fetched when it is touched */
	}
	ops->release(run->owner);
}

static void move_all(struct mover *m, u64 start, u64 end)
{
	struct file_run run;

	while (start < end && !(thread_alerts(thread_current()) & ALERT_KILL)) {
		run.count = 0;
		start = scan(m, start, end, &run);
		if (run.count)
			move_files(m, &run);
		sched_relax();
	}
}

u64 vm_move_nodes(struct vm *vm, u64 from, u64 to, bool shared, struct move_group *group)
{
	struct mover m = { .vm = vm, .shared = shared, .group = group };
	bool same = bits_count(from) == bits_count(to);
	unsigned node;

	if (!to)
		return 0;
	for_each_bit(node, from & node_memory())
	{
		m.to[node] = (u8)bits_first(nodes_remap(BIT(node), from, to));
		if (m.to[node] != node && (same || !(to & BIT(node))))
			m.nodes |= BIT(node);
	}
	if (m.nodes)
		move_all(&m, 0, USER_END);
	return m.failed;
}

u64 move_to_policy(struct vm *vm, u64 start, u64 end, u64 nodes, bool shared)
{
	struct mover m = { .vm = vm, .shared = shared, .by_policy = true, .nodes = nodes };

	move_all(&m, start, end);
	return m.failed;
}

/* --- single pages ------------------------------------------------------------------------------*/

/* What lies at va.  vm->lock held. */
static int entry_at(struct vm *vm, u64 va, pte_t **entry)
{
	struct region *r = va < USER_END ? vm_find(vm, va) : NULL;

	if (!r || r->start > va || (r->flags & VM_SPECIAL))
		return -EFAULT;
	*entry = pagetable_walk(&vm->pt, va, false);
	if (!*entry || !**entry)
		return r->mapping ? -ENOENT : -EFAULT;
	return **entry & PTE_ZEROPAGE ? -EFAULT : 0;
}

int vm_page_node(struct vm *vm, u64 va, bool fetch)
{
	int ret, code;
	pte_t *e;

	for (unsigned tries = 0;; tries++) {
		mutex_lock(&vm->lock);
		ret = fetch ? fault_locked(vm, va, 0, false, &code) : entry_at(vm, va, &e);
		if (!ret)
			ret = page_of_phys(pte_phys(*pagetable_walk(&vm->pt, va, false)))->nid;
		mutex_unlock(&vm->lock);
		if (!fetch || !fault_again(ret, tries))
			return ret;
	}
}

int vm_move_page(struct vm *vm, u64 va, unsigned node, bool shared)
{
	struct mover m = { .vm = vm, .shared = shared };
	struct page *p = NULL;
	pte_t *e;
	int ret;

	va &= PAGE_MASK;
	mutex_lock(&vm->lock);
	ret = entry_at(vm, va, &e);
	if (!ret) {
		p = page_of_phys(pte_phys(*e));
		if (p->nid != node && !shared && refcount_read(&p->refs) > (*e & PTE_ANON ? 1 : 2))
			ret = -EACCES;
		m.nodes = BIT(p->nid) & ~BIT(node);
		m.to[p->nid] = (u8)node;
	}
	mutex_unlock(&vm->lock);
	if (ret < 0 || !m.nodes)
		return ret;
	move_all(&m, va, va + PAGE_SIZE);
	ret = vm_page_node(vm, va, false);
	if (ret < 0 || ret == (int)node)
		return ret < 0 ? ret : 0;
	return m.full ? -ENOMEM : -EBUSY;
}
