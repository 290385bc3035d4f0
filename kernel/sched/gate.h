/*
 * gate.h - a lock that many pass through all the time and somebody closes once in a while.
 *
 * Passing costs a few instructions and touches only this CPU's counter.  Closing waits until
 * everybody inside has left, and keeps others out until it is opened.
 */
#pragma once
#include "kernel/sched/wait.h"

struct gate {
	bool closed; /* [a] */
	u16 rank;    /* [I] */
	struct waitq passers, closer;
	struct gate_count {
		s64 entered; /* [p] here, less those that left here; only the sum means something */
	} aligned_to(64) inside[NCPU];
};

#define GATE_INIT(g, r)                                                                           \
	{                                                                                         \
		.rank = (r), .passers = WAITQ_INIT((g).passers), .closer = WAITQ_INIT((g).closer) \
	}

/* May sleep while it is closed.  Not nested.  The thread may sleep inside. */
void gate_enter(struct gate *g);
void gate_leave(struct gate *g);

/* One closer at a time: the caller holds a mutex that says so. */
void gate_close(struct gate *g);
void gate_open(struct gate *g);
