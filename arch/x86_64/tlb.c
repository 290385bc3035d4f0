/*
 * tlb.c - which address space a CPU has loaded, and making all of them forget old translations.
 *
 * pt->cpus names the CPUs that may hold translations of a table.  pagetable_switch() sets the bit
 * before it loads the table; pagetable_flush() reads the bits after the entries were changed.  With
 * a full barrier on both sides, either the CPU sees the new entries or it gets the interrupt.
 */
#include "arch/mmu.h"

#include "arch/smp.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/kmap.h"
#include "arch/x86_64/segment.h"
#include "kernel/lib/bits.h"

#define FLUSH_LIMIT 32 /* pages; beyond that everything goes */

struct flush {
	struct pagetable *pt;
	u64 start, end;
};

void pagetable_flush_local(u64 va)
{
	page_invalidate(va);
}

static void flush_here(void *arg)
{
	const struct flush *f = arg;

	if (cpu_arch(cpu_this())->pt != f->pt)
		return;
	if (f->end - f->start > FLUSH_LIMIT * PAGE_SIZE)
		cr3_write(f->pt->root);
	else
		for (u64 va = f->start; va < f->end; va += PAGE_SIZE)
			page_invalidate(va);
}

void pagetable_flush(struct pagetable *pt, u64 start, u64 end)
{
	struct flush f = { pt, start & PAGE_MASK, end };
	u64 others;

	/* Pairs with the atomic or in pagetable_switch(). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	others = READ_ONCE(pt->cpus) & ~BIT(cpu_id());
	if (unlikely(others))
		smp_call(others, flush_here, &f);
	flush_here(&f);
}

/* Also called with interrupts off, by context_switch(). */
void pagetable_switch(struct pagetable *pt)
{
	struct cpu *c = cpu_this();
	struct cpu_arch *a = cpu_arch(c);
	struct pagetable *old = a->pt;

	if (old == pt)
		return;
	if (pt)
		__atomic_fetch_or(&pt->cpus, BIT(c->id), __ATOMIC_SEQ_CST);
	a->pt = pt;
	cr3_write(pt ? pt->root : kmap_root());
	if (old)
		__atomic_fetch_and(&old->cpus, ~BIT(c->id), __ATOMIC_SEQ_CST);
}
