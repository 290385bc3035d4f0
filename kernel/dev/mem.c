/*
 * mem.c - null, zero, full, random and urandom, see null(4), full(4), random(4).
 */
#include "arch/uaccess.h"
#include "fs/poll.h"
#include "kernel/abi/errno.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/random.h"
#include "kernel/sched/thread.h"
#include "kernel/task/signal.h"

#define CHUNK 256 /* random bytes made at a time */

static ssize_t null_read(struct file *f, struct io *io, u64 *pos)
{
	return 0;
}

static ssize_t null_write(struct file *f, struct io *io, u64 *pos)
{
	return (ssize_t)io->left;
}

static s64 null_seek(struct file *f, s64 offset, int whence)
{
	return 0;
}

#define ZERO_CHUNK (16 * PAGE_SIZE) /* at once */

static noinline ssize_t zero_read_much(struct io *io)
{
	ssize_t done = 0;

	while (io->left) {
		u64 n = min(io->left, ZERO_CHUNK), moved = io_zero(io, n);

		done += (ssize_t)moved;
		if (moved < n)
			return done ?: -EFAULT;
		if (!io->left || signal_is_pending())
			break;
		sched_relax();
	}
	return done;
}

static ssize_t zero_read(struct file *f, struct io *io, u64 *pos)
{
	ssize_t done;

	if (unlikely(io->left - 1 >= ZERO_CHUNK))
		return zero_read_much(io);
	done = (ssize_t)io_zero(io, io->left);
	return done ?: -EFAULT;
}

static ssize_t full_write(struct file *f, struct io *io, u64 *pos)
{
	return -ENOSPC;
}

/* A mapping of zero is memory of nobody's, shared or private. */
static int zero_mmap(struct file *f, u32 map_flags, struct mapping **mapping, void **owner)
{
	*mapping = NULL;
	*owner = NULL;
	return 0;
}

static ssize_t random_read(struct file *f, struct io *io, u64 *pos)
{
	u8 bytes[CHUNK];
	ssize_t done = 0;

	while (io->left) {
		u64 n = min(io->left, sizeof(bytes)), moved;

		random_bytes(bytes, n);
		moved = io_put(io, bytes, n);
		done += (ssize_t)moved;
		if (moved < n)
			return done ?: -EFAULT;
		if (signal_is_pending() && done >= (ssize_t)PAGE_SIZE)
			break;
		sched_relax();
	}
	return done;
}

static ssize_t random_write(struct file *f, struct io *io, u64 *pos)
{
	u8 bytes[12];
	ssize_t done = 0;

	while (io->left) {
		u64 n = min(io->left, sizeof(bytes)), moved = io_get(io, bytes, n);

		if (moved)
			random_stir(bytes, moved);
		done += (ssize_t)moved;
		if (moved < n)
			return done ?: -EFAULT;
		if (signal_is_pending())
			break;
		sched_relax();
	}
	return done;
}

static u32 random_poll(struct file *f, struct poll_table *table)
{
	return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
}

#define RNDGETENTCNT   0x80045200u
#define RNDADDTOENTCNT 0x40045201u
#define RNDZAPENTCNT   0x5204u
#define RNDCLEARPOOL   0x5206u
#define RNDRESEEDCRNG  0x5207u

static long random_ioctl(struct file *f, unsigned cmd, u64 arg)
{
	switch (cmd) {
	case RNDGETENTCNT:
		return put_user((s32)256, (s32 __user *)arg);
	case RNDADDTOENTCNT:
	case RNDZAPENTCNT:
	case RNDCLEARPOOL:
	case RNDRESEEDCRNG:
		return cred_capable(f->cred, CAP_SYS_ADMIN) ? 0 : -EPERM;
	default:
		return -EINVAL;
	}
}

const struct file_ops null_ops = {
	.read = null_read,
	.write = null_write,
	.seek = null_seek,
	.flags = FILE_NO_POS,
};

const struct file_ops zero_ops = {
	.read = zero_read,
	.write = null_write,
	.seek = null_seek,
	.mmap = zero_mmap,
	.flags = FILE_NO_POS,
};

const struct file_ops full_ops = {
	.read = zero_read,
	.write = full_write,
	.seek = null_seek,
	.flags = FILE_NO_POS,
};

const struct file_ops random_ops = {
	.read = random_read,
	.write = random_write,
	.poll = random_poll,
	.ioctl = random_ioctl,
	.seek = null_seek,
	.flags = FILE_NO_POS,
};

/* Like it, but there is nothing to wait for. */
const struct file_ops urandom_ops = {
	.read = random_read,
	.write = random_write,
	.ioctl = random_ioctl,
	.seek = null_seek,
	.flags = FILE_NO_POS,
};
