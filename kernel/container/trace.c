/*
 * trace.c - a ring of lines.
 *
 * Locking: trace_lock.  It is taken under css_set_lock, and for as long as one line takes to print.
 */
#include "kernel/container/trace.h"

#include "kernel/lib/format.h"
#include "kernel/lib/text.h"
#include "kernel/lock/spinlock.h"

#define LINES	  256
#define LINE_SIZE 96

bool trace_on;

static struct spinlock trace_lock = SPINLOCK_INIT(RANK_LEAF);
static char lines[LINES][LINE_SIZE]; /* [trace_lock] line n is in lines[n % LINES] */
static u64 count;		     /* [trace_lock] lines ever added */

void trace_add(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	spin_lock(&trace_lock);
	format_va(lines[count++ % LINES], LINE_SIZE, fmt, args);
	spin_unlock(&trace_lock);
	va_end(args);
}

void trace_show(struct text *out)
{
	WRITE_ONCE(trace_on, true);
	spin_lock(&trace_lock);
	for (u64 n = count > LINES ? count - LINES : 0; n < count; n++)
		text_printf(out, "%lu %s\n", n, lines[n % LINES]);
	spin_unlock(&trace_lock);
}
