/*
 * clock.h - time and the one-shot timer of each CPU.
 */
#pragma once
#include "kernel/lib/types.h"

/* Nanoseconds since kernel entry; the same on every CPU, never backwards. Any context. */
u64 clock_now(void);

/* What clock_now() is made of, for who has no time to; not before an earlier load is done. */
static always_inline u64 clock_ticks(void)
{
	u32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}
u64 clock_of_ticks(u64 ticks);

/* Wall clock at clock_now() == 0, in ns since 1970 (from the CMOS clock). */
u64 clock_boot_wall(void);

/* Makes this CPU's timer fire at `deadline` (clock_now() scale); in the past: at once.
   One at a time, a new one replaces the old.  (u64)-1: never.  IRQs off. */
void clock_arm(u64 deadline);

/* For the panic path and the calibration only. */
void clock_delay(u64 ns);
