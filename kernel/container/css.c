/*
 * css.c - the ways from one subsystem's state in a container to others, and to the tasks.
 *
 * Locking: container_mutex for the tree, css_set_lock for tasks.
 */
#include "kernel/container/framework.h"

#include "kernel/lib/log.h"
#include "kernel/task/task.h"

struct waitq container_events = WAITQ_INIT(container_events);

struct css *task_css(const struct task *t, enum subsys_id id)
{
	return t->containers.set->css[id];
}

void css_for_each_task(struct css *css, void (*fn)(struct task *t, void *arg), void *arg)
{
	struct css_set_link *link;
	struct task *t;

	spin_lock(&css_set_lock);
	list_for_each (link, &css->container->links, of_container) {
		list_for_each (t, &link->set->tasks, containers.node)
			fn(t, arg);
		list_for_each (t, &link->set->mg_tasks, containers.node)
			fn(t, arg);
	}
	spin_unlock(&css_set_lock);
}

/* Whoever is next is the first of the list and goes last: who is born meanwhile comes behind, and
   who ends does not move those who wait. */
static void visit_set(struct css_set *set, void (*fn)(struct task *t, void *arg), void *arg)
{
	struct task *t;

	assert_held(&css_set_lock);
	for (u64 left = set->task_count; left && !list_empty(&set->tasks); left--) {
		t = task_get(list_first(&set->tasks, struct task, containers.node));
		list_move_tail(&t->containers.node, &set->tasks);
		spin_unlock(&css_set_lock);
		fn(t, arg);
		task_put(t);
		sched_relax();
		spin_lock(&css_set_lock);
	}
}

void css_visit_tasks(struct css *css, void (*fn)(struct task *t, void *arg), void *arg)
{
	struct list *links = &css->container->links;
	struct css_set_link *link;
	struct css_set *set;

	assert(mutex_held(&container_mutex));
	spin_lock(&css_set_lock);
	link = list_first(links, struct css_set_link, of_container);
	while (&link->of_container != links) {
		set = link->set;
		set->pins++; /* and so its link stays */
		visit_set(set, fn, arg);
		link = list_next(link, of_container);
		set->pins--;
		css_set_drop(set);
	}
	spin_unlock(&css_set_lock);
}

struct css *css_next_descendant(struct css *at, struct css *top, enum subsys_id id)
{
	struct container *c = at->container;

	assert(mutex_held(&container_mutex));
	if (!list_empty(&c->children))
		return list_first(&c->children, struct container, sibling)->css[id];
	for (; c != top->container; c = c->parent)
		if (c->sibling.next != &c->parent->children)
			return list_next(c, sibling)->css[id];
	return NULL;
}

void css_notify(struct css *css)
{
	__atomic_fetch_add(&css->container->events, 1, __ATOMIC_SEQ_CST);
	waitq_wake_all(&container_events);
}

bool css_has_children(const struct css *css)
{
	return !list_empty(&css->container->children);
}
