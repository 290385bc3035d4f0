/*
 * sigqueue.h - pending signals and what sending, taking and stopping share; for this folder only.
 */
#pragma once
#include "kernel/lib/bits.h"
#include "kernel/task/task.h"

static inline u64 sigbit(int signo)
{
	return BIT(signo - 1);
}

#define SIGBIT(signo) BIT((signo)-1)

/* Faults of the program itself: taken before all others. */
#define SIGNALS_FAULT                                                                           \
	(SIGBIT(SIGSEGV) | SIGBIT(SIGBUS) | SIGBIT(SIGILL) | SIGBIT(SIGTRAP) | SIGBIT(SIGFPE) | \
	 SIGBIT(SIGSYS))
#define SIGNALS_STOP (SIGBIT(SIGSTOP) | SIGBIT(SIGTSTP) | SIGBIT(SIGTTIN) | SIGBIT(SIGTTOU))
/* By default ignored. */
#define SIGNALS_QUIET (SIGBIT(SIGCONT) | SIGBIT(SIGCHLD) | SIGBIT(SIGWINCH) | SIGBIT(SIGURG))
/* By default a core dump: they end the process when they are taken, not when they are sent. */
#define SIGNALS_CORE                                                                             \
	(SIGBIT(SIGQUIT) | SIGBIT(SIGILL) | SIGBIT(SIGTRAP) | SIGBIT(SIGABRT) | SIGBIT(SIGFPE) | \
	 SIGBIT(SIGSEGV) | SIGBIT(SIGBUS) | SIGBIT(SIGSYS) | SIGBIT(SIGXCPU) | SIGBIT(SIGXFSZ))
/* Cannot be caught, blocked or ignored. */
#define SIGNALS_FIRM (SIGBIT(SIGKILL) | SIGBIT(SIGSTOP))

struct account;

/* One queued signal: its information. */
struct sigqueue {
	struct list node;	   /* [g] in a sigpending */
	struct account *account;   /* [I] who pays for it, a reference */
	struct posix_timer *timer; /* [I] it is part of this timer; NULL: of its own */
	struct siginfo info;
};

void sigqueue_init(void);
void sighand_init(void);
/* Counts one signal of a user and takes a reference; false: `limit` is reached.  Any context. */
bool signal_charge(struct account *u, u64 limit);
void signal_uncharge(struct account *u);

/* process->lock or s->lock held. */
static inline const void __user *sighand_handler(const struct sighand *s, int signo)
{
	const struct sigaction *table = READ_ONCE(s->table);

	if (table)
		return READ_ONCE(table[signo].handler);
	return READ_ONCE(s->ignored.bits) & sigbit(signo) ? SIG_IGN : SIG_DFL;
}

static inline bool handler_ignores(const void __user *handler, int signo)
{
	return handler == SIG_IGN || (handler == SIG_DFL && (sigbit(signo) & SIGNALS_QUIET));
}

/* All below: process->lock held. */

/* A copy of the information, charged to a user.  NULL: limit or memory. */
struct sigqueue *sigqueue_create(const struct siginfo *info, struct account *account, u64 limit);
/* Takes the next signal of `set`, some of which is pending, out: faults first, lowest number
   first. */
int sigpending_take(struct sigpending *p, u64 set, struct siginfo *info);
/* Throws away the signals of `set`. */
void sigpending_drop(struct sigpending *p, u64 set);
/* The same for all that is pending for a process. */
void signal_drop(struct process *p, u64 set);

/* Sends to a process, or to one of its tasks.  own: information that belongs to a timer and is not
   queued yet.  0, SIGNAL_IGNORED, -EAGAIN. */
#define SIGNAL_IGNORED 1
int signal_send_locked(struct process *p, struct task *only, int signo, const struct siginfo *info,
		       struct sigqueue *own);

static inline bool task_dies(const struct task *t)
{
	const struct process *p = t->process;

	return p->exiting || (p->execing && p->execing != t);
}

/* stop.c.  Of the running task: */
void stop_begin(struct task *t, int signo); /* tells all tasks of the process to stop */
void stop_wait(struct task *t);	 /* stops; the lock is released meanwhile; returns when over */
bool stop_leave(struct task *t); /* takes no part any more; true: notify_stopped must follow */
void notify_stopped(struct process *p);	  /* no lock held */
void notify_continued(struct process *p); /* with p->parent_news; the lock is released meanwhile */
/* SIGCONT has come: undoes all stops of the process. */
void stop_undo(struct process *p);
