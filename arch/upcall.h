/*
 * upcall.h - all that arch/ calls in the rest of the kernel.
 */
#pragma once
#include "arch/trap.h"
#include "kernel/lib/types.h"

/* kernel/syscall: one entry per number, entered with the six arguments in C order. */
typedef long (*syscall_fn)(u64, u64, u64, u64, u64, u64);
extern const syscall_fn syscall_table[];
extern const u64 syscall_count;
/* A number at or above syscall_count answers -ENOSYS. */

/* kernel/main.c: the boot CPU and each further one arrive here, on their idle thread's stack. */
noreturn void kernel_main(void);
noreturn void kernel_main_secondary(void);

/* kernel/vm: a page fault on a user address, from user mode or from uaccess; interrupts on; may
   sleep.  0: solved, repeat the instruction.  Otherwise a signal is described in the result:
   -EFAULT with *signo, *code set (SIGSEGV SEGV_MAPERR/ACCERR, SIGBUS BUS_ADRERR). */
int upcall_page_fault(u64 va, unsigned fault, int *signo, int *code);

/* kernel/task: a fault of user code that must become a signal (siginfo's si_addr = addr). */
void upcall_user_exception(struct trap_frame *f, int signo, int code, u64 addr, int trapno,
			   u64 error_code);

/* kernel/task: called with interrupts off before a return to user mode while thread->arch.alert is
   not 0: reschedules, delivers signals, runs deferred work; returns with interrupts off. */
void upcall_exit_to_user(struct trap_frame *f);

/* kernel/sched: this CPU's one-shot timer has fired; `user`: it interrupted user mode. IRQs off. */
void upcall_timer(bool user);

/* kernel/sched: somebody asked this CPU to look at its run queue.  IRQs off. */
void upcall_resched(void);

/* kernel/sched: for panics, logs the sleeping locks that the running thread holds (debug builds).
 */
void upcall_show_held(void);

/* kernel/sched: first code of a new thread after its first context_switch(); releases the run
 * queue. */
void upcall_thread_started(void);
