/*
 * policy.c - memory policies of regions: mbind, set_mempolicy_home_node, and what get_mempolicy
 * asks.
 *
 * A region has its own copy of a policy, which cutting and fork copy again; neighbours with equal
 * policies join.  Errors and their order are those of Linux 6.1.
 *
 * Differs from Linux: the policy of a shared mapping belongs to the region that mbind was called on
 * and to its copies, not to the file.
 *
 * Locking: vm->lock.
 */
#include "kernel/mem/slab.h"
#include "kernel/vm/move.h"
#include "kernel/vm/region.h"

static struct slab_cache *policy_cache;

void policy_init(void)
{
	policy_cache = slab_create("mempolicy", sizeof(struct policy), 0);
}

struct policy *policy_copy(const struct policy *p)
{
	struct policy *copy = slab_alloc(policy_cache);

	if (copy)
		*copy = *p;
	return copy;
}

void policy_free(struct policy *p)
{
	if (unlikely(p))
		slab_free(policy_cache, p);
}

struct page *vm_page_alloc(enum page_how how)
{
	struct mems *m = &thread_current()->mems;

	return page_alloc_policy(m, &m->policy, PAGE_IN_TURN, how);
}

/* Is there memory in all of [start, end), or in any of it when holes are fine?  -EFAULT. */
static int check_holes(struct vm *vm, u64 start, u64 end, bool holes)
{
	struct region *r = vm_find(vm, start);

	if (!r || r->start >= end)
		return -EFAULT;
	for (; !holes && start < end; start = r->end, r = region_next(r))
		if (!r || r->start > start)
			return -EFAULT;
	return 0;
}

/* Is a page of [start, end) on one of the nodes? */
static bool has_page_on(struct vm *vm, u64 start, u64 end, u64 nodes)
{
	u64 va;
	pte_t *e;

	for_each_entry(e, va, &vm->pt, start, end)
	{
		if (!(*e & PTE_ZEROPAGE) && (nodes & BIT(page_of_phys(pte_phys(*e))->nid)))
			return true;
	}
	return false;
}

/* p NULL: none any more.  -ENOMEM. */
static int set_policy(struct vm *vm, u64 start, u64 end, const struct policy *p, struct list *dead)
{
	struct region *r = vm_find(vm, start);
	struct policy *copy = NULL;

	for (; r && r->start < end; r = region_next(r)) {
		if (policy_alike(r->policy, p))
			continue;
		r = region_cut(vm, r, max(start, r->start), min(end, r->end));
		if (IS_ERR(r))
			return (int)PTR_ERR(r);
		copy = p ? policy_copy(p) : NULL;
		if (p && !copy)
			return -ENOMEM;
		policy_free(r->policy);
		r->policy = copy;
		vm->policies = true;
		r = region_join(vm, r, dead);
	}
	return 0;
}

static int bind_locked(struct vm *vm, const struct vm_bind *b, struct list *dead)
{
	bool none = b->mode == MPOL_DEFAULT;
	struct policy p;
	int ret = policy_make(&p, b->mode, b->flags, b->nodes, b->allowed);

	if (!ret)
		ret = check_holes(vm, b->start, b->end, none);
	if (!ret && !none &&
	    (b->mf & (MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL)) == MPOL_MF_STRICT &&
	    has_page_on(vm, b->start, b->end, ~b->nodes))
		ret = -EIO;
	return ret ?: set_policy(vm, b->start, b->end, none ? NULL : &p, dead);
}

int vm_bind(struct vm *vm, const struct vm_bind *b)
{
	struct list dead = LIST_INIT(dead);
	u64 failed = 0;
	int ret;

	mutex_lock(&vm->lock);
	ret = bind_locked(vm, b, &dead);
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	if (!ret && (b->mf & (MPOL_MF_MOVE | MPOL_MF_MOVE_ALL)))
		failed = move_to_policy(vm, b->start, b->end, ~b->nodes, b->mf & MPOL_MF_MOVE_ALL);
	return failed && (b->mf & MPOL_MF_STRICT) && b->mode != MPOL_DEFAULT ? -EIO : ret;
}

int vm_set_home(struct vm *vm, u64 start, u64 end, unsigned node)
{
	struct list dead = LIST_INIT(dead);
	struct region *r;
	int ret = -ENOENT;

	mutex_lock(&vm->lock);
	for (r = vm_find(vm, start); r && r->start < end; r = region_next(r)) {
		struct policy p;

		if (!r->policy)
			continue;
		ret = r->policy->mode == MPOL_BIND || r->policy->mode == MPOL_PREFERRED_MANY
			      ? 0
			      : -EOPNOTSUPP;
		if (ret < 0)
			break;
		p = *r->policy;
		p.home = (s32)node;
		start = max(start, r->start);
		ret = set_policy(vm, start, min(end, r->end), &p, &dead);
		r = ret < 0 ? NULL : vm_find(vm, start); /* it may have joined its neighbour */
		if (!r)
			break;
		start = r->end;
	}
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	return ret;
}

int vm_get_policy(struct vm *vm, u64 va, struct policy *out)
{
	struct region *r;
	int ret = -EFAULT;

	mutex_lock(&vm->lock);
	r = vm_find(vm, va);
	if (r && r->start <= va) {
		ret = r->policy != NULL;
		if (r->policy)
			*out = *r->policy;
	}
	mutex_unlock(&vm->lock);
	return ret;
}

void vm_rebind(struct vm *vm, u64 allowed)
{
	struct rbnode *node;

	mutex_lock(&vm->lock);
	if (vm->policies) {
		rb_for_each (node, &vm->regions) {
			struct region *r = rb_entry(node, struct region, node);

			if (r->policy)
				policy_rebind(r->policy, allowed);
		}
	}
	mutex_unlock(&vm->lock);
}
