/*
 * irq.h - dispatch of interrupts (arch/trap.h has irq_connect).
 */
#pragma once
#include "arch/trap.h"

void irq_init(void); /* I/O APICs: everything masked */
void irq_handle(unsigned vector, struct trap_frame *f);
