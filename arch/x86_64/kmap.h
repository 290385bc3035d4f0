/*
 * kmap.h - the kernel's half of every address space.
 */
#pragma once
#include "arch/boot.h"
#include "arch/mmu.h"

/* Builds the final map (direct map, image with W^X) and loads it: from here on the first 4 GiB are
   no longer at their own addresses, and DIRECT_MAP holds RAM only. */
void kmap_init(void);
bool kmap_ready(void);
void kmap_load(void); /* on another CPU */
u64 kmap_root(void);  /* physical */

/* Top-level entries of the kernel, the same in every table. */
void kmap_copy_slots(pte_t *root);
void kmap_clear_slots(pte_t *root);

/* memory.c: calls fn for each range of RAM, reserved or not. */
void memory_each_ram(void (*fn)(u64 start, u64 end));
