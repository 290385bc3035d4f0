/*
 * segment.h - what each CPU has of its own: descriptors, task state, stacks for interrupts and for
 * faults that cannot trust the running one, counters.
 */
#pragma once
#include "arch/cpu.h"
#include "arch/x86_64/offsets.h"

#define TABLE_STOCK 16
#define IRQ_LINES   24 /* the first I/O APIC's pins that irq_connect() knows */

/* The stack for interrupts that come in kernel mode; as long as the CPU is on it, its highest word
   is the address of the frame of what was interrupted. */
#ifdef DEBUG
#define IRQ_STACK_SIZE 6144
#else
#define IRQ_STACK_SIZE 4096
#endif

enum irq_kind { /* interrupts that are no device's */
		IRQ_NMI,
		IRQ_TIMER,
		IRQ_RESCHED,
		IRQ_CALL,
		IRQ_DEFER,
		IRQ_SPURIOUS,
		IRQ_KINDS,
};

struct tss {
	u32 unused;
	u64 rsp[3];
	u64 unused1;
	u64 ist[7];
	u64 unused2;
	u16 unused3, iomap;
} packed;

enum { IST_NONE, IST_NMI, IST_FAULT };

struct pagetable;

struct cpu_arch {
	u64 gdt[10];			   /* [I] */
	struct tss tss;			   /* [p] rsp[0]: stack of the running thread */
	struct pagetable *pt;		   /* [p] loaded; NULL: the kernel's */
	void *tables[TABLE_STOCK];	   /* [p] page-table pages known to be zero */
	int table_count;		   /* [p] */
	u64 callers;			   /* [a] CPUs whose smp_call() waits for this one */
	u32 irqs[IRQ_LINES + IRQ_KINDS];   /* [p] */
	u8 nmi_stack[4096] aligned_to(16); /* [p] */
	u8 irq_stack[IRQ_STACK_SIZE] aligned_to(16);
	u8 fault_stack[4096] aligned_to(16); /* [p] double fault, machine check */
};

static always_inline struct cpu_arch *cpu_arch(struct cpu *c)
{
	return c->arch;
}

void boot_cpu_init(void);	  /* descriptors and gates of the boot CPU */
void segment_init(struct cpu *c); /* loads c's descriptors; c->arch is zeroed memory */
void gates_init(void);		  /* trap.c: fills the interrupt table; boot CPU */
void gates_load(void);		  /* and loads it, every CPU */
