/*
 * sigframe.h - what a signal handler finds on its stack, and the way back from it.
 *
 * The layout is Linux's struct rt_sigframe; debuggers and language run-times read and change it.
 */
#pragma once
#include "arch/trap.h"
#include "kernel/abi/signal.h"

struct fault_info {
	u64 addr, trapno, error;
};

struct sigframe {
	int signo;
	const struct sigaction *action;
	const struct siginfo *info;	    /* written when the action says SA_SIGINFO */
	struct sigset mask;		    /* what the return from the handler will block */
	const struct sigaltstack *altstack; /* as it is; goes into uc_stack */
	const struct fault_info *fault;	    /* the last one */
};

/* Is sp on the alternate stack?  Never while SS_AUTODISARM has taken it away. */
static inline bool altstack_holds(const struct sigaltstack *s, u64 sp)
{
	return !(s->flags & (s32)SS_AUTODISARM) && sp > (u64)s->sp && sp - (u64)s->sp <= s->size;
}

/* Writes the frame and makes *f enter the handler with clean FPU registers.  -EFAULT: there is no
   usable stack or no restorer; *f is as it was.  May sleep. */
int sigframe_push(struct trap_frame *f, const struct sigframe *s) must_check;

/* What rt_sigtimedwait and a frame show of it, zeros included.  0 or -EFAULT. */
int siginfo_put(struct siginfo_user __user *user, const struct siginfo *info) must_check;

/* rt_sigreturn: the registers, mask and alternate stack of the frame that f->rsp lies behind.
   What a program must not change is not taken from it.  -EFAULT: nothing useful there. */
int sigframe_pop(struct trap_frame *f, struct sigset *mask,
		 struct sigaltstack *altstack) must_check;
