/*
 * worker.c - one kernel thread that does what others may not wait for.
 */
#include "kernel/sched/worker.h"

#include "kernel/sched/wait.h"

static struct spinlock worker_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list todo = LIST_INIT(todo); /* [worker_lock] */
static bool busy;			   /* [worker_lock] an item is being done */
static struct waitq worker_waitq = WAITQ_INIT(worker_waitq);
static struct waitq drain_waitq = WAITQ_INIT(drain_waitq);

void work_init(struct work *w, void (*fn)(struct work *))
{
	list_init(&w->node);
	w->fn = fn;
}

bool work_queue(struct work *w)
{
	bool queued;

	spin_lock(&worker_lock);
	queued = list_empty(&w->node);
	if (queued)
		list_add_tail(&w->node, &todo);
	spin_unlock(&worker_lock);
	if (queued)
		waitq_wake(&worker_waitq);
	return queued;
}

static struct work *work_take(void)
{
	struct work *w = NULL;

	spin_lock(&worker_lock);
	if (!list_empty(&todo)) {
		w = list_first(&todo, struct work, node);
		list_del(&w->node);
	}
	busy = w;
	spin_unlock(&worker_lock);
	return w;
}

void worker_main(void *unused)
{
	struct work *w;

	for (;;) {
		(void)wait_event_state(&worker_waitq, !list_empty(&todo), THREAD_SLEEPING, false,
				       WAIT_FOREVER);
		while ((w = work_take()))
			w->fn(w);
		waitq_wake_all(&drain_waitq);
	}
}

static bool worker_idle(void)
{
	bool idle;

	spin_lock(&worker_lock);
	idle = !busy && list_empty(&todo);
	spin_unlock(&worker_lock);
	return idle;
}

void worker_drain(void)
{
	wait_event(&drain_waitq, worker_idle());
}
