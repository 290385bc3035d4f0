/*
 * exec_thread.c - exec ends all other threads, and the one that is left gets the process's number.
 *
 * Locking: container_change_begin keeps a migration of the whole process from seeing two
 * leaders; task_tree_lock and process->lock for the change itself.
 */
#include "fs/mount.h"
#include "kernel/abi/errno.h"
#include "kernel/sched/trace.h"
#include "kernel/task/create.h"
#include "kernel/task/exec.h"

/* t takes the place of the leader, who is a zombie.  A reader of t->pid without a lock may still
   get the old number. */
static struct task *take_over_locked(struct process *p, struct task *t)
{
	struct task *old = p->leader;
	struct pid *mine = t->pid;

	assert_held(&p->lock);
	if (old == t)
		return NULL;
	t->pid = old->pid;
	t->pid->task = t;
	old->pid = mine;
	mine->task = old;
	sched_trace_relabel(&t->thread);
	sched_trace_relabel(&old->thread);
	list_del(&t->in_process);
	list_add(&t->in_process, &p->tasks);
	p->leader = t;
	task_unlink_locked(old);
	return old;
}

int exec_alone(struct task *t)
{
	struct process *p = t->process;
	struct task *old = NULL;
	int ret = 0;

	if (likely(READ_ONCE(p->task_count) == 1 && p->leader == t))
		return 0;
	spin_lock(&p->lock);
	if (p->exiting || p->execing)
		ret = -ERESTARTNOINTR;
	else
		signal_begin_exec(p, t);
	spin_unlock(&p->lock);
	if (ret < 0)
		return ret;
	ret = wait_event_killable(&p->wait_exec, READ_ONCE(p->task_count) == 1);
	container_change_begin();
	spin_lock(&task_tree_lock);
	spin_lock(&p->lock);
	if (ret == 0)
		old = take_over_locked(p, t);
	p->execing = NULL;
	spin_unlock(&p->lock);
	spin_unlock(&task_tree_lock);
	container_change_end();
	mount_drop_ended();
	if (old)
		task_put(old);
	return ret == 0 ? 0 : -ERESTARTNOINTR;
}
