/*
 * trace.h - what the scheduler did, event by event: /proc/sched_trace.
 *
 * Off until root writes 1 there, and then a test of one word at each event.  Each CPU has a ring
 * that only it writes, so recording takes no lock; the oldest events go first.
 */
#pragma once
#include "kernel/container/hooks.h"
#include "kernel/lib/types.h"

struct text;

enum sched_event {
	TRACE_SWITCH,	/* the thread gets this CPU; value: the state of the one that had it */
	TRACE_WAKE,	/* it is woken; value: the CPU that it slept on */
	TRACE_MIGRATE,	/* it goes to another CPU's queue; value: from which; cpu: whoever moves it
			 */
	TRACE_FORK,	/* it is new */
	TRACE_EXIT,	/* it leaves its containers for good */
	TRACE_ATTACH,	/* it goes to another css_set; value: which */
	TRACE_THROTTLE, /* it waits for quota */
	TRACE_FREEZE,
	TRACE_THAW,
	TRACE_ROLLBACK, /* its migration of others was refused; value: the errno */
};

extern bool sched_trace_on;

/* t is in no container for the idle threads, number 0.  Any context. */
void sched_trace_add(enum sched_event event, struct thread *t, u32 value);
/* The same with interrupts off, at clock_now(). */
void sched_trace_add_at(enum sched_event event, struct thread *t, u32 value, u64 now);

#define sched_trace(event, t, value)                        \
	do {                                                \
		if (unlikely(READ_ONCE(sched_trace_on)))    \
			sched_trace_add((event), t, value); \
	} while (0)

/* "1": from here on, without what was there; "0": no more; "free": no more, and the memory
   is given back.  May sleep.  -EINVAL, -ENOMEM. */
int sched_trace_write(const char *word) must_check;
/* What is in the rings, CPU by CPU, oldest first.  One reader or writer at a time. */
void sched_trace_show(struct text *out);
