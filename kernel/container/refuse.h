/*
 * refuse.h - saying why something was refused: one line in the kernel's log.
 *
 * Whoever refuses says why with container_refuse() and returns the errno on; whoever was asked by
 * user space calls container_report() at the end, which knows the container, the file and the
 * value. Who refuses without a word gets a sentence by the errno.  A few lines a second are
 * written, the rest counted.
 *
 * Locking: container_mutex.
 */
#pragma once
#include "kernel/lib/types.h"

struct container;

/* Notes the reason; returns error. */
int container_refuse(int error, const char *fmt, ...) printf_like(2, 3);

/* What was asked: kept aside before its text is changed, by the end at the latest. */
struct container_request {
	char value[48]; /* printable, cut; "": not kept yet */
};

void container_request_begin(struct container_request *r); /* no reason has been given yet */
void container_request_keep(struct container_request *r, const char *value);
/* Writes the line; c: where, NULL: nowhere yet; prefix and name of the file, or "" and a verb. */
void container_report_error(const struct container_request *r, struct container *c,
			    const char *prefix, const char *name, int error);
/* If error is one.  Returns it. */
static inline int container_report(const struct container_request *r, struct container *c,
				   const char *prefix, const char *name, int error)
{
	if (unlikely(error))
		container_report_error(r, c, prefix, name, error);
	return error;
}
