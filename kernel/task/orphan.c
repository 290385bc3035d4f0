/*
 * orphan.c - new parents for the children of a process that ends.
 *
 * They go to the nearest ancestor in the same pid namespace that has asked for them
 * (PR_SET_CHILD_SUBREAPER), else to its init.
 * A process knows which thread of its parent made it, for the parent-death signal and for
 * __WNOTHREAD; when only that thread ends, another one takes its place.
 *
 * Locking: task_tree_lock.
 */
#include "kernel/task/exit.h"
#include "kernel/task/pid_namespace.h"

static struct process *find_reaper(const struct process *p)
{
	struct pid_namespace *ns = p->pid->ns;

	for (struct process *r = p->parent; r != r->parent && r->pid->ns == ns; r = r->parent) {
		if (r->child_subreaper && READ_ONCE(r->live))
			return r;
	}
	return ns->init;
}

/* A task of p that is not about to leave, or the leader. */
static struct task *find_creator(const struct process *p, const struct task *without)
{
	struct task *t;

	list_for_each (t, &p->tasks, in_process) {
		if (t != without && !READ_ONCE(t->exiting))
			return t;
	}
	return p->leader;
}

static void send_death_signals(struct process *child)
{
	struct task *t;

	list_for_each (t, &child->tasks, in_process) {
		u32 signo = READ_ONCE(t->death_signal);

		if (signo)
			(void)signal_send_process(child, (int)signo, NULL);
	}
}

static void reparent(struct process *child, struct process *from, struct process *to)
{
	struct pgrp *g = child->pgrp;

	child->parent = to;
	child->parent_seen = pid_number(to->pid, child->pid->ns);
	child->creator = find_creator(to, NULL);
	list_move_tail(&child->sibling, &to->children);
	child->exit_signal = SIGCHLD;
	send_death_signals(child);
	if (g != from->pgrp && g->session == from->pgrp->session)
		pgrp_hangup_orphaned(g, NULL);
	if (child->zombie)
		process_tell_end_locked(child);
}

void orphan_children_locked(struct process *p)
{
	struct process *child, *next, *reaper;

	assert_held(&task_tree_lock);
	if (list_empty(&p->children))
		return;
	reaper = find_reaper(p);
	list_for_each_safe (child, next, &p->children, sibling)
		reparent(child, p, reaper);
}

void orphan_thread_locked(struct task *t)
{
	struct process *p = t->process, *child;
	struct task *other = NULL;

	assert_held(&task_tree_lock);
	list_for_each (child, &p->children, sibling) {
		if (child->creator != t)
			continue;
		if (!other)
			other = find_creator(p, t);
		child->creator = other;
		send_death_signals(child);
	}
}
