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

/* Few programs set an action, so there is no table before the first. */
struct sighand {
	struct refcount refs;
	struct spinlock lock;	 /* rank LEAF */
	struct sigaction *table; /* [l and g of each user; either to read] NSIG; NULL: none was
				    set since exec */
	struct sigset ignored;	 /* [l and g of each user] without a table: all else is SIG_DFL */
};

void signal_init(void); /* boot: caches, futex buckets, the hook of the clock tick */

struct sighand *sighand_create(const struct sighand *from); /* copy, or defaults; NULL: no memory */
void sighand_put(struct sighand *s);
void sighand_reset_for_exec(struct sighand *s); /* handlers become SIG_DFL.  [g] held */

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
int signal_permission_locked(struct task *t, int signo) must_check; /* task_tree_lock held */

/* A fault of the running task: delivered even if blocked or ignored (then it kills). */
void signal_force(int signo, int code, u64 addr, int trapno, u64 error_code);

/* Is something to be done on t's way to user mode?  Sets ALERT_SIGNAL and ALERT_KILL; they are
   cleared only for the running task.  process->lock held. */
void signal_recheck(struct task *t);
static inline bool signal_is_pending(void);

/* On the way to user mode, from upcall_exit_to_user: takes signals, sets up handlers, stops, dies,
   restarts system calls. */
void signal_deliver(struct trap_frame *f);

/* Replaces the blocked mask of the running task.  _locked: process->lock held, and signal_recheck
   has to follow. */
void signal_set_blocked(const struct sigset *set);
void signal_set_blocked_locked(const struct sigset *set);
/* For ppoll, pselect, sigsuspend, epoll_pwait: user's mask for the time of the call; restored by
   delivery, or by signal_mask_end when the call was not interrupted.  -EINVAL, -EFAULT. NULL mask:
   nothing */
int signal_mask_begin(const struct sigset __user *mask, size_t size) must_check;
void signal_mask_end(bool interrupted);

/* A child stopped, continued or ended: SIGCHLD and wake-up of wait4. task_tree_lock held. */
void signal_notify_parent(struct process *child, int code, int status);

/* --- for fork, exec, exit (kernel/task/stop.c, signal.c, sigaction.c) ------------------------- */

/* A fresh process: nothing pending, no timers.  Its sighand is the caller's to set. */
void signal_init_process(struct process *p);
/* A fresh task: blocked signals of the parent, nothing pending, its alternate stack unless the
   child shares the memory (flags: CLONE_*). */
void signal_init_task(struct task *child, const struct task *parent, u64 clone_flags);
/* exec, the last task: default handlers, no alternate stack, no POSIX timers.  May sleep. */
void signal_exec(struct task *t);
/* The running task begins to exit: sets t->exiting, hands the process's signals on to others,
   is no longer waited for in a stop.  No locks held. */
void signal_leave(struct task *t);
/* All tasks leave with `status` (as wait4 has it); an earlier call counts.  process->lock held. */
void signal_begin_exit(struct process *p, s32 status);
/* exec: all tasks but self leave; sets p->execing.  process->lock held. */
void signal_begin_exec(struct process *p, struct task *self);
/*
 * A clone under way, from the moment at which nothing was pending.  What is sent meanwhile does not
 * hold it up, so it comes to its end however fast a timer ticks; a signal to all of a group or of a
 * user is noted, and the child gets it as well.
 */
struct signal_birth {
	struct list node; /* [g] in the parent's process->births; unlinked for a thread */
	u64 noted;	  /* [g] */
};
/* Of the running task.  -ERESTARTNOINTR: signals have to be seen first. */
int signal_birth_begin(struct signal_birth *b, bool thread) must_check;
void signal_birth_cancel(struct signal_birth *b);
/* Ends it: the child, which nobody sees yet, gets what was noted; the parent's process->lock held.
   -ERESTARTNOINTR: the parent has to die or to stop, and the birth goes on until it is cancelled.
 */
int signal_birth_end_locked(struct signal_birth *b, struct task *child) must_check;
/* To one of several processes that are meant at once.  task_tree_lock held. */
int signal_send_member(struct process *p, int signo, const struct siginfo *info);

/* A child of this process becomes no zombie: SIGCHLD is ignored, or SA_NOCLDWAIT. */
bool signal_child_ignored(struct process *parent);
/* Has no member a parent in another group of the session?  `without` does not count (it leaves).
   task_tree_lock held. */
bool pgrp_is_orphaned(struct pgrp *g, const struct process *without);
/* An orphaned group with stopped members gets SIGHUP and SIGCONT.  task_tree_lock held. */
void pgrp_hangup_orphaned(struct pgrp *g, const struct process *without);
/* Like signal_send_pgrp, with task_tree_lock held. */
void signal_send_pgrp_locked(struct pgrp *g, int signo, const struct siginfo *info);

/* The action of a signal, copied. */
struct sigaction sighand_action(struct sighand *s, int signo);
struct sigaction sighand_action_locked(const struct sighand *s, int signo);
/* SIG_DFL or SIG_IGN, without flags.  s->lock and process->lock held. */
void sighand_set_plain_locked(struct sighand *s, int signo, void __user *handler);
/* Sets it when `act` is not NULL, and throws away what is now ignored; *old: as it was.
   -ENOMEM: nothing has happened. */
int signal_set_action(int signo, const struct sigaction *act, struct sigaction *old) must_check;
/* Its handler is gone: the default. */
void signal_reset(int signo);
/* Takes a pending signal of `set` for the running task, its own first; 0: none. process->lock
   held. */
int signal_take(const struct sigset *set, struct siginfo *info);

/* For /proc: signals and timers that count for a user's RLIMIT_SIGPENDING. */
u64 sigqueue_count(u32 uid);

/* Terminal: true when the running task may go on; else it was sent SIGTTIN/SIGTTOU (-ERESTARTSYS,
 * -EIO). */
int signal_tty_check(struct pgrp *foreground, int signo) must_check;

#include "kernel/sched/thread.h"
static inline bool signal_is_pending(void)
{
	return thread_alerts(thread_current()) & (ALERT_SIGNAL | ALERT_KILL);
}
