/*
 * sigqueue.c - the signals that are pending for a task or a process.
 *
 * A set says which signals are pending, a list keeps the information of those that have any, in
 * the order in which they came.  A standard signal is in the list once at most, a realtime signal
 * as often as it was sent.  SIGKILL carries none, and when there is no memory or the user's limit
 * (RLIMIT_SIGPENDING) is reached, a signal of the kernel or of kill(2) goes without.
 *
 * Locking: process->lock for a sigpending.
 */
#include "kernel/task/sigqueue.h"

#include "kernel/mem/slab.h"
#include "kernel/task/account.h"
#include "kernel/task/posix_timer.h"

static struct slab_cache *queue_cache;

void sigqueue_init(void)
{
	queue_cache = slab_create("sigqueue", sizeof(struct sigqueue), 8);
}

bool signal_charge(struct account *u, u64 limit)
{
	if (__atomic_add_fetch(&u->signals, 1, __ATOMIC_RELAXED) > limit) {
		__atomic_fetch_sub(&u->signals, 1, __ATOMIC_RELAXED);
		return false;
	}
	account_get(u);
	return true;
}

void signal_uncharge(struct account *u)
{
	__atomic_fetch_sub(&u->signals, 1, __ATOMIC_RELAXED);
	account_put(u);
}

u64 sigqueue_count(u32 uid)
{
	struct account *u = account_find(uid);
	u64 count = u ? READ_ONCE(u->signals) : 0;

	if (u)
		account_put(u);
	return count;
}

struct sigqueue *sigqueue_create(const struct siginfo *info, struct account *account, u64 limit)
{
	struct sigqueue *q;

	if (!signal_charge(account, limit))
		return NULL;
	q = slab_alloc(queue_cache);
	if (!q) {
		signal_uncharge(account);
		return NULL;
	}
	list_init(&q->node);
	q->account = account;
	q->timer = NULL;
	q->info = *info;
	return q;
}

void sigpending_init(struct sigpending *p)
{
	p->set.bits = 0;
	list_init(&p->queue);
}

/* info NULL: nobody wants to know. */
static void sigqueue_finish(struct sigqueue *q, struct siginfo *info)
{
	list_del(&q->node);
	if (info)
		*info = q->info;
	if (q->timer) {
		posix_timer_taken(q->timer, info);
		return;
	}
	signal_uncharge(q->account);
	slab_free(queue_cache, q);
}

int sigpending_take(struct sigpending *p, u64 set, struct siginfo *info)
{
	struct sigqueue *q, *first = NULL;
	bool more = false;
	int signo;

	set &= p->set.bits;
	signo = bits_first(set & SIGNALS_FAULT ? set & SIGNALS_FAULT : set) + 1;
	list_for_each (q, &p->queue, node) {
		if (q->info.signo != signo)
			continue;
		if (first) {
			more = true;
			break;
		}
		first = q;
	}
	if (!more)
		p->set.bits &= ~sigbit(signo);
	if (first)
		sigqueue_finish(first, info);
	else
		*info = (struct siginfo){ .signo = signo, .code = SI_USER };
	return signo;
}

void sigpending_drop(struct sigpending *p, u64 set)
{
	struct sigqueue *q, *next;
	struct list dropped = LIST_INIT(dropped);

	if (!(p->set.bits & set))
		return;
	p->set.bits &= ~set;
	list_for_each_safe (q, next, &p->queue, node)
		if (set & sigbit(q->info.signo))
			list_move_tail(&q->node, &dropped);
	/* A timer may start again and queue its signal anew. */
	list_for_each_safe (q, next, &dropped, node)
		sigqueue_finish(q, NULL);
}

void sigpending_flush(struct sigpending *p)
{
	sigpending_drop(p, ~0ul);
}

void signal_drop(struct process *p, u64 set)
{
	struct task *t;

	assert_held(&p->lock);
	sigpending_drop(&p->pending, set);
	list_for_each (t, &p->tasks, in_process)
		sigpending_drop(&t->pending, set);
}
