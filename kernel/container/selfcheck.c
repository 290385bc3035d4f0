/*
 * selfcheck.c - are the framework's structures what they say?
 *
 * Checks the invariants below and names the first that is broken, with the object.  The numbers are
 * those that the tests and the documentation use.
 *
 *   I1   a linked task is on the list of exactly the set that it points to
 *   I2   a set's count is the length of its lists; every task that is not exiting is linked
 *   I3   a set's references are its tasks (and one for the first set, which stays)
 *   I4   outside a migration no set is marked for one
 *   I5   a set has one link per hierarchy, listed on both sides, in the order of hierarchies, with
 *        the css pointers of the linked containers
 *   I6   no two sets are equal
 *   I7   a set is in the hash bucket of its css pointers
 *   I8   a linked set has tasks, so a container without links and children can be removed
 *   I9   in each hierarchy the members of all containers together are the linked tasks
 *   I10  who is on no list points to the first set, which stays; with I1 and I2, to no set that
 *        has gone
 *   I11  every task that a subsystem was asked for was then moved or called off
 *   I12  each subsystem's figures are those of the members, and fit the parents' (its check)
 *   I13  the tree's counts are right, and children point to their parents
 *   I14  what a task has of its containers is what they say (each subsystem's examine)
 *
 * That the check itself can fail is shown by planting a fault (plant.c), in a debug build.
 *
 * Locking: container_mutex, with the gate closed; css_set_lock over each walk.
 */
#include "kernel/container/selfcheck.h"

#include "kernel/container/framework.h"
#include "kernel/container/plant.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/text.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/task.h"

struct check {
	struct text *out;
	bool broken;
	u64 linked;  /* tasks on the lists of all sets */
	u64 members; /* tasks that say so of themselves */
};

/* Notes a broken invariant; only the first is shown. */
static void expect(struct check *k, bool holds, const char *what, u64 which)
{
	if (holds || k->broken)
		return;
	k->broken = true;
	text_printf(k->out, "%s %lu\n", what, which);
}

static u32 list_length(const struct list *l)
{
	u32 n = 0;

	for (const struct list *at = l->next; at != l; at = at->next)
		n++;
	return n;
}

/* --- sets ------------------------------------------------------------------------------------- */

static void examine(struct check *k, struct css_set *set, const struct task *t)
{
	for (int id = 0; id < SUBSYS_COUNT; id++) {
		const char *wrong =
			subsystems[id]->examine ? subsystems[id]->examine(set->css[id], t) : NULL;

		expect(k, !wrong, wrong, task_tid(t));
	}
}

static void check_tasks(struct check *k, struct css_set *set)
{
	struct task *t;

	list_for_each (t, &set->tasks, containers.node) {
		expect(k, t->containers.set == set, "I1: a list holds a task of another set: task",
		       task_tid(t));
		examine(k, set, t);
	}
	expect(k, set->task_count == list_length(&set->tasks), "I2: wrong count of tasks in set",
	       set->id);
	expect(k, set->pins == (set == &init_css_set), "I3: wrong count of pins of set", set->id);
	expect(k, list_empty(&set->mg_tasks) && !set->mg_next && !set->mg_from && !set->mg_to,
	       "I4: marked for a migration: set", set->id);
	expect(k, set->task_count || set == &init_css_set, "I8: without tasks: set", set->id);
	k->linked += set->task_count;
}

static void check_links(struct check *k, struct css_set *set)
{
	struct css_set_link *link = list_first(&set->links, struct css_set_link, of_set), *there;
	struct hierarchy *h;

	list_for_each (h, &hierarchies, node) {
		bool found = false;

		if (&link->of_set == &set->links || link->container->hierarchy != h) {
			expect(k, false, "I5: no link in its place: set", set->id);
			return;
		}
		list_for_each (there, &link->container->links, of_container)
			found |= there == link;
		expect(k, found && link->set == set,
		       "I5: a link that its container does not know: set", set->id);
		for (int id = 0; id < SUBSYS_COUNT; id++)
			expect(k,
			       !(h->subsys & BIT(id)) || set->css[id] == link->container->css[id],
			       "I5: a css pointer of another container: set", set->id);
		link = list_next(link, of_set);
	}
	expect(k, &link->of_set == &set->links, "I5: too many links: set", set->id);
}

static bool sets_equal(struct css_set *a, struct css_set *b)
{
	struct css_set_link *la = list_first(&a->links, struct css_set_link, of_set), *lb;

	list_for_each (lb, &b->links, of_set) {
		if (la->container != lb->container)
			return false;
		la = list_next(la, of_set);
	}
	return true;
}

/* Every set is linked to the dummy's container. */
static void check_sets(struct check *k)
{
	struct css_set_link *a, *b;

	list_for_each (a, &dummy_hierarchy.top.links, of_container) {
		check_tasks(k, a->set);
		check_links(k, a->set);
		expect(k, css_set_is_hashed(a->set), "I7: in a wrong bucket: set", a->set->id);
		for (b = list_next(a, of_container); &b->of_container != &dummy_hierarchy.top.links;
		     b = list_next(b, of_container))
			expect(k, k->broken || !sets_equal(a->set, b->set),
			       "I6: equal to another: set", b->set->id);
	}
}

/* --- trees -------------------------------------------------------------------------------------
 */

static void check_tree(struct check *k, struct hierarchy *h)
{
	u64 members = 0, count = 0;
	struct css_set_link *link;

	for (struct container *c = &h->top; c; c = container_next(c)) {
		count++;
		expect(k, c->hierarchy == h && !c->removed, "I13: a stranger in hierarchy", h->id);
		expect(k, c->child_count == list_length(&c->children),
		       "I13: wrong count of children in hierarchy", h->id);
		list_for_each (link, &c->links, of_container)
			members += link->set->task_count;
	}
	expect(k, count == h->containers, "I13: wrong count of containers in hierarchy", h->id);
	expect(k, members == k->linked, "I9: members do not add up in hierarchy", h->id);
}

/* The state of the subsystem's root, wherever it is mounted. */
static struct css *root_css(int id)
{
	struct hierarchy *h;

	list_for_each (h, &hierarchies, node)
		if (h->subsys & BIT(id))
			return h->top.css[id];
	return NULL;
}

static void check_subsystems(struct check *k)
{
	for (int id = 0; id < SUBSYS_COUNT; id++) {
		struct css *css = root_css(id);

		expect(k, migrate_asked[id] == migrate_moved[id] + migrate_cancelled[id],
		       "I11: asked for tasks that were neither moved nor called off: subsystem",
		       id);
		expect(k, css != NULL, "I13: in no hierarchy: subsystem", id);
		expect(k, !css || !subsystems[id]->check || subsystems[id]->check(css),
		       "I12: figures that fit neither the members nor the tree: subsystem", id);
	}
}

/* Ended tasks too, until they have been waited for. */
static void check_unlinked(struct check *k)
{
	struct task *t;

	spin_lock(&task_tree_lock);
	for (s32 tid = 1; (t = pid_next_task_locked(&pid_first, &tid)); tid++) {
		if (list_empty(&t->containers.node))
			expect(k, t->containers.set == &init_css_set,
			       "I10: on no list, and not in the first set: task", (u64)tid);
		else
			k->members++;
	}
	spin_unlock(&task_tree_lock);
}

static void check_all_linked(struct check *k)
{
	struct task *t;
	s32 tid = 0;

	while ((t = task_next(&pid_first, &tid))) {
		expect(k, t->exiting || !list_empty(&t->containers.node),
		       "I2: in no container: task", tid);
		task_put(t);
		tid++;
	}
}

bool container_selfcheck(struct text *out)
{
	struct check k = { .out = out };
	struct hierarchy *h;

	gate_close(&container_gate);
	check_all_linked(&k);
	spin_lock(&css_set_lock);
	plant();
	check_unlinked(&k);
	check_sets(&k);
	expect(&k, k.members == k.linked, "I2: members on no list of a set: in all", k.members);
	list_for_each (h, &hierarchies, node)
		check_tree(&k, h);
	check_subsystems(&k);
	unplant();
	spin_unlock(&css_set_lock);
	gate_open(&container_gate);
	if (!k.broken)
		text_string(out, "ok\n");
	return !k.broken;
}
