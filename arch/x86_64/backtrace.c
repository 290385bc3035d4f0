/*
 * backtrace.c - who called whom, by name.
 *
 * A debug build keeps frame pointers, and the chain is followed.  Otherwise the stack is searched
 * for addresses of the text; some of what that finds is left over from earlier calls, so those
 * lines bear a question mark.
 *
 * From the stack for interrupts it goes on to that of what was interrupted.
 */
#include "arch/boot.h"
#include "arch/context.h"
#include "arch/x86_64/ksyms.h"
#include "arch/x86_64/panic.h"
#include "arch/x86_64/segment.h"

#define DEPTH 24

extern char kernel_start[], text_end[], kernel_end[];

static bool is_text(u64 address)
{
	return address >= (u64)kernel_start && address < (u64)text_end;
}

/* The table is sorted by address; empty in the first of the two links. */
const char *ksym_find(u64 address, u64 *offset)
{
	const struct ksym *low = ksyms_start, *high = ksyms_end;

	if (low == high || !is_text(address) || address < low->address)
		return NULL;
	while (high - low > 1) {
		const struct ksym *middle = low + (high - low) / 2;

		if (middle->address <= address)
			low = middle;
		else
			high = middle;
	}
	*offset = address - low->address;
	return ksyms_names + low->name_offset;
}

static void show(u64 address, const char *mark)
{
	u64 offset = 0;
	const char *name = ksym_find(address, &offset);

	panic_say("  %016lx %s%s+0x%lx", address, mark, name ?: "?", offset);
}

static bool on_irq_stack(u64 rsp)
{
	return cpu_this()->irq_stack - rsp <= IRQ_STACK_SIZE;
}

/* Eight bytes that can be read: of a stack in the direct map or in the image. */
static bool readable(u64 address)
{
	bool direct = address >= DIRECT_MAP && address < DIRECT_MAP + boot.memory_end;
	bool image = address >= (u64)kernel_start && address < (u64)kernel_end;

	return !(address & 7) && (direct || image);
}

static u64 word_at(u64 address)
{
	return *(const u64 *)address;
}

/* Where callers end: the top of the stack, but for what interrupts of kernel code leave there. */
static u64 stack_end(u64 rsp)
{
	u64 top = cpu_this()->irq_stack;

	return on_irq_stack(rsp) ? top - 16 : align_up(rsp + 1, STACK_SIZE);
}

#ifdef DEBUG
static void show_callers(u64 rsp, u64 rbp)
{
	u64 end = stack_end(rsp);

	for (int i = 0; i < DEPTH && rbp >= rsp && rbp < end && readable(rbp); i++) {
		if (!is_text(word_at(rbp + 8)))
			break;
		show(word_at(rbp + 8) - 1, "");
		rsp = rbp + 16;
		rbp = word_at(rbp);
	}
}
#else
static void show_callers(u64 rsp, u64 rbp)
{
	u64 end = stack_end(rsp);

	(void)rbp;
	for (int n = 0; rsp < end && n < DEPTH && readable(rsp); rsp += 8) {
		if (!is_text(word_at(rsp)))
			continue;
		show(word_at(rsp) - 1, "? ");
		n++;
	}
}
#endif

void backtrace_show(u64 rip, u64 rsp, u64 rbp)
{
	panic_say("backtrace:");
	if (is_text(rip))
		show(rip, "");
	show_callers(align_up(rsp, 8ul), rbp);
	if (on_irq_stack(rsp)) {
		const struct trap_frame *f = (const void *)word_at(cpu_this()->irq_stack - 8);

		panic_say("interrupted:");
		show(f->rip, "");
		show_callers(align_up(f->rsp, 8ul), f->rbp);
	}
}
