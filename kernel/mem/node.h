/*
 * node.h - memory nodes: which there are, how far apart they lie, and which of them a thread may
 * use.
 *
 * Nodes are numbered from 0 in the order in which the firmware's table (SRAT) names their memory; a
 * machine without one is a single node.  A set of nodes is one u64, as a set of CPUs is.  All of it
 * is fixed after boot but struct mems.
 */
#pragma once
#include "arch/boot.h"
#include "arch/cpu.h"
#include "kernel/lib/bits.h"
#include "kernel/mem/policy.h"

#define NODES_ALL      ((u64)-1)
#define NODE_LOCAL     10u  /* the distance of a node from itself */
#define NODE_MASK_BITS 1024 /* how wide Debian's kernel shows a set of nodes */

u64 node_online(void);	      /* nodes with memory or CPUs */
u64 node_memory(void);	      /* nodes with memory */
u64 node_with_cpus(void);     /* nodes with CPUs */
u64 node_cpus(unsigned node); /* the CPUs of a node */
unsigned node_limit(void);    /* one more than the highest node; at least 1 */

static inline unsigned node_of_cpu(int cpu)
{
	return cpus[cpu].node;
}

/* 10: the same node.  As ACPI's SLIT has it; without one 20 between any two. */
unsigned node_distance(unsigned from, unsigned to);
/* All nodes by distance, `from` first; of equally distant ones first those that follow it. */
const u8 *node_order(unsigned from);
/* The node of the set that is nearest; the set must not be empty. */
unsigned node_nearest(unsigned from, u64 nodes);

/* --- what a thread may use ---------------------------------------------------------------------*/

#define MEMS_SPREAD_PAGE 1u /* pages of files come from all allowed nodes in turn */
#define MEMS_SPREAD_SLAB 2u /* accepted, without effect: objects have no nodes */

/* In struct thread.  A new thread inherits all of it.  Readers on other CPUs may see one field old
   and the other new; each is right by itself. */
struct mems {
	u64 allowed; /* [a] nodes for the pages of programs; never empty of node_memory() */
	u64 kernel;  /* [a] nodes for what the kernel itself needs on the thread's behalf: a
			superset of `allowed`, all ones where nothing is walled */
	u32 spread;  /* [a] MEMS_SPREAD_* */
	u32 rotor;   /* [o] the node that was last spread to */
	u32 turn;    /* [o] the node that interleaving without an address used last */
	u64 wanted;  /* [o] nodes in which the last allocation found nothing; 0: none failed */
	struct policy policy; /* [mems_lock to change] set_mempolicy(2) */
};

/* From `from`, or for a thread that may use everything (NULL). */
void mems_init(struct mems *m, const struct mems *from);
/* New sets, used by every allocation that begins after the call; the policy is bound to them.
   `allowed` must contain a node with memory.  Any context.  The regions' policies and the pages
   that are there already: vm_rebind(), vm_move_nodes() (kernel/vm/move.h). */
void mems_set(struct mems *m, u64 allowed, u64 kernel, u32 spread);
/* The policy of a thread: only it sets its own (-EINVAL: see policy_make), all may read it. */
int mems_set_policy(struct mems *m, unsigned mode, unsigned flags, u64 nodes) must_check;
void mems_get_policy(const struct mems *m, struct policy *out);

static inline u64 mems_allowed(const struct mems *m)
{
	return READ_ONCE(m->allowed);
}

/* What confines the kernel's own pages in the running context; NULL: nothing.  mems_confined: some
   thread may not use all nodes, or might not once; the hook then knows (kernel/sched). */
extern bool mems_confined;
extern const struct mems *(*mems_running_hook)(void);

static inline const struct mems *mems_running(void)
{
	return unlikely(READ_ONCE(mems_confined)) && mems_running_hook ? mems_running_hook() : NULL;
}

/* Whom to tell each time that an allocation for the running thread had to wait for memory to be
   freed (cpuset's memory_pressure); NULL: nobody.  Called with no spinlock held; may not sleep. */
extern void (*mems_pressure_hook)(void);

/* --- boot --------------------------------------------------------------------------------------*/

/* n rows of n distances; to be called before page_init().  Refused, with a line in the log, unless
   each node is 10 from itself and further from all others. */
void node_set_distances(const u8 *matrix, unsigned n);
void node_init(void);
void node_add_memory(unsigned node); /* it has some */
