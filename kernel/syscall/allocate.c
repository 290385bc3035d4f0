/*
 * allocate.c - fallocate(2), and the advice about files that needs no answer here: everything is
 * in memory, so nothing is read ahead or written back.
 */
#include "fs/file.h"
#include "kernel/abi/errno.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define POSIX_FADV_NOREUSE 5 /* the last one */

#define SYNC_FILE_RANGE 7u /* all flags of sync_file_range(2) */

long sys_fallocate(int fd, int mode, s64 offset, s64 len)
{
	struct file *f;
	s64 end;
	long error;

	f = fd_get(task_current()->files, fd);
	if (!f)
		return -EBADF;
	if (offset < 0 || len <= 0) {
		error = -EINVAL;
	} else if (__builtin_add_overflow(offset, len, &end)) {
		error = -EFBIG;
	} else if (!(mode & FALLOC_FL_KEEP_SIZE) && (u64)end > f->inode->size &&
		   (u64)end > task_limit(RLIMIT_FSIZE)) {
		(void)signal_send_task(task_current(), SIGXFSZ, NULL);
		error = -EFBIG;
	} else {
		error = f->flags & O_PATH ? -EBADF : file_allocate(f, mode, offset, len);
	}
	file_put(f);
	return error;
}

/* A descriptor for which the call makes sense: -EBADF, -ESPIPE for pipes, and with pages only for
   all that has none. */
static long check_file(int fd, bool pages)
{
	struct file *f = fd_get_open(task_current()->files, fd);
	long error = 0;
	u32 mode;

	if (!f)
		return -EBADF;
	mode = f->inode->mode;
	if (S_ISFIFO(mode) || (pages && !S_ISREG(mode) && !S_ISDIR(mode)))
		error = -ESPIPE;
	file_put(f);
	return error;
}

long sys_fadvise64(int fd, s64 offset, s64 len, int advice)
{
	long error = check_file(fd, false);

	if (error)
		return error;
	return len < 0 || advice < 0 || advice > POSIX_FADV_NOREUSE ? -EINVAL : 0;
}

long sys_sync_file_range(int fd, s64 offset, s64 len, u32 flags)
{
	s64 end;

	if (flags & ~SYNC_FILE_RANGE || offset < 0 || len < 0 ||
	    __builtin_add_overflow(offset, len, &end))
		return -EINVAL;
	return check_file(fd, true);
}

long sys_readahead(int fd, s64 offset, size_t count)
{
	struct file *f = fd_get_open(task_current()->files, fd);
	long result;

	if (!f)
		return -EBADF;
	result = !f->can_read ? -EBADF : S_ISREG(f->inode->mode) ? 0 : -EINVAL;
	file_put(f);
	return result;
}
