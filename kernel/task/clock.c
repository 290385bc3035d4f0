/*
 * clock.c - clock numbers and what they show.
 *
 * CLOCK_MONOTONIC, _RAW and _BOOTTIME are one clock here: it is never slewed, and the machine is
 * never suspended.  CLOCK_TAI is the wall clock, as on a Linux that nobody has told of leap
 * seconds; the ALARM clocks need an alarm device, which is not there.
 *
 * A negative number names the CPU time of a process or task: ~number, shifted, and a kind.
 *
 * Locking: process->lock for CPU time.
 */
#include "kernel/task/clock.h"

#include "kernel/abi/errno.h"
#include "kernel/sched/realtime.h"
#include "kernel/task/cred.h"
#include "kernel/task/itimer.h"
#include "kernel/task/task.h"

#define COARSE_NS (4 * NS_PER_MSEC) /* a tick */

/* Negative clock numbers. */
#define CPU_KIND(clock) ((clock)&3)
#define CPU_OF_TASK	4
#define CPU_PID(clock)	(~((clock) >> 3))
enum { KIND_PROF, KIND_VIRT, KIND_SCHED, KIND_DESCRIPTOR };

enum clock_kind clock_kind(s32 clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		return CLOCK_WALL;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		return CLOCK_STEADY;
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		return CLOCK_CPU;
	default:
		return clock < 0 && CPU_KIND(clock) != KIND_DESCRIPTOR ? CLOCK_CPU : CLOCK_NONE;
	}
}

int clock_check_timer(s32 clock)
{
	switch (clock) {
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_REALTIME_COARSE:
		return -EOPNOTSUPP;
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		return task_capable(CAP_WAKE_ALARM) ? 0 : -EPERM;
	default:
		return clock_kind(clock) == CLOCK_NONE ? -EINVAL : 0;
	}
}

static u64 time_of_kind(s32 clock, const u64 time[CPU_MODES])
{
	if (clock < 0 && CPU_KIND(clock) == KIND_VIRT)
		return time[CPU_USER];
	return time[CPU_USER] + time[CPU_SYSTEM];
}

/* The task that a negative number names, with a reference; NULL. */
static struct task *cpu_find(s32 clock)
{
	s32 pid = CPU_PID(clock);
	struct task *t = pid ? task_find(pid) : task_get(task_current());
	struct process *mine = task_current()->process;

	if (!t)
		return NULL;
	if (clock & CPU_OF_TASK ? t->process == mine : !pid || pid_seen(t->process->pid) == pid)
		return t;
	task_put(t);
	return NULL;
}

static int cpu_read(s32 clock, u64 *ns)
{
	struct task *t = clock >= 0 ? task_get(task_current()) : cpu_find(clock);
	u64 time[CPU_MODES];

	if (!t)
		return -EINVAL;
	if (clock == CLOCK_THREAD_CPUTIME_ID || (clock < 0 && (clock & CPU_OF_TASK)))
		task_time(t, time);
	else
		process_time(t->process, time);
	task_put(t);
	*ns = time_of_kind(clock, time);
	return 0;
}

int clock_read(s32 clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		*ns = time_realtime();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*ns = clock_now();
		return 0;
	case CLOCK_MONOTONIC_COARSE:
		*ns = clock_now() / COARSE_NS * COARSE_NS;
		return 0;
	case CLOCK_REALTIME_COARSE:
		*ns = clock_now() / COARSE_NS * COARSE_NS + realtime_offset();
		return 0;
	default:
		return clock_kind(clock) == CLOCK_CPU ? cpu_read(clock, ns) : -EINVAL;
	}
}

int clock_resolution(s32 clock, u64 *ns)
{
	bool coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
	u64 unused;

	if (clock_kind(clock) == CLOCK_NONE || (clock < 0 && cpu_read(clock, &unused)))
		return -EINVAL;
	*ns = coarse || (clock < 0 && CPU_KIND(clock) != KIND_SCHED) ? COARSE_NS : 1;
	return 0;
}

int clock_cpu_owner(s32 clock, struct task **task)
{
	struct process *mine = task_current()->process;
	struct task *t;

	*task = NULL;
	if (clock == CLOCK_PROCESS_CPUTIME_ID)
		return 0;
	t = clock >= 0 ? task_get(task_current()) : cpu_find(clock);
	if (!t)
		return -EINVAL;
	if (clock < 0 && !(clock & CPU_OF_TASK)) {
		bool own = t->process == mine;

		task_put(t);
		return own ? 0 : -EINVAL;
	}
	*task = t;
	return 0;
}
