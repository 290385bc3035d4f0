/*
 * cpuset_pages.c - what a task has in memory follows it to other memory nodes.
 *
 * New pages come from the new nodes as soon as the task's thread says so (cpuset_update.c).  Here
 * the policies of its regions are bound to them, and with memory_migrate the pages that it has are
 * moved, those that fork left common to several tasks once for all of them.
 *
 * Locking: container_mutex; each address space has its own lock.
 */
#include "kernel/container/cpuset.h"
#include "kernel/task/task.h"
#include "kernel/vm/move.h"

void cpuset_move_pages(const struct cpuset *cs, struct task *t, u64 from, struct move_group *group)
{
	struct vm *vm = task_get_vm(t);

	if (!vm)
		return;
	vm_rebind(vm, cs->limits.mems);
	if (cs->flags & CPUSET_MEMORY_MIGRATE)
		(void)vm_move_nodes(vm, from, cs->limits.mems, true, group);
	vm_put(vm);
}

struct move {
	const struct cpuset *cs;
	u64 from;
	struct move_group group;
};

static void move_pages(struct task *t, void *arg)
{
	struct move *m = arg;

	cpuset_move_pages(m->cs, t, m->from, &m->group);
}

/* Who joins meanwhile has the new nodes already. */
void cpuset_move_all_pages(struct cpuset *cs, u64 from)
{
	struct move m = { .cs = cs, .from = from };

	move_group_begin(&m.group);
	css_visit_tasks(&cs->css, move_pages, &m);
	move_group_end(&m.group);
}
