/*
 * context.c - what distinguishes one thread from another on a CPU: stack, address space, TLS bases
 * and FPU registers.
 *
 * A thread that does not run has the registers that C preserves on its stack, stack_switch()'s
 * return address above them.  A new thread's stack looks the same and returns to its first code
 * (entry.S).
 */
#include "arch/context.h"

#include "arch/cpu.h"
#include "arch/mmu.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/segment.h"
#include "arch/x86_64/trap.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/mem/slab.h"

struct switch_frame { /* what stack_switch() pops */
	u64 r15, r14, r13, r12, rbx, rbp;
	void (*rip)(void);
};

void stack_switch(u64 *save_rsp, u64 load_rsp);
void thread_start_user(void);
void thread_start_kernel(void);
noreturn void frame_leave(struct trap_frame *f);

static void stack_init(struct arch_thread *t, void *stack)
{
	*t = (struct arch_thread){ .stack_top = (u64)stack + STACK_SIZE };
	*stack_mark(t->stack_top) = STACK_MARK;
}

void context_init_kernel(struct arch_thread *t, void *stack, void (*fn)(void *), void *arg)
{
	struct switch_frame *s;

	stack_init(t, stack);
	/* Should it become a program, its frame has room above what runs now. */
	*context_frame(t) = (struct trap_frame){ .orig_rax = NO_SYSCALL };
	s = (struct switch_frame *)align_down((u64)context_frame(t), 16ul) - 1;
	*s = (struct switch_frame){ .rip = thread_start_kernel, .rbx = (u64)fn, .r12 = (u64)arg };
	t->rsp = (u64)s;
}

int context_init_user(struct arch_thread *t, void *stack, const struct trap_frame *frame,
		      struct arch_thread *from)
{
	struct switch_frame *s;

	stack_init(t, stack);
	t->fpu = fpu_area_create(from && from->fpu);
	if (!t->fpu)
		return -ENOMEM;
	if (from) {
		t->fs_base = from->fs_base;
		t->gs_base = from->gs_base;
	}
	*context_frame(t) = *frame;
	context_frame(t)->orig_rax = NO_SYSCALL;
	s = (struct switch_frame *)context_frame(t) - 1;
	*s = (struct switch_frame){ .rip = thread_start_user };
	t->rsp = (u64)s;
	return 0;
}

void context_destroy(struct arch_thread *t)
{
	if (t->fpu)
		slab_free(fpu_cache, t->fpu);
	t->fpu = NULL;
}

/* What a program can see of the thread before it, besides its memory. */
static always_inline void load_user_state(struct arch_thread *t)
{
	/* Loading a null selector may have changed a base behind our back: always write both. */
	msr_write(MSR_FS_BASE, t->fs_base);
	msr_write(MSR_USER_GS_BASE, t->gs_base);
	fpu_load(t->fpu);
}

void context_switch(struct arch_thread *prev, struct arch_thread *next)
{
	struct cpu *c = cpu_this();
	struct cpu_arch *a = cpu_arch(c);

	if (a->pt != next->pt)
		pagetable_switch(next->pt);
	if (prev->fpu)
		fpu_save(prev->fpu);
	if (next->fpu)
		load_user_state(next);
	if (unlikely(*stack_mark(prev->stack_top) != STACK_MARK))
		panic("kernel stack overflow: %p was overwritten",
		      (void *)stack_mark(prev->stack_top));
	c->thread = (struct thread *)next; /* whose first member it is */
	c->stack_top = next->stack_top;
	a->tss.rsp[0] = next->stack_top;
	stack_switch(&prev->rsp, next->rsp);
}

void context_reset_user(struct arch_thread *t)
{
	irq_disable();
	t->fs_base = 0;
	t->gs_base = 0;
	msr_write(MSR_FS_BASE, 0);
	msr_write(MSR_USER_GS_BASE, 0);
	fpu_load(fpu_clean);
	irq_restore();
}

void context_enter_user(struct trap_frame *f)
{
	struct arch_thread *t = (struct arch_thread *)thread_current();

	if (!t->fpu) {
		void *area = fpu_area_create(false);

		if (!area)
			panic("no memory for the first program's registers");
		irq_disable();
		t->fpu = area;
		load_user_state(t);
		irq_restore();
	}
	irq_off();
	if (f != context_frame(t))
		*context_frame(t) = *f;
	frame_leave(context_frame(t));
}

void context_set_fs(u64 base)
{
	struct arch_thread *t = (struct arch_thread *)thread_current();

	irq_disable();
	t->fs_base = base;
	msr_write(MSR_FS_BASE, base);
	irq_restore();
}

void context_set_gs(u64 base)
{
	struct arch_thread *t = (struct arch_thread *)thread_current();

	irq_disable();
	t->gs_base = base;
	msr_write(MSR_USER_GS_BASE, base);
	irq_restore();
}

u64 context_get_gs(void)
{
	return ((struct arch_thread *)thread_current())->gs_base;
}
