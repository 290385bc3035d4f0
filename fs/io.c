/*
 * io.c - moving bytes between a file and whoever reads or writes it.
 */
#include "fs/io.h"

#include "arch/uaccess.h"
#include "kernel/lib/string.h"

void io_init_kernel(struct io *io, void *buf, u64 len)
{
	io->iov = NULL;
	io->kernel = buf;
	io->done = 0;
	io->left = len;
	io->limit = ~0ul;
	io->drops_set_id = false;
}

void io_init_vector(struct io *io, const struct iovec *iov, u64 total)
{
	io->iov = iov;
	io->kernel = NULL;
	io->done = 0;
	io->left = total;
	io->limit = ~0ul;
	io->drops_set_id = false;
}

enum io_way { IO_PUT, IO_GET, IO_ZERO };

static u64 move_user(void __user *user, void *kernel, u64 n, enum io_way way)
{
	switch (way) {
	case IO_PUT:
		return user_write(user, kernel, n);
	case IO_GET:
		return user_read(kernel, user, n);
	default:
		return user_clear(user, n);
	}
}

static u64 move_kernel(u8 *buf, void *kernel, u64 n, enum io_way way)
{
	if (way == IO_PUT)
		memcpy(buf, kernel, n);
	else if (way == IO_GET)
		memcpy(kernel, buf, n);
	else
		memset(buf, 0, n);
	return n;
}

static noinline u64 io_move(struct io *io, u8 *kernel, u64 n, enum io_way way)
{
	u64 moved = 0;

	n = min(n, io->left);
	if (!io->iov) {
		moved = move_kernel(io->kernel + io->done, kernel, n, way);
		io->done += moved;
		io->left -= moved;
		return moved;
	}
	while (moved < n) {
		u64 part = min(io->iov->len - io->done, n - moved);
		u64 got = part ? move_user((u8 __user *)io->iov->base + io->done,
					   kernel ? kernel + moved : NULL, part, way)
			       : 0;

		io->done += got;
		io->left -= got;
		moved += got;
		if (unlikely(got < part))
			break;
		if (io->done == io->iov->len && io->left) {
			io->iov++;
			io->done = 0;
		}
	}
	return moved;
}

/* A single buffer of a program, the most frequent case, has room for all that is left. */
u64 io_put(struct io *io, const void *src, u64 n)
{
	if (unlikely(io->iov != &io->one))
		return io_move(io, (u8 *)src, n, IO_PUT);
	n = user_write((u8 __user *)io->one.base + io->done, src, min(n, io->left));
	io->done += n;
	io->left -= n;
	return n;
}

u64 io_get(struct io *io, void *dst, u64 n)
{
	if (unlikely(io->iov != &io->one))
		return io_move(io, dst, n, IO_GET);
	n = user_read(dst, (const u8 __user *)io->one.base + io->done, min(n, io->left));
	io->done += n;
	io->left -= n;
	return n;
}

u64 io_zero(struct io *io, u64 n)
{
	if (unlikely(io->iov != &io->one))
		return io_move(io, NULL, n, IO_ZERO);
	n = user_clear((u8 __user *)io->one.base + io->done, min(n, io->left));
	io->done += n;
	io->left -= n;
	return n;
}
