/*
 * super.c - file systems that are mounted, or about to be.
 */
#include "fs/super.h"

#include "fs/dentry.h"
#include "fs/device.h"
#include "kernel/lib/string.h"

static u32 last_minor = 1; /* [a] of major 0 */

void super_init(struct super *s, const struct fs_type *type, const struct super_ops *ops, u32 magic)
{
	refcount_init(&s->refs, 1);
	s->type = type;
	s->ops = ops;
	s->root = NULL;
	s->dev = device_number(0, __atomic_add_fetch(&last_minor, 1, __ATOMIC_RELAXED));
	s->magic = magic;
	s->mounts = s->writers = 0;
	s->readonly = false;
	s->private = NULL;
}

void super_get(struct super *s)
{
	refcount_get(&s->refs);
}

void super_put(struct super *s)
{
	if (!refcount_put(&s->refs))
		return;
	if (s->root) {
		dentry_remove_below(s->root);
		dentry_put(s->root);
	}
	if (s->ops->free)
		s->ops->free(s);
}

void super_release(struct super *s)
{
	if (s->ops->release)
		s->ops->release(s);
	else
		super_put(s);
}

void super_statfs(struct super *s, struct statfs *out)
{
	*out = (struct statfs){
		.f_type = s->magic,
		.f_bsize = PAGE_SIZE,
		.f_frsize = PAGE_SIZE,
		.f_fsid = { (s32)s->dev, 0 },
		.f_namelen = NAME_MAX,
	};
	if (s->ops->statfs)
		s->ops->statfs(s, out);
}
