/*
 * taskset.h - the tasks of one migration, as lists of css_sets whose mg_tasks hold them.
 */
#pragma once
#include "kernel/lib/list.h"

struct taskset {
	struct list from; /* css_set.mg_node of the sets that are left */
	struct list to;	  /* of those that are joined */
	bool moved;	  /* the tasks are in `to` now */
};

static inline void taskset_init(struct taskset *ts)
{
	list_init(&ts->from);
	list_init(&ts->to);
	ts->moved = false;
}
