/*
 * ipi.c - interrupts from CPU to CPU: "look at your run queue" and "run this function".
 *
 * A CPU waits in smp_call() until its request is done, and the kernel is not preemptible, so each
 * CPU has at most one request under way: it lies in requests[sender], and the target's `callers`
 * says whose to look at.  Who sets the first bit there sends the interrupt; later ones are seen by
 * the same visit.  Waiting happens with interrupts on, so two CPUs may call each other.
 */
#include "arch/x86_64/ipi.h"

#include "arch/smp.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/segment.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"

struct request {
	void (*fn)(void *arg); /* [o] the sender's, until pending is 0 */
	void *arg;
	u64 pending; /* [a] targets that have not run it yet */
} aligned_to(64);

static struct request requests[NCPU];

void smp_resched(int cpu)
{
	apic_send(cpus[cpu].apic_id, VECTOR_RESCHED);
}

void ipi_run_calls(void)
{
	struct cpu *c = cpu_this();
	/* Pairs with the release of `callers` in smp_call(): the request is complete. */
	u64 callers = __atomic_exchange_n(&cpu_arch(c)->callers, 0, __ATOMIC_ACQ_REL);
	int from;

	for_each_bit(from, callers)
	{
		struct request *r = &requests[from];

		r->fn(r->arg);
		__atomic_fetch_and(&r->pending, ~BIT(c->id), __ATOMIC_RELEASE);
	}
}

static void call_others(u64 cpu_set, void (*fn)(void *), void *arg)
{
	int me = cpu_id(), target;
	struct request *r = &requests[me];

	bug_if(!irq_enabled() || r->pending);
	r->fn = fn;
	r->arg = arg;
	__atomic_store_n(&r->pending, cpu_set, __ATOMIC_RELAXED);
	for_each_bit(target, cpu_set)
	{
		struct cpu_arch *a = cpu_arch(&cpus[target]);

		if (!__atomic_fetch_or(&a->callers, BIT(me), __ATOMIC_ACQ_REL))
			apic_send(cpus[target].apic_id, VECTOR_CALL);
	}
	while (__atomic_load_n(&r->pending, __ATOMIC_ACQUIRE))
		cpu_relax();
}

void smp_call(u64 cpu_set, void (*fn)(void *), void *arg)
{
	u64 self = BIT(cpu_id());

	if (cpu_set & ~self)
		call_others(cpu_set & ~self, fn, arg);
	if (cpu_set & self) {
		irq_disable();
		fn(arg);
		irq_restore();
	}
}
