/*
 * task_stat.c - /proc/PID/stat, statm and schedstat: figures on one line.
 *
 * stat has Linux 6.1's 52 fields.  Where a task has no such thing, or it is not the reader's to
 * know (addresses of programs of other users), the field is what Linux prints then.
 *
 * Locking: each source is read under its own lock, so the fields of one line may be of moments a
 * little apart.
 *
 * Differs from Linux: schedstat's second number (time spent waiting for a CPU) is always 0.
 */
#include "fs/procfs/task_files.h"

#include "kernel/abi/time.h"
#include "kernel/dev/tty.h"
#include "kernel/task/usage.h"

#define NS_PER_TICK (NS_PER_SEC / USER_HZ)

/* Linux's PF_* that mean something here. */
#define FLAG_EXITING	 0x00000004u
#define FLAG_FORK_NOEXEC 0x00000040u
#define FLAG_KTHREAD	 0x00200000u

const char *proc_state(struct task *t)
{
	u32 state = READ_ONCE(t->thread.state);

	if (state == THREAD_DEAD || READ_ONCE(t->process->zombie))
		return "Z (zombie)";
	switch (state) {
	case THREAD_RUNNING:
		return "R (running)";
	case THREAD_SLEEPING:
		return "S (sleeping)";
	case THREAD_STOPPED:
		if (thread_alerts(&t->thread) & ALERT_FREEZE)
			return "D (disk sleep)";
		return "T (stopped)";
	default:
		return "D (disk sleep)";
	}
}

void proc_get_signals(struct task *t, struct proc_signals *out)
{
	struct process *p = t->process;
	struct sighand *s;

	*out = (struct proc_signals){ 0 };
	spin_lock(&p->lock);
	out->pending = t->pending.set.bits;
	out->shared = p->pending.set.bits;
	out->blocked = t->blocked.bits;
	s = p->sighand;
	spin_lock(&s->lock);
	for (int signo = 1; signo < NSIG; signo++) {
		const void __user *handler = sighand_action_locked(s, signo).handler;

		if (handler == SIG_IGN)
			out->ignored |= 1ul << (signo - 1);
		else if (handler != SIG_DFL)
			out->caught |= 1ul << (signo - 1);
	}
	spin_unlock(&s->lock);
	spin_unlock(&p->lock);
}

s32 proc_tid(struct task *t, const struct pid_namespace *ns)
{
	s32 nr;

	spin_lock(&task_tree_lock);
	nr = pid_number(t->pid, ns);
	spin_unlock(&task_tree_lock);
	return nr;
}

/* --- stat -------------------------------------------------------------------------------------*/

struct relations {
	s32 parent, group, session, foreground;
	u64 tty;
};

static void get_relations(struct process *p, const struct pid_namespace *ns, struct relations *r)
{
	struct session *s;

	*r = (struct relations){ .foreground = -1 };
	spin_lock(&task_tree_lock);
	if (p->pgrp) {
		s = p->pgrp->session;
		r->parent = pid_number(p->parent->pid, ns);
		r->group = pid_number(p->pgrp->pid, ns);
		r->session = pid_number(s->pid, ns);
		if (s->tty) {
			r->tty = s->tty->number;
			r->foreground =
				s->tty->foreground ? pid_number(s->tty->foreground->pid, ns) : -1;
		}
	}
	spin_unlock(&task_tree_lock);
}

static void show_relations(struct task *t, const struct pid_namespace *ns, struct text *out)
{
	struct relations r;
	u32 flags = (READ_ONCE(t->exiting) ? FLAG_EXITING : 0) |
		    (t->exec_done || t->is_kernel ? 0 : FLAG_FORK_NOEXEC) |
		    (t->is_kernel ? FLAG_KTHREAD : 0);

	get_relations(t->process, ns, &r);
	text_printf(out, " %d %d %d %lu %d %u", r.parent, r.group, r.session, r.tty, r.foreground,
		    flags);
}

static void show_usage(struct task *t, bool whole, struct text *out)
{
	struct usage own, children;

	if (whole)
		usage_of_process(t->process, &own);
	else
		usage_of_task(t, &own);
	usage_of_children(t->process, &children);
	text_printf(out, " %lu %lu %lu %lu", own.faults[0], children.faults[0], own.faults[1],
		    children.faults[1]);
	text_printf(out, " %lu %lu %lu %lu", own.time[CPU_USER] / NS_PER_TICK,
		    own.time[CPU_SYSTEM] / NS_PER_TICK, children.time[CPU_USER] / NS_PER_TICK,
		    children.time[CPU_SYSTEM] / NS_PER_TICK);
}

static void show_sched(struct task *t, struct text *out)
{
	const struct thread *th = &t->thread;
	bool realtime = th->policy == SCHED_FIFO || th->policy == SCHED_RR;

	text_printf(out, " %d %d %u 0 %lu", realtime ? -1 - (int)th->rt_priority : 20 + th->nice,
		    th->nice, proc_threads(t->process), th->start / NS_PER_TICK);
}

/* Figures of the space are single words, each as it was at some moment: no lock is taken. */
static void show_space(struct task *t, const struct vm *vm, bool may, struct text *out)
{
	u64 limit = READ_ONCE(t->process->limits[RLIMIT_RSS].rlim_cur);

	if (!vm) {
		text_printf(out, " 0 0 %lu 0 0 0", limit);
		return;
	}
	text_printf(out, " %lu %lu %lu", vm->pages << PAGE_SHIFT,
		    vm->rss_anon + vm->rss_file + vm->rss_shared, limit);
	if (may)
		text_printf(out, " %lu %lu %lu", vm->code_start, vm->code_end, vm->stack_start);
	else
		text_string(out, " 1 1 0");
}

static void show_arguments(struct task *t, const struct vm *vm, bool may, struct text *out)
{
	if (vm && may)
		text_printf(out, " %lu %lu %lu %lu %lu %lu %lu", vm->data_start, vm->data_end,
			    vm->brk_start, vm->arg_start, vm->arg_end, vm->env_start, vm->env_end);
	else
		text_string(out, " 0 0 0 0 0 0 0");
	text_printf(out, " %d\n", may ? READ_ONCE(t->exit_status) : 0);
}

static int show_stat(struct task *t, const struct pid_namespace *ns, struct text *out, bool whole)
{
	bool may = proc_may_access(t, task_current()->cred);
	bool leader = t->process->leader == t;
	const char *state = proc_state(t);
	struct vm *vm = task_get_vm(t);
	struct proc_signals sig;
	const u64 low = 0x7fffffff;

	text_printf(out, "%d (%s) %c", proc_tid(t, ns), t->thread.name, *state);
	show_relations(t, ns, out);
	show_usage(t, whole, out);
	show_sched(t, out);
	show_space(t, vm, may, out);
	proc_get_signals(t, &sig);
	text_printf(out, " 0 0 %lu %lu %lu %lu", sig.pending & low, sig.blocked & low,
		    sig.ignored & low, sig.caught & low);
	text_printf(out, " %d 0 0 %d %d %u %u 0 0 0", may && *state != 'R',
		    leader ? (int)t->process->exit_signal : -1, READ_ONCE(t->thread.cpu),
		    t->thread.rt_priority, t->thread.policy);
	show_arguments(t, vm, may, out);
	if (vm)
		vm_put(vm);
	return 0;
}

int proc_show_stat(struct task *t, const struct pid_namespace *ns, struct text *out)
{
	return show_stat(t, ns, out, true);
}

int proc_show_thread_stat(struct task *t, const struct pid_namespace *ns, struct text *out)
{
	return show_stat(t, ns, out, false);
}

/* --- others -----------------------------------------------------------------------------------*/

int proc_show_statm(struct task *t, struct text *out)
{
	struct vm *vm = task_get_vm(t);
	u64 file, text;

	if (!vm) {
		text_string(out, "0 0 0 0 0 0 0\n");
		return 0;
	}
	file = READ_ONCE(vm->rss_file) + READ_ONCE(vm->rss_shared);
	text = (align_up(vm->code_end, PAGE_SIZE) - align_down(vm->code_start, PAGE_SIZE)) >>
	       PAGE_SHIFT;
	text_printf(out, "%lu %lu %lu %lu 0 %lu 0\n", vm->pages, file + READ_ONCE(vm->rss_anon),
		    file, text, vm->data_pages + vm->stack_pages);
	vm_put(vm);
	return 0;
}

int proc_show_schedstat(struct task *t, struct text *out)
{
	const struct thread *th = &t->thread;

	text_printf(out, "%lu 0 %lu\n", thread_time(&t->thread),
		    th->switches[0] + th->switches[1] + READ_ONCE(th->running));
	return 0;
}
