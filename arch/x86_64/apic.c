/*
 * apic.c - the local APIC, through its registers in memory, or through MSRs where the firmware has
 * switched it to x2APIC mode.
 *
 * Locking: registers are per CPU; the two halves of an interrupt command are written with
 * interrupts off.
 *
 * Reference: Intel SDM volume 3, chapter 11.
 */
#include "arch/x86_64/apic.h"

#include "arch/cpu.h"
#include "arch/mmu.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/features.h"
#include "arch/x86_64/insn.h"
#include "kernel/lib/log.h"

enum { /* offsets of the registers */
       APIC_ID = 0x20,
       APIC_TPR = 0x80,
       APIC_EOI = 0xb0,
       APIC_SPURIOUS = 0xf0,
       APIC_ERROR = 0x280,
       APIC_COMMAND = 0x300,
       APIC_COMMAND_HIGH = 0x310,
       APIC_LVT_TIMER = 0x320,
       APIC_LVT_THERMAL = 0x330,
       APIC_LVT_PERF = 0x340,
       APIC_LVT_LINT0 = 0x350,
       APIC_LVT_LINT1 = 0x360,
       APIC_LVT_ERROR = 0x370,
       APIC_TIMER_COUNT = 0x380,
       APIC_TIMER_NOW = 0x390,
       APIC_TIMER_DIVIDE = 0x3e0,
};

#define BASE_X2APIC	(1ul << 10)
#define BASE_ENABLE	(1ul << 11)
#define SPURIOUS_ENABLE 0x100u
#define LVT_MASKED	0x10000u
#define LVT_NMI		0x400u
#define LVT_DEADLINE	0x40000u
#define DIVIDE_BY_16	3u
#define COMMAND_NMI	0x4400u
#define COMMAND_INIT	0x4500u
#define COMMAND_STARTUP 0x4600u
#define COMMAND_FIXED	0x4000u
#define COMMAND_PENDING 0x1000u

static volatile u32 *registers; /* NULL: x2APIC, or not found yet */
static bool x2apic, ready;

static always_inline u32 apic_read(unsigned reg)
{
	return x2apic ? (u32)msr_read(MSR_X2APIC + reg / 16) : registers[reg / 4];
}

static always_inline void apic_write(unsigned reg, u32 v)
{
	if (x2apic)
		msr_write(MSR_X2APIC + reg / 16, v);
	else
		registers[reg / 4] = v;
}

static void apic_command(u32 target, u32 command)
{
	if (x2apic) {
		msr_write(MSR_X2APIC + APIC_COMMAND / 16, (u64)target << 32 | command);
		return;
	}
	irq_disable();
	while (apic_read(APIC_COMMAND) & COMMAND_PENDING)
		cpu_relax();
	apic_write(APIC_COMMAND_HIGH, target << 24);
	apic_write(APIC_COMMAND, command);
	irq_restore();
}

bool apic_ready(void)
{
	return ready;
}

u32 apic_id(void)
{
	return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

void apic_send(u32 target, u8 vector)
{
	apic_command(target, COMMAND_FIXED | vector);
}

void apic_send_nmi(u32 target)
{
	apic_command(target, COMMAND_NMI);
}

void apic_send_init(u32 target)
{
	apic_command(target, COMMAND_INIT);
}

void apic_send_startup(u32 target, u64 page)
{
	apic_command(target, COMMAND_STARTUP | (u32)(page >> 12));
}

void apic_timer_start(u32 count)
{
	apic_write(APIC_TIMER_COUNT, count);
}

u32 apic_timer_count(void)
{
	return apic_read(APIC_TIMER_NOW);
}

void apic_timer_use_deadline(void)
{
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER | LVT_DEADLINE);
	__asm__ volatile("mfence" ::: "memory"); /* before the first write of the MSR */
}

void apic_cpu_init(void)
{
	msr_write(MSR_APIC_BASE,
		  msr_read(MSR_APIC_BASE) | BASE_ENABLE | (x2apic ? BASE_X2APIC : 0));
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_LVT_THERMAL, LVT_MASKED);
	apic_write(APIC_LVT_PERF, LVT_MASKED);
	apic_write(APIC_LVT_LINT0, LVT_MASKED);
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_write(APIC_LVT_ERROR, LVT_MASKED);
	apic_write(APIC_TIMER_COUNT, 0);
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
	apic_eoi();
}

void apic_init(void)
{
	/* The two old interrupt controllers say nothing from here on. */
	out8(0x21, 0xff);
	out8(0xa1, 0xff);
	x2apic = features.x2apic && msr_read(MSR_APIC_BASE) & BASE_X2APIC;
	if (!x2apic)
		registers = mmu_map_io(acpi.lapic, PAGE_SIZE);
	apic_cpu_init();
	cpus[0].apic_id = apic_id();
	ready = true;
}
