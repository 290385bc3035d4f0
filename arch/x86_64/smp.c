/*
 * smp.c - starts the other CPUs, one after the other: stack and struct cpu are ready, then INIT and
 * STARTUP, then it reports back before the next one is called.  Ids are given in the order of the
 * MADT, the boot CPU first.
 *
 * A new CPU compares its time stamp counter with the boot CPU's and sets it right when it is
 * provably off, so clock_now() needs no per-CPU correction.
 */
#include "arch/smp.h"

#include "arch/boot.h"
#include "arch/clock.h"
#include "arch/context.h"
#include "arch/upcall.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/features.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/kmap.h"
#include "arch/x86_64/segment.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"

#define START_AGAIN (200 * NS_PER_USEC) /* a second STARTUP if the first was not enough */
#define START_LIMIT (10 * NS_PER_SEC)	/* as Linux: an emulator on a busy host takes its time */
#define TSC_ROUNDS  4

extern const u8 ap_code[], ap_code_end[];
extern struct cpu *ap_cpu; /* whom switch.S is starting */
noreturn void ap_start(void);

struct cpu *ap_cpu;
int cpus_found = 1;
static u32 ap_running; /* [a] the new CPU has arrived */

/* Time stamps on their way: the new CPU asks (1), the boot CPU answers (2). */
static u32 tsc_turn;
static u64 tsc_answer;

static void tsc_serve(void)
{
	if (__atomic_load_n(&tsc_turn, __ATOMIC_ACQUIRE) != 1)
		return;
	tsc_answer = tsc_read();
	__atomic_store_n(&tsc_turn, 2, __ATOMIC_RELEASE);
}

/* On the new CPU.  The answer was given between `before` and `after`, or the counters differ. */
static void tsc_compare(void)
{
	for (int i = 0; i < TSC_ROUNDS; i++) {
		u64 before = tsc_read(), after, middle;

		__atomic_store_n(&tsc_turn, 1, __ATOMIC_RELEASE);
		while (__atomic_load_n(&tsc_turn, __ATOMIC_ACQUIRE) != 2)
			cpu_relax();
		after = tsc_read();
		middle = before + (after - before) / 2;
		if (tsc_answer < before || tsc_answer > after)
			msr_write(MSR_TSC, tsc_read() + (tsc_answer - middle));
	}
}

/* From switch.S, on the new CPU's stack, with the boot CPU's first tables. */
void ap_start(void)
{
	struct cpu *c = cpu_this();

	cpu_control_init();
	kmap_load();
	segment_init(c);
	gates_load();
	apic_cpu_init();
	clock_cpu_init();
	tsc_compare();
	c->online = true;
	__atomic_store_n(&ap_running, 1, __ATOMIC_RELEASE);
	kernel_main_secondary();
}

static bool wait_running(u64 limit)
{
	u64 end = clock_now() + limit;

	do {
		tsc_serve();
		if (__atomic_load_n(&ap_running, __ATOMIC_ACQUIRE))
			return true;
		cpu_relax();
	} while (clock_now() < end);
	return false;
}

static bool start(u32 id)
{
	apic_send_init(id);
	clock_delay(10 * NS_PER_USEC);
	apic_send_startup(id, AP_TRAMPOLINE);
	if (wait_running(START_AGAIN))
		return true;
	apic_send_startup(id, AP_TRAMPOLINE);
	if (wait_running(START_LIMIT))
		return true;
	apic_send_init(id); /* it must not come late */
	return false;
}

static unsigned order_for(size_t size)
{
	unsigned order = 0;

	while (PAGE_SIZE << order < size)
		order++;
	return order;
}

/* struct cpu, descriptors and the idle thread's stack, from the CPU's own node. */
static bool prepare(struct cpu *c, const struct acpi_cpu *from)
{
	unsigned order = order_for(sizeof(struct cpu_arch));
	struct page *arch = page_alloc_nodes(order, PAGE_ZERO, BIT(from->node));
	struct page *stack = page_alloc_nodes(STACK_ORDER, PAGE_PLAIN, BIT(from->node));

	arch = arch ?: page_alloc(order, PAGE_ZERO);
	stack = stack ?: page_alloc(STACK_ORDER, PAGE_PLAIN);
	if (!arch || !stack) {
		log_error("smp: no memory for CPU %d", cpus_found);
		return false; /* what one of them got stays lost: the machine has no use for it */
	}
	*c = (struct cpu){ .self = c,
			   .id = (u32)cpus_found,
			   .stack_top = (u64)page_virt(stack) + STACK_SIZE,
			   .irq_depth = 1,
			   .apic_id = from->apic_id,
			   .node = from->node,
			   .arch = page_virt(arch) };
	return true;
}

static int cpu_limit(void)
{
	char value[8];
	u64 n;

	if (boot_option("nosmp", value, sizeof(value)))
		return 1;
	if (boot_option("maxcpus", value, sizeof(value)) && !parse_u64(value, &n))
		return (int)min(max(n, 1ul), (u64)NCPU);
	return NCPU;
}

void smp_boot(void)
{
	int limit = cpu_limit();

	memcpy(phys_to_virt(AP_TRAMPOLINE), ap_code, (size_t)(ap_code_end - ap_code));
	for (int i = 0; i < acpi.cpu_count && cpus_found < limit; i++) {
		const struct acpi_cpu *from = &acpi.cpus[i];

		if (from->apic_id == cpus[0].apic_id) {
			cpus[0].node = from->node;
			continue;
		}
		ap_cpu = &cpus[cpus_found];
		ap_running = 0;
		tsc_turn = 0;
		if (!prepare(ap_cpu, from))
			break;
		if (start(from->apic_id))
			cpus_found++;
		else
			log_error("smp: CPU with APIC id %u does not answer", from->apic_id);
	}
	log_info("smp: %d CPU%s", cpus_found, cpus_found == 1 ? "" : "s");
}
