/*
 * context.h - what a thread leaves behind when another one runs: stack, TLS bases, FPU registers.
 */
#pragma once
#include "arch/trap.h"
#include "kernel/lib/types.h"

struct pagetable;

/* Reasons to stop on the way back to user mode (arch.alert). */
#define ALERT_RESCHED 1u  /* somebody else should run */
#define ALERT_SIGNAL  2u  /* a signal may be pending */
#define ALERT_WORK    4u  /* deferred work of the task (task_work) */
#define ALERT_KILL    8u  /* a fatal signal is pending: killable sleeps end */
#define ALERT_TRACE   16u /* system call tracing */
#define ALERT_FREEZE  32u /* must not run, nor go on from an interruptible sleep */
#define ALERT_QUOTA   64u /* its container has used up its CPU time */

/* First member of struct thread.  entry.S knows the offsets. */
struct arch_thread {
	u64 rsp;	      /* [o]  0 saved kernel stack pointer while not running */
	u64 stack_top;	      /* [I]  8 */
	u32 alert;	      /* [a] 16 ALERT_* */
	struct pagetable *pt; /* [o] 24 NULL: a kernel thread, uses the kernel's table */
	u64 fs_base, gs_base; /* [o] user TLS bases */
	void *fpu;	      /* [I] XSAVE or FXSAVE area; NULL for kernel threads */
};

/* A kernel stack is a block of pages, of whose upper end STACK_ROOM may be used: 4 KiB, and twice
   as much in a debug build, where frames are larger and the page below the room is unmapped.  The
   lowest word of the room is STACK_MARK for as long as nobody comes that far: looked at whenever
   the thread leaves its CPU.  `make stack` tells how deep it can get. */
#ifdef DEBUG
#define STACK_ORDER 2
#define STACK_ROOM  8192ul
#else
#define STACK_ORDER 0
#define STACK_ROOM  4096ul
#endif
#define STACK_SIZE (4096ul << STACK_ORDER)
#define STACK_MARK 0x5afe57ac

static inline u32 *stack_mark(u64 stack_top)
{
	return (u32 *)(stack_top - STACK_ROOM);
}

/* `stack` is the lowest address of a kernel stack. fn(arg) runs first, after
   upcall_thread_started(), with interrupts on; it must not return.  Sets all of *t. */
void context_init_kernel(struct arch_thread *t, void *stack, void (*fn)(void *), void *arg);

/* A thread that will return to user mode with *frame.  fpu: clean registers, or a copy of `from`'s
   (the running thread's), and so the TLS bases.  Sets all of *t; the caller fills in pt, and
   fs_base for CLONE_SETTLS, afterwards.  -ENOMEM; undone by context_destroy(). */
int context_init_user(struct arch_thread *t, void *stack, const struct trap_frame *frame,
		      struct arch_thread *from) must_check;
void context_destroy(struct arch_thread *t); /* frees the FPU area, not the stack */

/* Interrupts off.  Loads next->pt when it differs (NULL: the kernel's table) and sets this CPU's
   cpu->thread.  Comes back when somebody switches to prev, perhaps on another CPU. */
void context_switch(struct arch_thread *prev, struct arch_thread *next);

/* For exec: FPU registers and TLS bases of the running thread as for a fresh program. */
void context_reset_user(struct arch_thread *t);

/* Leaves the kernel through `f` for the first time (exec of the first program). */
noreturn void context_enter_user(struct trap_frame *f);

static inline struct trap_frame *context_frame(struct arch_thread *t)
{
	return (struct trap_frame *)t->stack_top - 1;
}

/* arch_prctl's bases of the running thread; the address is checked by the caller. */
void context_set_fs(u64 base);
void context_set_gs(u64 base);
u64 context_get_gs(void);

/* The FPU area of the running thread as the signal frame wants it: bytes, load and store.
   save writes the live registers to `user`; restore leaves clean ones where it fails.  -EFAULT. */
size_t fpu_size(void);
int fpu_save_user(void __user *user) must_check;
int fpu_restore_user(const void __user *user) must_check;
