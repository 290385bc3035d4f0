/*
 * mapping.h - the page cache of one inode, and who has it mapped.
 *
 * Pages are found by index in a radix tree; each page in it carries one reference for the cache.
 * tmpfs and the other memory file systems keep their only copy here.
 */
#pragma once
#include "kernel/mem/page.h"
#include "kernel/mem/radix.h"
#include "kernel/sched/mutex.h"

struct region;
struct mapping;

struct mapping_ops {
	/* A page that is not cached (mapping_new_page): returns it filled, with one reference,
	   which becomes the cache's; or ERR_PTR.  NULL function: a zeroed page.  m->lock is held.
	 */
	struct page *(*fill)(struct mapping *m, u64 index, const struct region *r);
	/* Of the owner (an open file) that a region keeps alive. */
	void (*hold)(void *owner);
	void (*release)(void *owner); /* may sleep; called without vm->lock */
	/* A shared page becomes writable for the first time: times, dirty.  May be NULL.
	   vm->lock is held: takes no inode lock. */
	void (*written)(struct mapping *m);
};

struct mapping {
	struct mutex lock;
	struct radix pages;	       /* [l] */
	u64 count;		       /* [l] pages cached */
	u64 size;		       /* [l] bytes; a fault beyond the last page is SIGBUS */
	struct list regions;	       /* [l] struct region.link */
	u32 zap_seq;		       /* [l] truncations so far */
	bool moving;		       /* [l] pages of it are on their way to other nodes */
	const struct mapping_ops *ops; /* [I] */
	void *host;		       /* [I] the inode */
	u32 writers; /* [l] regions that may write it (VM_WRITER), and those that are being made */
	u32 seals;   /* [l] F_SEAL_*, which only grow; may be read without */
};

void mapping_init(struct mapping *m, const struct mapping_ops *ops, void *host);

/* The cached page with a reference, or NULL. */
struct page *mapping_find(struct mapping *m, u64 index);
/* The same; makes it (zeroed or filled) when it is missing.  ERR_PTR(-ENOMEM ...). */
struct page *mapping_get(struct mapping *m, u64 index);

/* For ops->fill: a cleared page from the node that the policy of r (NULL: of the running thread)
   has for page `index` of a file.  NULL: no memory. */
struct page *mapping_new_page(u64 index, const struct region *r);

/* Drops all pages that start at or after `size`, clears the tail of the last one, and takes them
   out of all page tables.  Sets m->size.  No vm->lock held. */
void mapping_truncate(struct mapping *m, u64 size);
/* Drops whole pages in [first, last) (fallocate punch hole). */
void mapping_punch(struct mapping *m, u64 first, u64 last);
/* Adds seals of fcntl(2).  -EPERM: it is sealed against that; -EBUSY: F_SEAL_WRITE while it has
   writers. */
int mapping_seal(struct mapping *m, u32 seals) must_check;
/* One of the writers is to be made, and is there or will not be.  -EPERM: sealed. */
int mapping_writer_begin(struct mapping *m) must_check;
void mapping_writer_end(struct mapping *m);
void mapping_destroy(struct mapping *m); /* at the end of the inode */

u64 mapping_total(void); /* pages in all caches: Cached in /proc/meminfo */
