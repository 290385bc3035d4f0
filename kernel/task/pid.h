/*
 * pid.h - numbers of tasks, process groups and sessions.
 *
 * One struct pid for what has a number, or several: one in each pid namespace that it can be seen
 * from.  The numbers are taken as long as it names a task, a group or a session; the structure
 * stays for those that hold a reference (a pidfd), and is then empty.
 */
#pragma once
#include "kernel/lib/list.h"
#include "kernel/lib/refcount.h"
#include "kernel/sched/wait.h"

struct pid_namespace;
struct process;
struct task;
struct tty;

#define PID_MAX_DEFAULT 32768
#define PID_MAX_LIMIT	4194304

struct pid {
	struct refcount refs;
	s32 nr;			  /* [I] in the first namespace, which sees everybody */
	s32 own;		  /* [I] in its own, the innermost */
	u32 level;		  /* [I] of its own */
	struct pid_namespace *ns; /* [I] its own; a reference */
	struct task *task;	  /* [task tree] NULL: no such task any more */
	bool covered;		  /* [task tree] something is or was mounted on its /proc/PID */
	struct pgrp *pgrp;	  /* [task tree] the group with this id */
	struct session *session;  /* [task tree] */
	struct waitq ended;	  /* pidfds: woken when the process of this number has ended */
	struct pid_number {
		struct pid_namespace *ns;
		s32 nr;
	} inner[]; /* [I] in the namespaces below the first, outermost first */
};

struct session {
	struct refcount refs;	/* its groups, and whoever found it */
	struct pid *pid;	/* [I] a reference */
	struct tty *tty;	/* [task tree] controlling terminal */
	struct list pgrps;	/* [task tree] */
	struct process *leader; /* [task tree] NULL when it has gone */
};

struct pgrp {
	struct refcount refs;	 /* its processes, a tty whose foreground it is */
	struct pid *pid;	 /* [I] a reference */
	struct session *session; /* [I] a reference */
	struct list processes;	 /* [task tree] struct process.in_pgrp */
	struct list in_session;	 /* [task tree] */
};

extern u32 pid_max; /* /proc/sys/kernel/pid_max */
extern u32 threads_max;

u64 pid_tables(void); /* radix tables below the first namespace's numbers, for leak checks */
/* The next free numbers in ns and around it, but those that are wanted: `count` of them, the
   innermost first (clone3's set_tid).  ERR_PTR(-EAGAIN, -ENOMEM also where init has ended; of what
   is wanted -EINVAL, -EEXIST, -EPERM). */
struct pid *pid_alloc(struct pid_namespace *ns, const s32 *wanted, u32 count);
void pid_cancel(struct pid *p); /* pid_alloc's, which has named nothing yet */
/* By its number in ns, with a reference; NULL.  The number may name only a group. */
struct pid *pid_find(struct pid_namespace *ns, s32 nr);
struct pid *pid_find_locked(struct pid_namespace *ns,
			    s32 nr); /* no reference; task_tree_lock held */
/* The number of p in ns; 0: it cannot be seen from there. */
s32 pid_number_search(const struct pid *p, const struct pid_namespace *ns);
static inline s32 pid_number(const struct pid *p, const struct pid_namespace *ns)
{
	return likely(p->ns == ns) ? p->own : pid_number_search(p, ns);
}
struct pid *pid_get(struct pid *p);
struct task *pid_get_task(struct pid *p); /* with a reference; NULL: there is none any more */
void pid_put(struct pid *p);		  /* frees it with the last one */
/* One name less: gives the number back when it was the last.  task_tree_lock held. */
void pid_release_locked(struct pid *p);
/* The first task with a number >= *nr in ns, which becomes its number; no reference; task_tree_lock
   held. */
struct task *pid_next_task_locked(const struct pid_namespace *ns, s32 *nr);
u32 task_count(void); /* tasks that exist, zombies included */

/* pid.c, for task_init: the caches; limits from the size of memory. */
void pid_init(void);
void session_init(void);

/* Groups and sessions (session.c). */
struct pgrp *pgrp_get(struct pgrp *g);
void pgrp_put(struct pgrp *g);
struct session *session_get(struct session *s);
void session_put(struct session *s);
struct pgrp *process_get_pgrp(struct process *p); /* with a reference */
/* p joins g, or leaves for good.  task_tree_lock held. */
void pgrp_join_locked(struct process *p, struct pgrp *g);
void pgrp_leave_locked(struct process *p);
/* The numbers of p's group and session in ns; 0 when they cannot be seen from there, when p has
   been reaped or has those of the kernel. */
s32 process_pgid(struct process *p, const struct pid_namespace *ns);
s32 process_sid(struct process *p, const struct pid_namespace *ns);

/* setpgid(2) and setsid(2) of the running task. */
int session_set_pgid(s32 pid, s32 pgid) must_check;
s32 session_create(void) must_check;

/* Upcall to kernel/dev: the leader of a session with a terminal ends.  Hang-up for the foreground
   group, and the session gives up the terminal.  May sleep; no locks held. */
void tty_session_end(struct session *s);
