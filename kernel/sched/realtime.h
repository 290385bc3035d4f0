/*
 * realtime.h - the wall clock: CLOCK_REALTIME is clock_now() and an offset that may be set.
 *
 * Nothing but the offset is stored, so reading the clock is one addition, and CLOCK_MONOTONIC is
 * the same clock without it.  Who sleeps until a wall-clock time watches for a change.
 */
#pragma once
#include "arch/clock.h"
#include "kernel/abi/time.h"
#include "kernel/lib/list.h"

void realtime_init(void); /* boot: takes the wall clock over from the CMOS clock */

u64 realtime_offset(void); /* wall clock at clock_now() == 0: also btime of /proc/stat */

static inline u64 time_realtime(void) /* ns since 1970.  Any context. */
{
	return clock_now() + realtime_offset();
}

/* When the wall clock shows ns, on the scale of clock_now(); 0 when that has passed long ago. */
u64 realtime_to_clock(u64 ns);

/* Sets the clock.  -EINVAL: before the boot, or too far in the future. */
int realtime_set(u64 ns) must_check;

/* Told when the clock has been set.  set() runs with interrupts off and a spinlock of rank WAITQ
   held: it may wake a thread or move a timer, and nothing else. */
struct realtime_watch {
	struct list node; /* [watch lock] */
	void (*set)(struct realtime_watch *w);
};

void realtime_watch(struct realtime_watch *w, void (*set)(struct realtime_watch *w));
void realtime_unwatch(struct realtime_watch *w); /* set() does not run any more on return */

/* Sleeps until the wall clock shows ns.  0, or -ERESTARTSYS when a signal came first. */
int realtime_sleep_until(u64 ns) must_check;

static inline struct timespec timespec_of(u64 ns)
{
	return (struct timespec){ (s64)(ns / NS_PER_SEC), (s64)(ns % NS_PER_SEC) };
}

static inline bool timespec_valid(const struct timespec *t)
{
	return t->tv_sec >= 0 && (u64)t->tv_nsec < NS_PER_SEC;
}

/* Of a valid time; what does not fit is for ever: 2^63 - 1. */
static inline u64 timespec_ns(const struct timespec *t)
{
	if ((u64)t->tv_sec >= (u64)INT64_MAX / NS_PER_SEC)
		return INT64_MAX;
	return (u64)t->tv_sec * NS_PER_SEC + (u64)t->tv_nsec;
}

/* now + ns, never beyond 2^63 - 1. */
static inline u64 clock_after(u64 ns)
{
	u64 now = clock_now();

	return ns > (u64)INT64_MAX - now ? (u64)INT64_MAX : now + ns;
}
