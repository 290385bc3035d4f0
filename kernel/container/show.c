/*
 * show.c - what /proc says about subsystems and about a task's containers.
 *
 * In Linux 6.1's formats, and with `v11` in that of the original patches, which have no hierarchy
 * id in a task's lines and skip hierarchies without subsystems.
 */
#include "kernel/container/framework.h"

#include "kernel/lib/bits.h"
#include "kernel/lib/text.h"
#include "kernel/task/task.h"

static struct hierarchy *subsys_hierarchy(int id)
{
	struct hierarchy *h;

	list_for_each (h, &hierarchies, node)
		if (h->subsys & BIT(id))
			return h;
	return NULL;
}

void container_show_subsystems(struct text *out, bool v11)
{
	text_printf(out, "#subsys_name\thierarchy\tnum_%s\tenabled\n",
		    v11 ? "containers" : "cgroups");
	mutex_lock(&container_mutex);
	for (int id = 0; id < SUBSYS_COUNT; id++) {
		struct hierarchy *h = subsys_hierarchy(id);

		text_printf(out, "%s\t%u\t%u\t1\n", subsystems[id]->name, h->id, h->containers);
	}
	mutex_unlock(&container_mutex);
}

static const char *show_names(const struct hierarchy *h, struct text *out)
{
	const char *comma = "";

	for (int id = 0; id < SUBSYS_COUNT; id++) {
		if (!(h->subsys & BIT(id)))
			continue;
		text_printf(out, "%s%s", comma, subsystems[id]->name);
		comma = ",";
	}
	return comma;
}

/* The container of t in h, as the reader sees it: the top for one that has left, or not joined
   yet. */
static void show_place(struct task *t, struct hierarchy *h, struct text *out)
{
	struct container *c;

	spin_lock(&css_set_lock);
	c = css_set_container(t->containers.set, h);
	spin_unlock(&css_set_lock);
	container_show_path_from(container_seen_root(h), c, out);
	text_char(out, '\n');
}

void container_show_cpuset(struct task *t, struct text *out)
{
	mutex_lock(&container_mutex);
	show_place(t, subsys_hierarchy(SUBSYS_cpuset), out);
	mutex_unlock(&container_mutex);
}

/* A line for each css_set that is in use, "# set 3 tasks 2 cpuacct,pids:/a cpuset:/". */
void container_show_sets(struct text *out)
{
	struct css_set_link *set, *link;

	mutex_lock(&container_mutex);
	spin_lock(&css_set_lock);
	list_for_each (set, &dummy_hierarchy.top.links, of_container) {
		text_printf(out, "# set %u tasks %u", set->set->id, set->set->task_count);
		list_for_each (link, &set->set->links, of_set) {
			struct hierarchy *h = link->container->hierarchy;
			const char *comma;

			if (h == &dummy_hierarchy)
				continue;
			text_char(out, ' ');
			comma = show_names(h, out);
			if (h->name[0])
				text_printf(out, "%sname=%s", comma, h->name);
			text_char(out, ':');
			container_show_path(link->container, out);
		}
		text_char(out, '\n');
	}
	spin_unlock(&css_set_lock);
	mutex_unlock(&container_mutex);
}

u64 container_trace_label(struct thread *t)
{
	const struct task *task = task_of(t);

	return (u32)task_tid(task) | (u64)READ_ONCE(task->containers.set)->id << 32;
}

static void label_tasks(const struct list *tasks)
{
	struct task *t;

	list_for_each (t, tasks, containers.node)
		WRITE_ONCE(t->thread.label, container_trace_label(&t->thread));
}

void container_trace_begin(bool *on)
{
	struct css_set_link *link;

	spin_lock(&css_set_lock);
	list_for_each (link, &dummy_hierarchy.top.links, of_container) {
		label_tasks(&link->set->tasks);
		label_tasks(&link->set->mg_tasks);
	}
	__atomic_store_n(on, true, __ATOMIC_SEQ_CST);
	spin_unlock(&css_set_lock);
}

void container_show_task(struct task *t, struct text *out, bool v11)
{
	struct hierarchy *h;

	mutex_lock(&container_mutex);
	for (struct list *at = hierarchies.prev; at != &hierarchies; at = at->prev) {
		const char *comma;

		h = list_entry(at, struct hierarchy, node);
		if (h == &dummy_hierarchy || (v11 && !h->subsys))
			continue;
		if (!v11)
			text_printf(out, "%u:", h->id);
		comma = show_names(h, out);
		if (h->name[0] && !v11)
			text_printf(out, "%sname=%s", comma, h->name);
		text_char(out, ':');
		show_place(t, h, out);
	}
	mutex_unlock(&container_mutex);
}
