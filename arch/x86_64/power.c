/*
 * power.c - the ends of the machine: soft-off by ACPI, reset by whatever works, halt.
 *
 * Reference: ACPI Specification 6.4, 4.8.3.2 (sleep control) and 4.8.3.6 (reset register).
 */
#include "arch/power.h"

#include "arch/cpu.h"
#include "arch/mmu.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/panic.h"

#define DEBUG_EXIT   0xf4
#define SLEEP_ENABLE 0x2000u
#define SCI_ENABLE   1u
#define SETTLE_POLLS 100000

static void settle(void)
{
	for (int i = 0; i < SETTLE_POLLS / 100; i++)
		in8(0x80);
}

static void sleep_write(const struct acpi_register *r, u8 type)
{
	u16 port = (u16)r->address;

	if (!port || r->space != 1)
		return;
	out16(port, (u16)((in16(port) & ~0x3c00u) | (u32)(type & 7) << 10 | SLEEP_ENABLE));
}

static void acpi_off(void)
{
	u16 port = (u16)acpi.pm1a.address;

	if (!acpi.has_s5 || !port || acpi.pm1a.space != 1)
		return;
	if (acpi.smi_port && acpi.enable_value && !(in16(port) & SCI_ENABLE)) {
		out8(acpi.smi_port, acpi.enable_value);
		for (int i = 0; i < SETTLE_POLLS && !(in16(port) & SCI_ENABLE); i++)
			cpu_relax();
	}
	sleep_write(&acpi.pm1a, acpi.s5a);
	sleep_write(&acpi.pm1b, acpi.s5b);
	settle();
}

void power_off(void)
{
	irq_disable();
	acpi_off();
	out16(0x604, 0x2000);  /* QEMU's ACPI ports, new */
	out16(0xb004, 0x2000); /* and old */
	settle();
	power_halt();
}

/* An empty interrupt table makes the next exception a triple fault. */
static noreturn void triple_fault(void)
{
	struct packed {
		u16 limit;
		u64 base;
	} none = { 0, 0 };

	__asm__ volatile("lidt %0; int3" ::"m"(none));
	for (;;)
		cpu_stop();
}

void power_reset(void)
{
	irq_disable();
	if (acpi.reset.address && acpi.reset.space == 1)
		out8((u16)acpi.reset.address, acpi.reset_value);
	settle();
	out8(0xcf9, 0x02);
	out8(0xcf9, 0x06);
	settle();
	for (int i = 0; i < SETTLE_POLLS && in8(0x64) & 2; i++)
		cpu_relax();
	out8(0x64, 0xfe);
	settle();
	triple_fault();
}

void power_halt(void)
{
	irq_disable();
	panic_stop_others();
	for (;;)
		cpu_stop();
}

void power_debug_exit(u32 code)
{
	out32(DEBUG_EXIT, code);
}
