/*
 * pidfd.h - descriptors that stand for a process.
 */
#pragma once
#include "fs/file.h"
#include "kernel/task/pid.h"

/* An open file that names p (a new reference is taken).  flags: O_NONBLOCK or 0.  ERR_PTR. */
struct file *pidfd_create(struct pid *p, u32 flags);
/* The pid that a file names, borrowed from it; NULL: it is no pidfd. */
struct pid *pidfd_pid(const struct file *f);
/* pidfd_open(2): a descriptor. */
int pidfd_open(s32 nr, u32 flags) must_check;
/* Of a descriptor of the running task, with a reference; *flags: O_* of the file, may be NULL.
   ERR_PTR(-EBADF). */
struct pid *pidfd_find(int fd, u32 *flags);
