/*
 * exit.h - parts of exit that wait and exec use too.
 */
#pragma once
#include "kernel/task/task.h"

/* The process is gone for good: it leaves its parent, its group and the table of numbers.
   task_tree_lock held; p may be freed. */
void process_reap_locked(struct process *p);

/* A zombie's status as wait4 gives it; as a CLD_* code and value. */
s32 process_exit_status(const struct process *p);
static inline int exit_code_of(s32 status, int *value)
{
	*value = status & 0x7f ? status & 0x7f : (status >> 8) & 0xff;
	return !(status & 0x7f) ? CLD_EXITED : status & 0x80 ? CLD_DUMPED : CLD_KILLED;
}

/* The running task gives up its parent's memory (exec, exit): vfork(2) goes on there. */
void vfork_release(struct task *t);

/* The children of p, whose last task leaves, get a new parent (orphan.c); those of one task that
   leaves another creator.  task_tree_lock held. */
void orphan_children_locked(struct process *p);
void orphan_thread_locked(struct task *t);
/* p is a zombie: tells its parent, and reaps it when that does not care.  task_tree_lock held. */
void process_tell_end_locked(struct process *p);
