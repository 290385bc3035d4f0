/*
 * debug - shows the framework's own state, and makes it refuse a migration for a test.
 *
 *   debug.container_refcount        css_sets that use the container; 0: it has no tasks
 *   debug.taskcount                 its tasks, exactly
 *   debug.releasable                1: a task or child has left since notify_on_release was written
 *   debug.cgroup_css_links          the css_sets, and up to 25 tasks of each
 *   debug.current_css_set           the set of the task that reads
 *   debug.current_css_set_refcount  its tasks, and migrations that hold it
 *   debug.current_css_set_cg_links  the container that it has in each hierarchy
 *   debug.fail_attach               "SUBSYSTEM N": in the next migration that it is asked about it
 *                                   refuses the N-th task (EPERM), whether there are so many or
 *                                   not; "0": nothing fails
 *   debug.selfcheck                 "ok", or the first invariant that does not hold; in a debug
 *                                   build a name written to it (I1) plants such a fault for the
 *                                   next reading
 *   debug.digest                    a number that changes with any membership, list or count, and
 *                                   how many objects of kernel memory are in use
 *
 * Names and formats are Linux's of 2014, with the small numbers of sets instead of addresses;
 * container_refcount is that of 2007.
 *
 * Locking: container_mutex, css_set_lock for tasks and links.
 */
#include "kernel/container/debug.h"

#include "fs/dentry.h"
#include "kernel/abi/errno.h"
#include "kernel/container/framework.h"
#include "kernel/container/plant.h"
#include "kernel/container/refuse.h"
#include "kernel/container/selfcheck.h"
#include "kernel/container/taskset.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/task/task.h"

#define TASKS_SHOWN 25

u64 debug_fail_nth;
static enum subsys_id fail_subsys; /* [container_mutex] */

int debug_refuse_attach(enum subsys_id id, struct taskset *tasks)
{
	u64 left = debug_fail_nth;
	struct task *t;

	if (id != fail_subsys)
		return 0;
	debug_fail_nth = 0;
	taskset_for_each(t, tasks) if (!--left) return container_refuse(
		-EPERM, "debug.fail_attach wanted it");
	return 0;
}

static void show_fail(struct css *css, struct text *out)
{
	if (debug_fail_nth)
		text_printf(out, "%s %lu\n", subsystems[fail_subsys]->name, debug_fail_nth);
	else
		text_string(out, "0\n");
}

static int write_fail(struct css *css, char *text)
{
	char *name = str_trim(text), *number = strchr(name, ' ');
	u64 nth;

	if (!strcmp(name, "0")) {
		debug_fail_nth = 0;
		return 0;
	}
	if (!number)
		return -EINVAL;
	*number++ = 0;
	if (parse_u64(number, &nth))
		return -EINVAL;
	for (int id = 0; id < SUBSYS_COUNT; id++) {
		if (strcmp(name, subsystems[id]->name))
			continue;
		fail_subsys = id;
		debug_fail_nth = nth;
		return 0;
	}
	return -EINVAL;
}

static void show_refcount(struct css *css, struct text *out)
{
	struct css_set_link *link;
	unsigned n = 0;

	spin_lock(&css_set_lock);
	list_for_each (link, &css->container->links, of_container)
		n++;
	spin_unlock(&css_set_lock);
	text_printf(out, "%u\n", n);
}

static void show_taskcount(struct css *css, struct text *out)
{
	struct css_set_link *link;
	u64 n = 0;

	spin_lock(&css_set_lock);
	list_for_each (link, &css->container->links, of_container)
		n += link->set->task_count;
	spin_unlock(&css_set_lock);
	text_printf(out, "%lu\n", n);
}

static void show_releasable(struct css *css, struct text *out)
{
	text_printf(out, "%d\n", css->container->releasable);
}

static void show_tasks(struct list *tasks, unsigned *count, struct text *out)
{
	struct task *t;

	list_for_each (t, tasks, containers.node) {
		if ((*count)++ == TASKS_SHOWN)
			text_string(out, "  ...\n");
		if (*count > TASKS_SHOWN)
			return;
		text_printf(out, "  task %d\n", task_tid(t));
	}
}

static void show_links(struct css *css, struct text *out)
{
	struct css_set_link *link;

	spin_lock(&css_set_lock);
	list_for_each (link, &css->container->links, of_container) {
		unsigned count = 0;

		text_printf(out, "css_set %u\n", link->set->id);
		show_tasks(&link->set->tasks, &count, out);
		show_tasks(&link->set->mg_tasks, &count, out);
	}
	spin_unlock(&css_set_lock);
}

/* The reader cannot be moved meanwhile. */
static struct css_set *own_set(void)
{
	return task_current()->containers.set;
}

static void show_set(struct css *css, struct text *out)
{
	text_printf(out, "%u\n", own_set()->id);
}

static void show_set_refcount(struct css *css, struct text *out)
{
	text_printf(out, "%u\n", own_set()->task_count + own_set()->pins);
}

static void show_set_links(struct css *css, struct text *out)
{
	struct css_set_link *link;

	list_for_each (link, &own_set()->links, of_set) {
		const struct container *c = link->container;

		text_printf(out, "Root %u group %s\n", c->hierarchy->id,
			    c->parent ? c->dentry->name : "/");
	}
}

static void show_selfcheck(struct css *css, struct text *out)
{
	(void)container_selfcheck(out);
}

#ifdef DEBUG
static int write_selfcheck(struct css *css, char *text)
{
	return plant_choose(str_trim(text));
}
#else
#define write_selfcheck NULL
#endif

static void show_digest(struct css *css, struct text *out)
{
	container_digest(out);
}

static const struct container_file debug_files[] = {
	{ "container_refcount", show_refcount },
	{ "taskcount", show_taskcount },
	{ "releasable", show_releasable },
	{ "cgroup_css_links", show_links },
	{ "current_css_set", show_set },
	{ "current_css_set_refcount", show_set_refcount },
	{ "current_css_set_cg_links", show_set_links },
	{ "fail_attach", show_fail, write_fail },
	{ "selfcheck", show_selfcheck, write_selfcheck },
	{ "digest", show_digest },
	{},
};

const struct container_subsys debug_subsys = {
	.name = "debug",
	.state_size = sizeof(struct css),
	.files = debug_files,
};
