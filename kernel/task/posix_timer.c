/*
 * posix_timer.c - see posix_timer.h.
 *
 * The time of a timer is kept on its own scale: the wall clock for an absolute time of
 * CLOCK_REALTIME, so that setting the clock moves it; CPU time for CPU clocks, which the tick
 * watches; the steady clock otherwise.
 *
 * Locking: process->lock for everything but the creation.  A deletion takes the timer out of the
 * list, waits until its function is done, and frees it unless its signal is queued: then whoever
 * takes the signal does.
 *
 * Differs from Linux: CPU clocks of other processes have no timers (EINVAL).  Periods shorter than
 * LEAST_PERIOD go on no sooner than that after their signal was taken; what is left out counts as
 * overrun.
 */
#include "kernel/task/posix_timer.h"

#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/realtime.h"
#include "kernel/task/clock.h"
#include "kernel/task/itimer.h"
#include "kernel/task/sigqueue.h"

#define IGNORED_PERIOD (4 * NS_PER_MSEC)
#define LEAST_PERIOD   (50 * NS_PER_USEC)

struct posix_timer {
	struct list node;	     /* [g] in process->itimers_posix */
	struct process *process;     /* [I] not looked at once `deleted` */
	struct task *target;	     /* [I] SIGEV_THREAD_ID, a reference */
	struct task *cpu;	     /* [I] whose CPU time, a reference; NULL: the process's */
	s32 id, clock, notify;	     /* [I] */
	enum clock_kind kind;	     /* [I] */
	struct timer timer;	     /* not for CPU clocks */
	struct realtime_watch watch; /* for wall clocks */
	u64 expires;		     /* [g] on its scale; 0: disarmed */
	u64 interval;		     /* [g] ns; 0: once */
	bool wall;		     /* [g] `expires` is a time of the wall clock */
	bool waits;		     /* [g] periodic, fired; goes on when its signal is taken */
	bool deleted;		     /* [g] */
	u64 missed;		     /* [g] expirations while its signal was queued */
	s32 overrun;		     /* [g] of the signal that was taken last */
	struct siginfo info;	     /* [I] to queue */
	struct sigqueue queue;	     /* [g] */
};

static struct slab_cache *timer_cache;

void posix_timer_init(void)
{
	timer_cache = slab_create("posix_timer", sizeof(struct posix_timer), 0);
}

static u64 scale_now(const struct posix_timer *t)
{
	u64 time[CPU_MODES];

	if (t->kind != CLOCK_CPU)
		return t->wall ? time_realtime() : clock_now();
	if (t->cpu)
		task_time(t->cpu, time);
	else
		process_time_locked(t->process, time);
	return time[CPU_USER] + time[CPU_SYSTEM];
}

static void start(struct posix_timer *t)
{
	if (t->kind != CLOCK_CPU && t->notify != SIGEV_NONE)
		timer_start(&t->timer, t->wall ? realtime_to_clock(t->expires) : t->expires);
}

/* Moves a periodic timer behind `now`; how many periods that took. */
static u64 forward(struct posix_timer *t, u64 now)
{
	u64 periods;

	if (now < t->expires)
		return 0;
	periods = (now - t->expires) / t->interval + 1;
	t->expires += periods * t->interval;
	return periods;
}

/* It is due. */
static void fire(struct posix_timer *t, u64 now)
{
	int result;

	if (t->interval)
		t->waits = true;
	else
		t->expires = 0;
	if (!list_empty(&t->queue.node)) { /* armed anew since it queued that */
		t->missed++;
		return;
	}
	t->queue.info = t->info;
	result = signal_send_locked(t->process, t->target, t->info.signo, &t->info, &t->queue);
	if (result == SIGNAL_IGNORED && t->interval && !t->process->exiting) {
		t->missed += forward(t, now + (t->kind == CLOCK_CPU ? 0 : IGNORED_PERIOD));
		t->waits = false;
		start(t);
	}
}

static void timer_fired(struct timer *timer)
{
	struct posix_timer *t = container_of(timer, struct posix_timer, timer);
	struct process *p = t->process;
	u64 now;

	spin_lock(&p->lock);
	if (!t->deleted && t->expires && !t->waits) {
		now = scale_now(t);
		if (now >= t->expires)
			fire(t, now);
		else
			start(t); /* the clock was set, or this comes late */
	}
	spin_unlock(&p->lock);
}

static void clock_was_set(struct realtime_watch *w)
{
	timer_start(&container_of(w, struct posix_timer, watch)->timer, 0);
}

void posix_timer_tick(struct process *p)
{
	struct posix_timer *t;
	u64 now;

	assert_held(&p->lock);
	list_for_each (t, &p->itimers_posix, node) {
		if (t->kind != CLOCK_CPU || !t->expires || t->waits || t->notify == SIGEV_NONE)
			continue;
		now = scale_now(t);
		if (now >= t->expires)
			fire(t, now);
	}
}

static void release(struct posix_timer *t)
{
	signal_uncharge(t->queue.account);
	slab_free(timer_cache, t);
}

void posix_timer_taken(struct posix_timer *t, struct siginfo *info)
{
	if (t->deleted) {
		release(t);
		return;
	}
	assert_held(&t->process->lock);
	if (t->waits) {
		/* Between two signals there is time for more than the handler. */
		u64 rest = t->interval < LEAST_PERIOD ? LEAST_PERIOD : 0;
		u64 periods = forward(t, scale_now(t) + rest);

		t->missed += periods ? periods - 1 : 0;
		t->waits = false;
		start(t);
	}
	t->overrun = (s32)min(t->missed, (u64)INT32_MAX);
	t->missed = 0;
	if (info)
		info->timer.overrun = t->overrun;
}

/* Of the running process; its lock is held. */
static struct posix_timer *find(struct process *p, s32 id)
{
	struct posix_timer *t;

	list_for_each (t, &p->itimers_posix, node) {
		if (t->id == id)
			return t;
	}
	return NULL;
}

static bool event_good(const struct sigevent *e)
{
	switch (e->notify) {
	case SIGEV_NONE:
		return true;
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
	case SIGEV_THREAD_ID:
		return e->signo > 0 && e->signo < NSIG;
	default:
		return false;
	}
}

/* The tasks that a timer refers to. */
static int find_tasks(struct posix_timer *t, const struct sigevent *e)
{
	int result = 0;

	if (t->kind == CLOCK_CPU)
		result = clock_cpu_owner(t->clock, &t->cpu);
	if (result || e->notify != SIGEV_THREAD_ID)
		return result;
	t->target = task_find(e->tid);
	return t->target && t->target->process == t->process ? 0 : -EINVAL;
}

static void put_tasks(struct posix_timer *t)
{
	if (t->target)
		task_put(t->target);
	if (t->cpu)
		task_put(t->cpu);
	t->target = t->cpu = NULL;
}

/* Gives it a number and lets it be found. */
static void publish(struct posix_timer *t, const struct sigevent *e, bool own_value)
{
	struct process *p = t->process;
	struct siginfo info = { .signo = e->signo, .code = SI_TIMER, .timer.value = e->value };

	spin_lock(&p->lock);
	do {
		t->id = p->itimers_next;
		p->itimers_next = (s32)((u32)(p->itimers_next + 1) & INT32_MAX);
	} while (find(p, t->id));
	info.timer.timer_id = t->id;
	if (own_value)
		info.timer.value = (u32)t->id;
	t->info = info;
	p->cpu_timers += t->kind == CLOCK_CPU;
	list_add_tail(&t->node, &p->itimers_posix);
	spin_unlock(&p->lock);
}

int posix_timer_create(s32 clock, const struct sigevent *event, bool own_value, s32 *id)
{
	struct task *self = task_current();
	struct posix_timer *t;
	int result = clock_check_timer(clock);

	if (result && result != -EPERM)
		return result;
	if (!event_good(event))
		return -EINVAL;
	if (result)
		return result;
	t = slab_zalloc(timer_cache);
	if (!t)
		return -EAGAIN;
	t->process = self->process;
	t->clock = clock;
	t->kind = clock_kind(clock);
	t->notify = event->notify;
	timer_init(&t->timer, timer_fired);
	list_init(&t->queue.node);
	t->queue.timer = t;
	result = find_tasks(t, event);
	if (!result && !signal_charge(self->account, task_limit(RLIMIT_SIGPENDING)))
		result = -EAGAIN;
	if (result) {
		put_tasks(t);
		slab_free(timer_cache, t);
		return result;
	}
	t->queue.account = self->account;
	if (t->kind == CLOCK_WALL)
		realtime_watch(&t->watch, clock_was_set);
	publish(t, event, own_value);
	*id = t->id;
	return 0;
}

/* Of a timer that is found no more; no lock held. */
static void destroy(struct posix_timer *t)
{
	struct process *p = t->process;
	bool queued;

	if (t->kind == CLOCK_WALL)
		realtime_unwatch(&t->watch);
	timer_cancel(&t->timer);
	put_tasks(t);
	spin_lock(&p->lock);
	t->deleted = true;
	queued = !list_empty(&t->queue.node);
	spin_unlock(&p->lock);
	if (!queued)
		release(t);
}

static void unlink(struct process *p, struct posix_timer *t)
{
	assert_held(&p->lock);
	list_del(&t->node);
	p->cpu_timers -= t->kind == CLOCK_CPU;
	t->expires = t->interval = 0;
	t->waits = false;
}

int posix_timer_delete(s32 id)
{
	struct process *p = task_current()->process;
	struct posix_timer *t;

	spin_lock(&p->lock);
	t = find(p, id);
	if (t)
		unlink(p, t);
	spin_unlock(&p->lock);
	if (!t)
		return -EINVAL;
	destroy(t);
	return 0;
}

void posix_timer_delete_all(struct process *p)
{
	while (!list_empty(&p->itimers_posix)) {
		struct posix_timer *t = NULL;

		spin_lock(&p->lock);
		if (!list_empty(&p->itimers_posix)) {
			t = list_first(&p->itimers_posix, struct posix_timer, node);
			unlink(p, t);
		}
		spin_unlock(&p->lock);
		if (t)
			destroy(t);
	}
}

static void get_locked(struct posix_timer *t, struct itimerspec *out)
{
	u64 now = scale_now(t), left = 0;

	if (t->expires > now)
		left = t->expires - now;
	else if (t->expires && t->interval)
		left = t->interval - (now - t->expires) % t->interval;
	else if (t->expires && t->notify != SIGEV_NONE)
		left = 1; /* due, but not fired yet */
	out->it_interval = timespec_of(t->interval);
	out->it_value = timespec_of(left);
}

int posix_timer_get(s32 id, struct itimerspec *out)
{
	struct process *p = task_current()->process;
	struct posix_timer *t;

	spin_lock(&p->lock);
	t = find(p, id);
	if (t)
		get_locked(t, out);
	spin_unlock(&p->lock);
	return t ? 0 : -EINVAL;
}

/* value 0: off. */
static void arm(struct posix_timer *t, int flags, u64 value)
{
	bool absolute = flags & TIMER_ABSTIME;
	u64 now;

	if (t->kind != CLOCK_CPU)
		timer_cancel_async(&t->timer);
	t->wall = t->kind == CLOCK_WALL && absolute;
	t->waits = false;
	t->missed = 0;
	t->overrun = 0;
	t->expires = 0;
	if (!value)
		return;
	now = scale_now(t);
	t->expires = absolute ? value : now + min(value, (u64)INT64_MAX - now);
	if (t->kind == CLOCK_CPU && t->notify != SIGEV_NONE && now >= t->expires)
		fire(t, now);
	else
		start(t);
}

int posix_timer_set(s32 id, int flags, const struct itimerspec *in, struct itimerspec *old)
{
	struct process *p = task_current()->process;
	struct posix_timer *t;
	bool any = in->it_value.tv_sec || in->it_value.tv_nsec;

	if (!timespec_valid(&in->it_interval) || !timespec_valid(&in->it_value))
		return -EINVAL;
	spin_lock(&p->lock);
	t = find(p, id);
	if (t) {
		get_locked(t, old);
		t->interval = any ? timespec_ns(&in->it_interval) : 0;
		arm(t, flags, timespec_ns(&in->it_value));
	}
	spin_unlock(&p->lock);
	return t ? 0 : -EINVAL;
}

int posix_timer_overrun(s32 id)
{
	struct process *p = task_current()->process;
	struct posix_timer *t;
	int result = -EINVAL;

	spin_lock(&p->lock);
	t = find(p, id);
	if (t)
		result = t->overrun;
	spin_unlock(&p->lock);
	return result;
}
