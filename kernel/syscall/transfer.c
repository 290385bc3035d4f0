/*
 * transfer.c - from file to file without a detour through the program: sendfile, splice, tee,
 * copy_file_range.
 *
 * The bytes of a pipe are used where they lie, and taken out when they have found their new place;
 * those of other files go through one page of the kernel, and a seekable source that gave more than
 * the target took has its position moved back.
 *
 * Differs from Linux: pages are copied, not handed over; and what a terminal or a socket gave to
 * splice is lost when a signal comes while others fill the pipe that had room for it.
 */
#include "kernel/syscall/transfer.h"
#include "arch/uaccess.h"
#include "fs/pipe.h"
#include "fs/poll.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/page.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define SPLICE_FLAGS	  0xfu
#define SPLICE_F_NONBLOCK 2u

/* One side of a transfer: pos NULL is the file's own position. */
struct side {
	struct file *file;
	u64 *pos;
	u64 own;
	bool nonblock; /* a pipe is not waited for */
};

static bool is_stream(const struct file *f)
{
	return f->ops->flags & FILE_NO_SEEK;
}

static bool is_pipe(const struct file *f)
{
	return S_ISFIFO(f->inode->mode);
}

static ssize_t give(struct side *out, void *bytes, size_t n, bool nonblock)
{
	struct io io;

	io_init_kernel(&io, bytes, n);
	if (is_pipe(out->file))
		return pipe_put(out->file, &io, nonblock);
	io.limit = task_limit(RLIMIT_FSIZE);
	io.drops_set_id = !cred_capable(task_current()->cred, CAP_FSETID);
	return file_write(out->file, &io, out->pos);
}

/* What lies in the first slot of a pipe, at most n bytes. */
static ssize_t copy_slot(struct side *in, struct side *out, size_t n)
{
	ssize_t put = pipe_lend(in->file, in->nonblock);
	u8 *bytes;
	u32 len;

	if (put <= 0)
		return put;
	len = pipe_lent(in->file, 0, &bytes);
	put = give(out, bytes, min(n, len), out->nonblock);
	pipe_return(in->file, (u32)max(put, 0l));
	return put;
}

/* Is there room for what the source will give?  A pipe without any is looked at first, as on Linux.
   0, -EAGAIN, -ERESTARTSYS. */
static noinline int wait_for_room(struct side *out)
{
	struct poll_set set;
	int error = 0;

	if (!is_pipe(out->file))
		return 0;
	poll_set_init(&set);
	while (!error && !(poll_set_file(&set, out->file) & (POLLOUT | POLLERR)))
		error = out->nonblock ? -EAGAIN : poll_set_wait(&set, WAIT_FOREVER);
	poll_set_end(&set);
	return error;
}

/* Up to one page.  Bytes that arrived, or -errno. */
static ssize_t copy_page(struct side *in, struct side *out, void *page, size_t n)
{
	bool stream = is_stream(in->file);
	ssize_t got = wait_for_room(out), put;
	struct io io;

	if (got)
		return got;
	io_init_kernel(&io, page, n);
	got = file_read(in->file, &io, in->pos);
	if (got <= 0)
		return got;
	put = give(out, page, got, out->nonblock && !stream);
	if (in->pos && put < got)
		*in->pos -= got - max(put, 0l);
	return put;
}

static ssize_t copy_pages(struct side *in, struct side *out, size_t count)
{
	struct page *page = is_pipe(in->file) ? NULL : page_alloc(0, PAGE_PLAIN);
	size_t done = 0, want;
	ssize_t n = 0;

	if (!page && !is_pipe(in->file))
		return -ENOMEM;
	while (done < count) {
		/* What has given something is not waited for. */
		if (done && is_stream(in->file) && !(file_poll(in->file, NULL) & POLLIN))
			break;
		want = min(count - done, PAGE_SIZE);
		n = page ? copy_page(in, out, page_virt(page), want) : copy_slot(in, out, want);
		if (n > 0)
			done += n;
		if (n <= 0 || ((size_t)n < want && !is_stream(in->file)) || signal_is_pending())
			break;
		sched_relax();
	}
	if (page)
		page_put(page);
	return done ? (ssize_t)done : n;
}

static int side_begin(struct side *s, struct file *f, s64 __user *offset, u32 flags)
{
	s->file = f;
	s->pos = NULL;
	s->nonblock = (flags & SPLICE_F_NONBLOCK) || (READ_ONCE(f->flags) & O_NONBLOCK);
	if (offset) {
		if (is_stream(f))
			return -ESPIPE;
		if (copy_from_user(&s->own, offset, sizeof(s->own)))
			return -EFAULT;
		s->pos = &s->own;
		return (s64)s->own < 0 ? -EINVAL : 0;
	}
	if (!is_stream(f)) {
		s->own = f->pos;
		s->pos = &s->own;
	}
	return 0;
}

static int side_end(struct side *s, s64 __user *offset)
{
	if (offset)
		return copy_to_user(offset, &s->own, sizeof(s->own));
	if (s->pos)
		s->file->pos = s->own;
	return 0;
}

static long transfer(struct file *in_file, s64 __user *in_off, struct file *out_file,
		     s64 __user *out_off, size_t count, u32 flags)
{
	struct side in, out;
	long result = side_begin(&in, in_file, in_off, flags);

	if (!result)
		result = side_begin(&out, out_file, out_off, flags);
	if (result || !count)
		return result;
	result = with_write_signals(copy_pages(&in, &out, min(count, RW_MAX)),
				    task_limit(RLIMIT_FSIZE));
	if (side_end(&in, in_off) || side_end(&out, out_off))
		return -EFAULT;
	return result;
}

/* Both files, or -EBADF when one is not there or not open that way. */
static int files_get(int in_fd, struct file **in, int out_fd, struct file **out)
{
	struct fdtable *files = task_current()->files;

	*in = fd_get(files, in_fd);
	*out = fd_get(files, out_fd);
	return *in && *out && (*in)->can_read && (*out)->can_write ? 0 : -EBADF;
}

static void files_put(struct file *in, struct file *out)
{
	if (in)
		file_put(in);
	if (out)
		file_put(out);
}

long sys_sendfile(int out_fd, int in_fd, s64 __user *offset, size_t count)
{
	struct file *in, *out;
	long result = files_get(in_fd, &in, out_fd, &out);

	if (in && in->can_read && (s64)count < 0)
		result = -EINVAL;
	if (!result && offset && is_stream(in))
		result = -ESPIPE;
	if (!result && (!S_ISREG(in->inode->mode) || out->flags & O_APPEND))
		result = -EINVAL;
	if (!result)
		result = transfer(in, offset, out, NULL, count, 0);
	files_put(in, out);
	return result;
}

long sys_splice(int in_fd, s64 __user *in_off, int out_fd, s64 __user *out_off, size_t len,
		u32 flags)
{
	struct file *in, *out;
	long result;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	if (!len)
		return 0;
	result = files_get(in_fd, &in, out_fd, &out);
	if (!result && !is_pipe(in) && !is_pipe(out))
		result = -EINVAL;
	if (!result && (in->inode == out->inode || out->flags & O_APPEND))
		result = -EINVAL;
	if (!result && ((s64)len < 0 && is_pipe(in) && !is_pipe(out)))
		result = -EINVAL;
	if (!result && S_ISDIR(in->inode->mode))
		result = -EINVAL;
	if (!result)
		result = transfer(in, in_off, out, out_off, len, flags);
	files_put(in, out);
	return result;
}

/* Copies slots of one pipe into another, where they stay too. */
static ssize_t copy_slots(struct side *in, struct side *out, size_t len)
{
	ssize_t n = pipe_lend(in->file, in->nonblock);
	size_t done = 0, want;
	u8 *bytes;

	if (n <= 0)
		return n;
	for (u32 i = 0; done < len; i++) {
		want = min(len - done, (size_t)pipe_lent(in->file, i, &bytes));
		if (!want)
			break;
		n = give(out, bytes, want, out->nonblock || done);
		if (n > 0)
			done += n;
		if (n < (ssize_t)want)
			break;
	}
	pipe_return(in->file, 0);
	return done ? (ssize_t)done : n;
}

long sys_tee(int in_fd, int out_fd, size_t len, u32 flags)
{
	struct file *in, *out;
	struct side from, to;
	long result;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	if (!len)
		return 0;
	result = files_get(in_fd, &in, out_fd, &out);
	if (!result && (!is_pipe(in) || !is_pipe(out) || in->inode == out->inode))
		result = -EINVAL;
	if (!result && !side_begin(&from, in, NULL, flags) && !side_begin(&to, out, NULL, flags))
		result = with_write_signals(copy_slots(&from, &to, min(len, RW_MAX)), INT64_MAX);
	files_put(in, out);
	return result;
}

/* Shortens *len to what the source has. */
static long check_ranges(struct file *in, const s64 __user *in_off, struct file *out,
			 const s64 __user *out_off, size_t *len)
{
	s64 from = in->pos, to = out->pos, end;

	if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
		return -EISDIR;
	if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
		return -EINVAL;
	if (!in->can_read || !out->can_write || out->flags & O_APPEND)
		return -EBADF;
	if ((in_off && copy_from_user(&from, in_off, sizeof(from))) ||
	    (out_off && copy_from_user(&to, out_off, sizeof(to))))
		return -EFAULT;
	if (in->inode->super != out->inode->super)
		return -EXDEV;
	if (from < 0 || to < 0)
		return -EINVAL;
	if ((u64)from + *len < (u64)from || (u64)to + *len < (u64)to)
		return -EOVERFLOW;
	end = (s64)READ_ONCE(in->inode->size);
	*len = min(*len, (size_t)max(end - from, 0l));
	if (in->inode == out->inode && from < to + (s64)*len && to < from + (s64)*len)
		return -EINVAL;
	return 0;
}

long sys_copy_file_range(int in_fd, s64 __user *in_off, int out_fd, s64 __user *out_off, size_t len,
			 u32 flags)
{
	struct fdtable *files = task_current()->files;
	struct file *in = fd_get_open(files, in_fd), *out = fd_get_open(files, out_fd);
	long result = flags ? -EINVAL : 0;

	if (!in || !out)
		result = -EBADF;
	if (!result)
		result = check_ranges(in, in_off, out, out_off, &len);
	if (!result)
		result = transfer(in, in_off, out, out_off, len, flags);
	files_put(in, out);
	return result;
}

/* No file system shares blocks between files, which is the last thing that is found out. */
long transfer_clone(struct file *out, int in_fd)
{
	struct file *in = fd_get_open(task_current()->files, in_fd);
	long result = -EOPNOTSUPP;

	if (!in)
		return -EBADF;
	if (in->inode->super != out->inode->super)
		result = -EXDEV;
	else if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
		result = -EISDIR;
	else if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
		result = -EINVAL;
	else if (!in->can_read || !out->can_write || out->flags & O_APPEND)
		result = -EBADF;
	file_put(in);
	return result;
}
