/*
 * task_maps.c - /proc/PID/maps, smaps and smaps_rollup: the regions of an address space.
 *
 * smaps adds to each line of maps what of the region is in memory.  A page's sharers are told from
 * its reference count, so Pss may be a little off while others look at the same page.
 *
 * Locking: vm->lock throughout, so that no region is shown twice or in parts.
 *
 * Differs from Linux: shared anonymous memory has no device and inode number; smaps has no lines
 * about huge pages, swap and referenced pages.
 */
#include "fs/procfs/maps.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define NAME_COLUMN 73 /* where the name begins */

void proc_maps_path(struct maps *m, const struct path *place, const char *escaped)
{
	const char *text = path_text(place, &m->root, m->path, PATH_MAX);

	if (IS_ERR(text))
		return;
	for (; *text; text++) {
		if (strchr(escaped, *text))
			text_printf(m->out, "\\%03o", (u8)*text);
		else
			text_char(m->out, *text);
	}
}

static void show_region(struct maps *m, const struct region *r)
{
	const struct file *f = proc_region_file(r);
	u64 dev = f ? f->inode->super->dev : 0;
	size_t from = m->out->len;

	text_printf(m->out, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", r->start, r->end,
		    r->flags & VM_READ ? 'r' : '-', r->flags & VM_WRITE ? 'w' : '-',
		    r->flags & VM_EXEC ? 'x' : '-', r->flags & VM_SHARED ? 's' : 'p',
		    r->mapping ? r->offset << PAGE_SHIFT : 0, (u32)(dev >> 8 & 0xfff),
		    (u32)((dev & 0xff) | (dev >> 12 & ~0xfful)), f ? f->inode->ino : 0);
	if (f || r->name || r->mapping)
		text_printf(m->out, "%*s",
			    NAME_COLUMN - (int)min(m->out->len - from, NAME_COLUMN - 1ul), "");
	if (f)
		proc_maps_path(m, &f->path, "\n");
	else if (r->name || r->mapping)
		text_string(m->out, r->name ?: "/dev/zero (deleted)");
	text_char(m->out, '\n');
}

/* --- what is in memory -------------------------------------------------------------------------*/

struct smaps {
	u64 rss, pss, shared_clean, shared_dirty, private_clean, private_dirty, anonymous,
		locked; /* bytes */
};

static void add_entry(struct smaps *s, pte_t e)
{
	const struct page *p = page_of_phys(pte_phys(e));
	bool anonymous = e & PTE_ANON, dirty = e & PTE_DIRTY || anonymous;
	u64 n = proc_page_sharers(p, anonymous);

	s->rss += PAGE_SIZE;
	s->pss += PAGE_SIZE / n;
	if (n > 1)
		*(dirty ? &s->shared_dirty : &s->shared_clean) += PAGE_SIZE;
	else
		*(dirty ? &s->private_dirty : &s->private_clean) += PAGE_SIZE;
	if (anonymous)
		s->anonymous += PAGE_SIZE;
}

struct size_line {
	const char *name;
	u64 bytes;
};

static void show_lines(struct text *out, const struct size_line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text_printf(out, "%-16s%8lu kB\n", lines[i].name, lines[i].bytes >> 10);
}

static void show_sums(struct text *out, const struct smaps *s)
{
	const struct size_line lines[] = {
		{ "Rss:", s->rss },
		{ "Pss:", s->pss },
		{ "Shared_Clean:", s->shared_clean },
		{ "Shared_Dirty:", s->shared_dirty },
		{ "Private_Clean:", s->private_clean },
		{ "Private_Dirty:", s->private_dirty },
		{ "Anonymous:", s->anonymous },
		{ "Swap:", 0 },
		{ "Locked:", s->locked },
	};

	show_lines(out, lines, ARRAY_SIZE(lines));
}

static void show_sizes(struct text *out, const struct region *r, const struct smaps *s)
{
	const struct size_line lines[] = {
		{ "Size:", r->end - r->start },
		{ "KernelPageSize:", PAGE_SIZE },
		{ "MMUPageSize:", PAGE_SIZE },
	};

	show_lines(out, lines, ARRAY_SIZE(lines));
	show_sums(out, s);
}

static void show_flags(struct text *out, u32 flags)
{
	static const struct {
		u32 flag;
		char name[4];
	} names[] = {
		{ VM_READ, " rd" },	{ VM_WRITE, " wr" },	 { VM_EXEC, " ex" },
		{ VM_SHARED, " sh" },	{ VM_MAYREAD, " mr" },	 { VM_MAYWRITE, " mw" },
		{ VM_MAYEXEC, " me" },	{ VM_GROWSDOWN, " gd" }, { VM_LOCKED, " lo" },
		{ VM_DONTFORK, " dc" }, { VM_NORESERVE, " nr" }, { VM_WIPEFORK, " wf" },
	};

	text_string(out, "VmFlags:");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			text_string(out, names[i].name);
	text_string(out, " \n");
}

static void add_region(struct smaps *s, struct vm *vm, const struct region *r)
{
	u64 va = r->start, before = s->pss;
	pte_t *e;

	while (va < r->end && (e = pagetable_next(&vm->pt, &va, r->end))) {
		if (!(*e & PTE_ZEROPAGE))
			add_entry(s, *e);
		va += PAGE_SIZE;
	}
	if (r->flags & VM_LOCKED)
		s->locked += s->pss - before;
}

static void show_contents(struct maps *m, struct vm *vm, const struct region *r)
{
	struct smaps s = { 0 };

	add_region(&s, vm, r);
	show_sizes(m->out, r, &s);
	show_flags(m->out, r->flags);
}

/* --- the files ---------------------------------------------------------------------------------*/

int proc_walk_maps(struct task *t, struct text *out,
		   void (*show)(struct maps *m, struct task *t, struct vm *vm, struct region *r))
{
	struct maps m = { .path = kmalloc(PATH_MAX), .out = out };
	struct vm *vm = task_get_vm(t);

	if (!m.path || !vm || !proc_reader_root(&m.root)) {
		if (vm)
			vm_put(vm);
		kfree(m.path);
		return m.path ? 0 : -ENOMEM;
	}
	mutex_lock(&vm->lock);
	for (struct region *r = vm_find(vm, 0); r && !out->overflow; r = region_next(r)) {
		show(&m, t, vm, r);
		sched_relax();
	}
	mutex_unlock(&vm->lock);
	path_put(&m.root);
	vm_put(vm);
	kfree(m.path);
	return 0;
}

static void show_maps(struct maps *m, struct task *t, struct vm *vm, struct region *r)
{
	show_region(m, r);
}

static void show_smaps(struct maps *m, struct task *t, struct vm *vm, struct region *r)
{
	show_region(m, r);
	show_contents(m, vm, r);
}

int proc_show_maps(struct task *t, struct text *out)
{
	return proc_walk_maps(t, out, show_maps);
}

int proc_show_smaps(struct task *t, struct text *out)
{
	return proc_walk_maps(t, out, show_smaps);
}

/* The sums over all regions, on a line that spans them. */
int proc_show_smaps_rollup(struct task *t, struct text *out)
{
	struct vm *vm = task_get_vm(t);
	struct smaps s = { 0 };
	u64 start, end = 0;

	if (!vm)
		return -ESRCH;
	mutex_lock(&vm->lock);
	start = vm_find(vm, 0) ? vm_find(vm, 0)->start : 0;
	for (struct region *r = vm_find(vm, 0); r; r = region_next(r)) {
		add_region(&s, vm, r);
		end = r->end;
		sched_relax();
	}
	mutex_unlock(&vm->lock);
	vm_put(vm);
	text_printf(out, "%08lx-%08lx ---p 00000000 00:00 0 %31s[rollup]\n", start, end, "");
	show_sums(out, &s);
	return 0;
}
