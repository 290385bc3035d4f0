/*
 * segment.c - the CPUs themselves, and the segment descriptors that 64-bit mode still wants.
 *
 * Selectors are Linux's (user code 0x33, user data 0x2b).  There is no 32-bit user code segment,
 * so a program cannot leave 64-bit mode.
 */
#include "arch/x86_64/segment.h"

#include "arch/context.h"
#include "arch/x86_64/insn.h"

#define CODE64(dpl) (0x00af9b000000fffful | (u64)(dpl) << 45)
#define DATA(dpl)   (0x00cf93000000fffful | (u64)(dpl) << 45)
#define TSS_LIMIT   (sizeof(struct tss) - 1)

extern u8 boot_stack_top[];

static struct cpu_arch boot_cpu_arch;

struct cpu cpus[NCPU] = {
	[0] = { .self = &cpus[0], .irq_depth = 1, .online = true, .arch = &boot_cpu_arch },
};

static_assert(offsetof(struct cpu, user_rsp) == CPU_USER_RSP, "entry.S");
static_assert(offsetof(struct cpu, stack_top) == CPU_STACK_TOP, "entry.S");
static_assert(offsetof(struct cpu, irq_stack) == CPU_IRQ_STACK, "entry.S");
static_assert(offsetof(struct cpu, thread) == CPU_THREAD, "entry.S");
static_assert(offsetof(struct cpu, id) == 32, "cpu.h");
static_assert(offsetof(struct arch_thread, alert) == THREAD_ALERT, "entry.S");
static_assert(sizeof(struct tss) == 104, "Intel SDM volume 3, 8.7");

static void fill_descriptors(struct cpu_arch *a)
{
	u64 tss = (u64)&a->tss;

	a->gdt[SEL_KERNEL_CODE / 8] = CODE64(0);
	a->gdt[SEL_KERNEL_DATA / 8] = DATA(0);
	a->gdt[SEL_USER_DATA / 8] = DATA(3);
	a->gdt[SEL_USER_CODE / 8] = CODE64(3);
	a->gdt[SEL_TSS / 8] =
		TSS_LIMIT | (tss & 0xffffff) << 16 | 0x89ul << 40 | (tss >> 24 & 0xff) << 56;
	a->gdt[SEL_TSS / 8 + 1] = tss >> 32;
	a->tss.ist[IST_NMI - 1] = (u64)(a->nmi_stack + sizeof(a->nmi_stack));
	a->tss.ist[IST_FAULT - 1] = (u64)(a->fault_stack + sizeof(a->fault_stack));
	a->tss.iomap = sizeof(struct tss); /* no port for anybody */
}

void segment_init(struct cpu *c)
{
	struct cpu_arch *a = c->arch;
	struct packed {
		u16 limit;
		u64 base;
	} pointer = { sizeof(a->gdt) - 1, (u64)a->gdt };

	fill_descriptors(a);
	a->tss.rsp[0] = c->stack_top;
	c->irq_stack = (u64)(a->irq_stack + sizeof(a->irq_stack));
	__asm__ volatile("lgdt %0\n\t"
			 "pushq %1\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1: movl %2, %%eax\n\t"
			 "movl %%eax, %%ss\n\t"
			 "movl %%eax, %%ds\n\t"
			 "movl %%eax, %%es\n\t"
			 "movw %3, %%ax\n\t"
			 "ltr %%ax"
			 :
			 : "m"(pointer), "i"(SEL_KERNEL_CODE), "i"(SEL_KERNEL_DATA), "i"(SEL_TSS)
			 : "rax", "memory");
}

void boot_cpu_init(void)
{
	cpus[0].stack_top = (u64)boot_stack_top;
	segment_init(&cpus[0]);
	gates_init();
	gates_load();
}
