/*
 * cpuset_update.c - from a cpuset to its tasks, and to the scheduler's domains.
 *
 * A change is written into the set first and then, with css_set_lock held, into each of its tasks:
 * a child that joins behind the walk looks at the set itself.  What runs where it may not any more
 * is waited for afterwards, when no spinlock is held.
 *
 * Domains: if the root balances its load, all CPUs form one.  Otherwise each set that balances
 * makes a domain of its CPUs, sets that overlap one together, and a CPU in none shares with nobody.
 *
 * Locking: container_mutex.
 */
#include "kernel/container/cpuset.h"

#include "kernel/mem/node.h"
#include "kernel/task/task.h"

/*
 * Levels of sched_relax_domain_level.  Linux numbers what a machine consists of: 0 the threads of a
 * core, 1 a cluster, 2 the cores of a package, 3 packages, 4 nodes; a level in the file means all
 * below it.  Here a node is one package of cores with one thread each.
 */
#define RELAX_CPUS  3 /* from here on the CPUs of the node, below none */
#define RELAX_NODES 5 /* from here on other nodes too */

/* --- tasks ------------------------------------------------------------------------------------ */

/* The nearest set upwards that has CPUs: itself but for one that has lost them all and could not
   pass its tasks on. */
static const struct cpuset *with_cpus(const struct cpuset *cs)
{
	while (cs->css.parent && !cs->effective_cpus)
		cs = cpuset_parent(cs);
	return cs;
}

static const struct cpuset *with_mems(const struct cpuset *cs)
{
	while (cs->css.parent && !cs->effective_mems)
		cs = cpuset_parent(cs);
	return cs;
}

/* Memory of the kernel for tasks of a set may come from where the nearest wall around it stands. */
static u64 walled_mems(const struct cpuset *cs)
{
	for (; cs->css.parent; cs = cpuset_parent(cs))
		if (cs->flags & (CPUSET_MEM_EXCLUSIVE | CPUSET_MEM_HARDWALL))
			return with_mems(cs)->effective_mems;
	return NODES_ALL;
}

void cpuset_refresh(struct cpuset *cs)
{
	const struct cpuset *parent = cpuset_parent(cs), *usable;
	struct cpuset_limits *l = &cs->limits;

	cs->effective_cpus = cs->cpus & (parent ? parent->effective_cpus : ~0ul);
	cs->effective_mems = cs->mems & (parent ? parent->effective_mems : ~0ul);
	usable = with_cpus(cs);
	WRITE_ONCE(l->cpus, usable->css.parent ? usable->effective_cpus : ~0ul);
	WRITE_ONCE(l->mems, with_mems(cs)->effective_mems);
	WRITE_ONCE(l->kernel, walled_mems(cs) | l->mems);
	WRITE_ONCE(l->spread, (cs->flags & CPUSET_SPREAD_PAGE ? MEMS_SPREAD_PAGE : 0) |
				      (cs->flags & CPUSET_SPREAD_SLAB ? MEMS_SPREAD_SLAB : 0));
}

bool cpuset_fits_task(const struct cpuset *cs, const struct task *t)
{
	const struct cpuset_limits *l = &cs->limits;
	const struct mems *m = &t->thread.mems;

	return t->thread.bound == READ_ONCE(l->cpus) && m->allowed == READ_ONCE(l->mems) &&
	       m->kernel == READ_ONCE(l->kernel) && m->spread == READ_ONCE(l->spread);
}

static void set_mems(const struct cpuset *cs, struct task *t)
{
	const struct mems *m = &t->thread.mems;

	if (m->allowed == cs->limits.mems && m->kernel == cs->limits.kernel &&
	    m->spread == cs->limits.spread)
		return;
	mems_set(&t->thread.mems, cs->limits.mems, cs->limits.kernel, cs->limits.spread);
}

u64 cpuset_bind_task(const struct cpuset *cs, struct task *t)
{
	set_mems(cs, t);
	return thread_bind(&t->thread, cs->limits.cpus);
}

struct bind {
	struct cpuset *cs;
	u64 expel; /* CPUs where some run that may not */
};

static void bind(struct task *t, void *arg)
{
	struct bind *b = arg;

	b->expel |= thread_bind(&t->thread, b->cs->limits.cpus);
}

void cpuset_apply_cpus(struct cpuset *cs)
{
	struct bind b = { .cs = cs };

	cpuset_refresh(cs);
	css_for_each_task(&cs->css, bind, &b);
	sched_expel(b.expel);
}

static void follow_mems(struct task *t, void *cs)
{
	set_mems(cs, t);
}

void cpuset_apply_mems(struct cpuset *top)
{
	struct css *css;

	css_for_each_descendant(css, &top->css, SUBSYS_cpuset)
	{
		struct cpuset *cs = cpuset_of(css);
		struct cpuset_limits old = cs->limits;

		cpuset_refresh(cs);
		if (old.mems != cs->limits.mems || old.kernel != cs->limits.kernel ||
		    old.spread != cs->limits.spread)
			css_for_each_task(css, follow_mems, cs);
		if (old.mems != cs->limits.mems)
			cpuset_move_all_pages(cs, old.mems);
	}
}

/* --- domains ---------------------------------------------------------------------------------- */

struct domains {
	unsigned count;
	struct domain {
		u64 cpus;
		s32 relax;
	} domain[NCPU]; /* disjoint */
};

static struct domains domains; /* [container_mutex] too large for a stack */

/* Adds a set of CPUs, and makes one of all domains that it touches. */
static void domain_add(struct domains *d, u64 mask, s32 relax)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < d->count; i++) {
		if (d->domain[i].cpus & mask) {
			mask |= d->domain[i].cpus;
			relax = max(relax, d->domain[i].relax);
		} else {
			d->domain[kept++] = d->domain[i];
		}
	}
	d->domain[kept] = (struct domain){ mask, relax };
	d->count = kept + 1;
}

static void collect_domains(struct domains *d)
{
	bool whole = cpuset_root->flags & CPUSET_LOAD_BALANCE;
	struct css *css;

	d->count = 0;
	if (whole)
		domain_add(d, ~0ul, cpuset_root->relax_level);
	css_for_each_descendant(css, &cpuset_root->css, SUBSYS_cpuset)
	{
		struct cpuset *cs = cpuset_of(css);

		if (css->parent && cs->flags & CPUSET_LOAD_BALANCE && cs->effective_cpus)
			domain_add(d, cs->effective_cpus, cs->relax_level);
	}
}

static u64 search_of(int cpu, const struct domain *d)
{
	if (d->relax < 0 || d->relax >= RELAX_NODES)
		return d->cpus;
	return d->relax >= RELAX_CPUS ? d->cpus & node_cpus(node_of_cpu(cpu)) : 0;
}

/* No more than the machine has. */
int cpuset_relax_max(void)
{
	if (cpu_count() == 1)
		return 1;
	return bits_count(node_memory()) > 1 ? RELAX_NODES : RELAX_CPUS;
}

void cpuset_rebuild_domains(void)
{
	static const struct domain none = { .relax = -1 };

	collect_domains(&domains);
	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		const struct domain *d = &none;

		for (unsigned i = 0; i < domains.count; i++)
			if (domains.domain[i].cpus & BIT(cpu))
				d = &domains.domain[i];
		sched_set_domain(cpu, d->cpus, search_of(cpu, d));
	}
	if (!thread_current()->idle) /* at boot nobody has begun anything */
		sched_domains_changed();
}
