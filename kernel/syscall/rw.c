/*
 * rw.c - reading, writing and seeking: read(2), write(2) and their vector, positional and copying
 * kin.
 *
 * Each body checks its arguments, describes the program's memory as a struct io and calls the file.
 * A write to a pipe or terminal without reader answers EPIPE, which becomes SIGPIPE here and
 * nowhere else.
 */
#include "arch/uaccess.h"
#include "fs/file.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define RW_MAX	(0x7ffffffful & PAGE_MASK) /* as Linux's MAX_RW_COUNT */
#define IOV_MAX 1024

static ssize_t with_sigpipe(ssize_t result)
{
	if (unlikely(result == -EPIPE))
		(void)signal_send_task(task_current(), SIGPIPE, NULL);
	return result;
}

/* pos NULL: the file's own. */
static long rw_buffer(int fd, void __user *buf, size_t len, u64 *pos, bool write)
{
	struct file *f = fd_get(task_current()->files, fd);
	struct io io;
	ssize_t result;

	if (unlikely(!f))
		return -EBADF;
	if (unlikely(pos && (f->ops->flags & FILE_NO_SEEK))) {
		result = -ESPIPE;
	} else if (unlikely(!(write ? f->can_write : f->can_read))) {
		result = -EBADF;
	} else if (unlikely(!user_range_ok(buf, len))) {
		result = -EFAULT;
	} else {
		io_init_user(&io, buf, min(len, RW_MAX));
		result = write ? with_sigpipe(file_write(f, &io, pos)) : file_read(f, &io, pos);
	}
	file_put(f);
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

/* Copies the vector in; *total is its length, cut to RW_MAX as Linux does.  kfree what it returns.
 */
static struct iovec *vector_copy(const struct iovec __user *user, u64 count, u64 *total)
{
	struct iovec *iov;

	*total = 0;
	if (count > IOV_MAX)
		return ERR_PTR(-EINVAL);
	iov = kmalloc_array(max(count, 1ul), sizeof(*iov));
	if (!iov)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(iov, user, count * sizeof(*iov))) {
		kfree(iov);
		return ERR_PTR(-EFAULT);
	}
	for (u64 i = 0; i < count; i++) {
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
	struct file *f = fd_get(task_current()->files, fd);
	struct iovec *iov;
	struct io io;
	u64 total;
	ssize_t result;

	if (!f)
		return -EBADF;
	iov = vector_copy(user, count, &total);
	if (IS_ERR(iov)) {
		result = PTR_ERR(iov);
	} else if (!(write ? f->can_write : f->can_read)) {
		result = -EBADF;
		kfree(iov);
	} else if (pos && (f->ops->flags & FILE_NO_SEEK)) {
		result = -ESPIPE;
		kfree(iov);
	} else {
		io_init_vector(&io, iov, total);
		result = write ? with_sigpipe(file_write(f, &io, pos)) : file_read(f, &io, pos);
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

/* --- seeking ------------------------------------------------------------------------------- */

long sys_lseek(int fd, s64 offset, int whence)
{
	struct file *f = fd_get(task_current()->files, fd);
	s64 result;

	if (!f)
		return -EBADF;
	result = whence < SEEK_SET || whence > SEEK_HOLE ? -EINVAL : file_seek(f, offset, whence);
	file_put(f);
	return result;
}

/* --- file to file ---------------------------------------------------------------------------- */

/* Up to one page from `in` at *in_pos (NULL: its own position) to `out`.  What `out` does not take
 * is given back. */
static ssize_t copy_page(struct file *in, u64 *in_pos, struct file *out, u64 *out_pos, void *page,
			 size_t n)
{
	ssize_t got, put;
	u64 from = 0;
	struct io io;

	/* A position of our own lets us step back over what was read but not written. */
	if (!in_pos && !(in->ops->flags & FILE_NO_SEEK)) {
		from = in->pos;
		in_pos = &from;
	}
	io_init_kernel(&io, page, n);
	got = file_read(in, &io, in_pos);
	if (got <= 0)
		return got;
	io_init_kernel(&io, page, got);
	put = file_write(out, &io, out_pos);
	if (in_pos && put < got)
		*in_pos -= got - max(put, 0l);
	if (in_pos == &from)
		in->pos = from;
	return put;
}

static long copy_between(struct file *in, u64 *in_pos, struct file *out, u64 *out_pos, size_t count)
{
	struct page *page = page_alloc(0, PAGE_PLAIN);
	size_t done = 0;
	ssize_t n = 0;

	if (!page)
		return -ENOMEM;
	while (done < count) {
		size_t want = min(count - done, PAGE_SIZE);

		n = copy_page(in, in_pos, out, out_pos, page_virt(page), want);
		if (n > 0)
			done += n;
		if (n <= 0 || (size_t)n < want || signal_is_pending())
			break;
		sched_relax();
	}
	page_put(page);
	return done ? (long)done : with_sigpipe(n);
}

static int offset_read(const s64 __user *user, u64 *offset)
{
	if (copy_from_user(offset, user, sizeof(*offset)))
		return -EFAULT;
	return (s64)*offset < 0 ? -EINVAL : 0;
}

/* The checks and the bookkeeping of optional offsets that sendfile and splice share. */
static long transfer(struct file *in, s64 __user *in_off, struct file *out, s64 __user *out_off,
		     size_t count)
{
	u64 in_pos, out_pos;
	long result = 0;

	if (!in->can_read || !out->can_write)
		return -EBADF;
	if ((in_off && (in->ops->flags & FILE_NO_SEEK)) ||
	    (out_off && (out->ops->flags & FILE_NO_SEEK)))
		return -ESPIPE;
	if (in_off)
		result = offset_read(in_off, &in_pos);
	if (!result && out_off)
		result = offset_read(out_off, &out_pos);
	if (!result && !in->ops->read)
		result = -EINVAL;
	if (!result)
		result = copy_between(in, in_off ? &in_pos : NULL, out, out_off ? &out_pos : NULL,
				      min(count, RW_MAX));
	if (result >= 0 && in_off && copy_to_user(in_off, &in_pos, sizeof(in_pos)))
		result = -EFAULT;
	if (result >= 0 && out_off && copy_to_user(out_off, &out_pos, sizeof(out_pos)))
		result = -EFAULT;
	return result;
}

long sys_sendfile(int out_fd, int in_fd, s64 __user *offset, size_t count)
{
	struct fdtable *files = task_current()->files;
	struct file *in = fd_get(files, in_fd), *out = fd_get(files, out_fd);
	long result = -EBADF;

	if (in && out) {
		if (!S_ISREG(in->inode->mode) && !S_ISBLK(in->inode->mode) && in->can_read &&
		    out->can_write && !in->inode->mapping.ops && !offset && !in->ops->read)
			result = -EINVAL;
		else if (out->flags & O_APPEND && in->can_read && out->can_write)
			result = -EINVAL;
		else
			result = transfer(in, offset, out, NULL, count);
	}
	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return result;
}

/* One side must be a pipe.  Bytes are copied: pages are not handed over. */
long sys_splice(int in_fd, s64 __user *in_off, int out_fd, s64 __user *out_off, size_t len,
		u32 flags)
{
	struct fdtable *files = task_current()->files;
	struct file *in, *out;
	long result = -EBADF;

	if (flags & ~0xfu)
		return -EINVAL;
	in = fd_get(files, in_fd);
	out = fd_get(files, out_fd);
	if (in && out) {
		if (!S_ISFIFO(in->inode->mode) && !S_ISFIFO(out->inode->mode))
			result = -EINVAL;
		else
			result = len ? transfer(in, in_off, out, out_off, len) : 0;
	}
	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return result;
}
