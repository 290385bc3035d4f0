/*
 * policy.h - memory policies: from which of the allowed nodes a page should come (mempolicy(7) of
 * Linux, numa(7)).
 *
 * A policy is a value: each thread and each region that has one has its own copy, so there is
 * nothing to count.  It never widens what the thread may use; where nothing of its nodes is allowed
 * it has no say.
 */
#pragma once
#include "kernel/abi/mempolicy.h"
#include "kernel/lib/types.h"

struct policy {
	u16 mode;   /* MPOL_DEFAULT .. MPOL_PREFERRED_MANY */
	u16 flags;  /* MPOL_MODE_FLAGS */
	s32 home;   /* BIND, PREFERRED_MANY: the node to begin with; -1: the nearest */
	u64 nodes;  /* what it comes to with the nodes allowed now */
	u64 asked;  /* with STATIC or RELATIVE nodes: as the program named them */
	u64 within; /* else: the nodes that were allowed when `nodes` was worked out */
};

/* From what set_mempolicy and mbind are given: mode without flags.  -EINVAL. */
int policy_make(struct policy *p, unsigned mode, unsigned flags, u64 nodes, u64 allowed) must_check;
/* Other nodes are allowed now. */
void policy_rebind(struct policy *p, u64 allowed);
bool policy_alike(const struct policy *a, const struct policy *b); /* NULL: none */

/* The set bit of `nodes` that follows number n, round and round; nodes not empty. */
unsigned node_next(unsigned n, u64 nodes);
/* The n-th set bit, counted modulo how many there are. */
unsigned node_nth(u64 n, u64 nodes);
/* Each bit of `nodes` that is the n-th of `from` becomes the n-th of `to`, modulo its size; others
   stay. */
u64 nodes_remap(u64 nodes, u64 from, u64 to);

struct text;
/* "bind=static:0-1", as /proc/PID/numa_maps shows it. */
void policy_show(struct text *out, const struct policy *p);
