/*
 * timer.h - functions that run at a time.
 *
 * Each CPU keeps its own tree and arms its one-shot clock for the first deadline; nothing ticks
 * when nothing is due.  fn runs in interrupt context without locks and may start its timer again.
 */
#pragma once
#include "kernel/lib/rbtree.h"
#include "kernel/lib/types.h"

struct timer {
	struct rbnode node;		 /* [timer lock of cpu] */
	u64 deadline;			 /* [timer lock] clock_now() scale */
	void (*fn)(struct timer *timer); /* [I] */
	s32 cpu;			 /* [timer lock] where it is queued or ran last */
	bool pending;			 /* [timer lock] */
};

void timer_init(struct timer *t, void (*fn)(struct timer *));

/* Starts or moves it.  Any context. */
void timer_start(struct timer *t, u64 deadline);

/* True when it was pending.  When it returns fn does not run any more, on no CPU: so never call it
   from fn itself nor with a lock held that fn takes. */
bool timer_cancel(struct timer *t);

/* Like it, but fn may still be running on another CPU. */
bool timer_cancel_async(struct timer *t);

/* kernel/sched/clock tick and idle: fires what is due on this CPU and arms the clock. */
/* All timers of a CPU that runs nothing any more come to this one.  May wait for one to end. */
void timer_take_over(int cpu);

void timer_run(void);
void timer_arm_clock(u64 other_deadline);
