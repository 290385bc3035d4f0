/*
 * hold.h - stops one task at a chosen point of a migration, a birth or an end, in a debug build.
 *
 * /proc/sys/kernel/container_hold takes "POINT TID": that task sleeps when it comes to the point,
 * and goes on once "0" is written.  So a test steps through what is otherwise a race.
 *
 *   begin     a migration before it closes the gate
 *   collect   the destination is prepared, no task has been collected
 *   commit    the subsystems have agreed, no task has been moved
 *   finish    the tasks have been moved, their lists are not in order yet
 *   fork      inside the gate, the child cannot be found yet
 *   publish   the child can be found and is in no container
 *   exit      inside the gate, not exiting yet
 *   exiting   exiting, and still inside the gate
 *   leave     exiting, outside the gate, and still in its containers
 *   agent     of the worker, which has asked whether a release agent is to run
 */
#pragma once
#include "kernel/lib/types.h"

struct text;

#ifdef DEBUG
extern s32 hold_tid; /* [a] who shall be held; 0: nobody */

void hold_wait(const char *point); /* may sleep */
void hold_show(struct text *out);  /* "POINT TID waiting" or "held"; "0" */
int hold_write(char *text);	   /* -EINVAL */

static inline void hold_at(const char *point)
{
	if (unlikely(READ_ONCE(hold_tid)))
		hold_wait(point);
}
#else
static inline void hold_at(const char *point)
{
}
#endif
