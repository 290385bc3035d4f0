/*
 * cpu.h - this CPU: who it is, what it runs, its interrupt flag.
 *
 * Code of the kernel proper is never preempted: between two calls that may sleep it stays on its
 * CPU.  Only interrupts come in between, and irq_disable() keeps them out.
 */
#pragma once
#include "kernel/lib/types.h"

#define NCPU 64 /* a set of CPUs is one u64 */

struct thread;

/* One per CPU, found through GS.  arch/x86_64/entry.S knows the offsets of the first fields. */
struct cpu {
	struct cpu *self;      /* [I]  0 */
	u64 user_rsp;	       /* [p]  8 scratch of the system call entry */
	u64 stack_top;	       /* [p] 16 kernel stack of the running thread */
	struct thread *thread; /* [p] 24 the running thread */
	u32 id;		       /* [I] 32 0 .. cpu_count() - 1 */
	u32 irq_depth;	       /* [p] 36 nesting of irq_disable(); 1 until the CPU is up */
	void *trace;	       /* [p] 40 kernel/sched/trace.h: its next event */
	u64 irq_stack;	       /* [I] 48 top of the stack for interrupts of kernel code */
	bool online;	       /* [a] takes part in scheduling */
	u32 apic_id;	       /* [I] */
	u32 node;	       /* [I] memory node (SRAT), 0 without one */
	void *arch;	       /* [I] GDT, TSS and the like */
};

extern struct cpu cpus[NCPU];

static always_inline struct cpu *cpu_this(void)
{
	struct cpu *c;

	__asm__ volatile("movq %%gs:0, %0" : "=r"(c));
	return c;
}

static always_inline int cpu_id(void)
{
	int id;

	__asm__ volatile("movl %%gs:32, %0" : "=r"(id));
	return id;
}

/* The same to index an array with. */
static always_inline u64 cpu_index(void)
{
	u64 id;

	__asm__ volatile("movl %%gs:32, %k0" : "=r"(id));
	return id;
}

/* The same wherever the code runs, so the compiler may keep it. */
static always_inline struct thread *thread_current(void)
{
	struct thread *t;

	__asm__("movq %%gs:24, %0" : "=r"(t));
	return t;
}

extern int cpus_found; /* [I] after boot */

/* CPUs that came up at boot; their ids are 0 .. count-1.  Fixed after boot. */
static inline int cpu_count(void)
{
	return cpus_found;
}

static always_inline bool irq_enabled(void)
{
	u64 flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	return flags & 0x200;
}

/*
 * Interrupts are on exactly while irq_depth is 0, so irq_disable() need not look how it finds them.
 * Where the hardware turns them off by itself the handler says so with irq_entered().  The ways
 * between kernel and program, and the idle thread, turn them off without counting: irq_off().  No
 * lock is taken before irq_on() there.
 */
static_assert(offsetof(struct cpu, irq_depth) == 36, "what follows knows this offset");

static always_inline void irq_on(void)
{
	__asm__ volatile("sti" ::: "memory");
}

static always_inline void irq_off(void)
{
	__asm__ volatile("cli" ::: "memory");
}

/* Nested: the outermost irq_restore() turns them on again. */
static always_inline void irq_disable(void)
{
	__asm__ volatile("cli; incl %%gs:36" ::: "memory", "cc");
}

static always_inline void irq_restore(void)
{
	__asm__ volatile("decl %%gs:36; jnz 1f; sti; 1:" ::: "memory", "cc");
}

/* First and last in a handler that the hardware calls with interrupts off, and takes back what it
   has interrupted. */
static always_inline void irq_entered(void)
{
	__asm__ volatile("incl %%gs:36" ::: "memory", "cc");
}

static always_inline void irq_leaving(void)
{
	__asm__ volatile("decl %%gs:36" ::: "memory", "cc");
}

/* Sets the lowest bit; was it clear?  Acquires: nothing that follows comes before. */
static always_inline bool cpu_claim(u32 *word)
{
	bool was_set;

	__asm__ volatile("lock btsl $0, %0" : "+m"(*word), "=@ccc"(was_set) : : "memory");
	return !was_set;
}

static always_inline void cpu_relax(void)
{
	__asm__ volatile("pause");
}

/* Called with interrupts off: enables them and waits for one. */
static always_inline void cpu_idle(void)
{
	__asm__ volatile("sti; hlt" ::: "memory");
}

/* Model name, vendor and flags as /proc/cpuinfo shows them. */
struct text;
void cpu_show(struct text *out, int cpu);

/* Bytes from RDRAND when the CPU has it, mixed with clock noise.  For seeding only. */
u64 cpu_entropy(void);

/* What AT_HWCAP tells programs: the feature bits of CPUID leaf 1, EDX. */
static inline u32 cpu_hwcap(void)
{
	u32 a = 1, b, c = 0, d;

	__asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return d;
}
