/*
 * objects.c - /proc/sys/kernel/objects of a debug build: what is alive.
 *
 * A line for each kind of object with the number of those alive, and one for pages.  What something
 * that is gone has left behind shows as a difference; tests/conftest.py looks for one around each
 * guest test.
 *
 * Left out is what comes and goes without being anybody's: stocks of free objects, pages and page
 * tables, and the tables below process numbers, whose count depends on which numbers are in use.
 * Memory of programs that are alive may grow as it likes and is left out as well.
 */
#include "fs/procfs/procfs.h"

#ifdef DEBUG
#include "arch/mmu.h"
#include "arch/smp.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/thread.h"
#include "kernel/sched/worker.h"
#include "kernel/task/pid_namespace.h"

static void show_alive(const char *name, u64 alive, void *arg)
{
	struct text *out = arg;

	if (!strcmp(name, "radix_table"))
		alive -= pid_tables();
	text_printf(out, "%s %lu\n", name, alive);
}

/* Private memory of all programs, and their page tables.  Two that share a page after fork are
   both seen to have it; nobody does for long. */
static u64 program_pages(void)
{
	struct task *t;
	u64 pages = 0;

	for (s32 tid = 1; (t = task_next(&pid_first, &tid)); tid++) {
		struct vm *vm = t->process->leader == t ? task_get_vm(t) : NULL;

		if (vm) {
			mutex_lock(&vm->lock);
			pages += vm->rss_anon + vm->pt.tables;
			mutex_unlock(&vm->lock);
			vm_put(vm);
		}
		task_put(t);
	}
	return pages;
}

void proc_show_objects(struct text *out)
{
	struct page_stats stats;

	worker_drain();
	smp_call(sched_online(), slab_examine, NULL);
	slab_count_alive(show_alive, out);
	page_stats(&stats, NODES_ALL);
	text_printf(out, "pages %lu\n",
		    stats.total - stats.free - slab_pages() - pagetable_stock() - program_pages());
}
#endif
