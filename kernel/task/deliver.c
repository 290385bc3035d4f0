/*
 * deliver.c - what happens to signals on the way to user mode.
 *
 * Each deliverable signal is taken in turn and acted on: dropped, the process ends or stops, or
 * registers and stack are changed so that a handler runs; the handler of the next one is entered
 * from the first instruction of the one before.
 *
 * This is the one place where interrupted system calls are repeated or made to fail: their bodies
 * return one of the ERESTART numbers, see restart_call().
 *
 * Locking: process->lock while a signal is looked for; not while the stack is written.
 */
#include "arch/sigframe.h"
#include "arch/uaccess.h"
#include "arch/upcall.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/task/sigqueue.h"

#define SYS_RESTART  219
#define SYSCALL_SIZE 2 /* bytes of the instruction */

/* How an interrupted call ends.  handler NULL: none runs, the call goes on as if nothing had been.
 */
static void restart_interrupted(struct trap_frame *f, const struct sigaction *handler)
{
	u64 number = f->orig_rax;
	bool again = !handler;

	switch ((s64)f->rax) {
	case -ERESTARTNOINTR:
		again = true;
		break;
	case -ERESTARTSYS:
		again = !handler || (handler->flags & SA_RESTART);
		break;
	case -ERESTARTNOHAND:
		break;
	case -ERESTART_RESTARTBLOCK:
		number = SYS_RESTART;
		break;
	default:
		return;
	}
	f->orig_rax = NO_SYSCALL;
	f->rax = again ? number : (u64)-EINTR;
	if (again)
		f->rip -= SYSCALL_SIZE;
}

static inline void restart_call(struct trap_frame *f, const struct sigaction *handler)
{
	if (f->orig_rax != NO_SYSCALL)
		restart_interrupted(f, handler);
}

/* Takes the next signal, of which there is one, and its action, which it resets if that is asked
   for. */
static int take(struct task *t, struct siginfo *info, struct sigaction *action)
{
	struct process *p = t->process;
	struct sigset set = { ~t->blocked.bits };
	int signo = signal_take(&set, info);

	spin_lock(&p->sighand->lock);
	*action = sighand_action_locked(p->sighand, signo);
	if ((action->flags & SA_RESETHAND) && action->handler != SIG_IGN)
		sighand_set_plain_locked(p->sighand, signo, SIG_DFL);
	spin_unlock(&p->sighand->lock);
	return signo;
}

/* No lock held; process->lock is on return.  Enters the handler, or forces SIGSEGV. */
static void run_handler(struct task *t, struct trap_frame *f, int signo, const struct siginfo *info,
			const struct sigaction *action)
{
	struct sigframe s = {
		.signo = signo,
		.action = action,
		.info = info,
		.mask = t->restore_blocked ? t->saved_blocked : t->blocked,
		.altstack = &t->altstack,
		.fault = &t->fault,
	};
	struct sigset blocked = { t->blocked.bits | action->mask.bits };

	restart_call(f, action);
	if (unlikely(sigframe_push(f, &s))) {
		if (signo == SIGSEGV) /* its handler is what cannot be entered */
			signal_reset(SIGSEGV);
		signal_force(SIGSEGV, SI_KERNEL, 0, (int)t->fault.trapno, t->fault.error);
		spin_lock(&t->process->lock);
		return;
	}
	if (t->altstack.flags & (s32)SS_AUTODISARM)
		t->altstack = (struct sigaltstack){ .flags = SS_DISABLE };
	t->restore_blocked = false;
	if (!(action->flags & SA_NODEFER))
		blocked.bits |= sigbit(signo);
	spin_lock(&t->process->lock);
	signal_set_blocked_locked(&blocked);
}

/* The default of a signal that is not ignored.  process->lock is held, also on return. */
static void run_default(struct task *t, int signo)
{
	struct process *p = t->process;
	bool orphaned;

	if (!(sigbit(signo) & SIGNALS_STOP)) {
		spin_unlock(&p->lock);
		task_exit_group(signo);
	}
	if (signo != SIGSTOP) {
		spin_unlock(&p->lock);
		spin_lock(&task_tree_lock);
		orphaned = pgrp_is_orphaned(p->pgrp, NULL);
		spin_unlock(&task_tree_lock);
		spin_lock(&p->lock);
		if (orphaned)
			return; /* nobody could continue it */
	}
	stop_begin(t, signo);
}

/* Acts on what needs no handler; a signal that has one is returned with the lock released.
   0: nothing is left; the lock is held. */
static int next_handled(struct task *t, struct siginfo *info, struct sigaction *action)
{
	struct process *p = t->process;
	int signo;

	for (;;) {
		if (p->parent_news)
			notify_continued(p);
		if (task_dies(t)) {
			bool whole = p->exiting;
			s32 status = p->exit_status;

			spin_unlock(&p->lock);
			if (whole)
				task_exit_group(status);
			task_exit(0);
		}
		if (t->stop_pending) {
			stop_wait(t);
			continue;
		}
		if (!((t->pending.set.bits | p->pending.set.bits) & ~t->blocked.bits))
			return 0;
		signo = take(t, info, action);
		if (handler_ignores(action->handler, signo))
			continue;
		if (action->handler != SIG_DFL) {
			spin_unlock(&p->lock);
			return signo;
		}
		if (p->unkillable && !(sigbit(signo) & SIGNALS_FIRM))
			continue;
		run_default(t, signo);
	}
}

void signal_deliver(struct trap_frame *f)
{
	struct task *t = task_current();
	struct process *p = t->process;
	struct sigaction action;
	struct siginfo info;
	int signo;

	spin_lock(&p->lock);
	while ((signo = next_handled(t, &info, &action)))
		run_handler(t, f, signo, &info, &action);
	thread_alert_clear(&t->thread, ALERT_SIGNAL | ALERT_KILL);
	spin_unlock(&p->lock);
	restart_call(f, NULL);
	if (t->restore_blocked) {
		t->restore_blocked = false;
		signal_set_blocked(&t->saved_blocked);
	}
}

/* A line for whom it may concern. */
static void log_fault(const struct trap_frame *f, int signo, u64 addr, int trapno, u64 error_code)
{
	static struct log_limit limit = { .name = "signal" };
	struct task *t = task_current();
	struct sigaction a = sighand_action(t->process->sighand, signo);

	if (a.handler != SIG_DFL && a.handler != SIG_IGN && !(t->blocked.bits & sigbit(signo)))
		return;
	log_info_limited(
		&limit, "%s[%d]: signal %d at ip %lx sp %lx (trap %d, error %lx, address %lx)",
		t->thread.name, task_tid(t), signo, f->rip, f->rsp, trapno, error_code, addr);
}

void upcall_user_exception(struct trap_frame *f, int signo, int code, u64 addr, int trapno,
			   u64 error_code)
{
	if (signo != SIGTRAP)
		log_fault(f, signo, addr, trapno, error_code);
	signal_force(signo, code, addr, trapno, error_code);
}
