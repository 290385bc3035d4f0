/*
 * itimer.c - setitimer(2) and alarm(2).
 *
 * ITIMER_REAL runs on the clock, the other two on CPU time (cputime.c).  The next period of
 * ITIMER_REAL begins when its SIGALRM has been taken, so that a short interval costs no more
 * than the signals that the process handles.
 *
 * Locking: process->lock.  The timer's function may come late, after a change: it looks whether
 * what it came for is still due.
 *
 * Differs from Linux: while SIGALRM is ignored a periodic timer goes on, silently, at most a
 * hundred times a second; Linux lets it die.
 */
#include "kernel/task/itimer.h"

#include "arch/clock.h"
#include "kernel/sched/realtime.h"
#include "kernel/task/posix_timer.h"
#include "kernel/task/sigqueue.h"

#define IGNORED_PERIOD (10 * NS_PER_MSEC)

/* The first expiration after `now`. */
static void real_restart(struct process *p, u64 now)
{
	p->real_expires += ((now - p->real_expires) / p->real_interval + 1) * p->real_interval;
	timer_start(&p->real_timer, p->real_expires);
}

static void real_fire(struct timer *timer)
{
	struct process *p = container_of(timer, struct process, real_timer);
	u64 now = clock_now();
	int result;

	spin_lock(&p->lock);
	if (p->real_expires && now >= p->real_expires) {
		if (!p->real_interval)
			p->real_expires = 0;
		result = signal_send_locked(p, NULL, SIGALRM, NULL, NULL);
		if (result == SIGNAL_IGNORED && p->real_interval && !p->exiting)
			real_restart(p, now + IGNORED_PERIOD);
	}
	spin_unlock(&p->lock);
}

void itimer_rearm(struct process *p)
{
	u64 now = clock_now();

	assert_held(&p->lock);
	if (p->real_interval && p->real_expires && p->real_expires <= now)
		real_restart(p, now);
}

void itimer_init(struct process *p)
{
	timer_init(&p->real_timer, real_fire);
}

void itimer_exit(struct process *p)
{
	spin_lock(&p->lock);
	p->real_expires = p->real_interval = 0;
	spin_unlock(&p->lock);
	timer_cancel(&p->real_timer);
	posix_timer_delete_all(p);
}

static u64 cpu_used(struct process *p, int which)
{
	u64 time[CPU_MODES];

	process_time_locked(p, time);
	return which == ITIMER_PROF ? time[CPU_USER] + time[CPU_SYSTEM] : time[CPU_USER];
}

/* What is left; a timer that is on never shows 0. */
static u64 left(u64 expires, u64 now)
{
	if (!expires)
		return 0;
	return expires > now + NS_PER_USEC ? expires - now : NS_PER_USEC;
}

static void get_locked(struct process *p, int which, struct itimer *out)
{
	const struct cpu_itimer *it;

	if (which == ITIMER_REAL) {
		*out = (struct itimer){ 0, p->real_interval };
		if (p->real_timer.pending)
			out->value = left(p->real_expires, clock_now());
		return;
	}
	it = &p->cpu_timer[which - ITIMER_VIRTUAL];
	*out = (struct itimer){ left(it->expires, it->expires ? cpu_used(p, which) : 0),
				it->interval };
}

void itimer_get(int which, struct itimer *out)
{
	struct process *p = task_current()->process;

	spin_lock(&p->lock);
	get_locked(p, which, out);
	spin_unlock(&p->lock);
}

static void set_real(struct process *p, const struct itimer *in)
{
	p->real_interval = in->interval;
	p->real_expires = in->value ? clock_after(in->value) : 0;
	if (in->value)
		timer_start(&p->real_timer, p->real_expires);
	else
		timer_cancel_async(&p->real_timer);
}

static void set_cpu(struct process *p, int which, const struct itimer *in)
{
	struct cpu_itimer *it = &p->cpu_timer[which - ITIMER_VIRTUAL];

	p->cpu_timers -= it->expires != 0;
	it->interval = in->interval;
	it->expires = in->value ? cpu_used(p, which) + in->value : 0;
	p->cpu_timers += it->expires != 0;
}

void itimer_set(int which, const struct itimer *in, struct itimer *old)
{
	struct process *p = task_current()->process;

	spin_lock(&p->lock);
	get_locked(p, which, old);
	if (which == ITIMER_REAL)
		set_real(p, in);
	else
		set_cpu(p, which, in);
	spin_unlock(&p->lock);
}
