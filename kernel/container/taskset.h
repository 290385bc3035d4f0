/*
 * taskset.h - the tasks of one migration: a chain of css_sets, whose mg_tasks hold them.
 */
#pragma once
#include "kernel/task/task.h"

struct css_set;

struct taskset {
	struct css_set *sets; /* css_set.mg_next: those that are left */
	struct list *end;     /* the mg_tasks on which the walk below is */
};

struct task *taskset_first(struct taskset *tasks);    /* the leader of a process */
struct task *taskset_next_set(struct taskset *tasks); /* the first of the next one; NULL */

static inline struct task *taskset_next(struct taskset *tasks, struct task *t)
{
	struct list *next = t->containers.node.next;

	if (unlikely(next == tasks->end))
		return taskset_next_set(tasks);
	return list_entry(next, struct task, containers.node);
}

#define taskset_for_each(t, tasks) for (t = taskset_first(tasks); t; t = taskset_next(tasks, t))
