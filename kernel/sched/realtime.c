/*
 * realtime.c - the offset between the wall clock and clock_now(), and who watches it.
 *
 * As on Linux the wall clock cannot be set to less than the time since boot, so the offset is never
 * negative.  There are no leap seconds and no slewing: adjtimex(2) does not exist, and CLOCK_TAI
 * shows the same time.
 *
 * Locking: the offset is one word, written under watch_lock and read without; a reader sees the old
 * or the new clock.  [l] watch_lock
 */
#include "kernel/sched/realtime.h"

#include "kernel/abi/errno.h"
#include "kernel/lock/spinlock.h"
#include "kernel/sched/wait.h"

/* 30 years of uptime must fit behind any time that is set. */
#define REALTIME_MAX ((u64)INT64_MAX - 30ul * 365 * 86400 * NS_PER_SEC)

static u64 offset;				 /* [a] ns */
static struct list watches = LIST_INIT(watches); /* [l] */
static struct spinlock watch_lock = SPINLOCK_INIT(RANK_WAITQ);

void realtime_init(void)
{
	WRITE_ONCE(offset, clock_boot_wall());
}

u64 realtime_offset(void)
{
	return READ_ONCE(offset);
}

u64 realtime_to_clock(u64 ns)
{
	u64 base = realtime_offset();

	return ns > base ? ns - base : 0;
}

int realtime_set(u64 ns)
{
	struct realtime_watch *w;
	u64 now = clock_now();

	if (ns < now || ns >= REALTIME_MAX)
		return -EINVAL;
	spin_lock(&watch_lock);
	WRITE_ONCE(offset, ns - now);
	list_for_each (w, &watches, node)
		w->set(w);
	spin_unlock(&watch_lock);
	return 0;
}

void realtime_watch(struct realtime_watch *w, void (*set)(struct realtime_watch *w))
{
	w->set = set;
	spin_lock(&watch_lock);
	list_add_tail(&w->node, &watches);
	spin_unlock(&watch_lock);
}

void realtime_unwatch(struct realtime_watch *w)
{
	spin_lock(&watch_lock);
	list_del(&w->node);
	spin_unlock(&watch_lock);
}

struct sleeper {
	struct realtime_watch watch;
	struct thread *thread;
};

static void sleeper_wake(struct realtime_watch *w)
{
	thread_wake(container_of(w, struct sleeper, watch)->thread, THREAD_SLEEPING);
}

int realtime_sleep_until(u64 ns)
{
	struct sleeper s = { .thread = thread_current() };
	int result = 0;

	realtime_watch(&s.watch, sleeper_wake);
	for (;;) {
		__atomic_store_n(&s.thread->state, THREAD_SLEEPING, __ATOMIC_SEQ_CST);
		if (time_realtime() >= ns)
			break;
		if (thread_alerts(s.thread) & wait_alerts(THREAD_SLEEPING)) {
			result = -ERESTARTSYS;
			break;
		}
		wait_sleep(realtime_to_clock(ns));
	}
	WRITE_ONCE(s.thread->state, THREAD_RUNNING);
	realtime_unwatch(&s.watch);
	return result;
}
