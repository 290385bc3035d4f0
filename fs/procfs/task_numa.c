/*
 * task_numa.c - /proc/PID/numa_maps: the memory policy of each region, and on which nodes its pages
 * lie.
 *
 * Locking: vm->lock throughout.
 *
 * Differs from Linux: all pages of files are as good as dirty, for their only copy is in memory; no
 * page is old, so none is counted as not active; pages that others hold on to count as shared.
 */
#include "fs/procfs/maps.h"

#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"

struct numa_counts {
	u64 pages, anonymous, most_sharers;
	u64 node[NNODE];
};

static void count_pages(struct numa_counts *c, struct vm *vm, const struct region *r)
{
	u64 va = r->start;
	pte_t *e;

	for (; va < r->end && (e = pagetable_next(&vm->pt, &va, r->end)); va += PAGE_SIZE) {
		const struct page *p = page_of_phys(pte_phys(*e));

		if (*e & PTE_ZEROPAGE)
			continue;
		c->pages++;
		c->anonymous += (*e & PTE_ANON) != 0;
		c->most_sharers = max(c->most_sharers, proc_page_sharers(p, *e & PTE_ANON));
		c->node[p->nid]++;
	}
}

static void show_counts(struct text *out, const struct numa_counts *c)
{
	unsigned node;

	if (!c->pages)
		return;
	if (c->anonymous)
		text_printf(out, " anon=%lu", c->anonymous);
	text_printf(out, " dirty=%lu", c->pages);
	if (c->most_sharers > 1)
		text_printf(out, " mapmax=%lu", c->most_sharers);
	for_each_bit(node, node_memory()) if (c->node[node])
		text_printf(out, " N%u=%lu", node, c->node[node]);
	text_string(out, " kernelpagesize_kB=4");
}

static void show_numa(struct maps *m, struct task *t, struct vm *vm, struct region *r)
{
	const struct file *f = proc_region_file(r);
	struct numa_counts counts = { 0 };
	struct policy p;

	if (r->policy)
		p = *r->policy;
	else
		mems_get_policy(&t->thread.mems, &p);
	text_printf(m->out, "%08lx ", r->start);
	policy_show(m->out, &p);
	if (f || (r->mapping && !r->name)) {
		text_string(m->out, " file=");
		if (f)
			proc_maps_path(m, &f->path, "\n\t= ");
	} else if (r->mapping) {
		text_string(m->out, " file=/dev/zero\\040(deleted)");
	} else if (r->name && strcmp(r->name, "[heap]") == 0) {
		text_string(m->out, " heap");
	} else if (r->name && strcmp(r->name, "[stack]") == 0) {
		text_string(m->out, " stack");
	}
	count_pages(&counts, vm, r);
	show_counts(m->out, &counts);
	text_char(m->out, '\n');
}

int proc_show_numa_maps(struct task *t, struct text *out)
{
	return proc_walk_maps(t, out, show_numa);
}
