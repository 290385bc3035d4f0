/*
 * What /proc/PID/stat says of a process.
 */
#pragma once
#include "text.h"

/* From that field on (3: the state); NULL: no such process.  In `text`. */
static char *stat_field(pid_t pid, int field)
{
	char path[64], *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (text_read(path) <= 0)
		return NULL;
	at = strrchr(text, ')') + 2;
	for (; at && field > 3; field--) {
		at = strchr(at, ' ');
		at += at != NULL;
	}
	return at;
}

__attribute__((unused)) static char state_of(pid_t pid)
{
	char *at = stat_field(pid, 3);

	return at ? *at : 0;
}

/* The CPU where it runs, or ran last. */
__attribute__((unused)) static int runs_on(pid_t pid)
{
	char *at = stat_field(pid, 39);

	return at ? atoi(at) : -1;
}
