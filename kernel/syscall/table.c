/*
 * table.c - the table of system calls that entry.S calls through, made from syscall.tbl.
 *
 * A body takes its parameters in their own types: an int uses the low half of its register, as the
 * calling convention has it, so the upper half from user space is of no consequence.
 */
#include "arch/upcall.h"
#include "kernel/abi/errno.h"
#include "kernel/syscall/syscall.h"

#pragma GCC diagnostic ignored "-Wcast-function-type"
#pragma GCC diagnostic ignored "-Woverride-init" /* the calls that there are, of all numbers */

#define SYSCALL(nr, name, ...)
#define SYSCALL_FRAME(nr, name, ...) SYSCALL_WITH_FRAME(enter_##name, sys_##name)
#include "kernel/syscall/syscall.tbl"
#undef SYSCALL
#undef SYSCALL_FRAME

/* What a number between two others answers. */
static long unknown(void)
{
	return -ENOSYS;
}

enum {
	NUMBERS = sizeof((const char[]){
#define SYSCALL(nr, name, ...) [nr] = 0,
#define SYSCALL_FRAME	       SYSCALL
#include "kernel/syscall/syscall.tbl"
#undef SYSCALL
#undef SYSCALL_FRAME
	}) /* up to the last one */
};

const syscall_fn syscall_table[] = {
	[0 ... NUMBERS - 1] = (syscall_fn)unknown,
#define SYSCALL(nr, name, ...)	     [nr] = (syscall_fn)sys_##name,
#define SYSCALL_FRAME(nr, name, ...) [nr] = (syscall_fn)enter_##name,
#include "kernel/syscall/syscall.tbl"
#undef SYSCALL
#undef SYSCALL_FRAME
};

const u64 syscall_count = ARRAY_SIZE(syscall_table);
