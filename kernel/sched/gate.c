/*
 * gate.c - see gate.h.
 *
 * Locking: who enters counts itself and then looks at `closed`; who closes sets `closed` and then
 * looks at the counts.  With a full fence between the two steps on both sides, at least one sees
 * the other.
 */
#include "kernel/sched/gate.h"

#include "kernel/lib/log.h"

static void fence(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Code of the kernel is not preempted: the counter has one writer at a time. */
static void count(struct gate *g, s64 n)
{
	s64 *mine = &g->inside[cpu_id()].entered;

	WRITE_ONCE(*mine, *mine + n);
	fence();
}

static s64 sum(const struct gate *g)
{
	const struct gate_count *at = g->inside, *end = at + cpu_count();
	s64 n = 0;

	do
		n += READ_ONCE(at->entered);
	while (++at < end);
	return n;
}

#ifdef DEBUG
static void check(struct gate *g, u64 ip)
{
	assert_no_spinlock();
	rank_check(&thread_current()->held, g, g->rank, "gate", ip, false);
}

static void note(struct gate *g, u64 ip)
{
	rank_acquire(&thread_current()->held, g, g->rank, "gate", ip);
}

static void forget(struct gate *g)
{
	rank_release(&thread_current()->held, g, "gate");
}
#else
static inline void check(struct gate *g, u64 ip)
{
}

static inline void note(struct gate *g, u64 ip)
{
}

static inline void forget(struct gate *g)
{
}
#endif

void gate_enter(struct gate *g)
{
	check(g, CALLER_IP);
	for (;;) {
		count(g, 1);
		if (likely(!READ_ONCE(g->closed)))
			break;
		count(g, -1);
		waitq_wake_all(&g->closer);
		wait_event(&g->passers, !READ_ONCE(g->closed));
	}
	note(g, CALLER_IP);
}

void gate_leave(struct gate *g)
{
	forget(g);
	count(g, -1);
	if (unlikely(READ_ONCE(g->closed)))
		waitq_wake_all(&g->closer);
}

static noinline void wait_for_leavers(struct gate *g)
{
	wait_event(&g->closer, sum(g) == 0);
}

void gate_close(struct gate *g)
{
	check(g, CALLER_IP);
	assert(!g->closed);
	__atomic_store_n(&g->closed, true, __ATOMIC_SEQ_CST);
	if (unlikely(sum(g) != 0))
		wait_for_leavers(g);
	note(g, CALLER_IP);
}

void gate_open(struct gate *g)
{
	forget(g);
	/* A full fence: pairs with the one in waiter_prepare. */
	__atomic_store_n(&g->closed, false, __ATOMIC_SEQ_CST);
	if (unlikely(!list_empty(&g->passers.waiters)))
		waitq_wake_all(&g->passers);
}
