/*
 * transfer.h - what the calls that move bytes share.
 */
#pragma once
#include "arch/boot.h"

#define RW_MAX (0x7ffffffful & PAGE_MASK) /* bytes that one call moves: Linux's MAX_RW_COUNT */

/* Signals that the result of a write stands for: SIGPIPE for -EPIPE, SIGXFSZ for -EFBIG at the
   limit given (RLIMIT_FSIZE).  Returns the result. */
ssize_t with_write_signals(ssize_t result, u64 limit);
