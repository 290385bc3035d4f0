/*
 * release.c - the release agent: a program that is run when a container with notify_on_release has
 * become empty.
 *
 * An event (the last task left, the last child was removed) queues the container; a worker looks
 * again under container_mutex, and starts the hierarchy's release_agent with the container's path
 * as its argument.  Whoever fills the container in between is not disturbed: the agent's rmdir then
 * says EBUSY.
 *
 * The agent runs as root, in the root container of every hierarchy, with / as its directory and the
 * environment HOME=/ PATH=/sbin:/bin:/usr/sbin:/usr/bin (as Linux's usermode helper).
 *
 * Locking: release_list and release_node by css_set_lock.  A queued container is kept by a
 * reference.
 */
#include "kernel/container/framework.h"

#include "kernel/abi/errno.h"
#include "kernel/container/hold.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/worker.h"
#include "kernel/task/init.h"
#include "kernel/task/task.h"

#define AGENT_PATH_MAX 4096

static struct list release_list = LIST_INIT(release_list); /* [s] */
static void release_work(struct work *w);
static struct work release_worker = { LIST_INIT(release_worker.node), release_work };

void release_check(struct container *c)
{
	assert_held(&css_set_lock);
	c->releasable = true;
	if (!c->parent || !c->notify_on_release || !list_empty(&c->links) ||
	    READ_ONCE(c->child_count) || c->removed || !list_empty(&c->release_node))
		return;
	container_get(c);
	list_add_tail(&c->release_node, &release_list);
	work_queue(&release_worker);
}

/* --- the worker --------------------------------------------------------------------------------
 */

/* What one run needs: the two words of its argv. */
struct agent {
	char *program;
	char *path;
	char path_buf[AGENT_PATH_MAX];
};

static void agent_free(struct agent *a)
{
	kfree(a->program);
	kfree(a);
}

/* The first code of the agent's task. */
static void agent_main(void *arg)
{
	static const char *const envp[] = { "HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };
	struct agent *a = arg;
	struct trap_frame *frame = context_frame(&thread_current()->arch);
	const char *argv[] = { a->program, a->path, NULL };
	struct exec_args exec = { .argv = argv, .envp = envp, .from_kernel = true };
	int error = task_exec(AT_FDCWD, a->program, 0, &exec, frame);

	agent_free(a);
	if (error)
		task_exit(0);
	context_enter_user(frame);
}

static struct agent *agent_create(struct container *c)
{
	struct agent *a = kmalloc(sizeof(*a));
	struct text path;

	if (!a)
		return NULL;
	a->program = kstrdup(c->hierarchy->release_agent);
	text_init(&path, a->path_buf, sizeof(a->path_buf) - 1);
	container_show_path(c, &path);
	a->path_buf[path.len] = 0;
	a->path = a->path_buf;
	if (a->program && !path.overflow)
		return a;
	agent_free(a);
	return NULL;
}

/* An agent to run for c, if the event still stands. */
static struct agent *agent_for(struct container *c)
{
	struct agent *a = NULL;

	mutex_lock(&container_mutex);
	if (!c->removed && c->notify_on_release && !c->child_count && !container_is_busy(c) &&
	    c->hierarchy->release_agent)
		a = agent_create(c);
	mutex_unlock(&container_mutex);
	return a;
}

static struct container *release_take(void)
{
	struct container *c = NULL;

	spin_lock(&css_set_lock);
	if (!list_empty(&release_list)) {
		c = list_first(&release_list, struct container, release_node);
		list_del(&c->release_node);
	}
	spin_unlock(&css_set_lock);
	return c;
}

static void release_work(struct work *w)
{
	struct container *c;

	while ((c = release_take())) {
		struct agent *a = agent_for(c);

		hold_at("agent");
		container_put(c);
		if (a && IS_ERR(task_create_program("agent", agent_main, a)))
			agent_free(a);
	}
}
