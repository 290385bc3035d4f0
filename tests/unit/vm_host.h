/*
 * vm_host.h - a machine for tests of address spaces: three spaces, three files, a processor.
 *
 * The page tables are the real ones; what a program's access does is played by vm_host_access().
 */
#pragma once
#include "tests/unit/test.h"

#include "kernel/abi/mman.h"
#include "kernel/mem/slab.h"
#include "kernel/vm/region.h"

#define BASE	0x40000000ul
#define PAGES	1300 /* over three tables */
#define SPACES	3
#define FILES	3
#define LONGEST 64

struct file {
	struct mapping mapping;
	int refs;
	u8 byte[PAGES]; /* what a byte of each page must be */
	u64 pages;	/* size */
};

extern struct file files[FILES];
extern struct vm *spaces[SPACES];

static inline u64 va_of(u64 page)
{
	return BASE + page * PAGE_SIZE;
}

/* Starts the machine, once. */
void vm_host_boot(void);
/* Fresh spaces and files; the end checks that all memory has come back. */
void vm_host_begin(void);
void vm_host_end(void);

/* What a load, store or jump does: 0 with the byte's place, -SEGV_*, -EIO for SIGBUS. */
int vm_host_access(struct vm *vm, u64 va, unsigned fault, u8 **at);

/* The space is consistent in itself: regions, entries, counts.  Returns its pages. */
u64 vm_host_check(struct vm *vm);
