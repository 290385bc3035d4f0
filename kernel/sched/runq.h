/*
 * runq.h - one CPU's queue of threads that want to run.  Private to kernel/sched.
 *
 * The tree holds the runnable threads but for the running one: real-time threads first, by
 * priority, then the others by virtual run time.  A lock is held across a context switch and
 * released by the thread that arrives, so who holds a queue's lock sees each of its threads
 * either running or switched out completely, never in between.
 */
#pragma once
#include "kernel/lib/bits.h"
#include "kernel/sched/thread.h"

#define TICK_NS	     (4 * NS_PER_MSEC)	  /* while a thread runs; an idle CPU has no tick */
#define LATENCY_NS   (12 * NS_PER_MSEC)	  /* in which each runnable thread runs once ... */
#define MIN_SLICE_NS (1500 * NS_PER_USEC) /* ... unless there are too many */
#define WAKE_GRAN_NS (2 * NS_PER_MSEC)	  /* a woken thread preempts one that is this far ahead */
#define RR_SLICE_NS  (100 * NS_PER_MSEC)
#define WEIGHT_NICE0 1024
#define WEIGHT_IDLE  3

struct runq {
	struct spinlock lock;
	struct rbtree tree;	  /* [l] */
	struct thread *current;	  /* [l] running now; the idle thread when nothing else wants to */
	struct thread *idle;	  /* [I] */
	struct thread *leaving;	  /* [l] switched out, to be finished by the one that arrives */
	u64 min_vruntime;	  /* [l] never goes back; where newcomers are placed */
	u64 epoch;		  /* [a] see balance.c: added to compare times of two queues */
	u64 load;		  /* [l] sum of the weights of runnable threads */
	u32 count;		  /* [l] runnable threads, the running one included, idle not */
	u32 ticks;		  /* [p] */
	u64 tick_at;		  /* [p] the next tick; WAIT for ever when idle */
	u64 idle_since;		  /* [l] clock_now() when it went idle */
	u64 domain, search;	  /* [a] see sched_set_domain() */
	bool called;		  /* [a] by a CPU with too much: look at the whole domain */
	struct sched_stats stats; /* [l] */
} aligned_to(64);

extern struct runq runqs[NCPU];
extern u64 sched_idle_cpus;	  /* [a] CPUs whose idle thread runs and nobody has claimed */
extern u64 sched_overloaded_cpus; /* [a] CPUs with a thread waiting in the tree */
extern u64 sched_online_cpus;	  /* [a] */

static inline bool thread_is_rt(const struct thread *t)
{
	return t->policy == SCHED_FIFO || t->policy == SCHED_RR;
}

static inline struct thread *runq_first(const struct runq *rq)
{
	return rq->tree.leftmost ? rb_entry(rq->tree.leftmost, struct thread, node) : NULL;
}

/* Locks the run queue of t, wherever it is. */
struct runq *runq_lock_of(struct thread *t);

/* In and out of the set of runnable threads.  rq->lock held. */
void runq_add(struct runq *rq, struct thread *t);
void runq_remove(struct runq *rq, struct thread *t);
/* The running thread goes back into the tree; the next to run leaves it. */
void runq_put_back(struct runq *rq, struct thread *t);
struct thread *runq_pick(struct runq *rq);

/* Books the time since t was picked or last charged, up to `now`.  t is rq->current. */
void runq_charge(struct runq *rq, struct thread *t, u64 now);

/* What `ns` on the CPU add to t's virtual time: the heavier it is, the less.  Its queue locked. */
u64 runq_virtual(struct thread *t, u64 ns);

/* How long t may run before another of its queue should. */
u64 runq_slice(const struct runq *rq, const struct thread *t);
/* Should `woken` run at once instead of rq->current? */
bool runq_preempts(const struct runq *rq, const struct thread *woken);

u32 thread_weight(const struct thread *t);

/* balance.c: where a thread that starts to want to run should; and a thread for a CPU that has
 * none. */
int balance_select(struct thread *t, int from);
void balance_pull(int cpu);
void balance_tick(int cpu);
/* rq idles and gets its first thread: its time joins that of the CPUs which this may use too. */
void balance_align(struct runq *rq, const struct thread *first);

/* switch.c: makes a runnable thread that is in no queue run somewhere it may. */
void thread_place(struct thread *t, bool woken);
/* A thread was put on `cpu`: make that CPU look.  rq->lock held. */
void runq_kick(struct runq *rq, int cpu, const struct thread *newcomer);

/* affinity.c */
extern struct waitq affinity_waiters; /* woken when a thread leaves a CPU that it may not use */

/* May a thread be on that CPU's run queue?  rq->lock of the CPU held, or it is a hint. */
static inline bool thread_may_use(const struct thread *t, int cpu)
{
	return t->affinity & READ_ONCE(sched_online_cpus) & BIT(cpu);
}

/* tick.c */
void tick_start(struct runq *rq, u64 now);
