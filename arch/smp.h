/*
 * smp.h - starting the other CPUs and talking to them.
 */
#pragma once
#include "arch/cpu.h"

/* Brings up all CPUs of the MADT (up to maxcpus=; nosmp: none); returns when each has reached
   kernel_main_secondary() or has been given up.  Each arrives on a stack of STACK_SIZE below its
   cpu->stack_top, which becomes its idle thread's; as the boot CPU's does. */
void smp_boot(void);

/* Makes another CPU leave its idle loop or interrupt its program: upcall_resched() there. */
void smp_resched(int cpu);

/* Runs fn(arg) with interrupts off on each CPU of the set, this one included if in it, and waits
   for all. Interrupts on, no spinlock held. */
void smp_call(u64 cpu_set, void (*fn)(void *), void *arg);
