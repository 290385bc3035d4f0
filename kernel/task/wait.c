/*
 * wait.c - what a parent learns of its children: their end, stops and continuations.
 *
 * A look at the children goes through the caller's own and nobody else's; one that is asked for by
 * number is not searched for at all.  The waiter sleeps at its process's wait_child, which each
 * such event wakes.
 *
 * Locking: task_tree_lock for a look, which also takes out what it finds; so two waiting threads
 * never get the same event.
 */
#include "kernel/task/wait.h"

#include "fs/mount.h"
#include "kernel/abi/clone.h"
#include "kernel/abi/errno.h"
#include "kernel/task/exit.h"

/* A look at one child. */
enum look { LOOK_OTHER, LOOK_NOTHING, LOOK_FOUND };

static bool is_asked_for(const struct wait_query *q, const struct process *child)
{
	if (q->type == P_PGID && (!child->pgrp || child->pgrp->pid != q->pid))
		return false;
	if ((q->options & WNOTHREAD) && child->creator != task_current())
		return false;
	if (q->options & WALL)
		return true;
	return (child->exit_signal != SIGCHLD) == !!(q->options & WCLONE);
}

static void describe(struct wait_query *q, struct process *child, int code, int value, s32 status)
{
	q->found = pid_seen(child->pid);
	q->uid = child->leader->cred->uid;
	q->code = code;
	q->value = value;
	q->status = status;
	usage_of_process(child, &q->usage);
}

static enum look look_zombie(struct wait_query *q, struct process *child)
{
	struct usage of_children;
	int code, value;
	s32 status;

	if (!(q->options & WEXITED))
		return LOOK_OTHER;
	status = process_exit_status(child);
	code = exit_code_of(status, &value);
	describe(q, child, code, value, status);
	usage_of_children(child, &of_children);
	usage_sum(&q->usage, &of_children);
	if (q->options & WNOWAIT)
		return LOOK_FOUND;
	usage_add_child(task_current()->process, &q->usage);
	process_reap_locked(child);
	return LOOK_FOUND;
}

/* Job control: takes the news unless WNOWAIT leaves it.  The child's lock is held. */
static int take_news(const struct wait_query *q, struct process *child, s32 *stop)
{
	bool keep = q->options & WNOWAIT;

	if ((q->options & WSTOPPED) && child->stop_status && !child->stop_reported) {
		*stop = child->stop_status;
		child->stop_reported = !keep;
		return CLD_STOPPED;
	}
	if ((q->options & WCONTINUED) && child->continued_report) {
		child->continued_report = keep;
		return CLD_CONTINUED;
	}
	return 0;
}

static enum look look_at(struct wait_query *q, struct process *child)
{
	s32 stop = 0;
	int code;

	if (!is_asked_for(q, child))
		return LOOK_OTHER;
	if (child->zombie)
		return look_zombie(q, child);
	if (!(q->options & (WSTOPPED | WCONTINUED)))
		return LOOK_NOTHING;
	spin_lock(&child->lock);
	code = take_news(q, child, &stop);
	spin_unlock(&child->lock);
	if (code == CLD_STOPPED)
		describe(q, child, code, stop, (stop << 8) | 0x7f);
	else if (code)
		describe(q, child, code, SIGCONT, 0xffff);
	return code ? LOOK_FOUND : LOOK_NOTHING;
}

static enum look look_all(struct wait_query *q)
{
	struct process *self = task_current()->process, *child, *next;
	enum look look, result = LOOK_OTHER;
	struct task *t;

	if (q->type == P_PID) {
		t = q->pid ? q->pid->task : NULL;
		if (!t || t->process->leader != t || t->process->parent != self)
			return LOOK_OTHER;
		return look_at(q, t->process);
	}
	list_for_each_safe (child, next, &self->children, sibling) {
		look = look_at(q, child);
		if (look == LOOK_FOUND)
			return look;
		if (look == LOOK_NOTHING)
			result = look;
	}
	return result;
}

/* Is there an answer? */
static bool look(struct wait_query *q, int *error)
{
	enum look result;

	spin_lock(&task_tree_lock);
	result = look_all(q);
	spin_unlock(&task_tree_lock);
	*error = result == LOOK_OTHER ? -ECHILD : 0;
	return result != LOOK_NOTHING || (q->options & WNOHANG);
}

int process_wait(struct wait_query *q)
{
	struct process *self = task_current()->process;
	int error, interrupted;

	q->found = 0;
	interrupted = wait_event_interruptible(&self->wait_child, look(q, &error));
	mount_drop_ended();
	return interrupted ? interrupted : error;
}
