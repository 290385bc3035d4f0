/*
 * transfer.c - from file to file without a detour through the program: sendfile, splice,
 * copy_file_range.
 *
 * Bytes go through one page of the kernel.  What a seekable source has given and the target has
 * not taken is given back by moving the position back.
 *
 * Differs from Linux: splice copies and hands no pages over, so bytes taken out of a pipe for a
 * target that then fails are lost.
 */
#include "kernel/syscall/transfer.h"
#include "arch/uaccess.h"
#include "fs/file.h"
#include "fs/poll.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/page.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define SPLICE_FLAGS 0xfu

/* One side of a transfer: pos NULL is the file's own position. */
struct side {
	struct file *file;
	u64 *pos;
	u64 own;
};

static bool is_stream(const struct file *f)
{
	return f->ops->flags & FILE_NO_SEEK;
}

/* Up to one page.  Bytes that arrived, or -errno. */
static ssize_t copy_page(struct side *in, struct side *out, void *page, size_t n)
{
	struct io io;
	ssize_t got, put;

	io_init_kernel(&io, page, n);
	got = file_read(in->file, &io, in->pos);
	if (got <= 0)
		return got;
	io_init_kernel(&io, page, got);
	io.limit = task_limit(RLIMIT_FSIZE);
	io.drops_set_id = !cred_capable(task_current()->cred, CAP_FSETID);
	put = file_write(out->file, &io, out->pos);
	if (in->pos && put < got)
		*in->pos -= got - max(put, 0l);
	return put;
}

static ssize_t copy_pages(struct side *in, struct side *out, size_t count)
{
	struct page *page = page_alloc(0, PAGE_PLAIN);
	size_t done = 0, want;
	ssize_t n = 0;

	if (!page)
		return -ENOMEM;
	while (done < count) {
		/* A pipe that has given something is not waited for. */
		if (done && is_stream(in->file) && !(file_poll(in->file, NULL) & POLLIN))
			break;
		want = min(count - done, PAGE_SIZE);
		n = copy_page(in, out, page_virt(page), want);
		if (n > 0)
			done += n;
		if (n <= 0 || ((size_t)n < want && !is_stream(in->file)) || signal_is_pending())
			break;
		sched_relax();
	}
	page_put(page);
	return done ? (ssize_t)done : n;
}

static int side_begin(struct side *s, struct file *f, s64 __user *offset)
{
	s->file = f;
	s->pos = NULL;
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
		     s64 __user *out_off, size_t count)
{
	struct side in, out;
	long result = side_begin(&in, in_file, in_off);

	if (!result)
		result = side_begin(&out, out_file, out_off);
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

	if (!result && offset && is_stream(in))
		result = -ESPIPE;
	if (!result && (!S_ISREG(in->inode->mode) || out->flags & O_APPEND))
		result = -EINVAL;
	if (!result)
		result = transfer(in, offset, out, NULL, count);
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
	if (!result && !S_ISFIFO(in->inode->mode) && !S_ISFIFO(out->inode->mode))
		result = -EINVAL;
	if (!result && (in->inode == out->inode || out->flags & O_APPEND))
		result = -EINVAL;
	if (!result)
		result = transfer(in, in_off, out, out_off, len);
	files_put(in, out);
	return result;
}

static long check_ranges(struct file *in, const s64 __user *in_off, struct file *out,
			 const s64 __user *out_off, size_t len)
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
	if (from < 0 || to < 0)
		return -EINVAL;
	if (__builtin_add_overflow(from, len, &end) || __builtin_add_overflow(to, len, &end))
		return -EOVERFLOW;
	if (in->inode == out->inode && from < to + (s64)len && to < from + (s64)len)
		return -EINVAL;
	return 0;
}

long sys_copy_file_range(int in_fd, s64 __user *in_off, int out_fd, s64 __user *out_off, size_t len,
			 u32 flags)
{
	struct fdtable *files = task_current()->files;
	struct file *in = fd_get(files, in_fd), *out = fd_get(files, out_fd);
	long result = flags ? -EINVAL : 0;

	if (!in || !out)
		result = -EBADF;
	if (!result)
		result = check_ranges(in, in_off, out, out_off, len);
	if (!result)
		result = transfer(in, in_off, out, out_off, len);
	files_put(in, out);
	return result;
}
