/*
 * move.h - memory policies of an address space, and moving its pages to other memory nodes while
 * its program runs.
 *
 * A page is moved by taking it out of the page tables, flushing the TLBs, copying it, and putting
 * the copy in its place; who touches it meanwhile waits in its fault.  A page that somebody holds
 * on to (I/O, another program reading it through /proc) stays where it is and is counted.
 *
 * All of it may sleep and takes vm->lock itself; the caller has a reference of the space.
 */
#pragma once
#include "kernel/mem/radix.h"
#include "kernel/vm/vm.h"

/* What several spaces of one move share: pages that fork left common to them stay common.  Kept by
   who moves a whole group (cpuset's memory_migrate): begin, vm_move_nodes() for each space, end.
   Without it each space gets its own copy of such a page. */
struct move_group {
	struct radix copies; /* [o] by page frame: struct page of the copy, a reference on both */
};

void move_group_begin(struct move_group *g);
void move_group_end(struct move_group *g);

/* The pages that lie on the nodes of `from` go to those of `to`, the n-th to the n-th; if they are
   not equally many, those that lie on a node of both stay.  shared: those that other spaces have
   too.  Returns how many could not be moved.  group: NULL or see above. */
u64 vm_move_nodes(struct vm *vm, u64 from, u64 to, bool shared, struct move_group *group);

/* One page.  0: it is on that node now.  -EFAULT: nothing mapped, or not a page that can be moved;
   -ENOENT: not in memory; -EACCES: shared and not `shared`; -EBUSY; -ENOMEM: that node is full. */
int vm_move_page(struct vm *vm, u64 va, unsigned node, bool shared) must_check;

/* The node of the page at va: -EFAULT or -ENOENT as above.  With `fetch` it is faulted in. */
int vm_page_node(struct vm *vm, u64 va, bool fetch) must_check;

/* mbind(2) on [start, end): `mf` are MPOL_MF_*, `allowed` the nodes that the caller may use. */
struct vm_bind {
	u64 start, end; /* whole pages, not empty */
	unsigned mode, flags, mf;
	u64 nodes, allowed;
};
int vm_bind(struct vm *vm, const struct vm_bind *b) must_check;

/* set_mempolicy_home_node(2) */
int vm_set_home(struct vm *vm, u64 start, u64 end, unsigned node) must_check;

/* The policy of the region at va.  1: it has one; 0: none; -EFAULT: nothing there. */
int vm_get_policy(struct vm *vm, u64 va, struct policy *out) must_check;

/* The policies of all regions are bound to other nodes (after mems_set() of the owner). */
void vm_rebind(struct vm *vm, u64 allowed);
