/*
 * timerfd.c - a timer as a file, see timerfd_create(2).
 *
 * The timer fires once; expirations after that are counted when somebody asks, so a periodic timer
 * that nobody reads costs nothing.
 *
 * An absolute time of the wall clock is kept as one of the steady clock, together with the
 * difference of the two; when the clock is set the timer is made to run at once and sees that it
 * has changed.
 *
 * Locking: t->lock guards all; the timer's function takes it too, and may come late: it looks
 * whether the deadline it came for is still the one.
 */
#include "fs/timerfd.h"

#include "arch/clock.h"
#include "fs/poll.h"
#include "kernel/abi/epoll.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/realtime.h"
#include "kernel/sched/timer.h"

struct timerfd {
	struct spinlock lock;
	struct waitq wait;
	struct timer timer;
	u64 deadline; /* [l] of the next expiration, clock_now() scale; 0: not armed */
	u64 interval; /* [l] ns; 0: once */
	u64 ticks;    /* [l] expirations that nobody has read */
	bool fired;   /* [l] the timer has run and was not started again */
	bool wall;    /* [l] set to a time of the wall clock */
	bool cancel;  /* [l] reads fail once that clock is set */
	bool cancelled;
	u64 offset;   /* [l] realtime_offset() that `deadline` was made with */
	bool watches; /* [l] `watch` is on */
	struct realtime_watch watch;
	bool is_wall; /* [I] its clock is the wall clock */
	u8 clock;     /* [I] CLOCK_* */
	u8 flags;     /* [l] TFD_TIMER_* that it was set with */
};

/* The wall clock was set, if it was: the deadline moves with it. */
static void follow_clock(struct timerfd *t)
{
	u64 offset = realtime_offset(), old = t->offset;

	assert_held(&t->lock);
	if (!t->wall || offset == old)
		return;
	t->offset = offset;
	t->deadline = (s64)(t->deadline + old - offset) > 0 ? t->deadline + old - offset : 1;
	if (t->cancel) {
		t->cancelled = true;
		WRITE_ONCE(t->ticks, t->ticks + 1);
	}
}

static void timerfd_clock_set(struct realtime_watch *w)
{
	timer_start(&container_of(w, struct timerfd, watch)->timer, 0);
}

static void timerfd_fire(struct timer *timer)
{
	struct timerfd *t = container_of(timer, struct timerfd, timer);

	spin_lock(&t->lock);
	if (t->deadline && !t->fired) {
		follow_clock(t);
		if (clock_now() >= t->deadline) {
			t->fired = true;
			WRITE_ONCE(t->ticks, t->ticks + 1);
		} else {
			timer_start(timer, t->deadline);
		}
	}
	spin_unlock(&t->lock);
	waitq_wake_n(&t->wait, ~0u, POLLIN | POLLRDNORM);
}

/* Counts the expirations since the timer fired and starts it for the next. */
static void catch_up(struct timerfd *t)
{
	u64 periods, now = clock_now();

	assert_held(&t->lock);
	if (!t->fired || !t->interval)
		return;
	periods = 1 + (now - t->deadline) / t->interval;
	WRITE_ONCE(t->ticks, t->ticks + periods - 1);
	t->deadline += periods * t->interval;
	t->fired = false;
	timer_start(&t->timer, t->deadline);
}

/* What a read gives: expirations; 0: none yet; -ECANCELED: the clock was set. */
static s64 take(struct timerfd *t)
{
	s64 ticks = 0;

	spin_lock(&t->lock);
	if (t->cancelled) {
		ticks = -ECANCELED;
		t->cancelled = false;
		WRITE_ONCE(t->ticks, 0);
	} else if (t->ticks) {
		catch_up(t);
		ticks = (s64)t->ticks;
		WRITE_ONCE(t->ticks, 0);
	}
	spin_unlock(&t->lock);
	return ticks;
}

static ssize_t timerfd_read(struct file *f, struct io *io, u64 *pos)
{
	struct timerfd *t = f->private;
	s64 ticks;
	int error;

	if (io->left < sizeof(ticks))
		return -EINVAL;
	while (!(ticks = take(t))) {
		if (READ_ONCE(f->flags) & O_NONBLOCK)
			return -EAGAIN;
		error = wait_event_interruptible(&t->wait, READ_ONCE(t->ticks));
		if (error)
			return error;
	}
	if (ticks < 0)
		return ticks;
	return io_put(io, &ticks, sizeof(ticks)) == sizeof(ticks) ? sizeof(ticks) : -EFAULT;
}

static u32 timerfd_poll(struct file *f, struct poll_table *table)
{
	struct timerfd *t = f->private;

	poll_wait(table, &t->wait);
	return READ_ONCE(t->ticks) ? POLLIN : 0;
}

static void timerfd_release(struct file *f)
{
	struct timerfd *t = f->private;

	if (t->watches)
		realtime_unwatch(&t->watch);
	timer_cancel(&t->timer);
	kfree(t);
}

static s64 timerfd_seek(struct file *f, s64 offset, int whence)
{
	return 0;
}

/* Counts nothing: until somebody reads, one expiration is all that has been. */
static void timerfd_show(struct file *f, struct text *out)
{
	struct timerfd *t = f->private;
	struct timespec value, interval;
	u64 now, ticks;
	u32 flags;

	spin_lock(&t->lock);
	now = clock_now();
	value = timespec_of(!t->fired && t->deadline > now ? t->deadline - now : 0);
	interval = timespec_of(t->interval);
	ticks = t->ticks;
	flags = t->flags;
	spin_unlock(&t->lock);
	text_printf(out, "clockid: %d\nticks: %lu\nsettime flags: 0%o\n", t->clock, ticks, flags);
	text_printf(out, "it_value: (%ld, %ld)\nit_interval: (%ld, %ld)\n", value.tv_sec,
		    value.tv_nsec, interval.tv_sec, interval.tv_nsec);
}

static const struct file_ops timerfd_ops = {
	.release = timerfd_release,
	.read = timerfd_read,
	.poll = timerfd_poll,
	.seek = timerfd_seek,
	.show = timerfd_show,
	.flags = FILE_NO_POS | FILE_NO_PREAD,
};

bool file_is_timerfd(const struct file *f)
{
	return f->ops == &timerfd_ops;
}

struct file *timerfd_create(int clock, u32 flags, const struct cred *cred)
{
	struct timerfd *t = kzalloc(sizeof(*t));
	struct file *f;

	if (!t)
		return ERR_PTR(-ENOMEM);
	spin_init(&t->lock, RANK_PIPE);
	waitq_init(&t->wait);
	timer_init(&t->timer, timerfd_fire);
	t->clock = (u8)clock;
	t->is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
	f = file_create_anonymous("timerfd", &timerfd_ops, NULL, t, O_RDWR | (flags & O_NONBLOCK),
				  cred);
	if (IS_ERR(f))
		kfree(t);
	return f;
}

static void show(struct timerfd *t, struct itimerspec *out)
{
	u64 now;

	assert_held(&t->lock);
	catch_up(t);
	now = clock_now();
	out->it_interval = timespec_of(t->interval);
	/* Due but not yet fired still is armed, which only a value other than zero can say. */
	out->it_value = timespec_of(!t->deadline || t->fired ? 0
				    : t->deadline > now	     ? t->deadline - now
							     : 1);
}

void timerfd_get(struct file *f, struct itimerspec *out)
{
	struct timerfd *t = f->private;

	spin_lock(&t->lock);
	show(t, out);
	spin_unlock(&t->lock);
}

/* When `value` is, on the scale of clock_now(). */
static u64 deadline_of(struct timerfd *t, u32 flags, u64 value)
{
	if (!(flags & TFD_TIMER_ABSTIME))
		return clock_after(value);
	if (!t->is_wall)
		return value;
	return value > t->offset ? value - t->offset : 1;
}

/* From its first use on a timer that hangs on the wall clock is told when that is set. */
static void watch_clock(struct timerfd *t)
{
	bool first;

	spin_lock(&t->lock);
	first = !t->watches;
	t->watches = true;
	spin_unlock(&t->lock);
	if (first)
		realtime_watch(&t->watch, timerfd_clock_set);
}

void timerfd_set(struct file *f, u32 flags, const struct itimerspec *in, struct itimerspec *old)
{
	struct timerfd *t = f->private;
	u64 value = timespec_ns(&in->it_value);
	bool wall = t->is_wall && (flags & TFD_TIMER_ABSTIME);

	if (wall)
		watch_clock(t);
	spin_lock(&t->lock);
	show(t, old);
	timer_cancel_async(&t->timer);
	t->wall = wall;
	t->flags = (u8)flags;
	t->cancel = wall && (flags & TFD_TIMER_CANCEL_ON_SET);
	t->cancelled = false;
	t->offset = realtime_offset();
	t->fired = false;
	t->interval = timespec_ns(&in->it_interval);
	t->deadline = value ? deadline_of(t, flags, value) : 0;
	WRITE_ONCE(t->ticks, 0);
	if (t->deadline)
		timer_start(&t->timer, t->deadline);
	spin_unlock(&t->lock);
}
