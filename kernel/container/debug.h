/*
 * debug.h - the subsystem that shows the framework itself, and makes migrations fail on request.
 */
#pragma once
#include "kernel/container/container.h"

/* Before the subsystem's can_attach: -EPERM where debug.fail_attach says that it refuses. */
int debug_fail_attach(enum subsys_id id, const struct taskset *tasks);
