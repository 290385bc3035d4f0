/*
 * selfcheck.h - the framework examines itself; for the debug subsystem and the tests.
 */
#pragma once
#include "kernel/lib/types.h"

struct text;

/* Prints "ok" or the first invariant that is broken.  container_mutex held; may sleep. */
bool container_selfcheck(struct text *out);

/* digest.c.  Prints two lines: a number that changes with any membership, list, count, flag or
   hierarchy, and how many objects of kernel memory are in use.  container_mutex held. */
void container_digest(struct text *out);
