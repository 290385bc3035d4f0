/*
 * fpu.h - saving and loading the FPU, SSE and AVX registers.
 */
#pragma once
#include "arch/x86_64/features.h"
#include "arch/x86_64/insn.h"

struct slab_cache;

extern struct slab_cache *fpu_cache; /* [I] areas for registers, 64-byte aligned */
extern void *fpu_clean;		     /* [I] registers of a fresh program */

void fpu_init(void); /* after slab_init() */

/* IRQs off, or the area must not be that of a thread that can be switched away. */
static always_inline void fpu_save(void *area)
{
	if (features.xsave)
		__asm__ volatile("xsave64 (%0)" ::"r"(area), "a"((u32)features.xcr0), "d"(0)
				 : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" ::"r"(area) : "memory");
}

static always_inline void fpu_load(const void *area)
{
	if (features.xsave)
		__asm__ volatile("xrstor64 (%0)" ::"r"(area), "a"((u32)features.xcr0), "d"(0)
				 : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" ::"r"(area) : "memory");
}

/* A new area: a copy of the live registers, or clean ones.  NULL: no memory. */
void *fpu_area_create(bool live) must_check;
