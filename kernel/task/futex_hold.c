/*
 * futex_hold.c - see futex_hold.h.  Only a debug build has any of it.
 */
#include "kernel/task/futex_hold.h"

#ifdef DEBUG
#include "kernel/abi/errno.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/text.h"
#include "kernel/lock/spinlock.h"
#include "kernel/task/task.h"

#define SPIN_LIMIT (1u << 28) /* nobody comes: the test is wrong, and the machine shall go on */

s32 futex_hold_tid;
static bool held, passed; /* [a] */

void futex_hold_wait(struct spinlock *bucket)
{
	if (READ_ONCE(futex_hold_tid) != task_tid(task_current()))
		return;
	WRITE_ONCE(held, true);
	for (u32 spins = 0; spins < SPIN_LIMIT; spins++) {
		if (READ_ONCE(bucket->wanted) || READ_ONCE(passed))
			break;
		cpu_relax();
	}
	WRITE_ONCE(futex_hold_tid, 0);
}

void futex_hold_passed(void)
{
	if (READ_ONCE(held))
		WRITE_ONCE(passed, true);
}

void futex_hold_show(struct text *out)
{
	s32 tid = READ_ONCE(futex_hold_tid);

	text_printf(out, tid && READ_ONCE(held) ? "%d held\n" : "%d\n", tid);
}

int futex_hold_write(char *text)
{
	u64 tid;

	if (parse_u64(text, &tid) || tid > INT32_MAX)
		return -EINVAL;
	WRITE_ONCE(held, false);
	WRITE_ONCE(passed, false);
	WRITE_ONCE(futex_hold_tid, (s32)tid);
	return 0;
}
#endif
