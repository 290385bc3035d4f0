/*
 * signal.c - a task's own signals: actions, masks, waiting for them, the alternate stack, the way
 * back from a handler.
 */
#include "arch/context.h"
#include "arch/sigframe.h"
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/sched/realtime.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define SIGNALS_FIRM	  (1ul << (SIGKILL - 1) | 1ul << (SIGSTOP - 1))
#define SA_EXPOSE_TAGBITS 0x800ul
#define SA_KNOWN                                                                            \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_RESTORER | SA_ONSTACK | SA_RESTART | \
	 SA_NODEFER | SA_RESETHAND | SA_EXPOSE_TAGBITS)

static struct trap_frame *own_frame(void)
{
	return context_frame(&thread_current()->arch);
}

long sys_rt_sigaction(int signo, const struct sigaction __user *act, struct sigaction __user *old,
		      size_t size)
{
	struct sigaction new, was;
	int error;

	if (size != sizeof(struct sigset))
		return -EINVAL;
	if (act && copy_from_user(&new, act, sizeof(new)))
		return -EFAULT;
	if (signo < 1 || signo >= NSIG || (act && (signo == SIGKILL || signo == SIGSTOP)))
		return -EINVAL;
	if (act) {
		new.flags &= SA_KNOWN;
		new.mask.bits &= ~SIGNALS_FIRM;
	}
	error = signal_set_action(signo, act ? &new : NULL, &was);
	if (error)
		return error;
	return old && copy_to_user(old, &was, sizeof(was)) ? -EFAULT : 0;
}

long sys_rt_sigprocmask(int how, const struct sigset __user *set, struct sigset __user *old,
			size_t size)
{
	struct sigset was = task_current()->blocked, new;

	if (size != sizeof(new))
		return -EINVAL;
	if (set) {
		if (get_user(new.bits, &set->bits))
			return -EFAULT;
		new.bits &= ~SIGNALS_FIRM;
		if (how == SIG_BLOCK)
			new.bits |= was.bits;
		else if (how == SIG_UNBLOCK)
			new.bits = was.bits & ~new.bits;
		else if (how != SIG_SETMASK)
			return -EINVAL;
		signal_set_blocked(&new);
	}
	return old ? put_user(was.bits, &old->bits) : 0;
}

long sys_rt_sigpending(struct sigset __user *set, size_t size)
{
	struct task *t = task_current();
	struct sigset pending;

	if (size > sizeof(pending))
		return -EINVAL;
	spin_lock(&t->process->lock);
	pending.bits = (t->pending.set.bits | t->process->pending.set.bits) & t->blocked.bits;
	spin_unlock(&t->process->lock);
	return copy_to_user(set, &pending, size);
}

/* 0: none came. -EINTR: another one did. */
static int wait_for(const struct sigset *set, u64 deadline, struct siginfo *info)
{
	struct task *t = task_current();
	struct process *p = t->process;
	int signo, result = 0;

	spin_lock(&p->lock);
	signo = signal_take(set, info);
	while (!signo && deadline && !result) {
		t->waiting = *set;
		signal_recheck(t);
		spin_unlock(&p->lock);
		result = sleep_until(deadline);
		spin_lock(&p->lock);
		t->waiting.bits = 0;
		signo = signal_take(set, info);
		if (!result)
			break;
		/* What woke it may be somebody else's by now; then it goes on waiting. */
		signal_recheck(t);
		result = signal_is_pending() ? -EINTR : 0;
	}
	signal_recheck(t);
	spin_unlock(&p->lock);
	return signo ?: result;
}

long sys_rt_sigtimedwait(const struct sigset __user *user_set,
			 struct siginfo_user __user *user_info,
			 const struct timespec __user *timeout, size_t size)
{
	u64 deadline = WAIT_FOREVER;
	struct siginfo info;
	struct timespec ts;
	struct sigset set;
	int result;

	if (size != sizeof(set))
		return -EINVAL;
	if (get_user(set.bits, &user_set->bits))
		return -EFAULT;
	if (timeout) {
		if (copy_from_user(&ts, timeout, sizeof(ts)))
			return -EFAULT;
		if (!timespec_valid(&ts))
			return -EINVAL;
		deadline = ts.tv_sec || ts.tv_nsec ? clock_after(timespec_ns(&ts)) : 0;
	}
	set.bits &= ~SIGNALS_FIRM;
	result = wait_for(&set, deadline, &info);
	if (result > 0 && user_info && siginfo_put(user_info, &info))
		return -EFAULT;
	return result ?: -EAGAIN;
}

long sys_rt_sigsuspend(const struct sigset __user *set, size_t size)
{
	int result;

	if (!set)
		return size == sizeof(*set) ? -EFAULT : -EINVAL;
	result = signal_mask_begin(set, size);
	if (result)
		return result;
	result = sleep_until(WAIT_FOREVER);
	signal_mask_end(result < 0);
	return -ERESTARTNOHAND;
}

long sys_pause(void)
{
	return sleep_until(WAIT_FOREVER) ? -ERESTARTNOHAND : 0;
}

static int altstack_set(struct task *t, const struct sigaltstack *s, u64 sp)
{
	u32 mode = (u32)s->flags & ~SS_AUTODISARM;

	if (altstack_holds(&t->altstack, sp))
		return -EPERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (mode == SS_DISABLE)
		t->altstack = (struct sigaltstack){ .flags = s->flags };
	else if (s->size < MINSIGSTKSZ)
		return -ENOMEM;
	else
		t->altstack = (struct sigaltstack){ s->sp, s->flags, s->size };
	return 0;
}

long sys_sigaltstack(const struct sigaltstack __user *ss, struct sigaltstack __user *old)
{
	struct task *t = task_current();
	struct sigaltstack new, was = { t->altstack.sp, 0, t->altstack.size };
	u64 sp = own_frame()->rsp;
	int result = 0;

	was.flags = t->altstack.flags & (s32)SS_AUTODISARM;
	if (!was.size)
		was.flags |= SS_DISABLE;
	else if (altstack_holds(&t->altstack, sp))
		was.flags |= SS_ONSTACK;
	if (ss && copy_from_user(&new, ss, sizeof(new)))
		return -EFAULT;
	if (ss)
		result = altstack_set(t, &new, sp);
	if (!result && old && copy_to_user(old, &was, sizeof(was)))
		return -EFAULT;
	return result;
}

long sys_rt_sigreturn(void)
{
	struct trap_frame *f = own_frame();
	struct task *t = task_current();
	struct sigaltstack stack;
	struct sigset mask;

	t->restart.fn = NULL;
	if (sigframe_pop(f, &mask, &stack)) {
		signal_force(SIGSEGV, SI_KERNEL, 0, (int)t->fault.trapno, t->fault.error);
		return 0;
	}
	mask.bits &= ~SIGNALS_FIRM;
	signal_set_blocked(&mask);
	/* As on Linux a stack that cannot be set is no error here. */
	if (unlikely(stack.sp != t->altstack.sp || stack.size != t->altstack.size ||
		     stack.flags != t->altstack.flags))
		(void)altstack_set(t, &stack, f->rsp);
	return (long)f->rax;
}

long sys_restart_syscall(void)
{
	struct restart *r = &task_current()->restart;

	return r->fn ? r->fn(r) : -EINTR;
}
