/*
 * clone.c - a container for each task that gets namespaces of its own (Menage: container_clone).
 *
 * Where the subsystem ns is mounted, clone(2) and unshare(2) with CLONE_NEW* make node_PID below
 * the caller's container, tell each subsystem of the hierarchy (post_clone) and put the task there,
 * or fail with what went wrong; then the directory goes again.
 *
 * A child is moved before anybody can find it: it joins its parent's containers as in any fork, is
 * moved as any task is, and then published, all with container_mutex held, so that nobody who looks
 * at membership sees a task that is not there.
 *
 * Locking: a directory is made and removed without container_mutex, so the caller may be moved
 * meanwhile: then it begins again.
 */
#include "kernel/container/clone.h"

#include "kernel/abi/errno.h"
#include "kernel/container/framework.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/task/task.h"

struct node {
	struct container *container; /* a reference; NULL: ns is not mounted */
	struct super *super;	     /* keeps the hierarchy */
};

/* Where the running task is in the hierarchy of ns; NULL: it is not mounted. */
static struct container *own_container(void)
{
	struct container *c = task_css(task_current(), SUBSYS_ns)->container;

	assert(mutex_held(&container_mutex));
	return c->hierarchy == &dummy_hierarchy ? NULL : c;
}

/* Lets go of a node and of container_mutex; with an error the directory goes as well. */
static void node_end(struct node *n, int error)
{
	mutex_unlock(&container_mutex);
	if (error)
		container_remove_dir(n->container);
	container_put(n->container);
	super_release(n->super);
}

/* Makes node_NR below the running task's container, and holds container_mutex if there is such.
   -ENODEV: removed, the task is elsewhere by now. */
static int try_begin(struct node *n, const char *name)
{
	struct container *parent;
	int error;

	mutex_lock(&container_mutex);
	parent = own_container();
	n->container = NULL;
	if (!parent) {
		mutex_unlock(&container_mutex);
		return 0;
	}
	n->super = parent->hierarchy->super;
	super_get(n->super);
	n->container = container_make_dir(parent, name);
	if (!IS_ERR(n->container)) {
		if (own_container() == n->container->parent && !n->container->removed)
			return 0;
		node_end(n, -ENODEV);
		return -ENODEV;
	}
	error = (int)PTR_ERR(n->container);
	mutex_unlock(&container_mutex);
	super_release(n->super);
	return error;
}

static int node_begin(struct node *n, s32 nr)
{
	char name[32];
	int error;

	format(name, sizeof(name), "node_%d", nr);
	do {
		error = try_begin(n, name);
	} while (error == -ENODEV);
	return error;
}

static int enter_node(const struct node *n, struct task *t)
{
	struct container *c = n->container;

	for (int id = 0; id < SUBSYS_COUNT; id++)
		if (c->css[id] && subsystems[id]->post_clone)
			subsystems[id]->post_clone(c->css[id]);
	return container_attach(c, t, false);
}

int container_unshare(void)
{
	struct node n;
	int error = node_begin(&n, task_tid(task_current()));

	if (error || !n.container)
		return error;
	error = enter_node(&n, task_current());
	node_end(&n, error);
	return error;
}

int container_fork(struct task *parent, struct task *child, int (*publish)(const void *),
		   const void *birth)
{
	int error = container_fork_prepare(parent, child);

	if (error)
		return error;
	error = publish(birth);
	if (error)
		container_fork_cancel(parent, child);
	else
		container_fork_commit(parent, child);
	return error;
}

static int fork_into(const struct node *n, struct task *parent, struct task *child,
		     int (*publish)(const void *), const void *birth)
{
	int error = container_fork_prepare(parent, child);

	if (error)
		return error;
	container_fork_commit(parent, child);
	error = enter_node(n, child);
	if (!error)
		error = publish(birth);
	if (error) {
		container_exit(child);
		container_release(child);
	}
	return error;
}

int container_clone(struct task *parent, struct task *child, int (*publish)(const void *),
		    const void *birth)
{
	struct node n;
	int error = node_begin(&n, task_tid(child));

	if (error)
		return error;
	if (!n.container)
		return container_fork(parent, child, publish, birth);
	error = fork_into(&n, parent, child, publish, birth);
	node_end(&n, error);
	return error;
}
