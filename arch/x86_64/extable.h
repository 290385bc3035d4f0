/*
 * extable.h - instructions of the kernel that may fault, and where to go on when they do.
 */
#pragma once

#ifdef __ASSEMBLER__
/* clang-format off */

/* The instruction at `insn` goes on at `fixup`. */
.macro extable insn, fixup
	.pushsection .rodata._extable, "a"
	.quad \insn, \fixup, 0
	.popsection
.endm

/* Opens (1) or closes (0) the user's memory to the kernel; a nop without SMAP. */
.macro smap_site set
771:	.byte 0x0f, 0x1f, 0x00
	.pushsection .rodata._smap, "a"
	.quad 771b, \set
	.popsection
.endm

/* clang-format on */
#else
#include "kernel/lib/types.h"

#define EXTABLE_ATOMIC 1ul /* no attempt to bring the page */

struct extable {
	u64 insn, fixup, flags;
};

struct smap_site {
	u64 address, set;
};

extern const struct extable extable_start[], extable_end[];
extern const struct smap_site smap_sites_start[], smap_sites_end[];

const struct extable *extable_find(u64 rip);
#endif
