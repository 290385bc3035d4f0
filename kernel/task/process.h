/*
 * process.h - what all tasks of one process share: number, parent and children, group, signals,
 * limits, timers.  A process lives until it has been waited for and its last task is gone.
 *
 *   [t] task_tree_lock   [g] process->lock (rank SIGNAL)   [o] the task itself
 *   [a] atomic           [I] immutable                     [c] css_set_lock
 */
#pragma once
#include "kernel/abi/resource.h"
#include "kernel/container/hooks.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/wait.h"
#include "kernel/task/pid.h"
#include "kernel/task/signal.h"

struct file;
struct task;

/* What read(2), write(2) and their kin have moved; [0] is reading. */
struct io_count {
	u64 bytes[2], calls[2];
};

static inline void io_count_add(struct io_count *to, const struct io_count *from)
{
	for (int i = 0; i < 2; i++) {
		to->bytes[i] += READ_ONCE(from->bytes[i]);
		to->calls[i] += READ_ONCE(from->calls[i]);
	}
}

struct process {
	struct refcount refs; /* its tasks, and whoever found it */
	struct spinlock lock; /* rank SIGNAL */
	struct pid *pid;      /* [I] its number, the leader's; a reference */
	struct task *leader;  /* [t, g] whose pid is the process's; NULL: reaped */
	struct list tasks;    /* [t and g to change: either suffices to read] struct
				 task.in_process, leader first */
	u32 task_count;	      /* [t] tasks that have not left yet */
	u32 live;	      /* [a] tasks that have not begun to exit */

	struct process *parent;	 /* [t] never NULL; init's own is the kernel's, number 0 */
	s32 parent_seen;	 /* [t to change] its number as this process sees it */
	struct task *creator;	 /* [t] the parent's thread that made it; no reference */
	struct list children;	 /* [t] struct process.sibling, oldest first */
	struct list sibling;	 /* [t] */
	struct waitq wait_child; /* wait4 of this process sleeps here */
	u32 exit_signal;	 /* [t] to the parent at the end; SIGCHLD, 0 for none */
	bool child_subreaper;	 /* [t] prctl */

	struct pgrp *pgrp;   /* [t] */
	struct list in_pgrp; /* [t] */

	struct sighand *sighand;   /* [g, replaced only by exec of the last task] handlers; shared
				      by CLONE_SIGHAND */
	struct sigpending pending; /* [g] signals to the process as a whole */
	struct list births;	   /* [g] struct signal_birth.node: children on their way */
	struct list itimers_posix; /* [g] struct posix_timer, timer_create(2) */
	s32 itimers_next;	   /* [g] number of the next timer */
	u32 cpu_timers;		   /* [g, read by the tick] CPU-time timers that are armed */
	struct timer real_timer;   /* ITIMER_REAL */
	u64 real_expires;	   /* [g] clock_now() scale; 0: off */
	u64 real_interval;	   /* [g] ns */
	struct cpu_itimer {
		u64 expires, interval;
	} cpu_timer[2]; /* [g] ITIMER_VIRTUAL, ITIMER_PROF: ns of CPU time */

	bool exiting;	 /* [g] exit_group or a fatal signal: all tasks leave with exit_status */
	s32 exit_status; /* [g] as wait4 gives it */
	struct task *execing; /* [g] the thread that waits in exec for the others to leave */
	struct waitq wait_exec;
	u32 stop_count;			      /* [g] tasks that still have to stop */
	s32 stop_signal;		      /* [g] the stop that is under way or done; or 0 */
	s32 stop_status;		      /* [g] signal that stopped it; 0: not stopped */
	bool stop_reported, continued_report; /* [g] what wait4 has to tell: a stop is news while
						 stop_status && !stop_reported */
	u8 parent_news;			      /* [g] CLD_* to tell the parent of, by a task on its
						 way to user mode; or 0 */
	bool unkillable; /* [g] init of its namespace: takes only signals that it handles, and from
			    outside SIGKILL and SIGSTOP; until a fault of its own */
	bool zombie;	 /* [t] all tasks gone, waits for its parent */

	struct rlimit limits[RLIM_NLIMITS]; /* [g] */
	u64 ended_time[CPU_MODES];	    /* [g] ns of CPU time of tasks that left */
	u64 ended_switches[2];		    /* [g] */
	struct io_count ended_io;	    /* [g] */
	u64 ended_faults;		    /* [g] */
	u64 children_time[CPU_MODES];	    /* [g] of children that were waited for */
	u64 children_faults[2], children_switches[2], children_maxrss; /* [g] */
	u64 maxrss;	   /* [g] pages, of programs that it has left */
	struct file *exe;  /* [g] /proc/PID/exe; a reference; NULL: exited */
	s32 oom_score_adj; /* [g] -1000 .. 1000 */
	bool oom_victim;   /* [g] killed for its memory, which is not free before its end */
	u32 dumpable;
	u32 dump_filter; /* [a] /proc/PID/coredump_filter: kept, for nothing is dumped */
	u32 membarrier;	 /* [a] commands of membarrier(2) that it registered for */
};

extern struct spinlock task_tree_lock;
extern struct process *init_process; /* process 1 of the first pid namespace */

struct process *process_get(struct process *p);
void process_put(struct process *p);
struct task *process_get_leader(struct process *p); /* with a reference; NULL: reaped */

static inline s32 process_pid(const struct process *p) /* tgid, in the first namespace */
{
	return p->pid->nr;
}
