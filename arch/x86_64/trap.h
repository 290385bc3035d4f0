/*
 * trap.h - what entry.S calls (arch/trap.h is the public side).
 */
#pragma once
#include "arch/trap.h"

void trap_user(unsigned vector, struct trap_frame *f, u64 error);
void trap_kernel(unsigned vector, struct trap_frame *f, u64 error); /* an exception */
void trap_irq(unsigned vector, struct trap_frame *f); /* an interrupt of kernel code */
void trap_no_context(unsigned vector, struct trap_frame *f, u64 error);
void trap_exit_to_user(struct trap_frame *f);
