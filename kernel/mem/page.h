/*
 * page.h - physical pages: one struct page each, a buddy allocator per memory node, a small stock
 * of single pages per CPU.
 *
 * A page in use carries a reference count.  The allocator hands it out with one; page_put() of the
 * last frees it.  Who the page belongs to (page cache, anonymous memory, slab, page table) uses
 * `mapping`, `index` and `node` as it likes.
 */
#pragma once
#include "arch/boot.h"
#include "kernel/lib/list.h"
#include "kernel/lib/refcount.h"
#include "kernel/mem/node.h"

#define PAGE_ORDERS 11 /* blocks of 4 KiB to 4 MiB */

struct mapping;

struct page {
	struct list list;	 /* free list; else the owner's */
	struct refcount refs;	 /* 0: free, once it has been used */
	u8 order;		 /* [I] while allocated */
	u8 nid;			 /* [I] memory node */
	u8 flags;		 /* PAGE_* */
	u8 poisoned;		 /* debug builds: free, and filled with a pattern */
	struct mapping *mapping; /* page cache: whose; slab: its cache */
	u64 index;		 /* page cache: which page of the file; slab: free objects */
};

#define PAGE_FREE  1u /* in a free list */
#define PAGE_SLAB  2u
#define PAGE_FILE  4u  /* in a page cache: private writes must copy it */
#define PAGE_ANON  8u  /* counted as anonymous memory */
#define PAGE_STOCK 16u /* in a CPU's stock */
#define PAGE_TABLE 32u /* a page table, or kept to become one */

enum page_how {
	PAGE_PLAIN = 0,
	PAGE_ZERO = 1,	 /* cleared */
	PAGE_NOFAIL = 2, /* boot only: panics */
	PAGE_INNER = 4,	 /* part of an allocation that mem_fail_hook has let pass */
};

/* Fault injection: when set and true, the allocation at hand is refused.  Any context. */
extern bool (*mem_fail_hook)(void);

static always_inline bool alloc_may_fail(void)
{
	bool (*hook)(void) = READ_ONCE(mem_fail_hook);

	return unlikely(hook) && hook();
}

extern struct page *page_array; /* by page frame number */

/* Takes over boot.free.  Before it, only boot_alloc() works. */
void page_init(void);

/* Adds RAM that was in use at boot and is no longer (the initramfs); whole pages of [start, end).
 */
void page_give_range(u64 start, u64 end);

#define NODE_HERE ~0u /* the node of this CPU */

/* 2^order pages from the nodes of the mask, node `near` first, then those nearest to it.  NULL when
   there is no memory.  Any context. */
struct page *page_alloc_near(unsigned order, enum page_how how, u64 nodes, unsigned near);
void page_free(struct page *p); /* refs must be 1 */
void page_drain(void);		/* this CPU gives its stock back.  Interrupts off. */

static inline struct page *page_alloc_nodes(unsigned order, enum page_how how, u64 nodes)
{
	return page_alloc_near(order, how, nodes, NODE_HERE);
}

/* For the kernel itself: from the nodes of the thread that it works for; where these have none
   left, from those within the wall around it (struct mems). */
struct page *page_alloc_confined(unsigned order, enum page_how how, const struct mems *m);
static inline struct page *page_alloc(unsigned order, enum page_how how)
{
	const struct mems *m = mems_running();

	return likely(!m) ? page_alloc_nodes(order, how, NODES_ALL)
			  : page_alloc_confined(order, how, m);
}

/* For a program: as the policy says, within the nodes allowed to m; index: which page of what the
   policy is for, or PAGE_IN_TURN.  One page.  A failure is noted in m->wanted. */
#define PAGE_IN_TURN ~0ul
struct page *page_alloc_policy(struct mems *m, const struct policy *p, u64 index,
			       enum page_how how);
/* The same without a policy. */
static inline struct page *page_alloc_default(struct mems *m, enum page_how how)
{
	struct page *p = page_alloc_nodes(0, how, mems_allowed(m));

	if (unlikely(!p))
		m->wanted = mems_allowed(m);
	return p;
}

/* From the node that is next in turn; for pages of files of a thread with MEMS_SPREAD_PAGE. */
struct page *page_alloc_spread(struct mems *m, enum page_how how);

static inline struct page *page_of_phys(u64 phys)
{
	return &page_array[phys >> PAGE_SHIFT];
}

static inline u64 page_phys(const struct page *p)
{
	return (u64)(p - page_array) << PAGE_SHIFT;
}

static inline void *page_virt(const struct page *p)
{
	return phys_to_virt(page_phys(p));
}

static inline struct page *page_of_virt(const void *v)
{
	return page_of_phys(virt_to_phys(v));
}

static inline void page_get(struct page *p)
{
	refcount_get(&p->refs);
}

static inline void page_put(struct page *p)
{
	if (refcount_read(&p->refs) == 1 || refcount_put(&p->refs)) {
		refcount_init(&p->refs, 1);
		page_free(p);
	}
}

/* Figures for /proc/meminfo, /proc/zoneinfo and sysfs, in pages. */
struct page_stats {
	u64 total, free;
};
void page_stats(struct page_stats *out, u64 nodes);

/* Where allocations found their page, since boot, as numastat of Linux's sysfs counts. */
struct page_places {
	u64 hit;	/* here, and wanted here */
	u64 miss;	/* here, wanted elsewhere */
	u64 foreign;	/* wanted here, found elsewhere */
	u64 interleave; /* here, because it was the node's turn */
	u64 local;	/* here, for a CPU of this node */
	u64 other;	/* here, for a CPU of another */
};
void page_places(struct page_places *out, unsigned node);
/* What the pages of a node are used for; looks at each, so it takes its time. */
struct page_kinds {
	u64 file, anonymous, slab, tables;
};
void page_kinds(struct page_kinds *out, unsigned node);
/* Free blocks of each order; PAGE_ORDERS numbers. */
void page_blocks(u64 *out, unsigned node);

/* Copies or clears one page with the cheapest instruction. */
void page_copy(void *dst, const void *src);
void page_clear(void *dst);
