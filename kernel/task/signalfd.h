/*
 * signalfd.h - taking signals by reading a file.
 */
#pragma once
#include "fs/file.h"

extern u32 signalfd_count; /* [a] such files that there are */
void signalfd_wake(void);  /* a signal has become pending; a process->lock may be held */

/* flags: O_NONBLOCK or 0.  ERR_PTR(-ENOMEM). */
struct file *signalfd_create(u64 mask, u32 flags, const struct cred *cred);
bool signalfd_change(struct file *f, u64 mask); /* false: it is none */
