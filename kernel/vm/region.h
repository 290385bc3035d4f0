/*
 * region.h - regions, page table entries and what the calls of mman.h share; for this folder only.
 *
 * All of it needs vm->lock.  A function that takes regions out of the space puts them on a list
 * `dead`; its caller hands that to region_reap() after it has released vm->lock, because the owner
 * of a region (an open file) may take outer locks when it goes away.
 */
#pragma once
#include "kernel/lib/log.h"
#include "kernel/vm/vm.h"

#define VM_ACCESS   (VM_READ | VM_WRITE | VM_EXEC)
#define VM_MAY	    (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC) /* VM_ACCESS << 4 */
#define MMAP_MIN    65536ul				    /* vm.mmap_min_addr of Debian */
#define STACK_GAP   (256 * PAGE_SIZE)			    /* below a stack */
#define REGIONS_MAX 65530				    /* vm.max_map_count */
#define TABLE_SPAN  (512 * PAGE_SIZE)			    /* what one lowest table maps */

/* Entries.  One that is not 0 but not present either is a page of a PROT_NONE region. */
#define PTE_ANON     PTE_SOFT1 /* private memory, counted in rss_anon */
#define PTE_ZEROPAGE PTE_SOFT2 /* the zero page: neither counted nor referenced */

extern struct page *zero_page;

/* An allocation has failed `tries` times before: waits a moment, from the second time on for
   somebody to be killed.  False: give up; nobody is left, or this task dies too.  No vm->lock
   held. */
bool vm_reclaim(unsigned tries);

/* --- regions (region.c) ------------------------------------------------------------------- */

static inline u64 region_pages(const struct region *r)
{
	return (r->end - r->start) >> PAGE_SHIFT;
}

/* Which page of its mapping a region shows at va. */
static inline u64 region_index(const struct region *r, u64 va)
{
	return r->offset + ((va - r->start) >> PAGE_SHIFT);
}

/* Where the region above may begin no lower than: a stack keeps its gap. */
static inline u64 region_floor(const struct region *r)
{
	if (!(r->flags & VM_GROWSDOWN))
		return r->start;
	return r->start > STACK_GAP ? r->start - STACK_GAP : 0;
}

void region_init(void);
struct region *region_prev(struct region *r); /* NULL at the start */

/* Which page of what r's policy is for: those of private memory are numbered by address. */
static inline u64 region_policy_index(const struct region *r, u64 va)
{
	return r->mapping ? region_index(r, va) : va >> PAGE_SHIFT;
}

/* A page for va, from a node that the policy of r, else of the running thread allows. */
static inline struct page *region_page(const struct region *r, u64 va, enum page_how how)
{
	struct mems *m = &thread_current()->mems;

	if (likely(!r->policy && !m->policy.mode))
		return page_alloc_default(m, how);
	return page_alloc_policy(m, r->policy ?: &m->policy, region_policy_index(r, va), how);
}

/* A region outside of any space: a copy of `from`, or cleared.  NULL: no memory. */
struct region *region_alloc(struct vm *vm, const struct region *from);
void region_free(struct region *r); /* never inserted */

/* Into the space: counts its pages, takes a reference of the owner, joins the mapping's list. */
void region_insert(struct vm *vm, struct region *r);
void region_leave(struct region *r); /* that list again */
/* Out of it.  Its entries must be gone. */
void region_remove(struct vm *vm, struct region *r, struct list *dead);
void region_reap(struct list *dead);

/* Cuts r at `at`; r keeps the lower part, the upper is returned.  ERR_PTR(-ENOMEM). */
struct region *region_split(struct vm *vm, struct region *r, u64 at);
/* Cuts r so that one region covers exactly the part of it in [start, end), which is returned. */
struct region *region_cut(struct vm *vm, struct region *r, u64 start, u64 end);
/* Unites r with its neighbours where they are alike.  Returns what r has become part of. */
struct region *region_join(struct vm *vm, struct region *r, struct list *dead);

/* Changes VM_* flags or the bounds, and the counts with them. */
void region_set_flags(struct vm *vm, struct region *r, u32 flags);
void region_set_bounds(struct vm *vm, struct region *r, u64 start, u64 end);

/* Highest place for len bytes in [low, high); 0: none. */
u64 region_gap(struct vm *vm, u64 len, u64 low, u64 high);
/* The same where mmap searches. */
u64 region_search(struct vm *vm, u64 len);
/* A hole has come into being below `next` (NULL: nothing above). */
void region_search_reset(struct vm *vm, struct region *next);

/* May the space grow by so many pages of this kind?  RLIMIT_AS, RLIMIT_DATA. */
bool region_may_grow(const struct vm *vm, u32 flags, u64 pages);
/* More than all the memory there is, as overcommit mode 0 refuses it. */
bool region_overcommits(u32 flags, u64 pages);

/* --- page table entries (unmap.c) --------------------------------------------------------- */

static inline pte_t region_entry(const struct region *r, u64 phys, bool write)
{
	pte_t e = pte_make(phys, write && (r->flags & VM_WRITE), r->flags & VM_EXEC);

	return r->flags & VM_ACCESS ? e : e & ~PTE_PRESENT;
}

/* The entry after the one at *va; the entries of one table are neighbours. */
static inline pte_t *entry_next(struct pagetable *pt, pte_t *e, u64 *va, u64 end)
{
	for (;;) {
		*va += PAGE_SIZE;
		if (*va >= end)
			return NULL;
		if (!(*va & (TABLE_SPAN - 1)))
			return pagetable_next(pt, va, end);
		if (*++e)
			return e;
	}
}

#define for_each_entry(e, va, pt, start, end)                           \
	for (va = (start), e = pagetable_next(pt, &va, end); e != NULL; \
	     e = entry_next(pt, e, &va, end))

/* The counter of the pages that a region maps; anon: private copies. */
static inline u64 *region_rss(struct vm *vm, const struct region *r, bool anon)
{
	if (anon)
		return &vm->rss_anon;
	return r->mapping && !r->mapping->host ? &vm->rss_shared : &vm->rss_file;
}

/* Pages that have left the table but may still be in a TLB. */
struct gather {
	struct vm *vm;
	u64 start, end; /* to flush; start >= end: nothing */
	u32 count, room;
	struct page **pages; /* few, or a page of its own */
	struct page *few[16];
};

void gather_begin(struct gather *g, struct vm *vm);
void gather_end(struct gather *g); /* flushes and frees */

/* Takes the pages of [start, end) of r out of the table; file_only: leaves private copies. */
void gather_zap(struct gather *g, struct region *r, u64 start, u64 end, bool file_only);

/* munmap with vm->lock held: 0, or -ENOMEM with nothing unmapped. */
int unmap_range(struct vm *vm, u64 start, u64 end, struct list *dead) must_check;
/* Everything, for a space that nobody runs any more. */
void unmap_all(struct vm *vm, struct list *dead);

/* --- faults (fault.c), other files ---------------------------------------------------------- */

/* vm_fault with vm->lock held and without the OOM killer; force: a write to a private region
   that may not be written itself. */
int fault_locked(struct vm *vm, u64 va, unsigned fault, bool force, int *code) must_check;

/* Page `index` with m->lock held, made when missing, as the policy of r (NULL: the thread's) says;
   the cache's reference.  ERR_PTR. */
struct page *mapping_page_locked(struct mapping *m, u64 index, const struct region *r);

/* A fault ended so: is it to be tried again?  Waits for memory, or for pages that are on their way
   to another node.  No vm->lock held. */
bool fault_again_slow(int ret, unsigned tries);

static inline bool fault_again(int ret, unsigned tries)
{
	return unlikely(ret == -ENOMEM || ret == -EAGAIN) && fault_again_slow(ret, tries);
}

/* Waits until no page of a file is on its way. */
void mapping_wait_moved(void);

/* Pages [first, last) of m that lie on one of the nodes: `target` gives each its new page, NULL: it
   stays.  The caller keeps m alive, and holds no lock.  Returns how many had to stay. */
u64 mapping_move_range(struct mapping *m, u64 first, u64 last, u64 nodes,
		       struct page *(*target)(void *arg, u64 index, const struct page *old),
		       void *arg);

/* All pages of [start, end) that are on one of the nodes, to where their policies have them. */
u64 move_to_policy(struct vm *vm, u64 start, u64 end, u64 nodes, bool shared);

/* --- policies (policy.c) ------------------------------------------------------------------- */

void policy_init(void);
struct policy *policy_copy(const struct policy *p); /* NULL: no memory */
void policy_free(struct policy *p);		    /* NULL is fine */

/* A mapping of its own for shared anonymous memory, one reference (ops->release).  NULL. */
struct mapping *shmem_create(u64 len);
void shmem_init(void);
