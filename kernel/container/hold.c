/*
 * hold.c - see hold.h.
 *
 * A held task keeps what it holds: container_mutex, the closed gate.  So whoever lets it go must
 * not need them, and has made its helpers before.  If nobody does, containers stand still: this is
 * for tests.
 *
 * Locking: hold_lock.
 */
#include "kernel/container/hold.h"

#ifdef DEBUG
#include "kernel/abi/errno.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/sched/wait.h"
#include "kernel/task/task.h"

s32 hold_tid;

static struct spinlock hold_lock = SPINLOCK_INIT(RANK_LEAF);
static struct waitq released = WAITQ_INIT(released);
static char hold_point[16]; /* [hold_lock] */
static bool held;	    /* [hold_lock] the task is there */

static bool is_held(void)
{
	bool it_is;

	spin_lock(&hold_lock);
	it_is = held;
	spin_unlock(&hold_lock);
	return it_is;
}

void hold_wait(const char *point)
{
	bool here;

	spin_lock(&hold_lock);
	here = !held && task_tid(task_current()) == hold_tid && !strcmp(point, hold_point);
	if (here)
		held = true;
	spin_unlock(&hold_lock);
	if (here)
		wait_event(&released, !is_held());
}

static void choose(const char *point, s32 tid)
{
	spin_lock(&hold_lock);
	strcopy(hold_point, point, sizeof(hold_point));
	WRITE_ONCE(hold_tid, tid);
	held = false;
	spin_unlock(&hold_lock);
	waitq_wake_all(&released);
}

int hold_write(char *text)
{
	char *point = str_trim(text), *number = strchr(point, ' ');
	u64 tid;

	if (!strcmp(point, "0")) {
		choose("", 0);
		return 0;
	}
	if (!number || parse_u64(number + 1, &tid) || !tid || tid > INT32_MAX)
		return -EINVAL;
	*number = 0;
	choose(point, (s32)tid);
	return 0;
}

void hold_show(struct text *out)
{
	spin_lock(&hold_lock);
	if (hold_tid)
		text_printf(out, "%s %d %s\n", hold_point, hold_tid, held ? "held" : "waiting");
	else
		text_string(out, "0\n");
	spin_unlock(&hold_lock);
}
#endif
