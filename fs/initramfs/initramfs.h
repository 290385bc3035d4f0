/*
 * initramfs.h - the archive that the loader brought, unpacked into the root file system.
 */
#pragma once
#include "kernel/lib/types.h"

/* In a task.  start is a physical address; size 0: there is none.  What is wrong with the archive
   is logged, what came before stays.  Gives the archive's memory to the page allocator. */
void initramfs_unpack(u64 start, u64 size);
