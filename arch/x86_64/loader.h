/*
 * loader.h - the parts of reading the loader's information; all of them run once, on the boot CPU,
 * while the first 4 GiB are mapped at DIRECT_MAP (boot.S).
 */
#pragma once
#include "arch/boot.h"

#define BOOT_MAPPED (4ul << 30) /* what may be read before kmap_init() */

extern u32 boot_protocol, boot_magic, boot_data; /* boot.S: 1 Multiboot2, 2 PVH */
extern u64 boot_tsc;				 /* time stamp of the first instruction */

/* They fill `boot` and report memory with the calls below. */
void multiboot_parse(u64 phys);
void pvh_parse(u64 phys);

/* A physical range that may be read now, or NULL. */
const void *boot_peek(u64 phys, u64 size);

void boot_set_cmdline(const char *s, size_t size); /* size: at most so many bytes belong to it */
void boot_set_initrd(u64 start, u64 size);	   /* the first one counts */

/* Usable RAM, page by page; overlaps are fine.  memory_reserve() wins, so it comes afterwards. */
void memory_add(u64 start, u64 end);
void memory_reserve(u64 start, u64 end);
/* Everything below 1 MiB, the image and the initrd are reserved; totals are counted. */
void memory_finish(void);
/* The part of the free memory within the range belongs to a node. */
void memory_set_node(u64 start, u64 end, u32 node);
/* Is all of it RAM?  For what the loader claims to have put there. */
bool memory_covers(u64 start, u64 end);
bool memory_overlaps(u64 start, u64 end); /* is any of it RAM? */
