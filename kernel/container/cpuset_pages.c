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
#include "kernel/task/pid_namespace.h"
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

static bool is_member(const struct task *t, const struct cpuset *cs)
{
	bool member;

	spin_lock(&css_set_lock);
	member = !list_empty(&t->containers.node) && task_css(t, SUBSYS_cpuset) == &cs->css;
	spin_unlock(&css_set_lock);
	return member;
}

/* By number, as nothing that may sleep can be done while a list of members is held.  Who joins
   meanwhile has the new nodes already. */
void cpuset_move_all_pages(struct cpuset *cs, u64 from)
{
	struct move_group group;
	struct task *t;
	s32 tid = 0;

	move_group_begin(&group);
	while ((t = task_next(&pid_first, &tid))) {
		if (is_member(t, cs))
			cpuset_move_pages(cs, t, from, &group);
		task_put(t);
		tid++;
	}
	move_group_end(&group);
}
