/*
 * task_attr.c - small files of a process: name, limits, containers, mounts, choice of the OOM
 * killer.
 *
 * Differs from Linux: oom_score_adj may be lowered to 0 without CAP_SYS_RESOURCE, whoever raised
 * it.
 */
#include "fs/procfs/task_files.h"

#include "kernel/abi/errno.h"
#include "kernel/container/framework.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"
#include "kernel/task/namespaces.h"

/* --- comm -------------------------------------------------------------------------------------*/

int proc_show_comm(struct task *t, struct text *out)
{
	text_printf(out, "%s\n", t->thread.name);
	return 0;
}

/* By a thread of the same process only. */
int proc_write_comm(struct task *t, char *text)
{
	if (t->process != task_current()->process)
		return -EINVAL;
	strcopy(t->thread.name, text, sizeof(t->thread.name));
	return 0;
}

/* --- limits -----------------------------------------------------------------------------------*/

static const struct {
	const char *name, *unit;
} limits[RLIM_NLIMITS] = {
	[RLIMIT_CPU] = { "Max cpu time", "seconds" },
	[RLIMIT_FSIZE] = { "Max file size", "bytes" },
	[RLIMIT_DATA] = { "Max data size", "bytes" },
	[RLIMIT_STACK] = { "Max stack size", "bytes" },
	[RLIMIT_CORE] = { "Max core file size", "bytes" },
	[RLIMIT_RSS] = { "Max resident set", "bytes" },
	[RLIMIT_NPROC] = { "Max processes", "processes" },
	[RLIMIT_NOFILE] = { "Max open files", "files" },
	[RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" },
	[RLIMIT_AS] = { "Max address space", "bytes" },
	[RLIMIT_LOCKS] = { "Max file locks", "locks" },
	[RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
	[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" },
	[RLIMIT_NICE] = { "Max nice priority", NULL },
	[RLIMIT_RTPRIO] = { "Max realtime priority", NULL },
	[RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
};

static void show_limit(struct text *out, u64 limit)
{
	if (limit == RLIM_INFINITY)
		text_printf(out, "%-20s ", "unlimited");
	else
		text_printf(out, "%-20lu ", limit);
}

int proc_show_limits(struct task *t, struct text *out)
{
	struct process *p = t->process;

	text_printf(out, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit l;

		spin_lock(&p->lock);
		l = p->limits[i];
		spin_unlock(&p->lock);
		text_printf(out, "%-25s ", limits[i].name);
		show_limit(out, l.rlim_cur);
		show_limit(out, l.rlim_max);
		if (limits[i].unit)
			text_printf(out, "%-10s", limits[i].unit);
		text_char(out, '\n');
	}
	return 0;
}

/* --- containers -------------------------------------------------------------------------------*/

int proc_show_cgroup(struct task *t, struct text *out)
{
	container_show_task(t, out, false);
	return 0;
}

int proc_show_cpuset(struct task *t, struct text *out)
{
	container_show_cpuset(t, out);
	return 0;
}

int proc_show_container(struct task *t, struct text *out)
{
	container_show_task(t, out, true);
	return 0;
}

/* --- others -----------------------------------------------------------------------------------*/

int proc_show_personality(struct task *t, struct text *out)
{
	text_printf(out, "%08x\n", READ_ONCE(t->personality));
	return 0;
}

/* Children that t has made, as far as `max` goes; how many there are. */
static size_t get_children(struct task *t, const struct pid_namespace *ns, s32 *pids, size_t max)
{
	struct process *p;
	size_t n = 0;

	spin_lock(&task_tree_lock);
	list_for_each (p, &t->process->children, sibling) {
		if (p->creator != t)
			continue;
		if (n < max)
			pids[n] = pid_number(p->pid, ns);
		n++;
	}
	spin_unlock(&task_tree_lock);
	return n;
}

int proc_show_children(struct task *t, const struct pid_namespace *ns, struct text *out)
{
	size_t n = get_children(t, ns, NULL, 0);
	s32 *pids = kmalloc_array(n ?: 1, sizeof(*pids));

	if (!pids)
		return -ENOMEM;
	n = min(get_children(t, ns, pids, n), n);
	for (size_t i = 0; i < n; i++)
		text_printf(out, "%d ", pids[i]);
	kfree(pids);
	return 0;
}
