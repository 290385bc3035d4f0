/*
 * mmu.h - page tables of user address spaces, and device memory of the kernel.
 *
 * A struct pagetable is owned by one address space (kernel/vm); every function below that changes
 * one needs that address space's lock.  The kernel's half is shared by all tables and fixed after
 * boot.
 */
#pragma once
#include "arch/boot.h"
#include "kernel/lib/types.h"

struct pagetable {
	u64 root;   /* [I] physical address of the top level */
	u64 cpus;   /* [a] CPUs that have it loaded */
	u64 tables; /* [vm] pages used for tables, for VmPTE */
};

typedef u64 pte_t; /* a hardware entry; the one typedef that is no integer width */

#define PTE_PRESENT  0x001ul
#define PTE_WRITE    0x002ul
#define PTE_USER     0x004ul
#define PTE_ACCESSED 0x020ul
#define PTE_DIRTY    0x040ul
#define PTE_SOFT1    0x200ul /* free for kernel/vm: the page is counted as anonymous */
#define PTE_SOFT2    0x400ul
#define PTE_NX	     (1ul << 63)
#define PTE_PHYS     0x000ffffffffff000ul

static inline bool pte_present(pte_t e)
{
	return e & PTE_PRESENT;
}

static inline u64 pte_phys(pte_t e)
{
	return e & PTE_PHYS;
}

/* A present user entry.  NX is dropped where the CPU lacks it. */
static inline pte_t pte_make(u64 phys, bool write, bool exec)
{
	return phys | PTE_PRESENT | PTE_USER | PTE_ACCESSED | (write ? PTE_WRITE : 0) |
	       (exec ? 0 : PTE_NX);
}

int pagetable_create(struct pagetable *pt) must_check; /* -ENOMEM */
/* All user entries must be gone (their pages belong to vm).  No CPU may have it loaded. */
void pagetable_destroy(struct pagetable *pt);
u64 pagetable_stock(void); /* pages kept for the tables to come, on all CPUs */

/* The entry for a user address.  With `alloc` missing tables are made (NULL: out of memory),
   without it NULL says that there is no table. */
pte_t *pagetable_walk(struct pagetable *pt, u64 va, bool alloc);

/* The first entry at or after *va and below end that is not 0; *va becomes its address; NULL: none.
   Steps over missing tables, so a sparse space costs little. */
pte_t *pagetable_next(struct pagetable *pt, u64 *va, u64 end);

/* Frees tables below [start, end) that hold no entry any more. */
void pagetable_prune(struct pagetable *pt, u64 start, u64 end);

/* Flushes this CPU's TLB; the others' too where they have it loaded, and waits for them.
   Sleeping locks may be held, spinlocks not.  Interrupts must be on when other CPUs exist. */
void pagetable_flush(struct pagetable *pt, u64 start, u64 end);
/* Only this CPU: enough when rights were added (others fault once more and see the new entry). */
void pagetable_flush_local(u64 va);

/* Loads pt on this CPU (NULL: the kernel's own).  Also done by context_switch(). */
void pagetable_switch(struct pagetable *pt);

/* Device memory, uncached, for ever. */
void *mmu_map_io(u64 phys, size_t size);

/* Debug builds: takes a page of RAM out of the kernel's half, so that whoever strays into it
   faults, or puts it back.  Other CPUs may know the page for a while: a guard, no protection. */
void mmu_guard(void *page, bool on);
