/*
 * page.c - handing out physical pages.
 *
 * Each CPU keeps a stock of single pages of its own memory node, so that most allocations and
 * releases are a push or a pop with interrupts off.  Stocks are filled from the node and emptied
 * into it by the batch; anything else (larger blocks, other nodes) goes to the buddies directly.
 *
 * A stock is small where memory is: all stocks together hold at most a 64th of it, and a CPU that
 * finds no memory gives its own stock back before it gives up.
 *
 * Locking: a stock belongs to its CPU with interrupts off.  Statistics read those of others.
 *
 * A debug build fills free pages with a pattern and checks it when they are handed out again.
 */
#include "kernel/mem/page.h"

#include "arch/cpu.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"
#include "kernel/mem/buddy.h"

#define STOCK_MAX 61 /* makes a stock 512 bytes */
#define STOCK_MIN 4

struct stock {
	u32 count; /* [p] */
	u32 limit; /* [p] 0 until first used */
	u32 nid;   /* [p] where all its pages are from */
	u32 unused;
	u64 taken;		       /* [p] pages handed out, all to this CPU and as wanted */
	struct page *pages[STOCK_MAX]; /* [p] */
} aligned_to(512);

static struct stock stocks[NCPU];
bool (*mem_fail_hook)(void);

void page_clear(void *dst)
{
	u64 words = PAGE_SIZE / 8;

	__asm__ volatile("rep stosq" : "+D"(dst), "+c"(words) : "a"(0ul) : "memory");
}

void page_copy(void *dst, const void *src)
{
	u64 words = PAGE_SIZE / 8;

	__asm__ volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(words) : : "memory");
}

#ifdef DEBUG
#define POISON 0xdeadfeedbadc0fe5ul

static void debug_free(struct page *p, unsigned order)
{
	if (refcount_read(&p->refs) != 1 || (p->flags & (PAGE_FREE | PAGE_STOCK)))
		panic("page %lx freed with %u references, flags %x", page_phys(p),
		      refcount_read(&p->refs), p->flags);
	for (u64 i = 0; i < 1ul << order; i++) {
		u64 *words = page_virt(p + i), n = PAGE_SIZE / 8;

		__asm__ volatile("rep stosq" : "+D"(words), "+c"(n) : "a"(POISON) : "memory");
		p[i].poisoned = true;
	}
}

static void debug_alloc(struct page *p, unsigned order)
{
	for (u64 i = 0; i < 1ul << order; i++) {
		const u64 *words = page_virt(p + i);

		if (!p[i].poisoned)
			continue; /* never used before */
		p[i].poisoned = false;
		for (unsigned n = 0; n < PAGE_SIZE / 8; n++)
			if (words[n] != POISON)
				panic("page %lx written after it was freed: %lx at offset %x",
				      page_phys(p + i), words[n], n * 8);
	}
}
#else
static inline void debug_free(struct page *p, unsigned order)
{
	(void)p, (void)order;
}

static inline void debug_alloc(struct page *p, unsigned order)
{
	(void)p, (void)order;
}
#endif

static u64 total_pages(void)
{
	u64 total = 0;

	for (unsigned nid = 0; nid < NNODE; nid++)
		total += buddies[nid].total;
	return total;
}

/* An empty stock takes on the node and the size that suit its CPU. */
static void stock_adapt(struct stock *s)
{
	u64 share = total_pages() / (64 * (u64)max(cpu_count(), 1));

	s->nid = node_nearest(cpu_this()->node, node_memory());
	s->limit = (u32)(share < STOCK_MIN ? STOCK_MIN : min(share, (u64)STOCK_MAX));
}

static void stock_fill(struct stock *s)
{
	struct buddy *b;

	stock_adapt(s);
	b = &buddies[s->nid];
	spin_lock(&b->lock);
	while (s->count < (s->limit + 1) / 2) {
		struct page *p = buddy_take_locked(b, 0);

		if (!p)
			break;
		p->order = 0;
		p->flags = PAGE_STOCK;
		s->pages[s->count++] = p;
	}
	spin_unlock(&b->lock);
}

/* Gives back all but `keep` pages. */
static void stock_drain(struct stock *s, u32 keep)
{
	struct buddy *b = &buddies[s->nid];

	spin_lock(&b->lock);
	while (s->count > keep)
		buddy_give_locked(b, s->pages[--s->count], 0);
	spin_unlock(&b->lock);
}

static inline void count(u64 *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void count_place(unsigned found, unsigned wanted)
{
	struct page_places *here = &buddies[found].places;

	count(found == wanted ? &here->hit : &here->miss);
	if (found != wanted)
		count(&buddies[wanted].places.foreign);
	count(found == cpu_this()->node ? &here->local : &here->other);
}

/* Node `near` counts as what was wanted, or if the mask forbids it, the first that it allows. */
static struct page *take_nearest(unsigned order, u64 nodes, unsigned near)
{
	const u8 *by_distance = node_order(near);

	nodes &= node_memory();
	for (unsigned i = 0; i < NNODE && nodes; i++) {
		struct buddy *b = &buddies[by_distance[i]];
		struct page *p = NULL;

		if (!(nodes & BIT(by_distance[i])))
			continue;
		if (READ_ONCE(b->orders)) {
			spin_lock(&b->lock);
			p = buddy_take_locked(b, order);
			spin_unlock(&b->lock);
		}
		if (p) {
			count_place(by_distance[i], node_nearest(near, nodes));
			return p;
		}
	}
	return NULL;
}

/* Interrupts off. */
static noinline struct page *alloc_slow(struct stock *s, unsigned order, u64 nodes, unsigned near)
{
	struct page *p;

	if (near >= NNODE)
		near = cpu_this()->node;
	if (order == 0 && s->count == 0 && near == cpu_this()->node && (nodes & BIT(near))) {
		stock_fill(s);
		if (s->count) {
			s->taken++;
			return s->pages[--s->count];
		}
	}
	p = take_nearest(order, nodes, near);
	if (!p && s->count) {
		stock_drain(s, 0);
		p = take_nearest(order, nodes, near);
	}
	return p;
}

struct page *page_alloc_near(unsigned order, enum page_how how, u64 nodes, unsigned near)
{
	struct stock *s;
	struct page *p;

	if (unlikely(mem_fail_hook) && !(how & (PAGE_NOFAIL | PAGE_INNER)) && alloc_may_fail())
		return NULL;
	assert(order < PAGE_ORDERS);
	irq_disable();
	s = &stocks[cpu_id()];
	if (likely(order == 0 && s->count && (nodes >> s->nid & 1) &&
		   (near == NODE_HERE || near == s->nid))) {
		s->taken++;
		p = s->pages[--s->count];
	} else {
		p = alloc_slow(s, order, nodes, near);
	}
	irq_restore();
	if (unlikely(!p)) {
		if (how & PAGE_NOFAIL)
			panic("no memory for 2^%u pages at boot", order);
		return NULL;
	}
	debug_alloc(p, order);
	refcount_init(&p->refs, 1);
	p->order = (u8)order;
	p->flags = 0;
	p->mapping = NULL;
	if (how & PAGE_ZERO)
		for (u64 i = 0; i < 1ul << order; i++)
			page_clear(page_virt(p + i));
	return p;
}

struct page *page_alloc_confined(unsigned order, enum page_how how, const struct mems *m)
{
	u64 own = READ_ONCE(m->allowed), walled = READ_ONCE(m->kernel);
	struct page *p;

	if (unlikely(mem_fail_hook) && !(how & PAGE_INNER) && alloc_may_fail())
		return NULL;
	how |= PAGE_INNER;
	p = page_alloc_nodes(order, how, own);
	return p || !(walled & ~own) ? p : page_alloc_nodes(order, how, walled);
}

/* Interrupts off. */
static noinline void free_slow(struct stock *s, struct page *p)
{
	struct buddy *b = &buddies[p->nid];

	if (p->order == 0) {
		if (!s->count)
			stock_adapt(s);
		else if (s->count == s->limit)
			stock_drain(s, s->limit / 2);
		if (p->nid == s->nid) {
			p->flags = PAGE_STOCK;
			s->pages[s->count++] = p;
			return;
		}
	}
	spin_lock(&b->lock);
	buddy_give_locked(b, p, p->order);
	spin_unlock(&b->lock);
}

void page_free(struct page *p)
{
	struct stock *s;

	debug_free(p, p->order);
	refcount_init(&p->refs, 0);
	irq_disable();
	s = &stocks[cpu_id()];
	if (likely(p->order == 0 && p->nid == s->nid && s->count < s->limit)) {
		p->flags = PAGE_STOCK;
		s->pages[s->count++] = p;
	} else {
		free_slow(s, p);
	}
	irq_restore();
}

void page_drain(void)
{
	stock_drain(&stocks[cpu_id()], 0);
}

/* What other CPUs do meanwhile may be missed or counted twice. */
void page_stats(struct page_stats *out, u64 nodes)
{
	*out = (struct page_stats){};
	for (unsigned nid = 0; nid < NNODE; nid++) {
		if (!(nodes & BIT(nid)))
			continue;
		out->total += READ_ONCE(buddies[nid].total);
		out->free += READ_ONCE(buddies[nid].free);
	}
	for (int cpu = 0; cpu < cpu_count(); cpu++)
		if (nodes & BIT(stocks[cpu].nid))
			out->free += READ_ONCE(stocks[cpu].count);
}

void page_places(struct page_places *out, unsigned node)
{
	*out = buddies[node].places;
	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		if (stocks[cpu].limit && stocks[cpu].nid == node) {
			out->hit += READ_ONCE(stocks[cpu].taken);
			out->local += READ_ONCE(stocks[cpu].taken);
		}
	}
}

void page_kinds(struct page_kinds *out, unsigned node)
{
	u64 end = boot.memory_end >> PAGE_SHIFT, pages;

	*out = (struct page_kinds){};
	for (u64 pfn = 1; pfn < end; pfn += pages) {
		const struct page *p = page_array + pfn;
		unsigned order = READ_ONCE(p->order), flags = READ_ONCE(p->flags);

		pages = 1;
		if (!refcount_read(&p->refs) || p->nid != node || order >= PAGE_ORDERS)
			continue;
		pages <<= order;
		if (flags & PAGE_FILE)
			out->file += pages;
		else if (flags & PAGE_ANON)
			out->anonymous += pages;
		else if (flags & PAGE_SLAB)
			out->slab += pages;
		else if (flags & PAGE_TABLE)
			out->tables += pages;
	}
}

/* --- for programs ------------------------------------------------------------------------------*/

static struct page *alloc_noted(struct mems *m, enum page_how how, u64 nodes, unsigned near)
{
	struct page *p = page_alloc_near(0, how, nodes, near);

	if (unlikely(!p))
		m->wanted = nodes;
	return p;
}

static struct page *alloc_interleaved(struct mems *m, u64 nodes, u64 index, enum page_how how)
{
	u64 allowed = mems_allowed(m);
	unsigned node;
	struct page *p;

	if (index == PAGE_IN_TURN)
		node = m->turn = node_next(m->turn, nodes);
	else
		node = node_nth(index, nodes);
	p = alloc_noted(m, how, allowed, node);
	if (p && p->nid == node)
		count(&buddies[node].places.interleave);
	return p;
}

struct page *page_alloc_policy(struct mems *m, const struct policy *policy, u64 index,
			       enum page_how how)
{
	u64 allowed = mems_allowed(m), nodes = READ_ONCE(policy->nodes) & allowed;
	unsigned home = policy->home >= 0 ? (unsigned)policy->home : NODE_HERE;
	struct page *p;

	if (!nodes)
		return alloc_noted(m, how, allowed, NODE_HERE);
	switch (READ_ONCE(policy->mode)) {
	case MPOL_BIND:
		return alloc_noted(m, how, nodes, home);
	case MPOL_PREFERRED:
		return alloc_noted(m, how, allowed, (unsigned)bits_first(nodes));
	case MPOL_PREFERRED_MANY:
		p = page_alloc_near(0, how, nodes, home);
		return p ?: alloc_noted(m, how, allowed, home);
	case MPOL_INTERLEAVE:
		return alloc_interleaved(m, nodes, index, how);
	}
	return alloc_noted(m, how, allowed, NODE_HERE);
}

struct page *page_alloc_spread(struct mems *m, enum page_how how)
{
	u64 allowed = mems_allowed(m);

	m->rotor = node_next(m->rotor, allowed & node_memory());
	return alloc_noted(m, how, allowed, m->rotor);
}

void page_init(void)
{
	buddy_init();
}
