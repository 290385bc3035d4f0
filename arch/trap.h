/*
 * trap.h - the registers of an interrupted program, and the ways into the kernel.
 */
#pragma once
#include "kernel/lib/types.h"

/* At the top of each kernel stack; the order is that of Linux's struct user_regs (ptrace, core).
   A system call that changes its frame (sigreturn, exec) sets orig_rax to NO_SYSCALL, for otherwise
   only the registers that C does not preserve are loaded from it; its result becomes rax as ever.
   upcall_exit_to_user() and whoever finds the thread stopped there may change any field.  A frame
   whose cs, ss or rip cannot be returned to becomes SIGSEGV, but rflags are loaded as they are. */
struct trap_frame {
	u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	u64 orig_rax; /* system call number; -1 when the frame is not from a system call */
	u64 rip, cs, rflags, rsp, ss;
};

#define NO_SYSCALL ((u64)-1)

/* In a system call's frame r11, rbx, rbp and r12 to r15 are missing up to the way back.  `entry` is
   a way into the body of one that needs them, to copy its frame. */
#define SYSCALL_WITH_FRAME(entry, body)                                   \
	long entry(void);                                                 \
	__asm__(".pushsection .text\n" #entry ": call frame_complete\n\t" \
		"jmp " #body "\n\t"                                       \
		".popsection");

static inline bool frame_is_user(const struct trap_frame *f)
{
	return f->cs & 3;
}

#define FAULT_PRESENT 1u /* a protection fault; else the page was missing */
#define FAULT_WRITE   2u
#define FAULT_USER    4u
#define FAULT_EXEC    16u

/* A frame that starts a fresh program: all else zero, flags and segments set. */
void frame_init_user(struct trap_frame *f, u64 rip, u64 rsp);

/* Device interrupts: `line` is the ISA number (serial 4, keyboard 1); MADT overrides are applied.
   The handler runs with interrupts off, on the CPU that the line is routed to. */
int irq_connect(unsigned line, const char *name, void (*handler)(void *arg), void *arg) must_check;

/* For who must wake somebody and may hold any lock: fn runs soon, on the CPU that calls
   irq_defer(), as an interrupt, when that CPU holds no spinlock.  Several calls may become one. */
void irq_defer_connect(void (*fn)(void)); /* once, before any irq_defer() */
void irq_defer(void);

struct text;
void irq_show(struct text *out); /* /proc/interrupts */
u64 irq_total(void);		 /* since boot, all CPUs: the `intr` line of /proc/stat */
