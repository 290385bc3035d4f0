/*
 * cpuset_rules.c - which values a cpuset takes.
 *
 * The order of the checks is Linux 6.1's for version 1, so that what is wrong in two ways is
 * refused for the same reason.
 *
 * Locking: container_mutex.
 */
#include "kernel/container/cpuset.h"

#include "fs/dentry.h"
#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/text.h"
#include "kernel/mem/node.h"
#include "kernel/sched/thread.h"

#define LIST_SIZE      96
#define NODES_OF_LINUX 1024 /* numbers above are ERANGE, those of no node EINVAL */

#define EXCLUSIVE_FLAGS (CPUSET_CPU_EXCLUSIVE | CPUSET_MEM_EXCLUSIVE)

/* For a sentence: cut where it gets too long. */
static const char *list_text(u64 mask, char *buf)
{
	struct text text;

	text_init(&text, buf, LIST_SIZE - 1);
	text_list(&text, mask);
	buf[text.len] = 0;
	return mask ? buf : "none";
}

int cpuset_parse_cpus(const char *text, u64 *out)
{
	char buf[LIST_SIZE];
	int error = parse_list(text, (unsigned)cpu_count(), out);

	if (error == -ERANGE)
		return container_refuse(error, "CPUs are 0 to %d", cpu_count() - 1);
	if (error)
		return container_refuse(error, "not a list of CPUs");
	if (*out & ~sched_online())
		return container_refuse(-EINVAL, "CPUs online are %s",
					list_text(sched_online(), buf));
	return 0;
}

int cpuset_parse_mems(const char *text, u64 *mems)
{
	char buf[LIST_SIZE];
	int error = parse_list(text, NODES_OF_LINUX, mems);

	if (error || *mems & ~node_memory())
		return container_refuse(error ?: -EINVAL, "not a list of nodes with memory: %s",
					list_text(node_memory(), buf));
	return 0;
}

static bool within(const struct cpuset *a, const struct cpuset *b)
{
	return !(a->cpus & ~b->cpus) && !(a->mems & ~b->mems) &&
	       !(a->flags & ~b->flags & EXCLUSIVE_FLAGS);
}

static const struct cpuset *cpuset_in(const struct container *c)
{
	return cpuset_of(c->css[SUBSYS_cpuset]);
}

static const char *name_of(const struct container *c)
{
	return c->dentry ? c->dentry->name : "/";
}

static int check_children(const struct cpuset *cs, const struct cpuset *trial)
{
	struct container *c;

	list_for_each (c, &cs->css.container->children, sibling)
		if (!within(cpuset_in(c), trial))
			return container_refuse(-EBUSY,
						"its child %s has more than would be left, or is "
						"exclusive",
						name_of(c));
	return 0;
}

/* The root's own CPUs change with what is online, not by writing. */
static int check_parent(const struct cpuset *trial, const struct cpuset *parent)
{
	char buf[LIST_SIZE];

	if (within(trial, parent))
		return 0;
	if (trial->cpus & ~parent->cpus)
		return container_refuse(-EACCES, "the parent has only CPUs %s",
					list_text(parent->cpus, buf));
	if (trial->mems & ~parent->mems)
		return container_refuse(-EACCES, "the parent has only nodes %s",
					list_text(parent->mems, buf));
	return container_refuse(-EACCES, "the parent is not exclusive");
}

static int check_members(const struct cpuset *cs, const struct cpuset *trial)
{
	if (list_empty(&cs->css.container->links))
		return 0;
	if (cs->cpus && !trial->cpus)
		return container_refuse(-ENOSPC, "it has tasks, which would have no CPU");
	if (cs->mems && !trial->mems)
		return container_refuse(-ENOSPC, "it has tasks, which would have no memory");
	return 0;
}

static int check_sibling(const struct cpuset *trial, const struct container *c)
{
	const struct cpuset *other = cpuset_in(c);
	u32 exclusive = trial->flags | other->flags;
	char buf[LIST_SIZE];

	if (exclusive & CPUSET_CPU_EXCLUSIVE && trial->cpus & other->cpus)
		return container_refuse(-EINVAL, "shares CPUs %s with %s, and one is exclusive",
					list_text(trial->cpus & other->cpus, buf), name_of(c));
	if (exclusive & CPUSET_MEM_EXCLUSIVE && trial->mems & other->mems)
		return container_refuse(-EINVAL, "shares nodes %s with %s, and one is exclusive",
					list_text(trial->mems & other->mems, buf), name_of(c));
	return 0;
}

int cpuset_check(struct cpuset *cs, const struct cpuset *trial)
{
	struct container *c;
	int error = check_children(cs, trial);

	if (error || !cs->css.parent)
		return error;
	error = check_parent(trial, cpuset_parent(cs));
	if (!error)
		error = check_members(cs, trial);
	if (error)
		return error;
	list_for_each (c, &cs->css.container->parent->children, sibling) {
		error = c == cs->css.container ? 0 : check_sibling(trial, c);
		if (error)
			return error;
	}
	return 0;
}
