/*
 * mount_namespace.c - the sets of mounts that tasks see.
 *
 * A copy has a mount of its own for each mount of the original; nothing that happens to the one is
 * seen in the other (all mounts are private).
 *
 * Locking: mount_lock.
 */
#include "fs/mount_tree.h"

#include "fs/path.h"
#include "kernel/abi/clone.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/slab.h"

static void free_namespace(struct namespace *base)
{
	struct mount_namespace *ns = container_of(base, struct mount_namespace, base);
	struct list dead = LIST_INIT(dead);

	mutex_lock(&mount_lock);
	if (ns->root) {
		mount_detach_below(ns->root, &dead);
		mount_detach(ns->root, &dead);
	}
	mutex_unlock(&mount_lock);
	mount_reap(&dead);
	kfree(ns);
}

static const struct namespace_kind kind = {
	.name = "mnt",
	.flag = CLONE_NEWNS,
	.free = free_namespace,
};

static struct mount_namespace *create(void)
{
	struct mount_namespace *ns = kzalloc(sizeof(*ns));

	if (!ns)
		return NULL;
	namespace_init(&ns->base, &kind, 0);
	list_init(&ns->mounts);
	return ns;
}

struct mount_namespace *mount_namespace_create(struct super *root_super, const char *source)
{
	struct mount_namespace *ns = create();

	if (!ns)
		return NULL;
	ns->root = mount_create(root_super, root_super->root, source, 0);
	if (!ns->root) {
		kfree(ns);
		return NULL;
	}
	mutex_lock(&mount_lock);
	mount_attach(ns->root, ns, NULL);
	mutex_unlock(&mount_lock);
	return ns;
}

/* A place in the original becomes that in the copy.  What is put afterwards goes to *old. */
static void move_place(struct fs_context *fs, struct path *place,
		       const struct mount_namespace *from, struct mount **old)
{
	struct mount *m = place->mount;

	if (m->ns != from)
		return;
	mount_get(m->copy);
	spin_lock(&fs->lock);
	place->mount = m->copy;
	spin_unlock(&fs->lock);
	*old = m;
}

/* The root comes first in the list, as /proc/mounts shows it. */
static void adopt_root(struct mount_namespace *ns, struct mount *root)
{
	mount_attach(root, ns, NULL);
	spin_lock(&dentry_lock);
	list_del(&root->in_ns);
	list_add(&root->in_ns, &ns->mounts);
	spin_unlock(&dentry_lock);
	ns->root = root;
}

struct mount_namespace *mount_namespace_copy(struct mount_namespace *from, struct fs_context *fs)
{
	struct mount_namespace *ns = create();
	struct mount *root, *old_root = NULL, *old_cwd = NULL;
	struct list dead = LIST_INIT(dead);

	if (!ns)
		return NULL;
	mutex_lock(&mount_lock);
	root = mount_clone_tree(from->root, from->root->root, ns, true, &dead);
	if (root) {
		adopt_root(ns, root);
		move_place(fs, &fs->root, from, &old_root);
		move_place(fs, &fs->cwd, from, &old_cwd);
	}
	mutex_unlock(&mount_lock);
	mount_reap(&dead);
	if (old_root)
		mount_put(old_root);
	if (old_cwd)
		mount_put(old_cwd);
	if (root)
		return ns;
	namespace_put(&ns->base);
	return NULL;
}

void mount_namespace_root(struct mount_namespace *ns, struct path *out)
{
	mutex_lock(&mount_lock);
	*out = (struct path){ ns->root, ns->root->root };
	path_get(out);
	mutex_unlock(&mount_lock);
	mount_cross(out);
}
