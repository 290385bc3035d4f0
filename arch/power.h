/*
 * power.h - the ends of the machine.
 */
#pragma once
#include "kernel/lib/types.h"

noreturn void power_off(void);	 /* ACPI S5, then the known ports of QEMU, then halt */
noreturn void power_reset(void); /* keyboard controller, 0xcf9, triple fault */
noreturn void power_halt(void);	 /* all CPUs stop for ever */
/* isa-debug-exit (port 0xf4): QEMU ends with status (code << 1) | 1; returns where there is none.
 */
void power_debug_exit(u32 code);
