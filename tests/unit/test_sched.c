/*
 * Windows of the scheduler that two CPUs hit once in a million times, entered on purpose: what
 * another CPU would do in between is done at the moment when a run queue is unlocked.
 */
#include "tests/unit/test.h"

#include "arch/smp.h"
#include "kernel/lib/bits.h"
#include "kernel/sched/hotplug.h"
#include "kernel/sched/runq.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/trace.h"
#include "kernel/sched/wait.h"
#include "tests/unit/host/host.h"

#define SECOND NS_PER_SEC

static struct thread idle[2], waiting, running;
static u64 called_cpus;	      /* by smp_call() */
static unsigned wakes;	      /* of those who wait until a thread has left */
static struct thread *placed; /* by thread_place() */
static bool too_early;	      /* an interrupt could come in while it must not */

/* --- what the rest of the scheduler does --------------------------------------------------------
 */

void thread_place(struct thread *t, bool woken)
{
	placed = t;
}

void runq_kick(struct runq *rq, int cpu, const struct thread *newcomer)
{
}

void thread_alert(struct thread *t, u32 alert, u32 wake_states)
{
	t->arch.alert |= alert;
}

void waitq_wake_n(struct waitq *q, unsigned n, u32 key)
{
	wakes += q == &affinity_waiters;
}

void smp_call(u64 cpus, void (*fn)(void *arg), void *arg)
{
	called_cpus |= cpus;
	fn(arg);
}

bool sched_trace_on;

void sched_trace_add(enum sched_event event, struct thread *t, u32 value)
{
}

void timer_take_over(int cpu)
{
}

void smp_resched(int cpu)
{
}

void container_load(struct thread *t, s64 weight)
{
}

u64 container_weight(struct thread *t)
{
	return (u64)t->weight << CONTAINER_WEIGHT_SHIFT;
}

void container_charge_cpu(struct thread *t, u64 ns, enum cpu_mode mode)
{
}

bool container_throttled(struct thread *t)
{
	return false;
}

void container_fade(int cpu)
{
}

/* --- two CPUs: the first runs one thread, while another waits; the second has nothing to do ------
 */

static void set_up(void)
{
	cpus_found = 2;
	host_unlocked = NULL;
	placed = NULL;
	called_cpus = 0;
	wakes = 0;
	too_early = false;
	sched_online_cpus = 3;
	sched_overloaded_cpus = 0;
	for (int cpu = 0; cpu < 2; cpu++) {
		idle[cpu] = (struct thread){ .idle = true, .cpu = cpu };
		runqs[cpu] = (struct runq){
			.current = &idle[cpu], .idle = &idle[cpu], .domain = ~0ul, .search = ~0ul
		};
		spin_init(&runqs[cpu].lock, RANK_RUNQ);
	}
	/* The first has run for long, the second is new to all of this. */
	runqs[0].min_vruntime = 1000 * SECOND;
	runqs[1].min_vruntime = 5 * SECOND;
	running = waiting = (struct thread){
		.affinity = ~0ul, .bound = ~0ul, .weight = WEIGHT_NICE0, .vruntime = 1000 * SECOND
	};
	spin_lock(&runqs[0].lock);
	runq_add(&runqs[0], &running);
	check(runq_pick(&runqs[0]) == &running);
	running.running = true;
	runqs[0].current = &running;
	runq_add(&runqs[0], &waiting);
	spin_unlock(&runqs[0].lock);
	host_cpu = 1;
}

static void tear_down(void)
{
	host_unlocked = NULL;
	host_cpu = 0;
	cpus_found = 1;
}

/* It has left one queue and not reached the other. */
static bool between_queues(void)
{
	return waiting.cpu == 1 && !waiting.queued;
}

static void forbid_on_the_way(void)
{
	if (between_queues()) {
		host_unlocked = NULL;
		check_eq(thread_bind(&waiting, 1), 0);
	}
}

TEST("an idle CPU fetches a thread that waits, on its own scale of virtual time")
{
	set_up();
	balance_pull(1);
	check(waiting.queued && waiting.cpu == 1);
	check(waiting.vruntime - runqs[1].min_vruntime <= LATENCY_NS);
	tear_down();
}

TEST("a thread that is fetched, and may not stay where it arrives, goes on with the time of there")
{
	set_up();
	host_unlocked = forbid_on_the_way;
	balance_pull(1);
	check(placed == &waiting);
	check(waiting.vruntime - runqs[1].min_vruntime <= LATENCY_NS);
	tear_down();
}

/* From reading its domain until the thread is in its queue no interrupt may come in: the one with
   which who changes domains finds out that old ones are not acted on. */
static void watch_interrupts(void)
{
	if (cpus[1].irq_depth == 0 && !waiting.queued)
		too_early = true;
}

TEST("a CPU answers nobody between looking at its domain and having what it fetched")
{
	set_up();
	host_unlocked = watch_interrupts;
	balance_pull(1);
	check(waiting.queued && waiting.cpu == 1);
	check(!too_early);
	check_eq(cpus[1].irq_depth, 0);
	tear_down();
}

TEST("who has changed domains asks every CPU that is on")
{
	set_up();
	sched_domains_changed();
	check_eq(called_cpus, 3);
	tear_down();
}

TEST("a CPU looks no further than it should, until it is called")
{
	set_up();
	sched_set_domain(1, 3, 0);
	balance_pull(1);
	check(waiting.cpu == 0);
	runqs[1].called = true;
	balance_pull(1);
	check(waiting.cpu == 1 && !runqs[1].called);
	tear_down();
}

TEST("a CPU fetches nothing from outside its domain, called or not")
{
	set_up();
	sched_set_domain(1, 2, 2);
	runqs[1].called = true;
	balance_pull(1);
	check(waiting.cpu == 0);
	tear_down();
}

TEST("who waits for a thread to leave a CPU hears that it may stay")
{
	set_up();
	check_eq(thread_bind(&running, 2), 1);
	check_eq(wakes, 0);
	check_eq(thread_bind(&running, 3), 0);
	check_eq(wakes, 1);
	tear_down();
}

TEST("who waits for a thread to leave a CPU hears that the CPU is back")
{
	set_up();
	sched_cpu_up(1);
	check_eq(wakes, 1);
	tear_down();
}

TEST("nobody is told where a thread was never wrong")
{
	set_up();
	check_eq(thread_bind(&running, 1), 0);
	check_eq(thread_bind(&running, 3), 0);
	check_eq(wakes, 0);
	tear_down();
}
