/*
 * poll.h - waiting for any of several files.
 *
 * A file's poll operation names each queue that its readiness hangs on with poll_wait, then says
 * what is ready now.  poll, select and epoll differ only in what their table does with the queue.
 */
#pragma once
#include "kernel/sched/wait.h"

#define POLLIN	   0x001u
#define POLLPRI	   0x002u
#define POLLOUT	   0x004u
#define POLLERR	   0x008u
#define POLLHUP	   0x010u
#define POLLNVAL   0x020u
#define POLLRDNORM 0x040u
#define POLLRDBAND 0x080u
#define POLLWRNORM 0x100u
#define POLLWRBAND 0x200u
#define POLLRDHUP  0x2000u

struct poll_table {
	void (*queue)(struct poll_table *t, struct waitq *q); /* NULL: just asking */
};

static inline void poll_wait(struct poll_table *t, struct waitq *q)
{
	if (t && t->queue)
		t->queue(t, q);
}

struct file;
u32 file_poll(struct file *f, struct poll_table *t); /* POLLIN|POLLOUT... for files without poll */
