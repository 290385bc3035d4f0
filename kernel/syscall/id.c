/*
 * id.c - who a process is among others: numbers, groups, sessions.
 */
#include "kernel/abi/errno.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

long sys_getpid(void)
{
	return process_pid(task_current()->process);
}

long sys_gettid(void)
{
	return task_tid(task_current());
}

long sys_getppid(void)
{
	struct process *p = task_current()->process;
	s32 nr;

	spin_lock(&task_tree_lock);
	nr = process_pid(p->parent);
	spin_unlock(&task_tree_lock);
	return nr;
}

long sys_getpgrp(void)
{
	return process_pgid(task_current()->process);
}

/* The number that `get` finds in the process of a task. */
static long number_of(s32 tid, s32 (*get)(struct process *p))
{
	struct task *t;
	long nr;

	if (!tid)
		return get(task_current()->process);
	t = task_find(tid);
	if (!t)
		return -ESRCH;
	nr = get(t->process);
	task_put(t);
	return nr;
}

long sys_getpgid(s32 pid)
{
	return number_of(pid, process_pgid);
}

long sys_getsid(s32 pid)
{
	return number_of(pid, process_sid);
}

long sys_setpgid(s32 pid, s32 pgid)
{
	return session_set_pgid(pid, pgid);
}

long sys_setsid(void)
{
	return session_create();
}
