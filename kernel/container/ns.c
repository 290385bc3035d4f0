/*
 * ns - a container for each set of namespaces.
 *
 * It has no files; what it does is to be mounted: then tasks that get namespaces of their own get a
 * container as well (clone.c), and containers can be left only downwards.
 *
 *   mkdir                 only below the container of the one who does it, with CAP_SYS_ADMIN
 *   moving a task         only into an empty child of the container that it is in; somebody else's
 *                         task only with CAP_SYS_ADMIN, and to below the mover's own
 *
 * Differs from the patches of 2007: `all` and a mount without options leave ns out, because tasks
 * in such a hierarchy could never come back.
 *
 * Locking: container_mutex.
 */
#include "kernel/container/container.h"

#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/container/taskset.h"
#include "kernel/task/cred.h"
#include "kernel/task/task.h"

struct ns {
	struct css css;
};

/* Does it lie below the running task's? */
static bool is_below_own(const struct css *css)
{
	const struct css *own = task_css(task_current(), SUBSYS_ns);

	for (css = css->parent; css; css = css->parent)
		if (css == own)
			return true;
	return false;
}

static int ns_create(struct css *css)
{
	if (!css->parent) /* at boot */
		return 0;
	if (task_capable(CAP_SYS_ADMIN) && is_below_own(css))
		return 0;
	return container_refuse(-EPERM, "a container of ns is made below one's own, by root");
}

static void count(struct task *t, void *total)
{
	++*(u32 *)total;
}

static int ns_can_attach(struct css *to, struct taskset *tasks)
{
	struct task *t;
	u32 members = 0;

	css_for_each_task(to, count, &members);
	if (members)
		return container_refuse(
			-EPERM, "in a hierarchy with ns only an empty container is entered");
	taskset_for_each(t, tasks)
	{
		if (t != task_current() && !(task_capable(CAP_SYS_ADMIN) && is_below_own(to)))
			return container_refuse(
				-EPERM,
				"ns lets nobody move others to where it is not itself above");
		if (task_css(t, SUBSYS_ns) != to->parent)
			return container_refuse(
				-EPERM, "ns lets a task go only into a child of its container");
	}
	return 0;
}

static const struct container_file ns_files[] = { {} };

const struct container_subsys ns_subsys = {
	.name = "ns",
	.state_size = sizeof(struct ns),
	.files = ns_files,
	.only_by_name = true,
	.create = ns_create,
	.can_attach = ns_can_attach,
};
