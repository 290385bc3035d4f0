/*
 * usage.h - what tasks have used: getrusage(2), times(2), wait4(2).
 */
#pragma once
#include "kernel/task/task.h"

struct usage {
	u64 time[CPU_MODES];	    /* ns */
	u64 faults[2], switches[2]; /* minor, major; voluntary, not */
	u64 maxrss;		    /* pages */
};

/* Each takes process->lock. */
void usage_of_task(struct task *t, struct usage *out);
void usage_of_process(struct process *p, struct usage *out);  /* all its tasks, past and present */
void usage_of_children(struct process *p, struct usage *out); /* those waited for, and theirs */

/* p has waited for a child that used this, its own children included. */
void usage_add_child(struct process *p, const struct usage *u);
void usage_sum(struct usage *to, const struct usage *u);

void usage_to_rusage(const struct usage *u, struct rusage *out);

/* A space is about to be left: its peak stays.  Takes process->lock. */
void usage_leave_space(struct process *p, const struct vm *vm);
