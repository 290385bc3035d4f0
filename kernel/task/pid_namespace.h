/*
 * pid_namespace.h - sets of task numbers, one inside the other.
 *
 * A task has a number in its own namespace and in each one around it, up to the first; who is in
 * an outer namespace sees it, who is in an inner one does not.  Process 1 of a namespace is its
 * init: it gets the orphans, and with its end all others there end.
 */
#pragma once
#include "fs/namespace.h"
#include "kernel/mem/radix.h"

struct pid;
struct process;
struct task;

#define PID_LEVEL_MAX 32 /* namespaces around one, as on Linux */

struct pid_namespace {
	struct namespace base;	      /* first */
	struct pid_namespace *parent; /* [I] a reference; NULL: the first namespace */
	u32 level;		      /* [I] namespaces around it */
	struct radix pids;	      /* [task tree] struct pid by number */
	s32 last;		      /* [task tree] the number given out last */
	u32 count;		      /* [task tree] numbers in use */
	struct process *init;	      /* [task tree] process 1; NULL: none yet, or reaped */
	bool started;		      /* [task tree] has had one */
	bool ended;		      /* [task tree] process 1 ends: there are no more numbers */
	s32 reboot;		      /* [task tree] the signal by which init says it died; or 0 */
};

extern struct pid_namespace pid_first; /* never freed, and not counted */

static inline void pid_namespace_get(struct pid_namespace *ns)
{
	if (ns->level)
		namespace_get(&ns->base);
}
static inline void pid_namespace_put(struct pid_namespace *ns) /* any context */
{
	if (ns->level)
		namespace_put(&ns->base);
}

/* One below `parent`.  ERR_PTR(-ENOSPC: too deep, -ENOMEM). */
struct pid_namespace *pid_namespace_create(struct pid_namespace *parent);
/* Is it ns, or below it? */
bool pid_namespace_is_inside(const struct pid_namespace *inner, const struct pid_namespace *ns);
/* Has the init of ns, or of one around it, begun to end?  task_tree_lock held. */
bool pid_namespace_ended_locked(const struct pid_namespace *ns);
/* p, the first process of its namespace, becomes its init.  task_tree_lock held. */
void pid_namespace_start_locked(struct process *p);
/* The last task of an init ends: kills everybody else in its namespace, and waits until they have
   gone.  No locks held. */
void pid_namespace_end(struct task *t);
/* The last number given out where the running task is; the next one is behind it. */
s32 pid_namespace_last(void);
void pid_namespace_set_last(s32 nr);
/* reboot(2) below the first namespace: its init dies, and says of which signal. */
noreturn void pid_namespace_reboot(s32 signo);
