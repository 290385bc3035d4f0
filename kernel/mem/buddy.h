/*
 * buddy.h - the free memory of each node in blocks of 2^order pages.  For kernel/mem only:
 * everybody else asks page.h, which keeps a stock of single pages in front of this.
 */
#pragma once
#include "kernel/lock/spinlock.h"
#include "kernel/mem/page.h"

struct buddy {
	struct spinlock lock;
	u32 orders;			 /* [l] bit n: there are free blocks of order n */
	u64 free;			 /* [l] pages; read without the lock for statistics */
	u64 total;			 /* [l] pages ever given to this node */
	struct list blocks[PAGE_ORDERS]; /* [l] heads of the free blocks */
	u32 block_count[PAGE_ORDERS];	 /* [l] how many each list has */
	struct page_places places;	 /* [a] but for what the stocks count */
};

extern struct buddy buddies[NNODE];

/* NULL when the node has no block that large.  Fields other than nid are not touched. */
struct page *buddy_take_locked(struct buddy *b, unsigned order) must_hold(&b->lock);
void buddy_give_locked(struct buddy *b, struct page *p, unsigned order) must_hold(&b->lock);

void buddy_init(void);
