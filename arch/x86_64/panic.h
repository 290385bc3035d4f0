/*
 * panic.h - ends with the registers of an exception; and being stopped by another CPU.
 */
#pragma once
#include "arch/trap.h"

/* panic(), for code interrupted at *f. */
noreturn void panic_frame(const struct trap_frame *f, const char *fmt, ...) printf_like(2, 3);

/* This CPU got an NMI: during a panic it prints its backtrace when it is its turn, and stops; it
   stops silently when the machine is being halted. */
void panic_nmi(const struct trap_frame *f);

/* Halts all other CPUs without a word. */
void panic_stop_others(void);

/* One line on the polled console. */
void panic_say(const char *fmt, ...) printf_like(1, 2);

/* switch.S: fn(arg) on the stack that ends at `top`. */
void stack_call(void (*fn)(void *arg), void *arg, void *top);

/* backtrace.c: the callers of the code at rip, through panic_say(). */
void backtrace_show(u64 rip, u64 rsp, u64 rbp);
