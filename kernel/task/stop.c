/*
 * stop.c - stopping and continuing processes, and telling their parents.
 *
 * The task that takes a stop signal counts those of its process that run (stop_count) and alerts
 * them; each stops on its way to user mode.  With the last one the process is stopped
 * (stop_status) and its parent learns it.  SIGCONT undoes all of this when it is sent, whether it
 * is blocked or ignored or not; a task that had stopped then tells the parent.
 *
 * Locking: process->lock; task_tree_lock outside of it for the parent.
 */
#include "kernel/abi/errno.h"
#include "kernel/task/itimer.h"
#include "kernel/task/sigqueue.h"

#define NS_PER_TICK (NS_PER_SEC / USER_HZ)

static void child_info(struct process *child, int signo, int code, int status, struct siginfo *info)
{
	u64 time[CPU_MODES];

	*info = (struct siginfo){ .signo = signo, .code = code };
	spin_lock(&child->lock);
	process_time_locked(child, time);
	info->child.uid = child->leader ? child->leader->cred->uid : 0;
	spin_unlock(&child->lock);
	info->child.pid = pid_number(child->pid, child->parent->pid->ns);
	info->child.status = status;
	info->child.utime = (s64)(time[CPU_USER] / NS_PER_TICK);
	info->child.stime = (s64)(time[CPU_SYSTEM] / NS_PER_TICK);
}

void signal_notify_parent(struct process *child, int code, int status)
{
	bool stop = code == CLD_STOPPED || code == CLD_CONTINUED || code == CLD_TRAPPED;
	int signo = stop ? SIGCHLD : (int)child->exit_signal;
	struct process *parent = child->parent;
	struct sigaction a;
	struct siginfo info;

	assert_held(&task_tree_lock);
	if (signo && parent->sighand) {
		child_info(child, signo, code, status, &info);
		spin_lock(&parent->lock);
		a = sighand_action(parent->sighand, SIGCHLD);
		if (signo != SIGCHLD ||
		    (a.handler != SIG_IGN && !(stop && (a.flags & SA_NOCLDSTOP))))
			(void)signal_send_locked(parent, NULL, signo, &info, NULL);
		spin_unlock(&parent->lock);
	}
	waitq_wake_all(&parent->wait_child);
}

void notify_stopped(struct process *p)
{
	spin_lock(&task_tree_lock);
	signal_notify_parent(p, CLD_STOPPED, READ_ONCE(p->stop_status));
	spin_unlock(&task_tree_lock);
}

void notify_continued(struct process *p)
{
	int code = p->parent_news;

	p->parent_news = 0;
	spin_unlock(&p->lock);
	spin_lock(&task_tree_lock);
	signal_notify_parent(p, code, code == CLD_CONTINUED ? SIGCONT : 0);
	spin_unlock(&task_tree_lock);
	spin_lock(&p->lock);
}

void stop_undo(struct process *p)
{
	struct task *t;

	assert_held(&p->lock);
	signal_drop(p, SIGNALS_STOP);
	list_for_each (t, &p->tasks, in_process) {
		t->stop_pending = t->stop_dequeued = false;
		if (!t->stopped)
			continue;
		t->stopped = false;
		thread_wake(&t->thread, THREAD_STOPPED);
	}
	if (p->stop_status || p->stop_count) {
		p->parent_news = p->stop_status ? CLD_CONTINUED : CLD_STOPPED;
		p->continued_report = true;
	}
	p->stop_count = 0;
	p->stop_signal = p->stop_status = 0;
}

void stop_begin(struct task *t, int signo)
{
	struct process *p = t->process;
	struct task *other;

	assert_held(&p->lock);
	/* SIGCONT may have come since the signal was taken. */
	if (!t->stop_dequeued || t->stop_pending || task_dies(t))
		return;
	p->stop_signal = signo;
	p->stop_count = 0;
	list_for_each (other, &p->tasks, in_process) {
		if (other->exiting || other->stopped)
			continue;
		other->stop_pending = true;
		p->stop_count++;
		if (other != t)
			thread_alert(&other->thread, ALERT_SIGNAL, THREAD_SLEEPING);
	}
}

bool stop_leave(struct task *t)
{
	struct process *p = t->process;

	assert_held(&p->lock);
	if (!t->stop_pending)
		return false;
	t->stop_pending = t->stop_dequeued = false;
	if (!p->stop_count || --p->stop_count)
		return false;
	p->stop_status = p->stop_signal;
	p->stop_reported = p->continued_report = false;
	return true;
}

void stop_wait(struct task *t)
{
	struct process *p = t->process;
	bool last = stop_leave(t);

	t->stopped = true;
	/* Set under the lock, so that a SIGCONT from now on finds it to wake. */
	__atomic_store_n(&t->thread.state, THREAD_STOPPED, __ATOMIC_SEQ_CST);
	spin_unlock(&p->lock);
	if (last)
		notify_stopped(p);
	sched_switch();
	if (unlikely(thread_alerts(&t->thread) & ALERT_FREEZE))
		thread_freeze(); /* before a signal is acted on */
	spin_lock(&p->lock);
}

bool pgrp_is_orphaned(struct pgrp *g, const struct process *without)
{
	struct process *p;

	assert_held(&task_tree_lock);
	list_for_each (p, &g->processes, in_pgrp) {
		struct process *parent = p->parent;

		if (p == without || p->zombie || parent == init_process)
			continue;
		if (parent->pgrp != g && parent->pgrp && parent->pgrp->session == g->session)
			return false;
	}
	return true;
}

void pgrp_hangup_orphaned(struct pgrp *g, const struct process *without)
{
	struct process *p;

	if (!pgrp_is_orphaned(g, without))
		return;
	list_for_each (p, &g->processes, in_pgrp) {
		if (p == without || !READ_ONCE(p->stop_status))
			continue;
		signal_send_pgrp_locked(g, SIGHUP, NULL);
		signal_send_pgrp_locked(g, SIGCONT, NULL);
		return;
	}
}

int signal_tty_check(struct pgrp *foreground, int signo)
{
	struct task *t = task_current();
	struct process *p = t->process;
	bool ignored;
	int result;

	spin_lock(&task_tree_lock);
	if (!foreground || p->pgrp == foreground) {
		spin_unlock(&task_tree_lock);
		return 0;
	}
	spin_lock(&p->lock);
	ignored =
		(t->blocked.bits & sigbit(signo)) || sighand_handler(p->sighand, signo) == SIG_IGN;
	spin_unlock(&p->lock);
	if (ignored) {
		result = signo == SIGTTIN ? -EIO : 0;
	} else if (pgrp_is_orphaned(p->pgrp, NULL)) {
		result = -EIO;
	} else {
		signal_send_pgrp_locked(p->pgrp, signo, NULL);
		/* Even if another task of ours takes it, this one must come back here. */
		thread_alert(&t->thread, ALERT_SIGNAL, 0);
		result = -ERESTARTSYS;
	}
	spin_unlock(&task_tree_lock);
	return result;
}
