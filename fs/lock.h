/*
 * lock.h - advisory locks on files: POSIX records (fcntl) and whole files (flock).
 */
#pragma once
#include "fs/file.h"

/* F_GETLK, F_SETLK, F_SETLKW and the F_OFD_ ones on behalf of the descriptor table `owner`, of
   process pid, a number of the first pid namespace; number_here makes of such a one what the caller
   is to see.  -EAGAIN -EBADF -EDEADLK -EFAULT -EINVAL -ENOMEM, -ERESTARTSYS while it waits. */
long file_lock_fcntl(struct file *f, unsigned cmd, void __user *flock, const void *owner, s32 pid,
		     s32 (*number_here)(s32 pid)) must_check;
/* LOCK_SH, LOCK_EX, LOCK_UN, with LOCK_NB: -EWOULDBLOCK is -EAGAIN.  f NULL: -EBADF unless op is
   wrong.  Anything with LOCK_MAND in it does nothing, as since Linux 5.18. */
long file_lock_flock(struct file *f, int op) must_check;

/* A descriptor of the table `owner` was closed: its record locks on the inode go (man 2 fcntl).
 */
void file_lock_closed(struct file *f, const void *owner);
/* The last reference of an open file: its flock goes. */
void file_lock_released(struct file *f);
