/*
 * buddy.c - the free memory of each node.
 *
 * A block of 2^n pages begins at a multiple of its size; its buddy is the block next to it with
 * which it forms one of 2^(n+1).  Two free buddies become one, a block too large is halved.
 * Only the first page of a free block carries PAGE_FREE, order and nid; the others are never
 * looked at, so memory is taken over at boot in blocks without touching a struct page for each
 * page.
 *
 * Locking: each node has its lock.
 */
#include "kernel/mem/buddy.h"

#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"

#define BLOCK_MAX (PAGE_SIZE << (PAGE_ORDERS - 1))

struct page *page_array;
struct buddy buddies[NNODE];
static struct boot_range ranges[ARRAY_SIZE(boot.free)]; /* [I] to find the node of an address */
static int range_count;					/* [I] */

static void block_link(struct buddy *b, struct page *p, unsigned order)
{
	p->order = (u8)order;
	p->nid = (u8)(b - buddies);
	p->flags = PAGE_FREE;
	list_add(&p->list, &b->blocks[order]);
	b->block_count[order]++;
	b->orders |= 1u << order;
}

static void block_unlink(struct buddy *b, struct page *p)
{
	p->flags = 0;
	list_del(&p->list);
	b->block_count[p->order]--;
	if (list_empty(&b->blocks[p->order]))
		b->orders &= ~(1u << p->order);
}

struct page *buddy_take_locked(struct buddy *b, unsigned order)
{
	u32 fitting = b->orders & (~0u << order);
	struct page *p;
	unsigned have;

	assert_held(&b->lock);
	if (!fitting)
		return NULL;
	have = (unsigned)bits_first(fitting);
	p = list_first(&b->blocks[have], struct page, list);
	block_unlink(b, p);
	while (have > order) {
		have--;
		block_link(b, p + (1ul << have), have);
	}
	b->free -= 1ul << order;
	return p;
}

void buddy_give_locked(struct buddy *b, struct page *p, unsigned order)
{
	u64 pfn = (u64)(p - page_array);

	assert_held(&b->lock);
	p->flags = 0;
	b->free += 1ul << order;
	for (; order < PAGE_ORDERS - 1; order++) {
		struct page *other = page_array + (pfn ^ (1ul << order));

		if (!(other->flags & PAGE_FREE) || other->order != order ||
		    other->nid != (u8)(b - buddies))
			break;
		block_unlink(b, other);
		pfn &= ~(1ul << order);
	}
	block_link(b, page_array + pfn, order);
}

void page_blocks(u64 *out, unsigned node)
{
	struct buddy *b = &buddies[node];

	spin_lock(&b->lock);
	for (unsigned order = 0; order < PAGE_ORDERS; order++)
		out[order] = b->block_count[order];
	spin_unlock(&b->lock);
}

/* The largest block that begins at pfn and ends at or before end. */
static unsigned block_order(u64 pfn, u64 end)
{
	unsigned aligned = (unsigned)bits_first(pfn | 1ul << (PAGE_ORDERS - 1));

	return min(aligned, (unsigned)bits_last(end - pfn));
}

static void give_range(struct buddy *b, u64 start, u64 end)
{
	u64 pfn = max(align_up(start, PAGE_SIZE) >> PAGE_SHIFT, 1ul); /* never physical 0 */

	end >>= PAGE_SHIFT;
	while (pfn < end) {
		unsigned order = block_order(pfn, end);

		spin_lock(&b->lock);
		buddy_give_locked(b, page_array + pfn, order);
		b->total += 1ul << order;
		spin_unlock(&b->lock);
		pfn += 1ul << order;
	}
}

/* Of the range of RAM that begins at the address or next below it. */
static unsigned node_of_phys(u64 phys)
{
	const struct boot_range *best = NULL;

	for (int i = 0; i < range_count; i++)
		if (ranges[i].start <= phys && (!best || ranges[i].start > best->start))
			best = &ranges[i];
	return best ? best->node : 0;
}

void page_give_range(u64 start, u64 end)
{
	end = min(end, align_up(boot.memory_end, BLOCK_MAX));
	if (start < end)
		give_range(&buddies[node_of_phys(start)], start, end);
}

static void buddy_init_node(unsigned nid)
{
	struct buddy *b = &buddies[nid];

	spin_init(&b->lock, RANK_PAGE);
	for (unsigned order = 0; order < PAGE_ORDERS; order++)
		list_init(&b->blocks[order]);
}

void buddy_init(void)
{
	u64 pages = align_up(boot.memory_end, BLOCK_MAX) >> PAGE_SHIFT;

	node_init();
	for (unsigned nid = 0; nid < NNODE; nid++)
		buddy_init_node(nid);
	page_array = boot_alloc(pages * sizeof(struct page), 64);
	range_count = boot.free_count;
	boot.free_count = 0; /* boot_alloc() ends here */
	for (int i = 0; i < range_count; i++) {
		ranges[i] = boot.free[i];
		bug_if(ranges[i].node >= NNODE);
		give_range(&buddies[ranges[i].node], ranges[i].start, ranges[i].end);
		if (buddies[ranges[i].node].total)
			node_add_memory(ranges[i].node);
	}
}
