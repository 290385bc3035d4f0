/*
 * create.h - what fork.c and kernel_task.c share: making tasks and processes, and making them
 * visible.
 */
#pragma once
#include "kernel/task/task.h"

extern struct process process_zero; /* the kernel's own: number 0, parent of pids 1 and 2 */
extern struct process *process_kthreadd;

/* task.c: caches. */
void task_caches_init(void);

/* A task like `from` (NULL: the kernel's first) with a stack and what it inherits by copying; in no
   process, without number, files, memory and signals.  One reference for its running and one for
   being in the table.  ERR_PTR(-ENOMEM). */
struct task *task_create(const struct task *from);
/* A process for t, which has a number and becomes its leader; nobody's child yet.  from NULL: the
   kernel's.  NULL: no memory. */
struct process *process_create(struct task *t, struct process *from);
/* Undoes task_create, and process_create if t has a process of its own: never visible. */
void task_destroy(struct task *t);

/* Tree lock held, and for a thread its process's lock: from here on t can be found. */
void task_publish_locked(struct task *t);
/* A new process becomes a child of parent and joins its group. */
void process_publish_locked(struct process *p, struct process *parent, struct task *creator);
/* t can no longer be found; its figures go to its process.  Both locks held.  The caller puts the
   table's reference afterwards. */
void task_unlink_locked(struct task *t);
