/*
 * selfcheck.h - the framework examines itself; for the debug subsystem and the tests.
 */
#pragma once
#include "kernel/lib/types.h"

struct text;

/* Prints "ok" or the first invariant that is broken.  container_mutex held; may sleep. */
bool container_selfcheck(struct text *out);

/* A number that changes with any membership, list, count or hierarchy.  container_mutex held. */
u64 container_digest(void);
