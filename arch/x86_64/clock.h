/*
 * clock.h - parts of the clock that the other files of this folder need.
 */
#pragma once
#include "kernel/lib/types.h"

void clock_init(void);	   /* measures the TSC and the timer; APIC is up */
void clock_cpu_init(void); /* another CPU's timer */
u64 cmos_wall(void);	   /* seconds since 1970 on the CMOS clock, now */
u64 clock_tsc_khz(void);
