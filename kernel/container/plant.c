/*
 * plant.c - breaks an invariant on purpose, for the length of one self-check.
 *
 * A check that has never failed proves nothing.  A name written to debug.selfcheck in a debug build
 * chooses a fault.  The next reading plants it in the reader's own css_set, looks, and takes it
 * away, all under one hold of css_set_lock.  A reader that shares its set with nobody, in a
 * container below the root of a hierarchy with pids, has something to break for each name.
 *
 * Locking: container_mutex for the choice, css_set_lock for the fault.
 */
#include "kernel/container/plant.h"

#ifdef DEBUG
#include "kernel/abi/errno.h"
#include "kernel/container/framework.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/task/task.h"

enum { FAULT_FIRST = 1, FAULT_LAST = 13 };

static unsigned chosen; /* [container_mutex] 0: none */

/* What to put back.  [css_set_lock] */
static struct task_containers own;
static struct list *place;
static struct container *kept[HIERARCHY_MAX + 1];
static struct css_set stranger;

int plant_choose(const char *name)
{
	u64 n = 0;

	if (strcmp(name, "0") &&
	    (*name != 'I' || parse_u64(name + 1, &n) || n < FAULT_FIRST || n > FAULT_LAST))
		return -EINVAL;
	chosen = (unsigned)n;
	return 0;
}

/* The reader's container in the newest hierarchy. */
static struct css_set_link *last_link(struct css_set *set)
{
	return list_entry(set->links.prev, struct css_set_link, of_set);
}

/* The set's links lead where those of the first of all sets do. */
static void twin(struct css_set *set, bool back)
{
	struct css_set_link *mine,
		*theirs = list_first(&init_css_set.links, struct css_set_link, of_set);
	int i = 0;

	list_for_each (mine, &set->links, of_set) {
		if (!back)
			kept[i] = mine->container;
		mine->container = back ? kept[i] : theirs->container;
		theirs = list_next(theirs, of_set);
		i++;
	}
}

static void unhash(struct css_set *set, bool back)
{
	if (back) {
		list_add(&set->hash, place);
	} else {
		place = set->hash.prev;
		list_del(&set->hash);
	}
}

static void empty(struct css_set *set, struct list *node, bool back)
{
	if (back)
		list_add_tail(node, &set->tasks);
	else
		list_del(node);
	set->task_count += back ? 1 : -1;
}

static void hide(struct container *c, bool back)
{
	if (back) {
		list_add(&c->sibling, place);
	} else {
		place = c->sibling.prev;
		list_del(&c->sibling);
	}
	c->parent->child_count += back ? 1 : -1;
	c->hierarchy->containers += back ? 1 : -1;
}

static void change(struct task_containers *mine, struct css_set *set, bool back)
{
	struct css_set_link *link = last_link(set);
	int by = back ? -1 : 1;

	switch (chosen) {
	case 1:
		mine->set = back ? set : memcpy(&stranger, set, sizeof(stranger));
		break;
	case 2:
		set->task_count += by;
		break;
	case 3:
		set->pins += by;
		break;
	case 4:
		set->mg_to = back ? NULL : set;
		break;
	case 5:
		link->set = back ? set : &stranger;
		break;
	case 6:
		twin(set, back);
		break;
	case 7:
		unhash(set, back);
		break;
	case 8:
		empty(set, &mine->node, back);
		mine->set = back ? set : &init_css_set;
		break;
	case 9:
		hide(link->container, back);
		break;
	case 10:
		empty(set, &mine->node, back);
		mine->set = back ? set : &stranger;
		break;
	case 11:
		migrate_asked[SUBSYS_debug] += by;
		break;
	case 12:
		mine->pids = back ? own.pids : NULL;
		break;
	case 13:
		link->container->hierarchy->containers += by;
		break;
	}
}

void plant(void)
{
	own = task_current()->containers;
	change(&task_current()->containers, own.set, false);
}

void unplant(void)
{
	change(&task_current()->containers, own.set, true);
	chosen = 0;
}
#endif
