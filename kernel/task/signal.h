/*
 * signal.h - sending, queueing, blocking and delivering signals.
 *
 * All state of one process's signals is guarded by its process->lock.
 */
#pragma once
#include "arch/trap.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/list.h"
#include "kernel/lib/refcount.h"
#include "kernel/lock/spinlock.h"

struct pgrp;
struct process;
struct task;

struct sigpending {
	struct sigset set; /* signals that are pending */
	struct list queue; /* struct sigqueue: their siginfo, in order of arrival */
};

struct sighand {
	struct refcount refs;
	struct sigaction action[NSIG]; /* [g of each user; CLONE_SIGHAND without CLONE_THREAD is
					  locked by sighand users' own lock] */
	struct spinlock lock;	       /* rank LEAF: action[] */
};

struct sighand *sighand_create(const struct sighand *from); /* copy, or defaults; NULL: no memory */
void sighand_put(struct sighand *s);
void sighand_reset_for_exec(struct sighand *s); /* handlers become SIG_DFL */

void sigpending_init(struct sigpending *p);
void sigpending_flush(struct sigpending *p); /* frees what is queued */

/* To a task, a process, a group.  info NULL: from the kernel.  Rights are not checked here.
   0, or -EAGAIN when a realtime signal cannot be queued (RLIMIT_SIGPENDING). */
int signal_send_task(struct task *t, int signo, const struct siginfo *info);
int signal_send_process(struct process *p, int signo, const struct siginfo *info);
void signal_send_pgrp(struct pgrp *g, int signo,
		      const struct siginfo *info); /* takes task_tree_lock */

/* May the running task send signo to t?  0, -EPERM. */
int signal_permission(struct task *t, int signo) must_check;

/* A fault of the running task: delivered even if blocked or ignored (then it kills). */
void signal_force(int signo, int code, u64 addr, int trapno, u64 error_code);

/* Is a signal deliverable to t?  Recomputes ALERT_SIGNAL and ALERT_KILL. process->lock held. */
void signal_recheck(struct task *t);
static inline bool signal_is_pending(void);

/* On the way to user mode, from upcall_exit_to_user: takes signals, sets up handlers, stops, dies,
   restarts system calls. */
void signal_deliver(struct trap_frame *f);

/* Replaces the blocked mask of the running task. */
void signal_set_blocked(const struct sigset *set);
/* For ppoll, pselect, sigsuspend, epoll_pwait: user's mask for the time of the call; restored by
   delivery, or by signal_mask_end when the call was not interrupted.  -EINVAL, -EFAULT. NULL mask:
   nothing */
int signal_mask_begin(const struct sigset __user *mask, size_t size) must_check;
void signal_mask_end(bool interrupted);

/* A child stopped, continued or ended: SIGCHLD and wake-up of wait4. task_tree_lock held. */
void signal_notify_parent(struct process *child, int code, int status);

/* Terminal: true when the running task may go on; else it was sent SIGTTIN/SIGTTOU (-ERESTARTSYS,
 * -EIO). */
int signal_tty_check(struct pgrp *foreground, int signo) must_check;

#include "kernel/sched/thread.h"
static inline bool signal_is_pending(void)
{
	return thread_alerts(thread_current()) & (ALERT_SIGNAL | ALERT_KILL);
}
