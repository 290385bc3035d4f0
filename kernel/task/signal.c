/*
 * signal.c - sending signals, blocking them, and who may do so.
 *
 * A signal is pending for one task or for the process as a whole.  The sender decides what it can:
 * an ignored signal is dropped, a fatal one makes the whole process leave at once, a stop undoes a
 * continuation and the other way round.  Otherwise one task is told to look, by its alert bits; it
 * takes the signal on its way to user mode (deliver.c).
 *
 * Locking: process->lock.  Alert bits of another task are only ever set, because a system call that
 * has seen one answers -ERESTARTSYS and relies on delivery to translate that.
 *
 * Differs from Linux: no ptrace, no signalfd, no core dumps.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/tick.h"
#include "kernel/task/futex.h"
#include "kernel/task/itimer.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/posix_timer.h"
#include "kernel/task/signalfd.h"
#include "kernel/task/sigqueue.h"

void signal_init(void)
{
	sigqueue_init();
	sighand_init();
	posix_timer_init();
	futex_init();
	sched_tick_hook = upcall_cpu_tick;
}

static inline bool is_ignored(struct process *p, struct task *t, int signo, bool forced)
{
	const void __user *handler = sighand_handler(p->sighand, signo);

	if (t->blocked.bits & sigbit(signo))
		return false;
	if (p->unkillable && handler == SIG_DFL && !(forced && (sigbit(signo) & SIGNALS_FIRM)))
		return true;
	return handler_ignores(handler, signo);
}

/* Blocked or not, with regard to what rt_sigtimedwait waits for. */
static u64 blocked_now(const struct task *t)
{
	return t->blocked.bits & ~t->waiting.bits;
}

static inline bool can_take(const struct task *t, int signo)
{
	if (t->exiting || (sigbit(signo) & blocked_now(t)))
		return false;
	if (signo == SIGKILL)
		return true;
	return !t->stopped &&
	       (READ_ONCE(t->thread.running) || !(thread_alerts(&t->thread) & ALERT_SIGNAL));
}

/* Gets a task to look at a signal that has just become pending. */
static inline void find_taker(struct process *p, struct task *only, int signo)
{
	const void __user *handler = sighand_handler(p->sighand, signo);
	struct task *t = NULL, *other;

	if (only) {
		t = can_take(only, signo) ? only : NULL;
	} else {
		list_for_each (other, &p->tasks, in_process) {
			if (!can_take(other, signo))
				continue;
			t = other;
			break;
		}
	}
	if (!t)
		return; /* whoever unblocks it will see it */
	if (handler == SIG_DFL &&
	    !(sigbit(signo) & (SIGNALS_STOP | SIGNALS_QUIET | SIGNALS_CORE)) &&
	    !(t->blocked.bits & sigbit(signo)))
		signal_begin_exit(p, signo);
	else
		thread_alert(&t->thread, ALERT_SIGNAL, THREAD_SLEEPING);
}

/* outside: the sender has no number where p is. */
static inline int enqueue(struct process *p, struct task *t, struct sigpending *pending, int signo,
			  const struct siginfo *info, bool outside)
{
	struct siginfo plain;
	struct sigqueue *q;
	u64 limit = p->limits[RLIMIT_SIGPENDING].rlim_cur;

	if (!info) {
		plain = (struct siginfo){ .signo = signo, .code = SI_KERNEL };
		info = &plain;
	}
	if (signo < SIGRTMIN && info->code >= 0)
		limit = ~0ul;
	q = sigqueue_create(info, t->account, limit);
	if (q && outside)
		q->info.kill.pid = 0;
	if (q)
		list_add_tail(&q->node, &pending->queue);
	else if (info != &plain && signo >= SIGRTMIN && info->code != SI_USER)
		return -EAGAIN;
	return 0;
}

/* Was it sent by a task that p cannot see?  Only to p's whole namespace can that be, from around
   it.  A timer's signal has no sender; neither has one of the kernel. */
static bool is_from_outside(const struct process *p, const struct siginfo *info)
{
	return info && info->code <= 0 && info->code != SI_TIMER && info->code != SI_SIGIO &&
	       !pid_number(task_current()->pid, p->pid->ns);
}

static always_inline int send(struct process *p, struct task *only, int signo,
			      const struct siginfo *info, struct sigqueue *own)
{
	bool outside = unlikely(p->pid->level) && !own && is_from_outside(p, info);
	struct sigpending *pending = only ? &only->pending : &p->pending;
	struct task *t = only ?: list_first(&p->tasks, struct task, in_process);
	u64 bit = sigbit(signo);
	int result;

	assert_held(&p->lock);
	if (list_empty(&p->tasks) || list_empty(&t->in_process) || t->is_kernel || p->exiting)
		return SIGNAL_IGNORED;
	if (bit & SIGNALS_STOP)
		signal_drop(p, SIGBIT(SIGCONT));
	else if (signo == SIGCONT)
		stop_undo(p);
	if (is_ignored(p, t, signo, !info || outside))
		return SIGNAL_IGNORED;
	if (own) {
		list_add_tail(&own->node, &pending->queue);
	} else if (signo < SIGRTMIN && (pending->set.bits & bit)) {
		return 0;
	} else if (signo != SIGKILL) {
		result = enqueue(p, t, pending, signo, info, outside);
		if (result)
			return result;
	}
	pending->set.bits |= bit;
	if (unlikely(READ_ONCE(signalfd_count)))
		signalfd_wake();
	find_taker(p, only, signo);
	return 0;
}

int signal_send_locked(struct process *p, struct task *only, int signo, const struct siginfo *info,
		       struct sigqueue *own)
{
	return send(p, only, signo, info, own);
}

int signal_send_task(struct task *t, int signo, const struct siginfo *info)
{
	struct process *p = t->process;
	int result;

	spin_lock(&p->lock);
	result = signal_send_locked(p, t, signo, info, NULL);
	spin_unlock(&p->lock);
	return min(result, 0);
}

int signal_send_process(struct process *p, int signo, const struct siginfo *info)
{
	int result;

	spin_lock(&p->lock);
	result = send(p, NULL, signo, info, NULL);
	spin_unlock(&p->lock);
	return min(result, 0);
}

void signal_send_pgrp_locked(struct pgrp *g, int signo, const struct siginfo *info)
{
	struct process *p;

	assert_held(&task_tree_lock);
	list_for_each (p, &g->processes, in_pgrp)
		(void)signal_send_member(p, signo, info);
}

void signal_send_pgrp(struct pgrp *g, int signo, const struct siginfo *info)
{
	spin_lock(&task_tree_lock);
	signal_send_pgrp_locked(g, signo, info);
	spin_unlock(&task_tree_lock);
}

static always_inline void recheck(struct task *t)
{
	struct process *p = t->process;
	u32 alerts = thread_alerts(&t->thread) & (ALERT_SIGNAL | ALERT_KILL), want = 0;

	assert_held(&p->lock);
	if (task_dies(t))
		want = ALERT_SIGNAL | ALERT_KILL;
	else if (((t->pending.set.bits | p->pending.set.bits) & ~blocked_now(t)) || t->stop_pending)
		want = ALERT_SIGNAL;
	if (want & ~alerts)
		thread_alert(&t->thread, want, 0);
	if ((alerts & ~want) && t == task_current())
		thread_alert_clear(&t->thread, alerts & ~want);
}

void signal_recheck(struct task *t)
{
	recheck(t);
}

int signal_take(const struct sigset *set, struct siginfo *info)
{
	struct task *t = task_current();
	struct process *p = t->process;
	int signo;

	assert_held(&p->lock);
	if (t->pending.set.bits & set->bits) {
		signo = sigpending_take(&t->pending, set->bits, info);
	} else if (p->pending.set.bits & set->bits) {
		signo = sigpending_take(&p->pending, set->bits, info);
		if (signo == SIGALRM)
			itimer_rearm(p);
	} else {
		return 0;
	}
	if (sigbit(signo) & SIGNALS_STOP)
		t->stop_dequeued = true;
	return signo;
}

/* The running task will not take these signals, which are pending for the process: somebody else
   should look. */
static void pass_on(struct process *p, u64 set)
{
	struct task *t;

	list_for_each (t, &p->tasks, in_process) {
		if (!set)
			return;
		if (t == task_current() || t->exiting || !(set & ~t->blocked.bits))
			continue;
		set &= t->blocked.bits;
		if (!(thread_alerts(&t->thread) & ALERT_SIGNAL))
			thread_alert(&t->thread, ALERT_SIGNAL, THREAD_SLEEPING);
	}
}

void signal_set_blocked_locked(const struct sigset *set)
{
	struct task *t = task_current();
	struct process *p = t->process;
	u64 given_up = p->pending.set.bits & set->bits & ~t->blocked.bits;

	assert_held(&p->lock);
	if (unlikely(given_up))
		pass_on(p, given_up);
	t->blocked = *set;
}

void signal_set_blocked(const struct sigset *set)
{
	struct task *t = task_current();
	struct process *p = t->process;

	if (t->blocked.bits == set->bits)
		return;
	spin_lock(&p->lock);
	signal_set_blocked_locked(set);
	recheck(t);
	spin_unlock(&p->lock);
}

void signal_force(int signo, int code, u64 addr, int trapno, u64 error_code)
{
	struct task *t = task_current();
	struct process *p = t->process;
	struct siginfo info = { .signo = signo, .code = code, .fault.addr = addr };

	t->fault = (struct fault_info){ addr, (u64)trapno, error_code };
	spin_lock(&p->lock);
	spin_lock(&p->sighand->lock);
	if ((t->blocked.bits & sigbit(signo)) || sighand_handler(p->sighand, signo) == SIG_IGN)
		sighand_set_plain_locked(p->sighand, signo, SIG_DFL);
	if (sighand_handler(p->sighand, signo) == SIG_DFL)
		p->unkillable = false;
	spin_unlock(&p->sighand->lock);
	t->blocked.bits &= ~sigbit(signo);
	(void)signal_send_locked(p, t, signo, &info, NULL);
	signal_recheck(t);
	spin_unlock(&p->lock);
}

void signal_init_process(struct process *p)
{
	sigpending_init(&p->pending);
	list_init(&p->births);
	list_init(&p->itimers_posix);
	itimer_init(p);
}

void signal_leave(struct task *t)
{
	struct process *p = t->process;
	bool stopped;

	spin_lock(&p->lock);
	t->exiting = true;
	stopped = stop_leave(t);
	if (!p->exiting)
		pass_on(p, p->pending.set.bits & ~t->blocked.bits);
	spin_unlock(&p->lock);
	if (stopped)
		notify_stopped(p);
}

static void make_leave(struct task *t)
{
	t->stop_pending = t->stopped = false;
	thread_alert(&t->thread, ALERT_SIGNAL | ALERT_KILL,
		     THREAD_SLEEPING | THREAD_KILLABLE | THREAD_STOPPED);
}

void signal_begin_exit(struct process *p, s32 status)
{
	struct task *t;

	assert_held(&p->lock);
	if (p->exiting)
		return;
	p->exiting = true;
	p->exit_status = status;
	p->stop_count = 0;
	p->stop_signal = p->stop_status = 0;
	p->continued_report = false;
	list_for_each (t, &p->tasks, in_process)
		if (!t->exiting)
			make_leave(t);
}

void signal_begin_exec(struct process *p, struct task *self)
{
	struct task *t;

	assert_held(&p->lock);
	p->execing = self;
	p->stop_count = 0;
	p->stop_signal = p->stop_status = 0;
	self->stop_pending = false;
	list_for_each (t, &p->tasks, in_process)
		if (t != self && !t->exiting)
			make_leave(t);
}

static bool rights_suffice(struct task *t)
{
	const struct cred *mine = task_current()->cred, *other;
	u32 uid, suid;

	if (t->process == task_current()->process || cred_capable(mine, CAP_KILL))
		return true;
	spin_lock(&t->process->lock);
	other = t->cred;
	uid = other->uid;
	suid = other->suid;
	spin_unlock(&t->process->lock);
	return mine->euid == suid || mine->euid == uid || mine->uid == suid || mine->uid == uid;
}

int signal_permission_locked(struct task *t, int signo)
{
	assert_held(&task_tree_lock);
	if (rights_suffice(t))
		return 0;
	return signo == SIGCONT && t->process->pgrp &&
			       t->process->pgrp->session == task_current()->process->pgrp->session
		       ? 0
		       : -EPERM;
}

int signal_permission(struct task *t, int signo)
{
	int result;

	if (rights_suffice(t))
		return 0;
	if (signo != SIGCONT)
		return -EPERM;
	spin_lock(&task_tree_lock);
	result = signal_permission_locked(t, signo);
	spin_unlock(&task_tree_lock);
	return result;
}
