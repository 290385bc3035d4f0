/*
 * taskset.h - the tasks of one migration, as chains of css_sets whose mg_tasks hold them.
 */
#pragma once
#include "kernel/lib/types.h"

struct css_set;

struct taskset {
	struct css_set *from; /* css_set.mg_next: the sets that are left */
	struct css_set *to;   /* those that are joined */
	bool moved;	      /* the tasks are in `to` now */
};
