/*
 * cred.c - credentials: copies, references, groups.
 */
#include "fs/cred.h"

#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

struct cred cred_root = {
	.refs = REFCOUNT_INIT(1),
	.cap_effective = CAPS_ALL,
	.cap_permitted = CAPS_ALL,
	.cap_bounding = CAPS_ALL,
};

static size_t cred_size(u32 group_count)
{
	return sizeof(struct cred) + group_count * sizeof(u32);
}

struct cred *cred_copy(const struct cred *c, u32 group_count)
{
	struct cred *copy = kmalloc(cred_size(group_count));
	u32 kept = min(group_count, c->group_count);

	if (!copy)
		return NULL;
	memcpy(copy, c, cred_size(kept));
	memset(copy->groups + kept, 0, (group_count - kept) * sizeof(u32));
	copy->group_count = group_count;
	refcount_init(&copy->refs, 1);
	return copy;
}

void cred_free(const struct cred *c)
{
	kfree((struct cred *)c);
}

bool cred_in_group(const struct cred *c, u32 gid)
{
	u32 low = 0, high = c->group_count;

	if (c->fsgid == gid)
		return true;
	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (c->groups[middle] == gid)
			return true;
		if (c->groups[middle] < gid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
