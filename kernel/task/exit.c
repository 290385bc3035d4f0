/*
 * exit.c - how tasks and processes end.
 *
 * A task that exits gives up memory, files and containers while it can still sleep, and then, with
 * the tree locked, its place among the living: a thread vanishes at once; the leader stays, as the
 * process's number and exit status, until the parent has waited for it.  With its last task the
 * process becomes a zombie and its children get another parent.
 *
 * exit_group(2) and fatal signals only mark the process (signal_begin_exit); every task comes here
 * by itself on its way to user mode.
 *
 * Locking: task_tree_lock, in it process->lock.
 */
#include "kernel/task/exit.h"

#include "arch/mmu.h"
#include "fs/mount.h"
#include "kernel/lib/log.h"
#include "kernel/task/create.h"
#include "kernel/task/exe.h"
#include "kernel/task/futex.h"
#include "kernel/task/itimer.h"
#include "kernel/task/namespaces.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/posix_timer.h"
#include "kernel/task/usage.h"

void vfork_release(struct task *t)
{
	if (likely(!READ_ONCE(t->vfork_pending)))
		return;
	spin_lock(&task_tree_lock);
	t->vfork_pending = false;
	if (t->vfork_done)
		waitq_wake_all(t->vfork_done);
	spin_unlock(&task_tree_lock);
}

static void leave_memory(struct task *t)
{
	struct vm *vm = t->vm;

	if (!vm) {
		vfork_release(t);
		return;
	}
	futex_exit(t);
	usage_leave_space(t->process, vm);
	spin_lock(&t->process->lock);
	t->vm = NULL;
	t->thread.arch.pt = NULL;
	pagetable_switch(NULL);
	spin_unlock(&t->process->lock);
	vfork_release(t);
	vm_put(vm);
}

static void leave_files(struct task *t)
{
	struct namespaces *spaces = t->spaces;
	struct fdtable *files = t->files;
	struct fs_context *fs = t->fs;

	spin_lock(&t->process->lock);
	t->files = NULL;
	t->fs = NULL;
	t->spaces = NULL;
	spin_unlock(&t->process->lock);
	if (files)
		fdtable_put(files);
	if (fs)
		fs_context_put(fs);
	namespaces_put(spaces);
}

/* A session whose leader ends loses its terminal. */
static void leave_terminal(struct process *p)
{
	struct session *s = NULL;
	bool tty = false;

	spin_lock(&task_tree_lock);
	if (p->pgrp->session->leader == p) {
		s = session_get(p->pgrp->session);
		tty = s->tty;
	}
	spin_unlock(&task_tree_lock);
	if (likely(!s))
		return;
	if (tty)
		tty_session_end(s);
	spin_lock(&task_tree_lock);
	s->leader = NULL;
	spin_unlock(&task_tree_lock);
	session_put(s);
}

static void leave_process(struct task *t, struct process *p)
{
	struct file *exe;

	if (p == init_process)
		panic("Attempted to kill init! exitcode=0x%08x", t->exit_status);
	itimer_exit(p);
	posix_timer_delete_all(p);
	leave_terminal(p);
	exe = exe_replace(p, NULL);
	if (exe)
		exe_put(exe);
}

s32 process_exit_status(const struct process *p)
{
	return p->exiting ? p->exit_status : p->leader->exit_status;
}

void process_reap_locked(struct process *p)
{
	struct task *leader = p->leader;

	assert_held(&task_tree_lock);
	list_del(&p->sibling);
	p->parent = init_process;
	pgrp_leave_locked(p);
	spin_lock(&p->lock);
	task_unlink_locked(leader);
	spin_unlock(&p->lock);
	if (unlikely(p->pid->own == 1))
		p->pid->ns->init = NULL;
	task_put(leader);
}

void process_tell_end_locked(struct process *p)
{
	int value, code = exit_code_of(process_exit_status(p), &value);
	bool alone = p->exit_signal == SIGCHLD && signal_child_ignored(p->parent);

	assert_held(&task_tree_lock);
	signal_notify_parent(p, code, value);
	if (alone)
		process_reap_locked(p);
}

static void process_end_locked(struct process *p)
{
	struct pgrp *g = p->pgrp, *above = p->parent->pgrp;

	if (p->oom_victim)
		oom_victim_ended();
	orphan_children_locked(p);
	if (above && above != g && above->session == g->session)
		pgrp_hangup_orphaned(g, p);
	p->zombie = true;
	waitq_wake_all(&p->pid->ended);
	process_tell_end_locked(p);
}

/* The last thing a task does.  After it the task may be reaped, but for its stack and what it
   stands on, which it holds until it has switched away. */
static void leave_tree(struct task *t)
{
	struct process *p = t->process;
	bool thread;

	spin_lock(&task_tree_lock);
	spin_lock(&p->lock);
	p->task_count--;
	thread = p->leader != t;
	if (thread)
		task_unlink_locked(t);
	if (p->execing && p->task_count == 1)
		waitq_wake_all(&p->wait_exec);
	spin_unlock(&p->lock);
	if (p->task_count)
		orphan_thread_locked(t);
	else
		process_end_locked(p);
	spin_unlock(&task_tree_lock);
	mount_drop_ended();
	if (thread)
		task_put(t);
}

noreturn void task_exit(s32 status)
{
	struct task *t = task_current();
	struct process *p = t->process;
	bool last;

	assert_no_spinlock();
	t->exit_status = status;
	container_change_begin();
	signal_leave(t);
	container_change_end();
	last = __atomic_sub_fetch(&p->live, 1, __ATOMIC_SEQ_CST) == 0;
	if (last)
		leave_process(t, p);
	leave_memory(t);
	leave_files(t);
	container_exit(t);
	if (unlikely(last && p->pid->own == 1))
		pid_namespace_end(t);
	leave_tree(t);
	thread_exit();
}

noreturn void task_exit_group(s32 status)
{
	struct task *t = task_current();
	struct process *p = t->process;

	spin_lock(&p->lock);
	if (p->exiting)
		status = p->exit_status;
	else if (p->execing && p->execing != t)
		status = 0;
	else
		signal_begin_exit(p, status);
	spin_unlock(&p->lock);
	task_exit(status);
}
