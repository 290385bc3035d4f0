/*
 * ksyms.h - the names of the kernel's functions (made by tools/ksyms.sh).
 */
#pragma once
#include "kernel/lib/types.h"

struct ksym {
	u64 address;
	u32 name_offset, zero;
};

extern const struct ksym ksyms_start[], ksyms_end[]; /* sorted by address */
extern const char ksyms_names[];

/* The function that contains the address, or NULL. */
const char *ksym_find(u64 address, u64 *offset);
