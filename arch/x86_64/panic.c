/*
 * panic.c - the end after a bug in the kernel.
 *
 * The first CPU that panics wins: it prints the reason, its registers and backtrace, stops the
 * others by NMI, and lets them print theirs one after the other.  It does so on a stack made for
 * this, for the running one may be full.  Output goes to the polled console and takes no lock. Then
 * QEMU is told (isa-debug-exit), and panic= decides: below 0 the machine restarts at once, above 0
 * after so many seconds, else it halts.
 */
#include "arch/x86_64/panic.h"

#include "arch/boot.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/power.h"
#include "arch/smp.h"
#include "arch/upcall.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/offsets.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/lib/refcount.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"

#define NOBODY	   (-1)
#define TURN_LIMIT (500 * NS_PER_MSEC)
#define EXIT_CODE  63u /* QEMU's status becomes 127 */

static int panic_cpu = NOBODY;	/* [a] who panics */
static int panic_turn = NOBODY; /* [a] whose backtrace comes now; NOBODY when it is through */
static bool halting;		/* [a] no words, just stop */
static u8 panic_stack[8192] aligned_to(16); /* [o] who panics first */

void panic_say(const char *fmt, ...)
{
	char line[200];
	va_list args;
	int n;

	va_start(args, fmt);
	n = format_va(line, sizeof(line), fmt, args);
	va_end(args);
	console_write_polled(line, (size_t)min(n, (int)sizeof(line) - 1));
	console_write_polled("\n", 1);
}

bool panic_active(void)
{
	return __atomic_load_n(&panic_cpu, __ATOMIC_RELAXED) != NOBODY;
}

static void show_frame(const struct trap_frame *f)
{
	panic_say("rip %016lx  cs %04lx  rflags %08lx  rsp %016lx  ss %04lx", f->rip, f->cs,
		  f->rflags, f->rsp, f->ss);
	panic_say("rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx", f->rax, f->rbx, f->rcx, f->rdx);
	panic_say("rsi %016lx  rdi %016lx  rbp %016lx  r8  %016lx", f->rsi, f->rdi, f->rbp, f->r8);
	panic_say("r9  %016lx  r10 %016lx  r11 %016lx  r12 %016lx", f->r9, f->r10, f->r11, f->r12);
	panic_say("r13 %016lx  r14 %016lx  r15 %016lx", f->r13, f->r14, f->r15);
	panic_say("cr0 %08lx  cr2 %016lx  cr3 %016lx  cr4 %08lx", cr0_read(), cr2_read(),
		  cr3_read(), cr4_read());
}

/* What one CPU has to say: where it was, and the locks that it holds. */
static void show_cpu(const struct trap_frame *f)
{
	panic_say("CPU %d, thread %016lx", cpu_id(), (u64)cpu_this()->thread);
	show_frame(f);
	if (frame_is_user(f))
		panic_say("in user mode");
	else
		backtrace_show(f->rip, f->rsp, f->rbp);
	lock_show_held(cpu_id());
	upcall_show_held();
}

void panic_nmi(const struct trap_frame *f)
{
	int me = cpu_id();

	if (READ_ONCE(halting))
		for (;;)
			cpu_stop();
	if (!panic_active() || READ_ONCE(panic_cpu) == me)
		return;
	irq_entered();
	while (__atomic_load_n(&panic_turn, __ATOMIC_ACQUIRE) != me)
		cpu_relax();
	show_cpu(f);
	__atomic_store_n(&panic_turn, NOBODY, __ATOMIC_RELEASE);
	for (;;)
		cpu_stop();
}

static void show_others(void)
{
	if (!apic_ready())
		return;
	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		u64 end = clock_now() + TURN_LIMIT;

		if (cpu == cpu_id())
			continue;
		apic_send_nmi(cpus[cpu].apic_id);
		__atomic_store_n(&panic_turn, cpu, __ATOMIC_RELEASE);
		while (__atomic_load_n(&panic_turn, __ATOMIC_ACQUIRE) == cpu) {
			cpu_relax();
			if (clock_now() > end) {
				panic_say("CPU %d does not answer", cpu);
				break;
			}
		}
	}
}

void panic_stop_others(void)
{
	if (!apic_ready())
		return;
	WRITE_ONCE(halting, true);
	for (int cpu = 0; cpu < cpu_count(); cpu++)
		if (cpu != cpu_id())
			apic_send_nmi(cpus[cpu].apic_id);
}

static noreturn void finish(void)
{
	int seconds = panic_seconds;

	power_debug_exit(EXIT_CODE);
	for (int s = 0; s < seconds; s++)
		clock_delay(NS_PER_SEC);
	if (seconds)
		power_reset();
	panic_say("halted");
	power_halt();
}

/* What helps to find the cause, by how the reason begins. */
static void show_next_steps(const char *reason, u64 rip)
{
	static const struct {
		const char *begin, *advice;
	} table[] = {
		{ "lock order", "both places are named above; the order is in kernel/lock/rank.h" },
		{ "lock stuck", "in gdb: locks, bt-all" },
		{ "slab", "in gdb: hbreak panic_with, continue, again; bt, object ADDRESS" },
		{ "page fault", "cr2 above is the address, 0 and a little: a null pointer" },
		{ "kernel stack overflow",
		  "the backtrace shows what calls itself, or has a large frame" },
		{ "Attempted to kill init", "no bug here: /init ended; its last words are above" },
	};

	panic_say("What to do next:");
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strncmp(reason, table[i].begin, strlen(table[i].begin)))
			panic_say("  %s", table[i].advice);
	panic_say("  addr2line -fie build/corral.elf %016lx (the image that was booted)", rip);
	panic_say("  make debug, then ps, locks, containers, bt-all; docs/debugging.md explains "
		  "them");
}

/* Only the first one comes back from here. */
static void become_first(void)
{
	int nobody = NOBODY;

	irq_disable();
	if (__atomic_compare_exchange_n(&panic_cpu, &nobody, cpu_id(), false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return;
	if (nobody == cpu_id()) {
		console_write_polled("panic: once more while panicking\n", 33);
		finish();
	}
	for (;;) /* the first one's NMI comes */
		cpu_stop();
}

struct ending {
	const struct trap_frame *frame;
	const char *fmt;
	va_list args;
};

/* On panic_stack. */
static void end(void *arg)
{
	static char reason[240];
	struct ending *e = arg;

	log_set_console(NULL);
	format_va(reason, sizeof(reason), e->fmt, e->args);
	console_write_polled("\npanic: ", 8);
	console_write_polled(reason, strlen(reason));
	console_write_polled("\n", 1);
	show_cpu(e->frame);
	show_others();
	show_next_steps(reason, e->frame->rip);
	finish();
}

/* Not much of the running stack may be left. */
static noreturn void panic_with(const struct trap_frame *f, const char *fmt, va_list args)
{
	struct ending e = { .frame = f, .fmt = fmt };

	va_copy(e.args, args);
	become_first();
	stack_call(end, &e, panic_stack + sizeof(panic_stack));
	__builtin_unreachable(); /* end() does not return */
}

void panic_frame(const struct trap_frame *f, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	panic_with(f, fmt, args);
}

void panic(const char *fmt, ...)
{
	/* Seen as if the caller had been interrupted: its frame lies above ours. */
	u64 *frame = __builtin_frame_address(0);
	struct trap_frame f = {
		.rip = frame[1], .rbp = frame[0], .rsp = (u64)(frame + 2), .cs = SEL_KERNEL_CODE
	};
	va_list args;

	__asm__ volatile("movq %%rbx, %0; movq %%r12, %1; movq %%r13, %2; movq %%r14, %3\n\t"
			 "movq %%r15, %4; pushfq; popq %5"
			 : "=m"(f.rbx), "=m"(f.r12), "=m"(f.r13), "=m"(f.r14), "=m"(f.r15),
			   "=m"(f.rflags));
	va_start(args, fmt);
	panic_with(&f, fmt, args);
}

void refcount_broken(const struct refcount *r)
{
	panic("reference count at %p is broken: %d", (const void *)r, (s32)refcount_read(r));
}
