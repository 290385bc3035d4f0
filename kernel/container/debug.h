/*
 * debug.h - the subsystem that shows the framework itself, and makes migrations fail on request.
 */
#pragma once
#include "kernel/container/container.h"

extern u64 debug_fail_nth; /* [container_mutex] debug.fail_attach names this task; 0: off */

/* -EPERM where debug.fail_attach says that the subsystem refuses one of them. */
int debug_refuse_attach(enum subsys_id id, struct taskset *tasks);
/* Before the subsystem's can_attach. */
static inline int debug_fail_attach(enum subsys_id id, struct taskset *tasks)
{
	return unlikely(debug_fail_nth) ? debug_refuse_attach(id, tasks) : 0;
}
