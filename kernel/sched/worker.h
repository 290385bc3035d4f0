/*
 * worker.h - work that must sleep but starts where nobody may.
 *
 * Work runs later in one kernel thread, in order.  The item belongs to the queue until fn is
 * called.
 */
#pragma once
#include "kernel/lib/list.h"

struct work {
	struct list node;	    /* [worker lock] */
	void (*fn)(struct work *w); /* [I] */
};

void work_init(struct work *w, void (*fn)(struct work *));
bool work_queue(struct work *w); /* false: it was queued already.  Any context. */

void worker_drain(void); /* waits until there is nothing to do */

/* The body of the kernel thread; kernel/main.c starts it. */
void worker_main(void *unused);
