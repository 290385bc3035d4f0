/*
 * cpu.h - the state of the subsystem cpu: cpu_shares.c shares CPU time, cpu.c limits it.
 *
 *   [c] container_mutex    [l] cpu_lock of cpu.c    [a] atomic
 */
#pragma once
#include "kernel/container/container.h"
#include "kernel/lib/list.h"
#include "kernel/sched/timer.h"

#define SHARES_DEFAULT 1024ul

struct cpu_group {
	struct css css;
	u64 shares;   /* [c] readers need no lock */
	bool idle;    /* [c] shares are SHARES_IDLE and cannot be written */
	s64 load;     /* [a] weights of runnable threads and shares of runnable children */
	s64 passed;   /* [a] what this one has added to its parent's load: its weight, or 0 */
	u64 kept;     /* [a] what its shares are worth at the top << 32 | generation of that */
	s64 quota;    /* [c+l] ns, NO_QUOTA */
	s64 period;   /* [c+l] ns */
	s64 burst;    /* [c+l] ns */
	s64 left;     /* [a] of the quota; not above zero: throttled */
	s64 filled;   /* [l] what was left when the period began */
	bool ticking; /* [a] the timer runs */
	struct timer timer;
	u64 throttled_since;			      /* [a] 0: not */
	u64 periods, throttled_periods, throttled_ns; /* [l] */
	u64 bursts, burst_ns;			      /* [l] */
};

static inline struct cpu_group *cpu_group_of(struct css *css)
{
	return container_of(css, struct cpu_group, css);
}

/* cpu_shares.c: two files of the subsystem. */
void cpu_show_shares(struct css *css, struct text *out);
int cpu_write_shares(struct css *css, char *text) must_check;
void cpu_show_idle(struct css *css, struct text *out);
int cpu_write_idle(struct css *css, char *text) must_check;
/* Nothing is runnable in g for good: no run queue knows it afterwards. */
void cpu_fade(struct cpu_group *g);
