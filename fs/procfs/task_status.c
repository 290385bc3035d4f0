/*
 * task_status.c - /proc/PID/status: what ps and people read about a task, a line each.
 *
 * Lines, order and units are Linux 6.1's.
 *
 * Differs from Linux: no lines about speculation.
 */
#include "fs/procfs/task_files.h"

#include "kernel/lib/bits.h"
#include "kernel/lib/parse.h"
#include "kernel/mem/page.h"

static void show_name(const char *name, struct text *out)
{
	text_string(out, "Name:\t");
	for (; *name; name++) {
		if (*name == '\n' || *name == '\\')
			text_char(out, '\\');
		text_char(out, *name == '\n' ? 'n' : *name);
	}
	text_char(out, '\n');
}

static void show_groups(const struct cred *c, struct text *out)
{
	text_string(out, "Groups:\t");
	for (u32 i = 0; i < c->group_count; i++)
		text_printf(out, "%s%u", i ? " " : "", c->groups[i]);
	text_string(out, " \n");
}

static void show_numbers(struct task *t, const struct pid_namespace *ns, const struct cred *c,
			 struct text *out)
{
	struct process *p = t->process;
	s32 tgid = pid_number(p->pid, ns), parent = 0;

	spin_lock(&task_tree_lock);
	if (p->pgrp)
		parent = pid_number(p->parent->pid, ns);
	spin_unlock(&task_tree_lock);
	text_printf(out, "State:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n",
		    proc_state(t), tgid, proc_tid(t, ns), parent);
	text_printf(out, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
	text_printf(out, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
}

/* A line of the numbers of one thing in t's namespaces, from ns inwards. */
static void show_depth(const char *name, const s32 *numbers, u32 count, struct text *out)
{
	text_string(out, name);
	for (u32 i = 0; i < count; i++)
		text_printf(out, "\t%d", numbers[i]);
	text_char(out, '\n');
}

enum { OF_PROCESS, OF_TASK, OF_GROUP, OF_SESSION };

/* The numbers of one of these, ns's own first; how many. */
static u32 get_depth(struct task *t, const struct pid_namespace *ns, int what, s32 *numbers)
{
	static const struct pid_number none;
	struct process *p = t->process;
	const struct pid *own, *of;
	u32 n = 0;

	spin_lock(&task_tree_lock);
	own = t->pid;
	of = what == OF_PROCESS ? p->pid
	     : what == OF_TASK	? own
	     : !p->pgrp		? NULL
	     : what == OF_GROUP ? p->pgrp->pid
				: p->pgrp->session->pid;
	for (u32 level = ns->level; level <= own->level; level++) {
		const struct pid_number *at = level ? &own->inner[level - 1] : &none;

		numbers[n++] = of ? pid_number(of, at->ns ?: &pid_first) : 0;
	}
	spin_unlock(&task_tree_lock);
	return n;
}

static void show_depths(struct task *t, const struct pid_namespace *ns, struct text *out)
{
	static const char *const names[] = { "NStgid:", "NSpid:", "NSpgid:", "NSsid:" };
	s32 numbers[PID_LEVEL_MAX + 1];

	for (int what = OF_PROCESS; what <= OF_SESSION; what++)
		show_depth(names[what], numbers, get_depth(t, ns, what, numbers), out);
}

static void show_identity(struct task *t, const struct pid_namespace *ns, const struct cred *c,
			  struct text *out)
{
	s32 mask = task_umask(t);
	struct fdtable *files = task_get_files(t);

	show_name(t->thread.name, out);
	if (mask >= 0)
		text_printf(out, "Umask:\t%04o\n", mask);
	show_numbers(t, ns, c, out);
	text_printf(out, "FDSize:\t%u\n", files ? READ_ONCE(files->size) : 0);
	if (files)
		fdtable_put(files);
	show_groups(c, out);
	show_depths(t, ns, out);
}

static void show_kib(struct text *out, const char *name, u64 pages)
{
	text_printf(out, "%s:\t%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

/* Figures of the space are single words, each as it was at some moment: no lock is taken. */
static void show_memory(const struct vm *vm, struct text *out)
{
	u64 anon = READ_ONCE(vm->rss_anon), file = READ_ONCE(vm->rss_file),
	    shared = READ_ONCE(vm->rss_shared), rss = anon + file + shared, pages = vm->pages;
	u64 code = (align_up(vm->code_end, PAGE_SIZE) - align_down(vm->code_start, PAGE_SIZE)) >>
		   PAGE_SHIFT;

	code = min(code, vm->exec_pages);
	show_kib(out, "VmPeak", max(vm->pages_peak, pages));
	show_kib(out, "VmSize", pages);
	show_kib(out, "VmLck", vm->locked);
	show_kib(out, "VmPin", 0);
	show_kib(out, "VmHWM", max(vm->rss_peak, rss));
	show_kib(out, "VmRSS", rss);
	show_kib(out, "RssAnon", anon);
	show_kib(out, "RssFile", file);
	show_kib(out, "RssShmem", shared);
	show_kib(out, "VmData", vm->data_pages);
	show_kib(out, "VmStk", vm->stack_pages);
	show_kib(out, "VmExe", code);
	show_kib(out, "VmLib", vm->exec_pages - code);
	show_kib(out, "VmPTE", vm->pt.tables);
	show_kib(out, "VmSwap", 0);
	show_kib(out, "HugetlbPages", 0);
	text_string(out, "CoreDumping:\t0\nTHP_enabled:\t0\n");
}

static void show_signals(struct task *t, const struct cred *c, struct text *out)
{
	struct proc_signals sig;

	proc_get_signals(t, &sig);
	text_printf(out, "Threads:\t%u\nSigQ:\t%lu/%lu\n", proc_threads(t->process),
		    sigqueue_count(c->uid),
		    READ_ONCE(t->process->limits[RLIMIT_SIGPENDING].rlim_cur));
	text_printf(out, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n", sig.pending,
		    sig.shared, sig.blocked);
	text_printf(out, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", sig.ignored, sig.caught);
}

static void show_rights(const struct cred *c, struct text *out)
{
	text_printf(out, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\n", c->cap_inheritable,
		    c->cap_permitted, c->cap_effective);
	text_printf(out, "CapBnd:\t%016lx\nCapAmb:\t%016lx\nNoNewPrivs:\t%d\n", c->cap_bounding,
		    c->cap_ambient, c->no_new_privs);
	text_string(out, "Seccomp:\t0\nSeccomp_filters:\t0\n");
}

static void show_mask(struct text *out, const char *name, u64 mask, unsigned bits)
{
	text_printf(out, "%s:\t", name);
	text_mask(out, mask, bits);
	text_printf(out, "\n%s_list:\t", name);
	text_list(out, mask);
	text_char(out, '\n');
}

static void show_places(struct task *t, struct text *out)
{
	unsigned count = (unsigned)cpu_count();
	u64 possible = count < 64 ? BIT(count) - 1 : ~0ul;

	show_mask(out, "Cpus_allowed", READ_ONCE(t->thread.affinity) & possible, count);
	show_mask(out, "Mems_allowed", mems_allowed(&t->thread.mems), NODE_MASK_BITS);
	text_printf(out, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n",
		    READ_ONCE(t->thread.switches[0]), READ_ONCE(t->thread.switches[1]));
}

int proc_show_status(struct task *t, const struct pid_namespace *ns, struct text *out)
{
	const struct cred *c = task_get_cred(t);
	struct vm *vm = task_get_vm(t);

	show_identity(t, ns, c, out);
	if (vm) {
		show_memory(vm, out);
		vm_put(vm);
	}
	show_signals(t, c, out);
	show_rights(c, out);
	show_places(t, out);
	cred_put(c);
	return 0;
}
