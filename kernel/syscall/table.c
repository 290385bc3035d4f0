/*
 * table.c - the table of system calls that entry.S calls through, made from syscall.tbl.
 *
 * A body takes its parameters in their own types: an int uses the low half of its register, as the
 * calling convention has it, so the upper half from user space is of no consequence.
 */
#include "arch/upcall.h"
#include "kernel/syscall/syscall.h"

#pragma GCC diagnostic ignored "-Wcast-function-type"

#define SYSCALL(nr, name, ...)
#define SYSCALL_FRAME(nr, name, ...) SYSCALL_WITH_FRAME(enter_##name, sys_##name)
#include "kernel/syscall/syscall.tbl"
#undef SYSCALL
#undef SYSCALL_FRAME

const syscall_fn syscall_table[] = {
#define SYSCALL(nr, name, ...)	     [nr] = (syscall_fn)sys_##name,
#define SYSCALL_FRAME(nr, name, ...) [nr] = (syscall_fn)enter_##name,
#include "kernel/syscall/syscall.tbl"
#undef SYSCALL
#undef SYSCALL_FRAME
};

const u64 syscall_count = ARRAY_SIZE(syscall_table);
