/*
 * task_misc.c - small files that programs look for: io, sched, wchan, timerslack_ns,
 * the files of audit and of user namespaces.
 *
 * User space sees what Linux 6.1 shows a process of the first user namespace that nobody audits.
 *
 * Differs from Linux: nothing goes to a disk, so the last three lines of io are always 0; sched has
 * the lines whose figures are kept; wchan is always 0, as where Linux knows no name; the maps of
 * ids and loginuid cannot be written.
 */
#include "fs/procfs/task_files.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/task/cred.h"
#include "kernel/task/namespaces.h"

/* --- figures ----------------------------------------------------------------------------------*/

static int show_io(struct text *out, const struct io_count *n)
{
	text_printf(out, "rchar: %lu\nwchar: %lu\nsyscr: %lu\nsyscw: %lu\n", n->bytes[0],
		    n->bytes[1], n->calls[0], n->calls[1]);
	text_string(out, "read_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n");
	return 0;
}

int proc_show_thread_io(struct task *t, struct text *out)
{
	return show_io(out, &t->io);
}

int proc_show_io(struct task *t, struct text *out)
{
	struct process *p = t->process;
	struct io_count sum;

	spin_lock(&p->lock);
	sum = p->ended_io;
	list_for_each (t, &p->tasks, in_process)
		io_count_add(&sum, &t->io);
	spin_unlock(&p->lock);
	return show_io(out, &sum);
}

int proc_show_sched(struct task *t, const struct pid_namespace *ns, struct text *out)
{
	const struct thread *th = &t->thread;
	u64 time = thread_time(&t->thread), voluntary = READ_ONCE(th->switches[0]),
	    forced = READ_ONCE(th->switches[1]);
	bool realtime = th->policy == SCHED_FIFO || th->policy == SCHED_RR;

	text_printf(out, "%s (%d, #threads: %u)\n", th->name, pid_number(t->pid, ns),
		    proc_threads(t->process));
	text_string(out, "-------------------------------------------------------------------\n");
	text_printf(out, "%-45s:%14lu.%06lu\n", "se.sum_exec_runtime", time / 1000000,
		    time % 1000000);
	text_printf(out, "%-45s:%21lu\n", "nr_switches", voluntary + forced);
	text_printf(out, "%-45s:%21lu\n", "nr_voluntary_switches", voluntary);
	text_printf(out, "%-45s:%21lu\n", "nr_involuntary_switches", forced);
	text_printf(out, "%-45s:%21u\n", "se.load.weight", th->weight << 10);
	text_printf(out, "%-45s:%21u\n", "policy", th->policy);
	text_printf(out, "%-45s:%21d\n", "prio",
		    realtime ? 99 - (int)th->rt_priority : 120 + th->nice);
	return 0;
}

int proc_show_wchan(struct task *t, struct text *out)
{
	text_char(out, '0');
	return 0;
}

/* --- timer slack ------------------------------------------------------------------------------*/

/* Of others only with CAP_SYS_NICE. */
static int check_slack(struct task *t)
{
	return t == task_current() || task_capable(CAP_SYS_NICE) ? 0 : -EPERM;
}

int proc_show_timerslack(struct task *t, struct text *out)
{
	int error = check_slack(t);

	if (!error)
		text_printf(out, "%u\n", READ_ONCE(t->timer_slack));
	return error;
}

int proc_write_timerslack(struct task *t, char *text)
{
	u64 value;
	int error = parse_u64(str_trim(text), &value);

	if (!error)
		error = check_slack(t);
	if (!error)
		WRITE_ONCE(t->timer_slack, value ? (u32)min(value, (u64)UINT32_MAX) : 50000);
	return error;
}

/* --- namespaces, audit ------------------------------------------------------------------------*/

/* All ids, as they are. */
int proc_show_id_map(struct task *t, struct text *out)
{
	text_printf(out, "%10u %10u %10u\n", 0, 0, 4294967295u);
	return 0;
}

int proc_show_setgroups(struct task *t, struct text *out)
{
	text_string(out, "allow\n");
	return 0;
}

/* The first map cannot be changed. */
int proc_write_refused(struct task *t, char *text)
{
	return -EPERM;
}

/* Nobody has logged in as far as audit knows. */
int proc_show_no_login(struct task *t, struct text *out)
{
	text_string(out, "4294967295");
	return 0;
}
