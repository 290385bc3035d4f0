/*
 * host.h - knobs of the stand-ins for the architecture.
 */
#pragma once
#include "kernel/lib/types.h"

extern u64 host_now;		/* what clock_now() answers */
extern char host_console[4096]; /* what was printed by polling, ends with NUL */
extern size_t host_console_len;
extern const char *host_cmdline;
