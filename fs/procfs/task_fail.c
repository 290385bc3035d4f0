/*
 * task_fail.c - /proc/PID/fail-nth: makes one allocation of a task fail, to test what happens then.
 *
 * User space sees: N written to the file of a thread makes its N-th allocation of kernel memory
 * from then on fail; the file counts down, and 0 says that it has happened (or that none shall).  A
 * test runs an operation with N = 1, 2, 3 ... until the file is not 0 afterwards.
 *
 * Nothing is paid for it until the file is first written.  What an interrupt handler allocates
 * while the task runs is counted too.
 *
 * Differs from Linux: no configuration is needed, and every allocation counts.
 */
#include "fs/procfs/task_files.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"

static bool fail_now(void)
{
	struct thread *th = thread_current();
	struct task *t;
	u64 left;

	if (th->idle)
		return false;
	t = task_of(th);
	left = READ_ONCE(t->fail_nth);
	if (likely(!left))
		return false;
	WRITE_ONCE(t->fail_nth, left - 1);
	return left == 1;
}

int proc_show_fail_nth(struct task *t, struct text *out)
{
	text_printf(out, "%lu\n", READ_ONCE(t->fail_nth));
	return 0;
}

int proc_write_fail_nth(struct task *t, char *text)
{
	u64 value;
	int error = parse_u64(str_trim(text), &value);

	if (error)
		return error;
	if (value > UINT32_MAX)
		return -ERANGE;
	WRITE_ONCE(mem_fail_hook, fail_now);
	WRITE_ONCE(t->fail_nth, value);
	return 0;
}
