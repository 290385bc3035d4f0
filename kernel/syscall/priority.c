/*
 * priority.c - getpriority(2) and setpriority(2): nice values of a task, a group, a user.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/system.h"
#include "kernel/syscall/sched.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/cred.h"

/* Is t among those that (which, who) names? */
static bool is_meant(struct task *t, int which, s32 who)
{
	const struct cred *c;
	bool meant;

	switch (which) {
	case PRIO_PGRP:
		return process_pgid(t->process, task_view()) == who;
	case PRIO_USER:
		c = task_get_cred(t);
		meant = c->uid == (u32)who;
		cred_put(c);
		return meant;
	}
	return false;
}

/* Calls fn for each; -ESRCH: nobody. */
static int for_each_meant(int which, s32 who, void (*fn)(struct task *t, void *arg), void *arg)
{
	struct task *t;
	int found = -ESRCH;

	if (which == PRIO_PROCESS) {
		t = who ? task_find(who) : task_get(task_current());
		if (!t)
			return -ESRCH;
		fn(t, arg);
		task_put(t);
		return 0;
	}
	if (!who)
		who = which == PRIO_PGRP ? process_pgid(task_current()->process, task_view())
					 : (s32)task_current()->cred->uid;
	for (s32 tid = 1; (t = task_next(task_view(), &tid)); tid++) {
		if (is_meant(t, which, who)) {
			fn(t, arg);
			found = 0;
		}
		task_put(t);
		sched_relax();
	}
	return found;
}

static void take_lowest(struct task *t, void *arg)
{
	int *best = arg;

	*best = min(*best, t->thread.nice);
}

long sys_getpriority(int which, int who)
{
	int nice = NICE_MAX + 1, ret;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	ret = for_each_meant(which, who, take_lowest, &nice);
	return ret < 0 ? ret : 20 - nice; /* 1 .. 40, as the call has it */
}

struct change {
	int nice;
	int result; /* of the last that failed, else 0 */
};

static void set_nice(struct task *t, void *arg)
{
	struct change *c = arg;

	if (!sched_may_change(t))
		c->result = -EPERM;
	else if (c->nice < t->thread.nice && !sched_may_nice(t, c->nice))
		c->result = -EACCES;
	else
		thread_set_nice(&t->thread, c->nice);
}

long sys_setpriority(int which, int who, int nice)
{
	struct change c = { .nice = min(max(nice, NICE_MIN), NICE_MAX) };
	int ret;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	ret = for_each_meant(which, who, set_nice, &c);
	return ret < 0 ? ret : c.result;
}
