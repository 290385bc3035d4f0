/*
 * boot.h - stands in for arch/boot.h: physical memory is one mapping of the test program.
 */
#pragma once

#define phys_to_virt hardware_phys_to_virt
#define virt_to_phys hardware_virt_to_phys
#include "../../../../arch/boot.h"
#undef phys_to_virt
#undef virt_to_phys

extern char *host_memory; /* address of physical 0 */

static inline void *phys_to_virt(u64 phys)
{
	return host_memory + phys;
}

static inline u64 virt_to_phys(const void *p)
{
	return (u64)((const char *)p - host_memory);
}

/* Restarts the machine with fresh memory: `nodes` nodes of `size` bytes each, a hole between them,
   and `cpu_total` CPUs, spread over the nodes. */
void host_boot(unsigned nodes, u64 size, int cpu_total);
