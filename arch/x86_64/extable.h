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

/* For inline assembly. */
#define EXTABLE(insn, fixup, flags)                \
	".pushsection .rodata._extable, \"a\"\n\t" \
	".quad " insn ", " fixup ", " flags "\n\t" \
	".popsection\n\t"

#define SMAP_SITE(set)                          \
	"771: .byte 0x0f, 0x1f, 0x00\n\t"       \
	".pushsection .rodata._smap, \"a\"\n\t" \
	".quad 771b, " set "\n\t"               \
	".popsection\n\t"

static always_inline void user_access_begin(void)
{
	__asm__ volatile(SMAP_SITE("1")::: "memory", "cc");
}

static always_inline void user_access_end(void)
{
	__asm__ volatile(SMAP_SITE("0")::: "memory", "cc");
}

/* A word between these two, `at` being in a range that has been checked.  Where it cannot be, they
   go to the label `fault`, with the user's memory still open. */
#define USER_STORE(at, value, fault)                                        \
	asm goto("1: movq %0, %1\n\t" EXTABLE("1b", "%l[" #fault "]", "0")  \
		 : /* a store to what the compiler knows nothing else of */ \
		 : "er"((u64)(value)), "m"(at)                              \
		 :                                                          \
		 : fault)
#define USER_LOAD(variable, at, fault)                                     \
	asm goto("1: movq %1, %0\n\t" EXTABLE("1b", "%l[" #fault "]", "0") \
		 : "=r"(variable)                                          \
		 : "m"(at)                                                 \
		 :                                                         \
		 : fault)
#endif
