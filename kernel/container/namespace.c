/*
 * namespace.c - cgroup namespaces: from which containers a task sees the hierarchies.
 *
 * User space sees: clone and unshare with CLONE_NEWCGROUP, /proc/PID/ns/cgroup.  The containers in
 * which the maker is at that moment are the roots of the paths in /proc/PID/cgroup, cpuset and
 * mountinfo, as the namespace's members read them; what lies beside begins with "/..".  A mount by
 * a member shows its root and what is below.  Whose files may be opened is not changed by that, nor
 * where a task can be moved to; see cgroup_namespaces(7).
 *
 * Locking: none, for a namespace does not change.  It holds its roots, removed ones too, and so
 * their hierarchies' memory: what else has that address is never taken for one of them.
 */
#include "kernel/container/framework.h"

#include "fs/namespace.h"
#include "kernel/abi/clone.h"
#include "kernel/mem/slab.h"
#include "kernel/task/namespaces.h"
#include "kernel/task/task.h"

/* In a hierarchy that is not listed the root is the top.  The first namespace has only a base. */
struct container_namespace {
	struct namespace base; /* first */
	u32 count;
	struct container *roots[]; /* references */
};

static void namespace_free(struct namespace *base)
{
	struct container_namespace *ns = container_of(base, struct container_namespace, base);

	for (u32 i = 0; i < ns->count; i++)
		container_put(ns->roots[i]);
	kfree(ns);
}

static const struct namespace_kind kind = {
	.name = "cgroup",
	.flag = CLONE_NEWCGROUP,
	.free = namespace_free,
};

struct namespace container_namespace_first = {
	.refs = REFCOUNT_INIT(1),
	.id = NAMESPACE_ID_CGROUP,
	.kind = &kind,
};

static void add_roots(struct container_namespace *ns)
{
	struct css_set_link *link;

	spin_lock(&css_set_lock);
	list_for_each (link, &task_current()->containers.set->links, of_set)
		if (link->container->parent)
			ns->roots[ns->count++] = container_get(link->container);
	spin_unlock(&css_set_lock);
}

struct namespace *container_namespace_create(void)
{
	struct container_namespace *ns;

	mutex_lock(&container_mutex);
	ns = kmalloc(sizeof(*ns) + hierarchy_count * sizeof(ns->roots[0]));
	if (ns) {
		namespace_init(&ns->base, &kind, 0);
		ns->count = 0;
		add_roots(ns);
	}
	mutex_unlock(&container_mutex);
	return ns ? &ns->base : NULL;
}

struct container *container_seen_root(struct hierarchy *h)
{
	struct namespace *base = task_current()->spaces->containers;
	struct container_namespace *ns = container_of(base, struct container_namespace, base);

	for (u32 i = 0; base != &container_namespace_first && i < ns->count; i++)
		if (ns->roots[i]->hierarchy == h)
			return ns->roots[i];
	return &h->top;
}
