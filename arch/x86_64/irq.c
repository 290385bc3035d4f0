/*
 * irq.c - device interrupts through the I/O APICs, and the dispatch of all vectors from 32 on.
 *
 * Everything is routed to the boot CPU: the devices are a serial port and a keyboard.  Handlers run
 * with interrupts off, on a stack of the CPU or, from user mode, on the task's.
 *
 * Locking: irq_lock guards the I/O APICs and the table of handlers; an entry is published with its
 * `handler` last and never changes again.  Counters belong to their CPU; readers tolerate a count
 * that is a moment old.
 */
#include "arch/x86_64/irq.h"

#include "arch/cpu.h"
#include "arch/mmu.h"
#include "arch/upcall.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/segment.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/text.h"
#include "kernel/lock/spinlock.h"

#define IOAPIC_VERSION	1u
#define IOAPIC_ENTRY(n) (0x10u + 2 * (n))
#define IOAPIC_MASKED	0x10000u
#define IOAPIC_LEVEL	0x8000u
#define IOAPIC_LOW	0x2000u
#define IOAPIC_PINS_MAX 240u

struct line {
	void (*handler)(void *arg); /* [I] once set */
	void *arg;
	const char *name;
	bool level;
};

static struct spinlock irq_lock = SPINLOCK_INIT(RANK_LEAF);
static struct line lines[IRQ_LINES];
static volatile u32 *ioapics[8]; /* [I] */
static u32 ioapic_pins[8];	 /* [I] */

static const struct {
	const char *tag, *text;
} kinds[IRQ_KINDS] = {
	[IRQ_NMI] = { "NMI", "Non-maskable interrupts" },
	[IRQ_TIMER] = { "LOC", "Local timer interrupts" },
	[IRQ_RESCHED] = { "RES", "Rescheduling interrupts" },
	[IRQ_CALL] = { "CAL", "Function call interrupts" },
	[IRQ_DEFER] = { "IWI", "IRQ work interrupts" },
	[IRQ_SPURIOUS] = { "SPU", "Spurious interrupts" },
};

static u32 ioapic_read(volatile u32 *io, u32 reg)
{
	io[0] = reg;
	return io[4];
}

static void ioapic_write(volatile u32 *io, u32 reg, u32 v)
{
	io[0] = reg;
	io[4] = v;
}

void irq_init(void)
{
	for (int i = 0; i < acpi.ioapic_count; i++) {
		volatile u32 *io = mmu_map_io(acpi.ioapics[i].phys, PAGE_SIZE);
		u32 pins = (ioapic_read(io, IOAPIC_VERSION) >> 16 & 0xff) + 1;

		ioapics[i] = io;
		ioapic_pins[i] = min(pins, IOAPIC_PINS_MAX);
		for (u32 pin = 0; pin < ioapic_pins[i]; pin++)
			ioapic_write(io, IOAPIC_ENTRY(pin), IOAPIC_MASKED);
	}
}

static int route(u32 gsi, u8 vector, bool level, bool low)
{
	for (int i = 0; i < acpi.ioapic_count; i++) {
		u32 pin = gsi - acpi.ioapics[i].first_gsi;

		if (gsi < acpi.ioapics[i].first_gsi || pin >= ioapic_pins[i])
			continue;
		ioapic_write(ioapics[i], IOAPIC_ENTRY(pin) + 1, cpus[0].apic_id << 24);
		ioapic_write(ioapics[i], IOAPIC_ENTRY(pin),
			     vector | (level ? IOAPIC_LEVEL : 0) | (low ? IOAPIC_LOW : 0));
		return 0;
	}
	return -ENODEV;
}

int irq_connect(unsigned line, const char *name, void (*handler)(void *arg), void *arg)
{
	const struct acpi_override *o;
	struct line *l;
	int err = -EBUSY;

	if (line >= IRQ_LINES)
		return -EINVAL;
	o = line < 16 && acpi.overrides[line].valid ? &acpi.overrides[line] : NULL;
	l = &lines[line];
	spin_lock(&irq_lock);
	if (!l->handler) {
		l->arg = arg;
		l->name = name;
		l->level = o && o->level;
		__atomic_store_n(&l->handler, handler, __ATOMIC_RELEASE);
		err = route(o ? o->gsi : line, (u8)(VECTOR_LINE + line), o && o->level,
			    o && o->low);
		if (err)
			l->handler = NULL;
	}
	spin_unlock(&irq_lock);
	return err;
}

static void line_handle(struct cpu_arch *a, unsigned n)
{
	struct line *l = &lines[n];
	void (*handler)(void *arg) = __atomic_load_n(&l->handler, __ATOMIC_ACQUIRE);

	a->irqs[n]++;
	/* An edge that comes while the handler runs must not be lost; a level would come again. */
	if (!l->level)
		apic_eoi();
	if (handler)
		handler(l->arg);
	if (l->level)
		apic_eoi();
}

static void (*deferred)(void); /* [I] once set */

void irq_defer_connect(void (*fn)(void))
{
	__atomic_store_n(&deferred, fn, __ATOMIC_RELEASE);
}

void irq_defer(void)
{
	apic_send(cpus[cpu_id()].apic_id, VECTOR_DEFER);
}

void irq_handle(unsigned vector, struct trap_frame *f)
{
	struct cpu_arch *a = cpu_arch(cpu_this());

	switch (vector) {
	case VECTOR_TIMER:
		a->irqs[IRQ_LINES + IRQ_TIMER]++;
		apic_eoi();
		upcall_timer(frame_is_user(f));
		break;
	case VECTOR_RESCHED:
		a->irqs[IRQ_LINES + IRQ_RESCHED]++;
		apic_eoi();
		upcall_resched();
		break;
	case VECTOR_CALL:
		a->irqs[IRQ_LINES + IRQ_CALL]++;
		apic_eoi();
		ipi_run_calls();
		break;
	case VECTOR_DEFER:
		a->irqs[IRQ_LINES + IRQ_DEFER]++;
		apic_eoi();
		deferred();
		break;
	default:
		if (vector >= VECTOR_LINE && vector < VECTOR_LINE + IRQ_LINES)
			line_handle(a, vector - VECTOR_LINE);
		else
			a->irqs[IRQ_LINES + IRQ_SPURIOUS]++;
	}
}

static u32 count_of(int cpu, unsigned i)
{
	return READ_ONCE(cpu_arch(&cpus[cpu])->irqs[i]);
}

static void show_counts(struct text *out, unsigned i)
{
	for (int cpu = 0; cpu < cpu_count(); cpu++)
		if (READ_ONCE(cpus[cpu].online))
			text_printf(out, "%10u ", count_of(cpu, i));
}

void irq_show(struct text *out)
{
	text_printf(out, "%*s", 5, "");
	for (int cpu = 0; cpu < cpu_count(); cpu++)
		if (READ_ONCE(cpus[cpu].online))
			text_printf(out, "CPU%-8d", cpu);
	text_char(out, '\n');
	for (unsigned i = 0; i < IRQ_LINES; i++) {
		const struct acpi_override *o = i < 16 ? &acpi.overrides[i] : NULL;

		if (!lines[i].handler)
			continue;
		text_printf(out, "%3u: ", i);
		show_counts(out, i);
		text_printf(out, "  IO-APIC %3u-%s      %s\n", o && o->valid ? o->gsi : i,
			    lines[i].level ? "fasteoi" : "edge", lines[i].name);
	}
	for (unsigned i = 0; i < IRQ_KINDS; i++) {
		text_printf(out, "%3s: ", kinds[i].tag);
		show_counts(out, IRQ_LINES + i);
		text_printf(out, "  %s\n", kinds[i].text);
	}
	text_printf(out, "ERR: %10u\nMIS: %10u\n", 0, 0);
}

u64 irq_total(void)
{
	u64 sum = 0;

	for (int cpu = 0; cpu < cpu_count(); cpu++)
		for (unsigned i = 0; i < IRQ_LINES + IRQ_KINDS; i++)
			sum += count_of(cpu, i);
	return sum;
}
