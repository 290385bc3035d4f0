/*
 * itimer.h - interval timers of a process, and CPU time as a clock.
 */
#pragma once
#include "kernel/abi/time.h"
#include "kernel/container/hooks.h"
#include "kernel/lib/types.h"

struct process;
struct task;
struct thread;

enum { ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF };

/* In ns.  itimer_set replaces it (alarm(2) and setitimer(2)); what was left is in *old. */
struct itimer {
	u64 value, interval;
};
void itimer_get(int which, struct itimer *out);
void itimer_set(int which, const struct itimer *in, struct itimer *old);

void itimer_init(struct process *p); /* by signal_init_process() */
/* The last task exits: no timer of the process fires any more on return.  May sleep. */
void itimer_exit(struct process *p);
/* SIGALRM has been taken: the next period of ITIMER_REAL begins.  process->lock held. */
void itimer_rearm(struct process *p);

/* CPU time of all tasks of a process, those included that left; of one task.  Takes process->lock
   unless _locked. */
void process_time(struct process *p, u64 time[CPU_MODES]);
void process_time_locked(struct process *p, u64 time[CPU_MODES]);
void task_time(struct task *t, u64 time[CPU_MODES]);

/* From the scheduler's tick, interrupts off, no run queue locked: CPU-time timers, RLIMIT_CPU. */
void upcall_cpu_tick(struct thread *t);
