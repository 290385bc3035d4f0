/*
 * cpuset - which CPUs and which memory nodes the tasks of a container may use.
 *
 *   cpuset.cpus, mems              lists, empty at first; tasks are let in when both are set
 *   cpuset.effective_cpus, _mems   of them, what is in service
 *   cpuset.cpu_exclusive           1: no sibling may have any of its CPUs
 *   cpuset.mem_exclusive           the same for nodes; also what mem_hardwall does
 *   cpuset.mem_hardwall            the kernel's own memory for its tasks comes from its nodes
 *   cpuset.memory_migrate          pages go along when nodes change or a task comes
 *   cpuset.memory_spread_page      file pages take turns among the nodes (spread_slab: kept only)
 *   cpuset.memory_pressure         how often its tasks found no free memory, times 1000 a second
 *   cpuset.sched_load_balance      0: its CPUs share load only as far as its children say so
 *   cpuset.sched_relax_domain_level  how far a CPU without work looks for some at once
 *   cpuset.memory_pressure_enabled   in the root: 1 turns all meters on
 *
 * A set is always a part of its parent's.  The root has what is online and cannot be changed.  All
 * rules are in cpuset_rules.c.
 *
 * Locking: container_mutex for all that is written here.  A task has what it needs of its set in
 * its thread (thread->bound), put there by cpuset_update.c, so no decision of the scheduler or of
 * the page allocator looks at a container.
 */
#include "kernel/container/cpuset.h"

#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/container/taskset.h"
#include "kernel/lib/log.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/node.h"
#include "kernel/task/task.h"
#include "kernel/vm/move.h"

struct cpuset *cpuset_root;

/* --- a set comes and goes --------------------------------------------------------------------- */

static void create_root(struct cpuset *cs)
{
	cpuset_root = cs;
	cs->cpus = ~0ul; /* until the other CPUs are up */
	cs->mems = node_memory();
	cs->flags |= CPUSET_CPU_EXCLUSIVE | CPUSET_MEM_EXCLUSIVE;
}

/* What clone_children and container_clone give a set, unless that breaks into a sibling's. */
static void inherit(struct css *css)
{
	struct cpuset *cs = cpuset_of(css), *parent = cpuset_parent(cs);
	struct container *c;

	list_for_each (c, &css->parent->container->children, sibling)
		if (cpuset_of(c->css[SUBSYS_cpuset])->flags &
		    (CPUSET_CPU_EXCLUSIVE | CPUSET_MEM_EXCLUSIVE))
			return;
	cs->cpus = parent->cpus;
	cs->mems = parent->mems;
	cpuset_refresh(cs);
}

static int cpuset_create(struct css *css)
{
	struct cpuset *cs = cpuset_of(css);

	cs->flags = CPUSET_LOAD_BALANCE;
	cs->relax_level = -1;
	if (!css->parent) {
		create_root(cs);
		cpuset_refresh(cs);
		return 0;
	}
	cs->flags |= cpuset_parent(cs)->flags & (CPUSET_SPREAD_PAGE | CPUSET_SPREAD_SLAB);
	cpuset_refresh(cs);
	if (css->parent->container->clone_children)
		inherit(css);
	return 0;
}

static void cpuset_destroy(struct css *css)
{
	struct cpuset *cs = cpuset_of(css);
	bool balanced = cs->cpus && cs->flags & CPUSET_LOAD_BALANCE;

	cs->cpus = 0;
	if (balanced)
		cpuset_rebuild_domains();
}

/* --- tasks come and go ------------------------------------------------------------------------ */

static int cpuset_can_attach(struct css *to, struct taskset *tasks)
{
	const struct cpuset *cs = cpuset_of(to);

	if (!cs->cpus)
		return container_refuse(-ENOSPC, "cpuset.cpus is empty: a task would have no CPU");
	if (!cs->mems)
		return container_refuse(-ENOSPC,
					"cpuset.mems is empty: a task would have no memory");
	return 0;
}

/* The memory of a process goes where its leader goes; and whatever a task has asked for with
   sched_setaffinity() is forgotten. */
static void cpuset_attach(struct css *to, struct taskset *tasks)
{
	struct cpuset *cs = cpuset_of(to);
	struct move_group group;
	struct task *t;
	u64 left = 0;

	move_group_begin(&group);
	taskset_for_each(t, tasks)
	{
		u64 from = mems_allowed(&t->thread.mems);

		left |= cpuset_bind_task(cs, t);
		if (unlikely(from != cs->limits.mems) && t->process->leader == t)
			cpuset_move_pages(cs, t, from, &group);
	}
	sched_expel(left);
	move_group_end(&group);
}

/*
 * A child has copied its parent's masks before it joined the set; if the set has changed since, it
 * has not followed.  Who changes the set does so before it walks over the tasks, under
 * css_set_lock: either the walk has met the child, or the child sees the change here.
 */
static void cpuset_fork(struct task *child)
{
	struct cpuset *cs = cpuset_of(task_css(child, SUBSYS_cpuset));

	if (likely(cpuset_fits_task(cs, child)))
		return;
	spin_lock(&css_set_lock);
	if (!cpuset_fits_task(cs, child))
		bug_if(cpuset_bind_task(cs, child)); /* it does not run yet */
	spin_unlock(&css_set_lock);
}

static const char *cpuset_examine(struct css *css, const struct task *t)
{
	const struct cpuset *cs = cpuset_of(css);

	if (!cpuset_fits_task(cs, t))
		return "I14: cpuset: has other limits than its set: task";
	if (t->thread.affinity & ~cs->limits.cpus)
		return "I14: cpuset: may use a CPU outside its set: task";
	return NULL;
}

static bool cpuset_tree_check(struct css *root)
{
	struct css *css;

	css_for_each_descendant(css, root, SUBSYS_cpuset)
	{
		const struct cpuset *cs = cpuset_of(css), *parent = cpuset_parent(cs);

		if (cs->effective_cpus != (cs->cpus & (parent ? parent->effective_cpus : ~0ul)) ||
		    cs->effective_mems != (cs->mems & (parent ? parent->effective_mems : ~0ul)))
			return false;
	}
	return true;
}

/* --- files ------------------------------------------------------------------------------------ */

static void show_mask(struct text *out, u64 mask)
{
	text_list(out, mask);
	text_char(out, '\n');
}

static void show_cpus(struct css *css, struct text *out)
{
	show_mask(out, css->parent ? cpuset_of(css)->cpus : sched_online());
}

static void show_mems(struct css *css, struct text *out)
{
	show_mask(out, cpuset_of(css)->mems);
}

static void show_effective_cpus(struct css *css, struct text *out)
{
	show_mask(out, css->parent ? cpuset_of(css)->effective_cpus : sched_online());
}

static void show_effective_mems(struct css *css, struct text *out)
{
	show_mask(out, cpuset_of(css)->effective_mems);
}

static int write_cpus(struct css *css, char *text)
{
	struct cpuset *cs = cpuset_of(css), trial = *cs;
	int error;

	if (!css->parent)
		return container_refuse(-EACCES, "the root always has the CPUs that are online");
	error = cpuset_parse_cpus(text, &trial.cpus);
	if (error || trial.cpus == cs->cpus)
		return error;
	error = cpuset_check(cs, &trial);
	if (error)
		return error;
	cs->cpus = trial.cpus;
	cpuset_apply_cpus(cs);
	if (cs->flags & CPUSET_LOAD_BALANCE)
		cpuset_rebuild_domains();
	return 0;
}

static int write_mems(struct css *css, char *text)
{
	struct cpuset *cs = cpuset_of(css), trial = *cs;
	int error;

	if (!css->parent)
		return container_refuse(-EACCES, "the root always has all nodes with memory");
	error = cpuset_parse_mems(text, &trial.mems);
	if (error || trial.mems == cs->mems)
		return error;
	error = cpuset_check(cs, &trial);
	if (error)
		return error;
	cs->mems = trial.mems;
	cpuset_apply_mems(cs);
	return 0;
}

static int write_flag(struct css *css, const char *text, u32 flag)
{
	struct cpuset *cs = cpuset_of(css), trial = *cs;
	u32 changed;
	u64 value;
	int error = parse_u64(text, &value);

	if (error)
		return error;
	/* Of a large number the lower half counts, as on Linux. */
	trial.flags = (u32)value ? cs->flags | flag : cs->flags & ~flag;
	changed = trial.flags ^ cs->flags;
	error = cpuset_check(cs, &trial);
	if (error)
		return error;
	cs->flags = trial.flags;
	if (changed & CPUSET_LOAD_BALANCE && cs->cpus)
		cpuset_rebuild_domains();
	if (changed & ~CPUSET_LOAD_BALANCE)
		cpuset_apply_mems(cs);
	return 0;
}

#define FLAG_FILE(name, flag)                                                    \
	static void show_##name(struct css *css, struct text *out)               \
	{                                                                        \
		text_printf(out, "%d\n", (cpuset_of(css)->flags & (flag)) != 0); \
	}                                                                        \
	static int write_##name(struct css *css, char *text)                     \
	{                                                                        \
		return write_flag(css, text, flag);                              \
	}

FLAG_FILE(cpu_exclusive, CPUSET_CPU_EXCLUSIVE)
FLAG_FILE(mem_exclusive, CPUSET_MEM_EXCLUSIVE)
FLAG_FILE(mem_hardwall, CPUSET_MEM_HARDWALL)
FLAG_FILE(memory_migrate, CPUSET_MEMORY_MIGRATE)
FLAG_FILE(memory_spread_page, CPUSET_SPREAD_PAGE)
FLAG_FILE(memory_spread_slab, CPUSET_SPREAD_SLAB)
FLAG_FILE(sched_load_balance, CPUSET_LOAD_BALANCE)

static void show_relax(struct css *css, struct text *out)
{
	text_printf(out, "%d\n", cpuset_of(css)->relax_level);
}

static int write_relax(struct css *css, char *text)
{
	struct cpuset *cs = cpuset_of(css);
	s64 level;
	int error = parse_s64(text, &level);

	if (error)
		return error;
	if (level < -1 || level > cpuset_relax_max())
		return container_refuse(-EINVAL, "levels are -1 to %d", cpuset_relax_max());
	if (level == cs->relax_level)
		return 0;
	cs->relax_level = (s32)level;
	if (cs->cpus && cs->flags & CPUSET_LOAD_BALANCE)
		cpuset_rebuild_domains();
	return 0;
}

static void show_pressure(struct css *css, struct text *out)
{
	text_printf(out, "%u\n", cpuset_meter_read(cpuset_of(css)));
}

static void show_pressure_enabled(struct css *css, struct text *out)
{
	text_printf(out, "%d\n", cpuset_meter_enabled());
}

static int write_pressure_enabled(struct css *css, char *text)
{
	u64 value;
	int error = parse_u64(text, &value);

	if (!error)
		cpuset_meter_enable(value != 0);
	return error;
}

#define FLAG(name)                               \
	{                                        \
#name, show_##name, write_##name \
	}

static const struct container_file cpuset_files[] = {
	{ "cpus", show_cpus, write_cpus },
	{ "mems", show_mems, write_mems },
	{ "effective_cpus", show_effective_cpus },
	{ "effective_mems", show_effective_mems },
	FLAG(cpu_exclusive),
	FLAG(mem_exclusive),
	FLAG(mem_hardwall),
	FLAG(sched_load_balance),
	{ "sched_relax_domain_level", show_relax, write_relax },
	FLAG(memory_migrate),
	{ "memory_pressure", show_pressure },
	FLAG(memory_spread_page),
	FLAG(memory_spread_slab),
	{ "memory_pressure_enabled", show_pressure_enabled, write_pressure_enabled,
	  .root_only = true },
	{},
};

const struct container_subsys cpuset_subsys = {
	.name = "cpuset",
	.state_size = sizeof(struct cpuset),
	.files = cpuset_files,
	.create = cpuset_create,
	.destroy = cpuset_destroy,
	.can_attach = cpuset_can_attach,
	.attach = cpuset_attach,
	.post_clone = inherit,
	.fork = cpuset_fork,
	.check = cpuset_tree_check,
	.examine = cpuset_examine,
};
