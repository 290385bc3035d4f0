/*
 * thread.c - making threads, changing their parameters, and the idle thread of each CPU.
 */
#include "kernel/sched/thread.h"

#include "arch/clock.h"
#include "arch/mmu.h"
#include "arch/smp.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"
#include "kernel/sched/runq.h"
#include "kernel/sched/wait.h"

static struct thread idle_threads[NCPU];

/* In a debug build the page below the room is a guard: what runs over faults there. */
static void *stack_alloc(void)
{
	struct page *page = page_alloc(STACK_ORDER, PAGE_PLAIN);

	if (!page)
		return NULL;
#ifdef DEBUG
	mmu_guard((u8 *)page_virt(page) + STACK_SIZE - STACK_ROOM - PAGE_SIZE, true);
#endif
	return page_virt(page);
}

static void stack_free(void *stack)
{
#ifdef DEBUG
	mmu_guard((u8 *)stack + STACK_SIZE - STACK_ROOM - PAGE_SIZE, false);
#endif
	page_free(page_of_virt(stack));
}

int thread_init(struct thread *t, const struct thread *from)
{
	void *stack = stack_alloc();

	if (!stack)
		return -ENOMEM;
	*t = (struct thread){
		.stack = stack,
		.affinity = ~0ul,
		.bound = ~0ul,
		.weight = WEIGHT_NICE0,
		.mode = CPU_SYSTEM,
		.start = clock_now(),
		.cpu = cpu_id(),
	};
	rb_clear(&t->node);
	mems_init(&t->mems, from ? &from->mems : NULL);
	if (from) {
		t->affinity = from->affinity;
		t->bound = from->bound;
		t->nice = from->nice;
		t->weight = from->weight;
		t->policy = from->policy;
		t->rt_priority = from->rt_priority;
		t->mode = from->mode;
		memcpy(t->name, from->name, sizeof(t->name));
	}
	return 0;
}

void thread_destroy(struct thread *t)
{
	context_destroy(&t->arch);
	stack_free(t->stack);
}

/* The running thread is in no tree: only the sums change. */
static void running_weight(struct runq *rq, struct thread *t, s64 weight)
{
	rq->load += weight;
	container_load(t, weight);
}

/* Takes t out of its queue's order, lets `change` loose on it, puts it back. */
static void change_order(struct thread *t, int nice, enum sched_policy policy, unsigned priority)
{
	struct runq *rq = runq_lock_of(t);
	bool waiting = t->queued && !t->running;

	if (waiting)
		runq_remove(rq, t);
	else if (t->queued)
		running_weight(rq, t, -(s64)t->weight);
	if (thread_is_rt(t) && policy != SCHED_FIFO && policy != SCHED_RR)
		t->vruntime = rq->min_vruntime;
	t->nice = nice;
	t->policy = policy;
	t->rt_priority = priority;
	t->weight = thread_weight(t);
	if (waiting) {
		runq_add(rq, t);
		runq_kick(rq, t->cpu, t);
	} else if (t->queued) {
		running_weight(rq, t, t->weight);
		__atomic_fetch_or(&t->arch.alert, ALERT_RESCHED, __ATOMIC_SEQ_CST);
		if (t->cpu != cpu_id())
			smp_resched(t->cpu);
	}
	spin_unlock(&rq->lock);
}

void thread_set_nice(struct thread *t, int nice)
{
	change_order(t, nice, t->policy, t->rt_priority);
}

void thread_set_policy(struct thread *t, enum sched_policy policy, unsigned rt_priority)
{
	change_order(t, t->nice, policy, rt_priority);
}

u64 thread_time(struct thread *t)
{
	struct runq *rq = runq_lock_of(t);
	u64 ns = t->time[CPU_USER] + t->time[CPU_SYSTEM];

	if (t->running)
		ns += clock_now() - t->slice_start;
	spin_unlock(&rq->lock);
	return ns;
}

void thread_settle_locked(struct thread *t, void (*change)(struct thread *t, void *arg), void *arg)
{
	if (t->running)
		runq_charge(&runqs[t->cpu], t, clock_now());
	if (t->queued)
		container_load(t, -(s64)t->weight);
	change(t, arg);
	if (t->queued)
		container_load(t, t->weight);
}

void thread_settle(struct thread *t, void (*change)(struct thread *t, void *arg), void *arg)
{
	struct runq *rq = runq_lock_of(t);

	thread_settle_locked(t, change, arg);
	spin_unlock(&rq->lock);
}

struct spinlock *thread_settle_lock(struct thread *t)
{
	return &runq_lock_of(t)->lock;
}

/* Interrupts, and who is about to die and give memory back, are not confined. */
static const struct mems *confined_to(void)
{
	struct thread *t = thread_current();

	if (cpu_this()->irq_depth || (thread_alerts(t) & ALERT_KILL))
		return NULL;
	return &t->mems;
}

void sched_init_cpu(void)
{
	int cpu = cpu_id();
	struct runq *rq = &runqs[cpu];
	struct thread *t = &idle_threads[cpu];

	format(t->name, sizeof(t->name), "idle/%d", cpu);
	t->idle = t->running = true;
	t->cpu = cpu;
	t->affinity = BIT(cpu);
	t->arch.stack_top = cpu_this()->stack_top;
	*stack_mark(t->arch.stack_top) = STACK_MARK;
	t->slice_start = clock_now();
	rb_clear(&t->node);
	mems_init(&t->mems, NULL);
	mems_running_hook = confined_to;
	spin_init(&rq->lock, RANK_RUNQ);
	rq->current = rq->idle = t;
	rq->tick_at = WAIT_FOREVER;
	cpu_this()->thread = t;
	WRITE_ONCE(cpu_this()->online, true);
	__atomic_fetch_or(&sched_online_cpus, BIT(cpu), __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&sched_idle_cpus, BIT(cpu), __ATOMIC_SEQ_CST);
}

noreturn void sched_idle(void)
{
	struct thread *t = thread_current();

	for (;;) {
		irq_off();
		while (!(thread_alerts(t) & ALERT_RESCHED)) {
			cpu_idle();
			irq_off();
		}
		irq_on();
		sched_switch();
	}
}
