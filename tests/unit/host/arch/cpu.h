/*
 * cpu.h - stands in for arch/cpu.h: each thread of the test program is a CPU.
 */
#pragma once

#define cpu_this       hardware_cpu_this
#define cpu_id	       hardware_cpu_id
#define irq_disable    hardware_irq_disable
#define irq_restore    hardware_irq_restore
#define cpu_index      hardware_cpu_index
#define thread_current hardware_thread_current
#include "../../../../arch/cpu.h"
#undef cpu_this
#undef cpu_id
#undef cpu_index
#undef irq_disable
#undef irq_restore
#undef thread_current

extern __thread int host_cpu;
extern void (*host_unlocked)(void); /* called where interrupts are counted down; NULL: not */

static inline int cpu_id(void)
{
	return host_cpu;
}

static inline u64 cpu_index(void)
{
	return (u64)cpu_id();
}

static inline struct cpu *cpu_this(void)
{
	return &cpus[host_cpu];
}

static inline void irq_disable(void)
{
	cpus[host_cpu].irq_depth++;
}

static inline void irq_restore(void)
{
	cpus[host_cpu].irq_depth--;
	if (__builtin_expect(host_unlocked != NULL, 0))
		host_unlocked();
}

static inline struct thread *thread_current(void)
{
	return cpu_this()->thread;
}
