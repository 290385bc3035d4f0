/*
 * pipe.h - pipes and FIFOs.
 *
 *   [l] pipe->lock    [i] inode->lock    [a] atomic    [I] immutable
 */
#pragma once
#include "fs/file.h"

#define PIPE_BUF	  4096u /* a write of no more is not mixed with others */
#define PIPE_SIZE_DEFAULT 65536u
#define PIPE_SIZE_MAX	  1048576u /* beyond it F_SETPIPE_SZ wants CAP_SYS_RESOURCE */
#define PIPE_SLOTS	  (PIPE_SIZE_DEFAULT / PAGE_SIZE)

struct pipe_slot {
	u8 *page;
	u16 offset, len;
	bool packet; /* of an O_DIRECT writer: one read takes it, and takes no more */
};

struct pipe {
	struct mutex lock;
	struct waitq can_read, can_write;
	struct thread *sleeper;	     /* [l] the reader that waits; a second one, and polls, do so
					in can_read */
	struct pipe_slot *slots;     /* [l] a power of two of them; `few` at first */
	u32 mask;		     /* [l] slots there are, less one */
	u32 head, tail;		     /* [l] slots ever filled, emptied; head - tail are in use */
	u8 *spare;		     /* [l] a page for the next slot */
	u32 readers, writers;	     /* [l] open files */
	u32 reads_ever, writes_ever; /* [l] opens of each kind, for who waits for one */
	bool polled;		     /* [a] somebody has polled it */
	bool lent;		     /* [l] splice uses its bytes: other readers wait */
	bool named;		     /* [I] a FIFO: reading and writing change its times */
	u32 files;		     /* [i] open files, and opens that are still waiting */
	struct pipe_slot few[PIPE_SLOTS];
};

/* What open(2) of a FIFO uses; its open operation waits for the other side. */
extern const struct file_ops fifo_file_ops;

/* pipe2(2): ends[0] is read from, ends[1] written to; flags O_NONBLOCK, O_DIRECT.  0, -ENOMEM,
   -ENFILE. */
int pipe_create(struct file *ends[2], u32 flags, const struct cred *cred) must_check;

/* fcntl F_GETPIPE_SZ and F_SETPIPE_SZ: the size in bytes.  -EBADF: not a pipe; -EPERM, -EBUSY,
   -EINVAL, -ENOMEM. */
long pipe_get_size(struct file *f);
long pipe_set_size(struct file *f, u64 size, const struct cred *cred);

/* pipe.c: the operations on the bytes. */
void pipe_wake_reader(struct pipe *p);			     /* p->lock held */
void pipe_slot_release(struct pipe *p, struct pipe_slot *s); /* the first one, empty; lock held */
/* p->lock is held, but not while waiting.  0: look again; -EAGAIN, -ERESTARTSYS. */
int pipe_wait_readable(struct pipe *p, bool nonblock) must_check;
int pipe_wait_returned(struct pipe *p) must_check;
ssize_t pipe_read(struct file *f, struct io *io, u64 *pos);
ssize_t pipe_write(struct file *f, struct io *io, u64 *pos);
u32 pipe_poll(struct file *f, struct poll_table *table);
long pipe_ioctl(struct file *f, unsigned cmd, u64 arg);

/* --- pipe_lend.c: for splice(2) and tee(2) ---------------------------------------------------- */

/* Waits for bytes, and for the pipe itself; 1: it is the caller's until pipe_return; 0: the end;
   -EAGAIN (nonblock: there are no bytes), -ERESTARTSYS. */
int pipe_lend(struct file *f, bool nonblock) must_check;
/* The bytes of the slot with this index; how many, 0: there is no such slot. */
u32 pipe_lent(struct file *f, u32 index, u8 **bytes);
void pipe_return(struct file *f, u32 used); /* bytes of the first slot that go out of the pipe */
/* pipe_write with its own word on whether to wait. */
ssize_t pipe_put(struct file *f, struct io *io, bool nonblock) must_check;
