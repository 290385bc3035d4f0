/*
 * maps.h - what the files about an address space share: maps, smaps, numa_maps.  For this folder.
 */
#pragma once
#include "fs/procfs/task_files.h"

/* As kernel/vm marks its entries. */
#define PTE_ANON     PTE_SOFT1
#define PTE_ZEROPAGE PTE_SOFT2

struct maps {
	struct path root; /* of who reads */
	char *path;	  /* PATH_MAX bytes */
	struct text *out;
};

/* Calls show for each region of t's space, with vm->lock held.  0, -ENOMEM. */
int proc_walk_maps(struct task *t, struct text *out,
		   void (*show)(struct maps *m, struct task *t, struct vm *vm, struct region *r));

/* The path of a place as the reader sees it; characters of `escaped` as \ooo. */
void proc_maps_path(struct maps *m, const struct path *place, const char *escaped);

/* The file that is mapped; NULL: none, or memory that has no file. */
static inline const struct file *proc_region_file(const struct region *r)
{
	return r->mapping && r->mapping->host ? r->owner : NULL;
}

/* How many address spaces have the page.  The page cache holds one reference of its own. */
static inline u64 proc_page_sharers(const struct page *p, bool anonymous)
{
	u64 refs = refcount_read(&p->refs);

	return anonymous || refs < 2 ? max(refs, 1ul) : refs - 1;
}
