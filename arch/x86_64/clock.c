/*
 * clock.c - time from the time stamp counter, and the local APIC's timer.
 *
 * Both run at rates that nobody tells, so they are measured at boot against the ACPI timer (or, on
 * machines without one, channel 2 of the old interval timer) for two milliseconds.  A reading of
 * the reference counts only with the time stamps around it close together, so that a pause of the
 * whole (virtual) machine in between does not spoil it.
 *
 * Locking: everything is fixed after boot; a timer belongs to its CPU.
 */
#include "arch/clock.h"

#include "arch/cpu.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/features.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/loader.h"
#include "kernel/lib/log.h"

#define PM_HZ	   3579545ul
#define PM_MASK	   0xfffffful /* the upper 8 bits are not always there */
#define PIT_HZ	   1193182ul
#define MEASURE_NS (2 * NS_PER_MSEC)
#define SAMPLES	   5
#define POLL_LIMIT 1000000
#define FOREVER	   ((u64)-1)
#define APIC_MAX   0xfffffffful

struct sample {
	u64 tsc;
	u32 apic, reference;
};

static u64 tsc_base;	/* [I] the counter at kernel entry */
static u64 ns_per_tsc;	/* [I] 32.32 fixed point; 0 until measured */
static u64 tsc_per_ns;	/* [I] 32.32 */
static u64 apic_per_ns; /* [I] 32.32 */
static u64 boot_wall;	/* [I] */

static always_inline u64 scale(u64 value, u64 factor)
{
	return (u64)(((unsigned __int128)value * factor) >> 32);
}

u64 clock_now(void)
{
	return scale(tsc_read() - tsc_base, ns_per_tsc);
}

u64 clock_of_ticks(u64 ticks)
{
	return scale(ticks - tsc_base, ns_per_tsc);
}

u64 clock_boot_wall(void)
{
	return boot_wall;
}

u64 clock_tsc_khz(void)
{
	return scale(1000000, tsc_per_ns);
}

/* Before the clock runs, an I/O port's access takes about a microsecond. */
void clock_delay(u64 ns)
{
	u64 end;

	if (!ns_per_tsc) {
		for (; ns >= NS_PER_USEC; ns -= NS_PER_USEC)
			in8(0x80);
		return;
	}
	end = clock_now() + ns;
	while (clock_now() < end)
		cpu_relax();
}

void clock_arm(u64 deadline)
{
	u64 now, ticks;

	if (features.tsc_deadline) {
		u64 tsc = deadline == FOREVER ? 0 : tsc_base + scale(deadline, tsc_per_ns) + 1;

		msr_write(MSR_TSC_DEADLINE, tsc);
		return;
	}
	if (deadline == FOREVER) {
		apic_timer_start(0);
		return;
	}
	now = clock_now();
	ticks = deadline > now ? scale(deadline - now, apic_per_ns) + 1 : 1;
	apic_timer_start((u32)min(ticks, APIC_MAX)); /* too far away: fires early, once more */
}

static u32 pm_read(void)
{
	return in32((u16)acpi.pm_timer.address) & PM_MASK;
}

/* The moment at which the ACPI timer changes: the best of some, by the gap around the reading. */
static bool pm_sample(struct sample *best)
{
	u64 best_gap = FOREVER;

	for (int i = 0; i < SAMPLES; i++) {
		u32 old = pm_read(), now = old;
		u64 before = 0, after = tsc_read();

		for (int polls = 0; now == old; polls++) {
			if (polls == POLL_LIMIT)
				return false;
			before = after;
			now = pm_read();
			after = tsc_read();
		}
		if (after - before >= best_gap)
			continue;
		best_gap = after - before;
		*best = (struct sample){ after, apic_timer_count(), now };
	}
	return true;
}

/* Nanoseconds between two samples, or 0. */
static u64 measure_pm(struct sample *a, struct sample *b)
{
	u64 ticks = MEASURE_NS * PM_HZ / NS_PER_SEC;

	if (!acpi.pm_timer.address || acpi.pm_timer.space != 1 || !pm_sample(a))
		return 0;
	for (int polls = 0; ((pm_read() - a->reference) & PM_MASK) < ticks; polls++)
		if (polls == POLL_LIMIT)
			return 0;
	if (!pm_sample(b))
		return 0;
	return ((b->reference - a->reference) & PM_MASK) * NS_PER_SEC / PM_HZ;
}

/* Channel 2, whose gate and output are at port 0x61; its output rises at the end. */
static u64 measure_pit(struct sample *a, struct sample *b)
{
	u32 ticks = (u32)(MEASURE_NS * PIT_HZ / NS_PER_SEC);

	out8(0x61, (in8(0x61) & ~2u) | 1);
	out8(0x43, 0xb0); /* channel 2, both bytes, one shot */
	out8(0x42, (u8)(ticks & 0xff));
	out8(0x42, (u8)(ticks >> 8));
	*a = (struct sample){ tsc_read(), apic_timer_count(), 0 };
	for (int polls = 0; !(in8(0x61) & 0x20); polls++)
		if (polls == POLL_LIMIT)
			return 0;
	*b = (struct sample){ tsc_read(), apic_timer_count(), ticks };
	return ticks * NS_PER_SEC / PIT_HZ;
}

/* The firmware has left channel 0 ticking 18 times a second: it counts to its end, and no more. */
static void stop_pit(void)
{
	out8(0x43, 0x30); /* channel 0, both bytes, one shot */
	out8(0x40, 1);
	out8(0x40, 0);
}

void clock_cpu_init(void)
{
	if (features.tsc_deadline)
		apic_timer_use_deadline();
}

void clock_init(void)
{
	struct sample a, b;
	u64 ns;

	irq_disable();
	stop_pit();
	apic_timer_start((u32)APIC_MAX);
	ns = measure_pm(&a, &b);
	if (!ns && measure_pit(&a, &b)) /* once to warm up: one sample must do */
		ns = measure_pit(&a, &b);
	apic_timer_start(0);
	if (!ns || b.tsc == a.tsc)
		panic("clock: no timer to measure the time stamp counter with");
	tsc_base = boot_tsc;
	tsc_per_ns = ((b.tsc - a.tsc) << 32) / ns;
	apic_per_ns = ((u64)(a.apic - b.apic) << 32) / ns;
	ns_per_tsc = (ns << 32) / (b.tsc - a.tsc);
	clock_cpu_init();
	boot_wall = cmos_wall() * NS_PER_SEC - clock_now();
	irq_restore();
	log_info("clock: time stamps at %lu kHz, timer at %lu kHz%s",
		 (b.tsc - a.tsc) * 1000000 / ns, (u64)(a.apic - b.apic) * 1000000 / ns,
		 features.tsc_deadline ? ", deadline mode" : "");
}
