/*
 * io.h - where the bytes of a read go to, or those of a write come from.
 *
 * One type for read, readv, pread, sendfile and reads by the kernel: a file's read calls io_put,
 * its write calls io_get, and neither knows whether the other side is a program or the kernel.
 */
#pragma once
#include "kernel/lib/types.h"

struct iovec { /* Linux ABI */
	void __user *base;
	u64 len;
};

struct io {
	const struct iovec *iov; /* segments not finished yet; NULL: `kernel` */
	u8 *kernel;		 /* kernel buffer */
	u64 done;		 /* bytes moved in the current segment, or in `kernel` */
	u64 left;		 /* bytes that may still be moved, over all segments */
	u64 limit;		 /* RLIMIT_FSIZE: regular files are not written beyond it */
	bool drops_set_id;	 /* the writer lacks CAP_FSETID */
	struct iovec one;	 /* backs iov for a single user buffer */
};

static inline void io_init_user(struct io *io, void __user *buf, u64 len)
{
	io->one = (struct iovec){ buf, len };
	io->iov = &io->one;
	io->kernel = NULL;
	io->done = 0;
	io->left = len;
	io->limit = ~0ul;
	io->drops_set_id = false;
}
void io_init_kernel(struct io *io, void *buf, u64 len);
/* The array stays with the caller; total is the sum of the lengths, checked before. */
void io_init_vector(struct io *io, const struct iovec *iov, u64 total);

/* Move up to n bytes.  Return how many; less than min(n, left) only after a fault. May sleep. */
must_check u64 io_put(struct io *io, const void *src, u64 n); /* kernel -> reader */
must_check u64 io_get(struct io *io, void *dst, u64 n);	      /* writer -> kernel */
must_check u64 io_zero(struct io *io, u64 n);		      /* zeros -> reader */
