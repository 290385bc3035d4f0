/*
 * transfer.h - what the calls that move bytes share.
 */
#pragma once
#include "arch/boot.h"

struct file;

#define RW_MAX (0x7ffffffful & PAGE_MASK) /* bytes that one call moves: Linux's MAX_RW_COUNT */

/* A program's vector as it is; kfree it.  ERR_PTR(-EINVAL, -EFAULT, -ENOMEM). */
struct iovec *vector_fetch(const struct iovec __user *user, u64 count);
/* The same, checked; *total is its length, cut to RW_MAX as Linux does.  kfree what it
   returns.  ERR_PTR(-EINVAL, -EFAULT, -ENOMEM). */
struct iovec *vector_copy(const struct iovec __user *user, u64 count, u64 *total);

/* Signals that the result of a write stands for: SIGPIPE for -EPIPE, SIGXFSZ for -EFBIG at the
   limit given (RLIMIT_FSIZE).  Returns the result. */
ssize_t with_write_signals(ssize_t result, u64 limit);

/* FICLONE of the file in_fd into out: why that cannot be, always an error. */
long transfer_clone(struct file *out, int in_fd);
