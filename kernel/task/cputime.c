/*
 * cputime.c - CPU time as a clock: what a task or a process has used, and what happens when it has
 * used enough.
 *
 * The tick of a running thread looks whether its process has CPU-time timers or a limit at all;
 * only then is the time of its tasks added up.
 *
 * Locking: process->lock; the run queue's inside, for a task that runs just now.
 */
#include "kernel/abi/errno.h"
#include "kernel/task/itimer.h"
#include "kernel/task/posix_timer.h"
#include "kernel/task/sigqueue.h"

void task_time(struct task *t, u64 time[CPU_MODES])
{
	u64 total = thread_time(&t->thread), booked;

	time[CPU_USER] = READ_ONCE(t->thread.time[CPU_USER]);
	time[CPU_SYSTEM] = READ_ONCE(t->thread.time[CPU_SYSTEM]);
	booked = time[CPU_USER] + time[CPU_SYSTEM];
	if (total > booked) /* the slice that runs */
		time[READ_ONCE(t->thread.mode)] += total - booked;
}

void process_time_locked(struct process *p, u64 time[CPU_MODES])
{
	struct task *t;

	assert_held(&p->lock);
	time[CPU_USER] = p->ended_time[CPU_USER];
	time[CPU_SYSTEM] = p->ended_time[CPU_SYSTEM];
	list_for_each (t, &p->tasks, in_process) {
		u64 one[CPU_MODES];

		task_time(t, one);
		time[CPU_USER] += one[CPU_USER];
		time[CPU_SYSTEM] += one[CPU_SYSTEM];
	}
}

void process_time(struct process *p, u64 time[CPU_MODES])
{
	spin_lock(&p->lock);
	process_time_locked(p, time);
	spin_unlock(&p->lock);
}

/* SIGXCPU at the soft limit and each second after it, SIGKILL at the hard one. */
static void limit_check(struct process *p, u64 used)
{
	struct rlimit *limit = &p->limits[RLIMIT_CPU];
	u64 seconds = used / NS_PER_SEC;

	if (limit->rlim_max != RLIM_INFINITY && seconds >= limit->rlim_max) {
		(void)signal_send_locked(p, NULL, SIGKILL, NULL, NULL);
	} else if (limit->rlim_cur != RLIM_INFINITY && seconds >= limit->rlim_cur) {
		(void)signal_send_locked(p, NULL, SIGXCPU, NULL, NULL);
		limit->rlim_cur = seconds + 1;
	}
}

static void itimer_check(struct process *p, int which, u64 used)
{
	struct cpu_itimer *it = &p->cpu_timer[which - ITIMER_VIRTUAL];

	if (!it->expires || used < it->expires)
		return;
	if (it->interval) {
		it->expires += ((used - it->expires) / it->interval + 1) * it->interval;
	} else {
		it->expires = 0;
		p->cpu_timers--;
	}
	(void)signal_send_locked(p, NULL, which == ITIMER_PROF ? SIGPROF : SIGVTALRM, NULL, NULL);
}

void upcall_cpu_tick(struct thread *thread)
{
	struct process *p = task_of(thread)->process;
	u64 time[CPU_MODES];

	if (!thread->arch.pt || !p)
		return;
	if (likely(!READ_ONCE(p->cpu_timers) &&
		   READ_ONCE(p->limits[RLIMIT_CPU].rlim_cur) == RLIM_INFINITY))
		return;
	spin_lock(&p->lock);
	process_time_locked(p, time);
	itimer_check(p, ITIMER_VIRTUAL, time[CPU_USER]);
	itimer_check(p, ITIMER_PROF, time[CPU_USER] + time[CPU_SYSTEM]);
	posix_timer_tick(p);
	limit_check(p, time[CPU_USER] + time[CPU_SYSTEM]);
	spin_unlock(&p->lock);
}
