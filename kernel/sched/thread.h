/*
 * thread.h - what the scheduler knows: a stack, a state, a weight and a place to run.
 *
 * A thread is embedded in a struct task.  The scheduler sees no files, no signals and no
 * containers: what it needs of a container (allowed CPUs and memory nodes) is cached here by who
 * changes it.
 *
 *   [q] lock of the run queue of t->cpu    [o] the thread itself    [I] immutable    [a] atomic
 */
#pragma once
#include "arch/context.h"
#include "kernel/container/hooks.h"
#include "kernel/lib/rbtree.h"
#include "kernel/lock/rank.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/node.h"

/* A bit each, so that a waker can name the states that it wakes. */
enum thread_state {
	THREAD_RUNNING = 0,  /* runs or wants to: R */
	THREAD_SLEEPING = 1, /* waits, signals wake it: S */
	THREAD_BLOCKED = 2,  /* waits, nothing but its event wakes it: D */
	THREAD_KILLABLE = 4, /* waits, only a fatal signal wakes it: D */
	THREAD_STOPPED = 8,  /* job control: T */
	THREAD_FROZEN = 16,  /* freezer: D */
	THREAD_DEAD = 32,    /* never runs again: Z or X */
};

enum sched_policy {
	SCHED_OTHER = 0,
	SCHED_FIFO = 1,
	SCHED_RR = 2,
	SCHED_BATCH = 3,
	SCHED_IDLE = 5
};

struct thread {
	struct arch_thread arch; /* first: entry.S and context_switch rely on it */

	u32 state;	    /* [q] enum thread_state; the owner may set it before it sleeps */
	bool queued;	    /* [q] in its run queue's tree, or running */
	bool running;	    /* [q] on its CPU now */
	bool idle;	    /* [I] a CPU's idle thread */
	s32 cpu;	    /* [q] whose run queue */
	u64 affinity;	    /* [q to change] CPUs it may use: within `bound` */
	u64 bound;	    /* [q to change] CPUs that its cpuset leaves it; all ones: any */
	struct mems mems;   /* memory nodes it may use, see kernel/mem/node.h */
	struct rbnode node; /* [q] */

	u32 weight;	    /* [q] 1024 at nice 0 */
	s32 nice;	    /* [q] -20 .. 19 */
	u32 policy;	    /* [q] enum sched_policy */
	u32 rt_priority;    /* [q] 1 .. 99 for FIFO and RR */
	u64 vruntime;	    /* [q] ns of CPU time, scaled by weight */
	u64 slice_start;    /* [q] clock_now() when it was last put on the CPU or charged */
	u64 slice_ran;	    /* [q] ns since it was picked */
	enum cpu_mode mode; /* [q] of the last tick: slices that end in between count as this */

	u64 time[CPU_MODES]; /* [q] ns used; readers tolerate a torn slice, not a torn word */
	u64 switches[2];     /* [q] voluntary, involuntary */
	u64 faults;	     /* [o] page faults solved for it, in any address space */
	u64 start;	     /* [I] clock_now() at creation */
	u64 label;	     /* [a] number and css_set, while trace.h records; 0 for idle threads */
	u32 wake_cpu;	     /* [q] where it ran last */

	void *stack; /* [I] lowest address of the kernel stack */
	/* Runs on the next thread's stack when this one has left for good; frees it. */
	void (*release)(struct thread *t); /* [I] */
	struct held_locks held;		   /* [o] sleeping locks, debug builds */
	char name[16];			   /* [o] comm; readers tolerate a half-written one */
};

/* Allocates the kernel stack and fills in what a new thread needs: weight, nice, policy and
   affinity from `from` (NULL: defaults).  The caller then uses context_init_*.  -ENOMEM. */
int thread_init(struct thread *t, const struct thread *from) must_check;
void thread_destroy(
	struct thread *t); /* frees the stack and the FPU area; it never ran or is DEAD */

/* Puts a new thread on a run queue for the first time. */
void thread_start(struct thread *t);

/* The current thread never runs again.  IRQs on. */
noreturn void thread_exit(void);

/* Wakes t if its state is in `states`.  True when it did.  Any context. */
bool thread_wake(struct thread *t, u32 states);

/* The current thread stays here, in state FROZEN, while it has ALERT_FREEZE. */
void thread_freeze(void);
/* Ends that: it goes on from where it was.  Any context. */
void thread_thaw(struct thread *t);

/* Signals: sets alert bits and gets t to look at them: wakes it from the states given, or
   interrupts the CPU where it runs in user mode. */
void thread_alert(struct thread *t, u32 alert, u32 wake_states);

/* Clears alert bits: of the running thread, unless who set them may do it. */
static inline void thread_alert_clear(struct thread *t, u32 alert)
{
	__atomic_fetch_and(&t->arch.alert, ~alert, __ATOMIC_SEQ_CST);
}

static inline u32 thread_alerts(const struct thread *t)
{
	return READ_ONCE(t->arch.alert);
}

/* Gives up the CPU.  Sleeps when the state is not RUNNING: see wait.h, which is what to use. */
void sched_switch(void);

/* For long loops in the kernel: lets others run if they should.  May sleep. */
static inline void sched_relax(void)
{
	if (unlikely(thread_alerts(thread_current()) & ALERT_RESCHED))
		sched_switch();
}

void sched_yield(void); /* sched_yield(2) */

/* Parameters of any thread; take effect before the call returns, on another CPU too. */
void thread_set_nice(struct thread *t, int nice);
void thread_set_policy(struct thread *t, enum sched_policy policy, unsigned rt_priority);
/* affinity.c.  What sched_setaffinity(2) asks for, less what is not in t->bound or not online. When
   it returns t runs on none of the others.  May sleep.  -EINVAL: nothing is left. */
int thread_set_affinity(struct thread *t, u64 wish) must_check;
/* t may use these CPUs, one of which is online, and no others, whatever it asked for before.  The
   bit of the CPU where it still runs although it may not, to be passed to sched_expel, or 0.  Any
   context. */
u64 thread_bind(struct thread *t, u64 allowed) must_check;
/* When it returns, none of these CPUs runs a thread that may not run there; the running thread
   neither.  May sleep. */
void sched_expel(u64 where);

/* Books t's running slice, then changes something that the booking of the next one depends on (its
   container): change(t, arg) runs with the run queue locked.  Any context. */
void thread_settle(struct thread *t, void (*change)(struct thread *t, void *arg), void *arg);

/* The same for one thread after the other.  Takes the lock of t's run queue and answers which that
   is: until it is released the threads of that CPU stay there, and no other run queue is locked. */
must_check struct spinlock *thread_settle_lock(struct thread *t);
/* With that held: may t be changed without ado? */
static inline bool thread_is_settled(const struct thread *t)
{
	return !(t->queued | t->running);
}
/* If not. */
void thread_settle_locked(struct thread *t, void (*change)(struct thread *t, void *arg), void *arg);

/* CPU time used up to now, the running slice included. */
u64 thread_time(struct thread *t);

/* Boot: makes the code that runs now this CPU's idle thread. */
void sched_init_cpu(void);
noreturn void sched_idle(void);

struct sched_stats {
	u64 time[CPU_MODES]; /* ns */
	u64 idle, switches, forks;
	u32 runnable;
};
void sched_stats(int cpu, struct sched_stats *out);
void sched_loadavg(u64 load[3]); /* fixed point, 2048 = 1.0 */
u64 sched_online(void);		 /* mask of CPUs that run threads */

/* Which CPUs share their load with this one (0: none), and which of them it looks at as soon as it
   has nothing to do. */
void sched_set_domain(int cpu, u64 domain, u64 search);
void sched_domains_changed(void); /* behind that: no CPU acts on the old ones any more; sleeps */
