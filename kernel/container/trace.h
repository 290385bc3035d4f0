/*
 * trace.h - the steps of the last migrations, for a reader who wants to watch one:
 * /proc/container_trace.
 */
#pragma once
#include "kernel/lib/types.h"

struct text;

extern bool trace_on; /* somebody has opened the file since boot */

void trace_add(const char *fmt, ...) printf_like(1, 2); /* any context */

/* One line of a step; costs a test until the file is first read. */
#define trace(...)                                 \
	do {                                       \
		if (unlikely(READ_ONCE(trace_on))) \
			trace_add(__VA_ARGS__);    \
	} while (0)

/* The oldest line first; turns tracing on. */
void trace_show(struct text *out);
