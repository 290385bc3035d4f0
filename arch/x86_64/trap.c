/*
 * trap.c - exceptions: a program's become signals, the kernel's own are a bug, but for those that
 * extable.h expects.
 *
 * Signal numbers, codes and addresses are Linux's (arch/x86/kernel/traps.c): what debuggers and
 * language run-times look at.
 */
#include "arch/trap.h"

#include "arch/boot.h"
#include "arch/context.h"
#include "arch/upcall.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/extable.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/panic.h"
#include "arch/x86_64/segment.h"
#include "arch/x86_64/trap.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/log.h"

static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "entry.S");
static_assert(offsetof(struct trap_frame, rbx) == FRAME_RBX, "entry.S");
static_assert(offsetof(struct trap_frame, r11) == FRAME_R11, "entry.S");
static_assert(offsetof(struct trap_frame, rdi) == FRAME_RDI, "entry.S");
static_assert(offsetof(struct trap_frame, rax) == FRAME_RAX, "entry.S");
static_assert(offsetof(struct trap_frame, rcx) == FRAME_RCX, "entry.S");
static_assert(offsetof(struct trap_frame, orig_rax) == FRAME_ORIG_RAX, "entry.S");
static_assert(offsetof(struct trap_frame, cs) == FRAME_CS, "entry.S");
static_assert(offsetof(struct trap_frame, rsp) == FRAME_RSP, "entry.S");

#define FAULT_BITS (FAULT_PRESENT | FAULT_WRITE | FAULT_USER | FAULT_EXEC)
#define DR6_STEP   0x4000u
#define DR6_POINTS 0xfu

static const char *const vector_names[32] = {
	"divide error",
	"debug",
	"NMI",
	"breakpoint",
	"overflow",
	"bound range",
	"invalid opcode",
	"no coprocessor",
	"double fault",
	"coprocessor overrun",
	"invalid TSS",
	"segment not present",
	"stack segment",
	"general protection",
	"page fault",
	"15",
	"floating point",
	"alignment check",
	"machine check",
	"SIMD floating point",
	"virtualization",
	"control protection",
};

/* Vectors whose signal is always the same.  at_rip: si_addr is the instruction. */
static const struct {
	u8 signo;
	bool at_rip;
	s16 code;
} plain[32] = {
	[0] = { SIGFPE, true, FPE_INTDIV },   [3] = { SIGTRAP, false, SI_KERNEL },
	[4] = { SIGSEGV, false, SI_KERNEL },  [5] = { SIGSEGV, false, SI_KERNEL },
	[6] = { SIGILL, true, ILL_ILLOPN },   [7] = { SIGILL, true, ILL_ILLOPN },
	[9] = { SIGFPE, false, SI_KERNEL },   [10] = { SIGSEGV, false, SI_KERNEL },
	[11] = { SIGBUS, false, SI_KERNEL },  [12] = { SIGBUS, false, SI_KERNEL },
	[13] = { SIGSEGV, false, SI_KERNEL }, [17] = { SIGBUS, false, BUS_ADRALN },
};

struct gate {
	u16 offset0, selector;
	u8 ist, type;
	u16 offset1;
	u32 offset2, zero;
};

extern u8 trap_stubs[256][16];

static struct gate gates[256];

void gates_init(void)
{
	for (int i = 0; i < 256; i++) {
		u64 at = (u64)trap_stubs[i];
		bool open = i == 3 || i == 4; /* int3 and into */

		gates[i] = (struct gate){ (u16)at,	   SEL_KERNEL_CODE,
					  IST_NONE,	   open ? 0xee : 0x8e,
					  (u16)(at >> 16), (u32)(at >> 32) };
	}
	gates[2].ist = IST_NMI;
	gates[8].ist = IST_FAULT;
	gates[18].ist = IST_FAULT;
}

void gates_load(void)
{
	struct packed {
		u16 limit;
		u64 base;
	} pointer = { sizeof(gates) - 1, (u64)gates };

	__asm__ volatile("lidt %0" ::"m"(pointer));
}

const struct extable *extable_find(u64 rip)
{
	for (const struct extable *e = extable_start; e < extable_end; e++)
		if (e->insn == rip)
			return e;
	return NULL;
}

void frame_init_user(struct trap_frame *f, u64 rip, u64 rsp)
{
	*f = (struct trap_frame){ .orig_rax = NO_SYSCALL,
				  .rip = rip,
				  .cs = SEL_USER_CODE,
				  .rflags = RFLAGS_IF | 2,
				  .rsp = rsp,
				  .ss = SEL_USER_DATA };
}

/* #MF and #XM: the exceptions that are raised and not masked. */
static int float_code(unsigned vector)
{
	u16 control, status;
	u32 mxcsr, raised;

	if (vector == 16) {
		__asm__ volatile("fnstcw %0; fnstsw %1" : "=m"(control), "=m"(status));
		raised = status & ~control;
	} else {
		__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
		raised = mxcsr & ~(mxcsr >> 7);
	}
	if (raised & 0x01)
		return FPE_FLTINV;
	if (raised & 0x04)
		return FPE_FLTDIV;
	if (raised & 0x08)
		return FPE_FLTOVF;
	if (raised & 0x12)
		return FPE_FLTUND;
	return raised & 0x20 ? FPE_FLTRES : 0;
}

static void user_debug(struct trap_frame *f, u64 dr6)
{
	int code = dr6 & DR6_STEP ? TRAP_TRACE : dr6 & DR6_POINTS ? TRAP_HWBKPT : TRAP_BRKPT;

	upcall_user_exception(f, SIGTRAP, code, f->rip, 1, 0);
}

static void user_page_fault(struct trap_frame *f, u64 va, u64 error)
{
	int signo = SIGSEGV, code = SEGV_MAPERR;

	if (likely(va < USER_END)) {
		if (likely(!upcall_page_fault(va, error & FAULT_BITS, &signo, &code)))
			return;
	} else {
		error |= FAULT_PRESENT; /* as Linux: nobody learns what the kernel has mapped */
	}
	upcall_user_exception(f, signo, code, va, 14, error);
}

static void user_exception(unsigned vector, struct trap_frame *f, u64 error)
{
	int code;

	if (vector == 16 || vector == 19) {
		code = float_code(vector);
		if (code)
			upcall_user_exception(f, SIGFPE, code, f->rip, (int)vector, error);
	} else if (plain[vector].signo) {
		upcall_user_exception(f, plain[vector].signo, plain[vector].code,
				      plain[vector].at_rip ? f->rip : 0, (int)vector, error);
	} else {
		panic_frame(f, "unexpected exception %u (error %lx) in user mode", vector, error);
	}
}

/* A frame that iretq would stumble over; sigreturn and ptrace can make one. */
static bool frame_bad(const struct trap_frame *f)
{
	return f->cs != SEL_USER_CODE || f->ss != SEL_USER_DATA ||
	       (f->rip >> 47 && f->rip >> 47 != 0x1ffff);
}

static noinline void frame_mend(struct trap_frame *f)
{
	u64 error = f->cs != SEL_USER_CODE ? f->cs & 0xfffc : 0;

	f->cs = SEL_USER_CODE;
	f->ss = SEL_USER_DATA;
	irq_on();
	upcall_user_exception(f, SIGSEGV, SI_KERNEL, 0, 13, error);
	irq_off();
}

/* IRQs off, and off again when it returns. */
void trap_exit_to_user(struct trap_frame *f)
{
	const struct arch_thread *t = (const void *)thread_current();

	assert(!cpu_this()->irq_depth);
	/* A signal that is on its way may replace the frame; one that mends it always does, or ends
	   the task. */
	for (;;) {
		if (unlikely(READ_ONCE(t->alert)))
			upcall_exit_to_user(f);
		else if (unlikely(frame_bad(f)))
			frame_mend(f);
		else
			break;
	}
	f->rflags |= RFLAGS_IF;
}

static always_inline void handle_irq(unsigned vector, struct trap_frame *f)
{
	irq_entered();
	irq_handle(vector, f);
	irq_leaving();
}

void trap_user(unsigned vector, struct trap_frame *f, u64 error)
{
	if (vector >= 32) {
		handle_irq(vector, f);
	} else if (vector == 14) {
		u64 va = cr2_read();

		irq_on();
		user_page_fault(f, va, error);
		irq_off();
	} else if (vector == 1) {
		u64 dr6;

		__asm__ volatile("movq %%dr6, %0; movq %1, %%dr6" : "=&r"(dr6) : "r"(0xffff0ff0ul));
		irq_on();
		user_debug(f, dr6);
		irq_off();
	} else {
		irq_on();
		user_exception(vector, f, error);
		irq_off();
	}
	trap_exit_to_user(f);
}

/* A fault of uaccess: bring the page, or let the access fall short. */
static bool kernel_page_fault(struct trap_frame *f, u64 va, u64 error)
{
	const struct extable *e = extable_find(f->rip);
	int signo, code, result;

	if (!e || va >= USER_END)
		return false;
	if (!(e->flags & EXTABLE_ATOMIC)) {
		if (!(f->rflags & RFLAGS_IF))
			panic_frame(f, "user memory at %lx touched with interrupts off", va);
		irq_on();
		result = upcall_page_fault(va, error & FAULT_BITS, &signo, &code);
		irq_off();
		if (!result)
			return true;
	}
	f->rip = e->fixup;
	return true;
}

/* On the CPU's stack for interrupts: none comes while one is handled, and no handler sleeps. */
void trap_irq(unsigned vector, struct trap_frame *f)
{
	assert(!cpu_this()->irq_depth);
	handle_irq(vector, f);
}

void trap_kernel(unsigned vector, struct trap_frame *f, u64 error)
{
	const struct extable *e;
	u64 va;

	if (vector == 14) {
		va = cr2_read();
		if (!kernel_page_fault(f, va, error))
			panic_frame(f, "page fault at %lx (error %lx) in the kernel", va, error);
		return;
	}
	e = vector == 13 ? extable_find(f->rip) : NULL;
	if (e)
		f->rip = e->fixup;
	else if (vector == 6)
		panic_frame(f, "undefined behaviour or ud2 at %lx", f->rip);
	else
		panic_frame(f, "%s (error %lx) in the kernel", vector_names[vector] ?: "exception",
			    error);
}

/* NMI, double fault, machine check: on a stack of their own, in any context. */
void trap_no_context(unsigned vector, struct trap_frame *f, u64 error)
{
	if (vector == 2) {
		cpu_arch(cpu_this())->irqs[IRQ_LINES + IRQ_NMI]++;
		panic_nmi(f);
		return;
	}
	if (vector == 8 && cpu_this()->stack_top - STACK_SIZE <= cr2_read() &&
	    cr2_read() < cpu_this()->stack_top)
		panic_frame(f, "kernel stack overflow at %lx", cr2_read());
	panic_frame(f, "%s (error %lx, cr2 %lx)", vector_names[vector], error, cr2_read());
}
