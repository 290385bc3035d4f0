/*
 * task_oom.c - who is to die when memory runs out, and what a dump of it would hold:
 * /proc/PID/oom_score, oom_score_adj, the older oom_adj, and coredump_filter.
 *
 * Differs from Linux: nothing is dumped; the filter is only kept.
 */
#include "fs/procfs/task_files.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"

#define ADJ_MAX	    1000
#define OLD_MAX	    15
#define OLD_MIN	    (-16)
#define OLD_NEVER   (-17) /* not to be killed */
#define FILTER_BITS 0x1ffu

/* Linux's scale: two thirds of the share of memory that it has, in thousandths, and 1000. */
int proc_show_oom_score(struct task *t, struct text *out)
{
	s64 adj = READ_ONCE(t->process->oom_score_adj), total, points = 0;
	struct vm *vm = task_get_vm(t);
	struct page_stats pages;

	page_stats(&pages, NODES_ALL);
	total = (s64)max(pages.total, 1ul);
	if (vm && adj != -1000 && t->process != init_process) {
		points = (s64)(vm->rss_anon + vm->rss_file + vm->rss_shared + vm->pt.tables) +
			 adj * (total / 1000);
		points = max((1000 + points * 1000 / total) * 2 / 3, 0l);
	}
	if (vm)
		vm_put(vm);
	text_printf(out, "%ld\n", points);
	return 0;
}

int proc_show_oom_score_adj(struct task *t, struct text *out)
{
	text_printf(out, "%d\n", READ_ONCE(t->process->oom_score_adj));
	return 0;
}

/* Down from what is natural, only with the right to. */
static int set_adj(struct process *p, s64 value, s32 floor)
{
	int error = 0;

	spin_lock(&p->lock);
	if (value < min(p->oom_score_adj, floor) &&
	    !cred_capable(task_current()->cred, CAP_SYS_RESOURCE))
		error = -EACCES;
	else
		p->oom_score_adj = (s32)value;
	spin_unlock(&p->lock);
	return error;
}

int proc_write_oom_score_adj(struct task *t, char *text)
{
	s64 value;
	int error = parse_s64(str_trim(text), &value);

	if (error)
		return error;
	if (value < -ADJ_MAX || value > ADJ_MAX)
		return -EINVAL;
	return set_adj(t->process, value, 0);
}

/* The scale of old, whose steps are larger. */
int proc_show_oom_adj(struct task *t, struct text *out)
{
	s32 adj = READ_ONCE(t->process->oom_score_adj);

	text_printf(out, "%d\n",
		    adj == ADJ_MAX ? OLD_MAX : min(adj * -OLD_NEVER / ADJ_MAX, OLD_MAX));
	return 0;
}

int proc_write_oom_adj(struct task *t, char *text)
{
	s64 value;
	int error = parse_s64(str_trim(text), &value);

	if (error)
		return error;
	if ((value < OLD_MIN || value > OLD_MAX) && value != OLD_NEVER)
		return -EINVAL;
	value = value == OLD_MAX ? ADJ_MAX : value * ADJ_MAX / -OLD_NEVER;
	return set_adj(t->process, value, ADJ_MAX);
}

int proc_show_coredump_filter(struct task *t, struct text *out)
{
	if (READ_ONCE(t->vm))
		text_printf(out, "%08x\n", READ_ONCE(t->process->dump_filter));
	return 0;
}

int proc_write_coredump_filter(struct task *t, char *text)
{
	u64 value;
	int error = parse_u64(str_trim(text), &value);

	if (error)
		return error;
	if (value > UINT32_MAX)
		return -ERANGE;
	if (!READ_ONCE(t->vm))
		return -ESRCH;
	WRITE_ONCE(t->process->dump_filter, (u32)value & FILTER_BITS);
	return 0;
}
