/*
 * fork.c - the moments of a task's life at which its containers matter.
 *
 * A child belongs to nothing until it is findable; then, under css_set_lock, it joins the set that
 * its parent is in at that moment.  So whoever moves the parent either sees the child in the list
 * or has moved the parent before, and the child follows: nobody is lost.
 *
 * Births and ends pass a gate that a migration closes: while tasks are collected, asked for and
 * moved, none is born into their containers, none begins to exit, and no exec changes a process's
 * leader.
 */
#include "kernel/container/framework.h"

#include "kernel/container/hold.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/trace.h"
#include "kernel/task/task.h"

struct gate container_gate = GATE_INIT(container_gate, RANK_GATE);

void container_change_begin(void)
{
	gate_enter(&container_gate);
	hold_at("exit");
}

void container_change_end(void)
{
	hold_at("exiting");
	gate_leave(&container_gate);
}

static int ask_subsystems(struct task *parent, struct task *child)
{
	for (int id = 0; id < SUBSYS_COUNT; id++) {
		int error = subsystems[id]->can_fork ? subsystems[id]->can_fork(parent, child) : 0;

		if (!error)
			continue;
		while (id--)
			if (subsystems[id]->cancel_fork)
				subsystems[id]->cancel_fork(child);
		return error;
	}
	return 0;
}

int container_fork_prepare(struct task *parent, struct task *child)
{
	int error;

	child->containers.set = &init_css_set;
	list_init(&child->containers.node);
	gate_enter(&container_gate);
	error = ask_subsystems(parent, child);
	if (error)
		gate_leave(&container_gate);
	else
		hold_at("fork");
	return error;
}

void container_fork_cancel(struct task *parent, struct task *child)
{
	for (int id = SUBSYS_COUNT; id--;)
		if (subsystems[id]->cancel_fork)
			subsystems[id]->cancel_fork(child);
	gate_leave(&container_gate);
}

static void join(struct task *t, struct css_set *set)
{
	t->containers.set = set;
	set->task_count++;
	set->joined = true;
	list_add_tail(&t->containers.node, &set->tasks);
}

void container_fork_commit(struct task *parent, struct task *child)
{
	hold_at("publish");
	spin_lock(&css_set_lock);
	join(child, parent->containers.set);
	spin_unlock(&css_set_lock);
	for (int id = 0; id < SUBSYS_COUNT; id++)
		if (subsystems[id]->fork)
			subsystems[id]->fork(child);
	gate_leave(&container_gate);
}

void container_adopt_first(struct task *t)
{
	list_init(&t->containers.node);
	spin_lock(&css_set_lock);
	join(t, &init_css_set);
	spin_unlock(&css_set_lock);
}

static void forget_set(struct thread *t, void *unused)
{
	task_of(t)->containers.set = &init_css_set;
}

void container_exit(struct task *t)
{
	struct css_set *set;

	hold_at("leave");
	if (list_empty(&t->containers.node))
		return;
	for (int id = 0; id < SUBSYS_COUNT; id++)
		if (subsystems[id]->exit)
			subsystems[id]->exit(t);
	sched_trace(TRACE_EXIT, &t->thread, 0);
	spin_lock(&css_set_lock);
	set = t->containers.set;
	list_del(&t->containers.node);
	set->task_count--;
	thread_settle(&t->thread, forget_set, NULL);
	css_set_drop(set);
	spin_unlock(&css_set_lock);
}

void container_release(struct task *t)
{
	for (int id = 0; id < SUBSYS_COUNT; id++)
		if (subsystems[id]->release)
			subsystems[id]->release(t);
}

/* Slices and moves are too many to look who wants to hear of them. */
u64 subsys_asked, subsys_told;
static u64 charging; /* [I] subsystems that hear of CPU time */

void container_find_hooks(void)
{
	for (int id = 0; id < SUBSYS_COUNT; id++) {
		if (subsystems[id]->charge_cpu)
			charging |= BIT(id);
		if (subsystems[id]->can_attach)
			subsys_asked |= BIT(id);
		if (subsystems[id]->attach)
			subsys_told |= BIT(id);
	}
}

/* Idle threads are no tasks and belong to nothing. */
void container_charge_cpu(struct thread *t, u64 ns, enum cpu_mode mode)
{
	struct css_set *set = task_of(t)->containers.set;
	int id;

	for_each_bit(id, charging) subsystems[id]->charge_cpu(set->css[id], ns, mode,
							      t->slice_start);
}
