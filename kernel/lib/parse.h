/*
 * parse.h - numbers and lists as Linux's files read them.
 */
#pragma once
#include "kernel/lib/types.h"

/* Whole string, base 0 (0x, leading 0), one trailing newline, a leading + allowed.
   -EINVAL for anything else, -ERANGE beyond the type (as kstrtoull). */
must_check int parse_u64(const char *s, u64 *out);
must_check int parse_s64(const char *s, s64 *out);

/* A number as above with k, m, g, t, p or e behind it, times 1024 each; what follows is ignored.  0
   for no number, the largest when it does not fit (as memparse, which does not notice). */
u64 parse_bytes(const char *s);

/* y, Y, t, T, 1, on: true; n, N, f, F, 0, of: false, whatever follows.  -EINVAL (as kstrtobool). */
must_check int parse_bool(const char *s, bool *out);

/* Octal digits and nothing else, of which the permission bits (07777) are kept.  -EINVAL. */
must_check int parse_mode(const char *s, u64 *out);
/* A user or group; -EINVAL for what is no number, and for the one that means nobody (2^32 - 1). */
must_check int parse_id(const char *s, u64 *out);

/* A CPU or node list ("0-2,5", "all", "N", "0-7:1/2"), numbers below `limit`.
   -EINVAL for bad text and for numbers that the mask has not, -ERANGE for one at or above limit,
   -EOVERFLOW beyond 32 bits. */
must_check int parse_list(const char *s, unsigned limit, u64 *mask);

struct text;
/* "0-2,5": a run of two prints as a-b; an empty mask prints nothing. */
void text_list(struct text *out, u64 mask);
/* As /proc/PID/status prints masks: hex words of 32 bits, comma between, width for `bits`, a
   multiple of 32 beyond 64. */
void text_mask(struct text *out, u64 mask, unsigned bits);
