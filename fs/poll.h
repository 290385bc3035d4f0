/*
 * poll.h - waiting for any of several files.
 *
 * A file's poll operation names each queue that its readiness hangs on with poll_wait, then says
 * what is ready now.  poll, select and epoll differ only in what their table does with the queue.
 */
#pragma once
#include "kernel/abi/poll.h"
#include "kernel/sched/wait.h"

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

/*
 * Waiting for several files at once: poll and select.
 *
 *     poll_set_init(&set);
 *     for (;;) { for each file: poll_set_file(&set, f), then file_poll(f, table);
 *                if (something was ready || (error = poll_set_wait(&set, deadline))) break; }
 *     poll_set_end(&set);
 *
 * A file is kept from going away while one of its queues is in the set.
 */
struct poll_entry {
	struct waiter waiter; /* [its queue's lock] */
	struct waitq *queue;  /* [I] in the file */
	struct file *file;    /* [I] a reference */
	struct poll_set *set; /* [I] */
};

struct poll_block;

#define POLL_INLINE 3

struct poll_set {
	struct poll_table table;	      /* [o] queue is NULL once every queue is known */
	struct thread *thread;		      /* [I] who waits */
	struct file *file;		      /* [o] whose poll operation runs */
	bool triggered;			      /* [a] a queue was woken since the last wait */
	int error;			      /* [o] -ENOMEM: a queue could not be noted */
	u32 count;			      /* [o] entries in `first` */
	struct poll_entry first[POLL_INLINE]; /* [o] */
	struct poll_block *blocks;	      /* [o] the others */
};

void poll_set_init(struct poll_set *set);
/* What f is ready for; the first time round its queues are entered in the set. */
u32 poll_set_file(struct poll_set *set, struct file *f);
/* Sleeps until a queue is woken.  0: look again; -ETIMEDOUT, -ERESTARTSYS (a signal), -ENOMEM. */
int poll_set_wait(struct poll_set *set, u64 deadline) must_check;
void poll_set_end(struct poll_set *set);
