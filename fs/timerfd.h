/*
 * timerfd.h - a timer as a file.
 */
#pragma once
#include "fs/file.h"

struct itimerspec;

bool file_is_timerfd(const struct file *f);

/* The clock has been checked; flags O_NONBLOCK.  One reference; ERR_PTR. */
struct file *timerfd_create(int clock, u32 flags, const struct cred *cred);
/* Both of a file that is a timerfd; times are valid; flags TFD_TIMER_*. */
void timerfd_set(struct file *f, u32 flags, const struct itimerspec *in, struct itimerspec *old);
void timerfd_get(struct file *f, struct itimerspec *out);
