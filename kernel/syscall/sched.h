/*
 * sched.h - who may change how a task is scheduled; for the calls of this folder.
 */
#pragma once
#include "kernel/task/task.h"

#define NICE_MIN (-20)
#define NICE_MAX 19

/* The caller's effective uid is one of the task's, or CAP_SYS_NICE. */
bool sched_may_change(struct task *t);
/* A nice value that is better than the task's: RLIMIT_NICE or CAP_SYS_NICE. */
bool sched_may_nice(struct task *t, int nice);
