/*
 * pid.h - numbers of tasks, process groups and sessions.
 *
 * One struct pid per number in use; it stays as long as it names a task, a group or a session.
 */
#pragma once
#include "kernel/lib/list.h"
#include "kernel/lib/refcount.h"

struct task;
struct tty;

#define PID_MAX_DEFAULT 32768
#define PID_MAX_LIMIT	4194304

struct pid {
	struct refcount refs;
	s32 nr;			 /* [I] */
	struct task *task;	 /* [task tree] NULL: no such task any more */
	struct pgrp *pgrp;	 /* [task tree] the group with this id */
	struct session *session; /* [task tree] */
};

struct session {
	struct refcount refs;
	struct pid *pid;	/* [I] */
	struct tty *tty;	/* [task tree] controlling terminal */
	struct list pgrps;	/* [task tree] */
	struct process *leader; /* [task tree] NULL when it has gone */
};

struct pgrp {
	struct refcount refs;	 /* its processes, a tty whose foreground it is */
	struct pid *pid;	 /* [I] */
	struct session *session; /* [I] */
	struct list processes;	 /* [task tree] struct process.in_pgrp */
	struct list in_session;	 /* [task tree] */
};

extern u32 pid_max; /* /proc/sys/kernel/pid_max */
extern u32 threads_max;

struct pid *pid_alloc(void);  /* the next free number; ERR_PTR(-EAGAIN or -ENOMEM) */
struct pid *pid_find(s32 nr); /* with a reference; NULL.  The number may name only a group. */
struct pid *pid_get(struct pid *p);
void pid_put(struct pid *p); /* frees the number with the last one */
u32 pid_last(void);	     /* for /proc/loadavg */
u32 task_count(void);	     /* tasks that exist, zombies included */
