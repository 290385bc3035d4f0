/*
 * taskset.h - the tasks of one migration: a chain of css_sets, whose mg_tasks hold them.
 */
#pragma once
#include "kernel/lib/types.h"

struct css_set;

struct taskset {
	struct css_set *sets; /* css_set.mg_next: those that are left */
	struct css_set *at;   /* whose task taskset_next has given last */
};
