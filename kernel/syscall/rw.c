/*
 * rw.c - reading, writing and seeking: read(2), write(2) and their vector and positional kin.
 *
 * Each body checks its arguments, describes the program's memory as a struct io and calls the file.
 * A write to a pipe without reader answers EPIPE, which becomes SIGPIPE here and nowhere else; one
 * at RLIMIT_FSIZE answers EFBIG, which becomes SIGXFSZ.
 */
#include "arch/uaccess.h"
#include "fs/file.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/syscall/transfer.h"
#include "kernel/task/task.h"

#define IOV_MAX 1024

/* As if the task had sent it: that is what Linux says of these. */
static noinline void send_to_self(int signo)
{
	struct task *t = task_current();
	struct siginfo info = { .signo = signo, .code = SI_USER };

	info.kill.pid = t->process->pid->own;
	info.kill.uid = t->cred->uid;
	(void)signal_send_task(t, signo, &info);
}

ssize_t with_write_signals(ssize_t result, u64 limit)
{
	if (unlikely(result == -EPIPE))
		send_to_self(SIGPIPE);
	else if (unlikely(result == -EFBIG && limit < (u64)INT64_MAX))
		send_to_self(SIGXFSZ);
	return result;
}

static always_inline ssize_t count(ssize_t result, bool write)
{
	struct io_count *n = &task_current()->io;

	n->calls[write]++;
	if (result > 0)
		n->bytes[write] += result;
	return result;
}

static always_inline ssize_t read_or_write(struct file *f, struct io *io, u64 *pos, bool write)
{
	if (!write)
		return count(file_read(f, io, pos), false);
	io->limit = task_limit(RLIMIT_FSIZE);
	io->drops_set_id = !cred_capable(task_current()->cred, CAP_FSETID);
	return with_write_signals(count(file_write(f, io, pos), true), io->limit);
}

/* pos NULL: the file's own. */
static always_inline long rw_buffer(int fd, void __user *buf, size_t len, u64 *pos, bool write)
{
	struct fd_use use;
	struct file *f = fd_use_begin(&use, task_current()->files, fd);
	struct io io;
	ssize_t result;

	if (unlikely(!f))
		return -EBADF;
	if (unlikely(pos && (f->ops->flags & FILE_NO_PLACE))) {
		result = -ESPIPE;
	} else if (unlikely(!(write ? f->can_write : f->can_read))) {
		result = -EBADF;
	} else if (unlikely(!user_range_ok(buf, len))) {
		result = -EFAULT;
	} else {
		io_init_user(&io, buf, min(len, RW_MAX));
		result = read_or_write(f, &io, pos, write);
	}
	fd_use_end(&use);
	return result;
}

long sys_read(int fd, void __user *buf, size_t len)
{
	return rw_buffer(fd, buf, len, NULL, false);
}

long sys_write(int fd, const void __user *buf, size_t len)
{
	return rw_buffer(fd, (void __user *)buf, len, NULL, true);
}

long sys_pread64(int fd, void __user *buf, size_t len, s64 pos)
{
	u64 at = pos;

	return pos < 0 ? -EINVAL : rw_buffer(fd, buf, len, &at, false);
}

long sys_pwrite64(int fd, const void __user *buf, size_t len, s64 pos)
{
	u64 at = pos;

	return pos < 0 ? -EINVAL : rw_buffer(fd, (void __user *)buf, len, &at, true);
}

/* --- vectors ------------------------------------------------------------------------------ */

struct iovec *vector_fetch(const struct iovec __user *user, u64 count)
{
	struct iovec *iov;

	if (count > IOV_MAX)
		return ERR_PTR(-EINVAL);
	iov = kmalloc_array(max(count, 1ul), sizeof(*iov));
	if (!iov)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(iov, user, count * sizeof(*iov))) {
		kfree(iov);
		return ERR_PTR(-EFAULT);
	}
	return iov;
}

struct iovec *vector_copy(const struct iovec __user *user, u64 count, u64 *total)
{
	struct iovec *iov;

	*total = 0;
	count = (u32)count; /* as on Linux */
	iov = vector_fetch(user, count);
	for (u64 i = 0; !IS_ERR(iov) && i < count; i++) {
		long error = (s64)iov[i].len < 0		       ? -EINVAL
			     : !user_range_ok(iov[i].base, iov[i].len) ? -EFAULT
								       : 0;

		if (error) {
			kfree(iov);
			return ERR_PTR(error);
		}
		iov[i].len = min(iov[i].len, RW_MAX - *total);
		*total += iov[i].len;
	}
	return iov;
}

static long rw_vector(int fd, const struct iovec __user *user, u64 count, u64 *pos, bool write)
{
	struct file *f = fd_get_open(task_current()->files, fd);
	struct iovec *iov;
	struct io io;
	u64 total;
	ssize_t result;

	if (!f)
		return -EBADF;
	if (pos && (f->ops->flags & FILE_NO_PLACE)) {
		file_put(f);
		return -ESPIPE;
	}
	iov = vector_copy(user, count, &total);
	if (IS_ERR(iov)) {
		result = PTR_ERR(iov);
	} else if (!(write ? f->can_write : f->can_read)) {
		result = -EBADF;
		kfree(iov);
	} else {
		io_init_vector(&io, iov, total);
		result = read_or_write(f, &io, pos, write);
		kfree(iov);
	}
	file_put(f);
	return result;
}

long sys_readv(int fd, const struct iovec __user *iov, u64 count)
{
	return rw_vector(fd, iov, count, NULL, false);
}

long sys_writev(int fd, const struct iovec __user *iov, u64 count)
{
	return rw_vector(fd, iov, count, NULL, true);
}

long sys_preadv(int fd, const struct iovec __user *iov, u64 count, u64 low, u64 high)
{
	return (s64)low < 0 ? -EINVAL : rw_vector(fd, iov, count, &low, false);
}

long sys_pwritev(int fd, const struct iovec __user *iov, u64 count, u64 low, u64 high)
{
	return (s64)low < 0 ? -EINVAL : rw_vector(fd, iov, count, &low, true);
}

#define RWF_HIPRI 1u
#define RWF_DSYNC 2u
#define RWF_SYNC  4u

/* Nothing here is slower than it must be, and nothing is kept back: those three ask for what is
   always so.  The others are refused. */
static long rw_flagged(int fd, const struct iovec __user *iov, u64 count, u64 pos, u32 flags,
		       bool write)
{
	if (flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC))
		return -EOPNOTSUPP;
	if (pos == ~0ul)
		return rw_vector(fd, iov, count, NULL, write);
	return (s64)pos < 0 ? -EINVAL : rw_vector(fd, iov, count, &pos, write);
}

long sys_preadv2(int fd, const struct iovec __user *iov, u64 count, u64 low, u64 high, u32 flags)
{
	return rw_flagged(fd, iov, count, low, flags, false);
}

long sys_pwritev2(int fd, const struct iovec __user *iov, u64 count, u64 low, u64 high, u32 flags)
{
	return rw_flagged(fd, iov, count, low, flags, true);
}

/* --- seeking ------------------------------------------------------------------------------- */

long sys_lseek(int fd, s64 offset, int whence)
{
	struct fd_use use;
	struct file *f = fd_use_begin(&use, task_current()->files, fd);
	s64 result;

	if (!f)
		return -EBADF;
	if (f->flags & O_PATH)
		result = -EBADF;
	else if (whence < SEEK_SET || whence > SEEK_HOLE)
		result = -EINVAL;
	else
		result = file_seek(f, offset, whence);
	fd_use_end(&use);
	return result;
}
