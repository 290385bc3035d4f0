/*
 * lock.h - advisory locks on files: POSIX records (fcntl) and whole files (flock).
 */
#pragma once
#include "fs/file.h"

struct text;

/* F_GETLK, F_SETLK, F_SETLKW and the F_OFD_ ones on behalf of the descriptor table `owner`, of
   process pid, a number of the first pid namespace; number_here makes of such a one what the caller
   is to see.  -EAGAIN -EBADF -EDEADLK -EFAULT -EINVAL -ENOMEM, -ERESTARTSYS while it waits. */
long file_lock_fcntl(struct file *f, unsigned cmd, void __user *flock, const void *owner, s32 pid,
		     s32 (*number_here)(s32 pid)) must_check;
/* LOCK_SH, LOCK_EX, LOCK_UN, with LOCK_NB: -EWOULDBLOCK is -EAGAIN.  f NULL: -EBADF unless op is
   wrong.  Anything with LOCK_MAND in it does nothing, as since Linux 5.18. */
long file_lock_flock(struct file *f, int op, s32 pid) must_check;

/* Makes of a number of the first pid namespace what a reader is to see; 0: nothing. */
struct lock_reader {
	s32 (*number)(s32 pid, const void *arg);
	const void *arg;
};

/* /proc/locks; and the lines of fdinfo about f and the descriptor table `owner`. */
void file_lock_show_all(const struct lock_reader *reader, struct text *out);
void file_lock_show(const struct file *f, const void *owner, const struct lock_reader *reader,
		    struct text *out);

/* [a] Ranges that are locked, of whatever file.  Every close asks; mostly there are none. */
extern u32 file_lock_count;

void file_lock_drop_closed(struct file *f, const void *owner);
void file_lock_drop_released(struct file *f);

/* A descriptor of the table `owner` was closed: its record locks on the inode go (man 2 fcntl). */
static inline void file_lock_closed(struct file *f, const void *owner)
{
	if (unlikely(__atomic_load_n(&file_lock_count, __ATOMIC_RELAXED)))
		file_lock_drop_closed(f, owner);
}

/* The last reference of an open file: its flock goes. */
static inline void file_lock_released(struct file *f)
{
	if (unlikely(__atomic_load_n(&file_lock_count, __ATOMIC_RELAXED)))
		file_lock_drop_released(f);
}
