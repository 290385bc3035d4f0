/*
 * id.c - who a process is among others: numbers, groups, sessions.
 */
#include "kernel/abi/errno.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

long sys_getpid(void)
{
	return task_current()->process->pid->own;
}

long sys_gettid(void)
{
	return task_current()->pid->own;
}

long sys_getppid(void)
{
	return READ_ONCE(task_current()->process->parent_seen);
}

long sys_getpgrp(void)
{
	return process_pgid(task_current()->process, task_view());
}

/* The number that `get` finds in the process of a task. */
static long number_of(s32 tid, s32 (*get)(struct process *p, const struct pid_namespace *ns))
{
	struct task *t;
	long nr;

	if (!tid)
		return get(task_current()->process, task_view());
	t = task_find(tid);
	if (!t)
		return -ESRCH;
	nr = get(t->process, task_view());
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
