/*
 * trace.h - what the scheduler did, event by event: /proc/sched_trace.
 *
 * Off until root writes 1 there, and then a test of one word at each event.  Each CPU has a ring
 * that only it writes, so recording takes no lock; the oldest events go first.
 *
 * An event is four words, put down in a dozen instructions: what identifies a thread is in its
 * label, which is kept up to date only while events are recorded.
 */
#pragma once
#include "kernel/container/hooks.h"
#include "kernel/sched/thread.h"

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

/* Of an event whose time is from clock_ticks(), not from clock_now(). */
#define TRACE_TICKS 0x100u

struct trace_event {
	u64 time, label;
	u64 name; /* the first 8 bytes of it */
	u64 what; /* value, and enum sched_event in the upper half */
};

#define TRACE_RING_ORDER 5 /* pages of a ring, which lies at a multiple of its size */
#define TRACE_RING_SIZE	 (PAGE_SIZE << TRACE_RING_ORDER)

/* t is in no container for the idle threads, number 0.  Any context. */
void sched_trace_add(enum sched_event event, struct thread *t, u32 value);
void sched_trace_turn(void); /* the ring of this CPU is full */

/* For the ways that must be short: with interrupts off, while sched_trace_on, of a thread that is
   labelled. */
static always_inline void sched_trace_record(u32 event, const struct thread *t, u32 value, u64 time)
{
	struct cpu *c = cpu_this();
	struct trace_event *e = c->trace;

	e->time = time;
	e->label = t->label;
	e->name = *(const u64 *)t->name;
	e->what = value | (u64)event << 32;
	e++;
	if (likely((u64)e % TRACE_RING_SIZE))
		/* The event is whole before it counts: pairs with the load in ring_count(). */
		__atomic_store_n(&c->trace, e, __ATOMIC_RELEASE);
	else
		sched_trace_turn();
}

#define sched_trace(event, t, value)                        \
	do {                                                \
		if (unlikely(READ_ONCE(sched_trace_on)))    \
			sched_trace_add((event), t, value); \
	} while (0)

/* t's number has changed. */
static inline void sched_trace_relabel(struct thread *t)
{
	if (unlikely(READ_ONCE(sched_trace_on)))
		WRITE_ONCE(t->label, container_trace_label(t));
}

/* "1": from here on, without what was there; "0": nothing any more, on no CPU; "free": that, and
   the memory is given back.  May sleep.  -EINVAL, -ENOMEM. */
int sched_trace_write(const char *word) must_check;
/* What is in the rings, CPU by CPU, oldest first.  One reader or writer at a time. */
void sched_trace_show(struct text *out);
