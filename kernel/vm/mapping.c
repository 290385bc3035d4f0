/*
 * mapping.c - the page cache of an inode, and taking its pages out of everybody's page tables.
 *
 * Locking: m->lock for the pages and the list of regions.  Page tables need the lock of their
 * space, which ranks before m->lock.  A truncation therefore first takes the pages out of the
 * cache, counts zap_seq up, and then visits the spaces one by one: it pins a space under m->lock,
 * lets go, locks the space and looks again.  A region whose zap_seq has reached the truncation's
 * has been visited or has seen the new size from its birth; visited ones move to the list's tail.
 * A copy made by fork inherits the number of its model, so neither is missed.
 */
#include "kernel/abi/fcntl.h"
#include "kernel/lib/string.h"
#include "kernel/vm/region.h"

#define MOVE_TRIES 10

static u64 cached_total; /* [a] */

/* Held by who takes pages out of all page tables: one at a time, so that the numbers of two that
   work on one mapping do not hide a region from one of them. */
static struct mutex zap_lock = MUTEX_INIT(zap_lock, RANK_ZAP);

void mapping_init(struct mapping *m, const struct mapping_ops *ops, void *host)
{
	*m = (struct mapping){ .ops = ops, .host = host };
	mutex_init(&m->lock, RANK_MAPPING);
	list_init(&m->regions);
}

int mapping_seal(struct mapping *m, u32 seals)
{
	int error = 0;

	mutex_lock(&m->lock);
	if (m->seals & F_SEAL_SEAL)
		error = -EPERM;
	else if (seals & ~m->seals & F_SEAL_WRITE && m->writers)
		error = -EBUSY;
	else
		WRITE_ONCE(m->seals, m->seals | seals);
	mutex_unlock(&m->lock);
	return error;
}

int mapping_writer_begin(struct mapping *m)
{
	int error = 0;

	mutex_lock(&m->lock);
	if (m->seals & F_SEAL_WRITE)
		error = -EPERM;
	else
		m->writers++;
	mutex_unlock(&m->lock);
	return error;
}

void mapping_writer_end(struct mapping *m)
{
	mutex_lock(&m->lock);
	m->writers--;
	mutex_unlock(&m->lock);
}

u64 mapping_total(void)
{
	return __atomic_load_n(&cached_total, __ATOMIC_RELAXED);
}

struct page *mapping_new_page(u64 index, const struct region *r)
{
	struct mems *m = &thread_current()->mems;

	if (unlikely(m->spread & MEMS_SPREAD_PAGE))
		return page_alloc_spread(m, PAGE_ZERO);
	return page_alloc_policy(m, r && r->policy ? r->policy : &m->policy, index, PAGE_ZERO);
}

struct page *mapping_page_locked(struct mapping *m, u64 index, const struct region *r)
{
	struct page *p = radix_get(&m->pages, index);

	if (likely(p))
		return p;
	if (m->ops && m->ops->fill)
		p = m->ops->fill(m, index, r);
	else
		p = mapping_new_page(index, r);
	if (!p)
		return ERR_PTR(-ENOMEM);
	if (IS_ERR(p))
		return p;
	if (radix_set(&m->pages, index, p)) {
		page_put(p);
		return ERR_PTR(-ENOMEM);
	}
	p->mapping = m;
	p->index = index;
	p->flags |= PAGE_FILE;
	m->count++;
	__atomic_fetch_add(&cached_total, 1, __ATOMIC_RELAXED);
	return p;
}

struct page *mapping_find(struct mapping *m, u64 index)
{
	struct page *p;

	mutex_lock(&m->lock);
	p = radix_get(&m->pages, index);
	if (p)
		page_get(p);
	mutex_unlock(&m->lock);
	return p;
}

struct page *mapping_get(struct mapping *m, u64 index)
{
	struct page *p;

	for (unsigned tries = 0;; tries++) {
		mutex_lock(&m->lock);
		p = mapping_page_locked(m, index, NULL);
		if (!IS_ERR(p))
			page_get(p);
		mutex_unlock(&m->lock);
		if (likely(p != ERR_PTR(-ENOMEM)) || !vm_reclaim(tries))
			return p;
	}
}

/* Takes [first, last) out of the cache.  m->lock held. */
static void drop_pages(struct mapping *m, u64 first, u64 last)
{
	struct page *p;

	while ((p = radix_next(&m->pages, &first)) && first < last) {
		radix_clear(&m->pages, first);
		p->mapping = NULL;
		p->flags &= ~PAGE_FILE;
		page_put(p);
		m->count--;
		__atomic_fetch_sub(&cached_total, 1, __ATOMIC_RELAXED);
		sched_relax();
	}
}

/* The first region that truncation `seq` has not visited, its space pinned.  m->lock held. */
static struct vm *unvisited(struct mapping *m, u32 seq)
{
	struct region *r;

	list_for_each (r, &m->regions, link) {
		if ((s32)(r->zap_seq - seq) < 0) {
			refcount_get(&r->vm->pins);
			return r->vm;
		}
	}
	return NULL;
}

static void zap_space(struct vm *vm, struct mapping *m, u32 seq, u64 first, u64 last, bool copies)
{
	struct rbnode *node;
	struct region *r;
	struct gather g;
	u64 from, to;

	mutex_lock(&vm->lock);
	gather_begin(&g, vm);
	rb_for_each (node, &vm->regions) {
		r = rb_entry(node, struct region, node);
		if (r->mapping != m)
			continue;
		from = max(first, r->offset);
		to = min(last, r->offset + region_pages(r));
		if (from < to)
			gather_zap(&g, r, r->start + ((from - r->offset) << PAGE_SHIFT),
				   r->start + ((to - r->offset) << PAGE_SHIFT), !copies);
		mutex_lock(&m->lock);
		r->zap_seq = seq;
		list_move_tail(&r->link, &m->regions);
		mutex_unlock(&m->lock);
	}
	gather_end(&g);
	mutex_unlock(&vm->lock);
}

/* Out of all page tables; copies: private copies too. */
static void zap_everywhere(struct mapping *m, u32 seq, u64 first, u64 last, bool copies)
{
	struct vm *vm;

	for (;;) {
		mutex_lock(&m->lock);
		vm = unvisited(m, seq);
		mutex_unlock(&m->lock);
		if (!vm)
			return;
		zap_space(vm, m, seq, first, last, copies);
		vm_unpin(vm);
	}
}

/* Beyond the end a page reads as zeros when the file grows again. */
static void clear_tail(struct mapping *m, u64 size)
{
	struct page *p = size % PAGE_SIZE ? radix_get(&m->pages, size >> PAGE_SHIFT) : NULL;

	if (p)
		memset((u8 *)page_virt(p) + size % PAGE_SIZE, 0, PAGE_SIZE - size % PAGE_SIZE);
}

/* Takes what has left the cache out of all page tables.  No lock held but outer ones. */
static void zap_dropped(struct mapping *m, u64 first, u64 last, bool copies)
{
	u32 seq;

	mutex_lock(&zap_lock);
	mutex_lock(&m->lock);
	seq = ++m->zap_seq;
	mutex_unlock(&m->lock);
	zap_everywhere(m, seq, first, last, copies);
	mutex_unlock(&zap_lock);
}

void mapping_truncate(struct mapping *m, u64 size)
{
	u64 first = (size >> PAGE_SHIFT) + (size % PAGE_SIZE != 0);
	bool mapped;

	mutex_lock(&m->lock);
	clear_tail(m, min(size, m->size));
	m->size = size;
	drop_pages(m, first, ~0ul);
	mapped = !list_empty(&m->regions);
	mutex_unlock(&m->lock);
	if (mapped)
		zap_dropped(m, first, ~0ul, true);
}

void mapping_punch(struct mapping *m, u64 first, u64 last)
{
	bool mapped;

	mutex_lock(&m->lock);
	drop_pages(m, first, last);
	mapped = !list_empty(&m->regions);
	mutex_unlock(&m->lock);
	if (mapped)
		zap_dropped(m, first, last, false);
}

void mapping_wait_moved(void)
{
	mutex_lock(&zap_lock);
	mutex_unlock(&zap_lock);
}

/* Puts `to` in the place of page `index`, unless that is another than `old`, of which the caller
   has a reference.  False: somebody else has one too. */
static bool replace_page(struct mapping *m, u64 index, const struct page *old, struct page *to)
{
	struct page *p;
	bool done = true;

	mutex_lock(&m->lock);
	p = radix_get(&m->pages, index);
	if (p == old && refcount_read(&p->refs) == 2) {
		page_copy(page_virt(to), page_virt(p));
		to->mapping = m;
		to->index = index;
		to->flags |= PAGE_FILE;
		bug_if(radix_set(&m->pages, index, to) < 0); /* replaces: needs no memory */
		page_get(to);
		p->mapping = NULL;
		p->flags &= ~PAGE_FILE;
		page_put(p);
	} else {
		done = p != old;
	}
	mutex_unlock(&m->lock);
	return done;
}

static bool move_page(struct mapping *m, u64 index, u64 nodes,
		      struct page *(*target)(void *arg, u64 index, const struct page *old),
		      void *arg)
{
	struct page *old = mapping_find(m, index), *to = NULL;
	bool done = !old || !(nodes & BIT(old->nid));

	if (!done)
		to = target(arg, index, old);
	for (int i = 0; i < MOVE_TRIES && to && !done; i++) {
		done = replace_page(m, index, old, to);
		if (!done)
			sched_yield();
	}
	if (to)
		page_put(to);
	if (old)
		page_put(old);
	return done;
}

static void set_moving(struct mapping *m, bool moving, u32 *seq)
{
	mutex_lock(&m->lock);
	m->moving = moving;
	if (moving)
		*seq = ++m->zap_seq;
	mutex_unlock(&m->lock);
}

u64 mapping_move_range(struct mapping *m, u64 first, u64 last, u64 nodes,
		       struct page *(*target)(void *arg, u64 index, const struct page *old),
		       void *arg)
{
	u64 failed = 0;
	u32 seq = 0;

	mutex_lock(&zap_lock);
	set_moving(m, true, &seq);
	zap_everywhere(m, seq, first, last, false);
	for (u64 index = first; index < last; index++)
		failed += !move_page(m, index, nodes, target, arg);
	set_moving(m, false, NULL);
	mutex_unlock(&zap_lock);
	return failed;
}

void mapping_destroy(struct mapping *m)
{
	mutex_lock(&m->lock);
	bug_if(!list_empty(&m->regions));
	drop_pages(m, 0, ~0ul);
	mutex_unlock(&m->lock);
	radix_destroy(&m->pages);
}
