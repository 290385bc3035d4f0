/*
 * features.h - what this kind of CPU can do, as far as the kernel uses it.
 */
#pragma once
#include "kernel/lib/types.h"

struct features {
	bool nx, smep, smap, umip, pge, xsave, avx, x2apic, tsc_deadline, rdrand;
	u64 xcr0; /* what XSAVE covers, 0 without it */
};

extern struct features features; /* [I] after features_init() */

void features_init(void);    /* boot CPU; also enables SMAP's instructions in the text */
void cpu_control_init(void); /* every CPU: control registers and the system call's MSRs */
