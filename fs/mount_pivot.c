/*
 * mount_pivot.c - pivot_root(2): another mount takes the place of the root.
 *
 * Locking: as in mount_ops.c.
 */
#include "fs/mount_tree.h"
#include "fs/path.h"
#include "kernel/lock/spinlock.h"

static bool is_mount_root(const struct path *p)
{
	return p->dentry == p->mount->root;
}

/* Does p lie below top, over mounts?  mount_lock held. */
static bool is_reachable(struct path p, const struct path *top)
{
	bool below;

	spin_lock(&dentry_lock);
	while (p.mount != top->mount && p.mount->parent)
		p = (struct path){ p.mount->parent, p.mount->point };
	below = p.mount == top->mount;
	spin_unlock(&dentry_lock);
	return below && dentry_is_below(p.dentry, top->dentry);
}

/* The order of the answers is Linux's. */
static int check(const struct path *root, const struct path *new_root, const struct path *put_old)
{
	if (!root->mount->ns || root->mount->ns != new_root->mount->ns ||
	    root->mount->ns != put_old->mount->ns)
		return -EINVAL;
	if (new_root->dentry->removed)
		return -ENOENT;
	if (new_root->mount == root->mount || put_old->mount == root->mount)
		return -EBUSY;
	if (!is_mount_root(root) || !root->mount->parent || !is_mount_root(new_root) ||
	    !new_root->mount->parent)
		return -EINVAL;
	return is_reachable(*put_old, new_root) && is_reachable(*new_root, root) ? 0 : -EINVAL;
}

int mount_pivot(const struct path *root, const struct path *new_root, struct path *put_old)
{
	struct dentry *old_point = NULL;
	struct path top = {};
	int error = mount_begin(put_old);

	if (error)
		return error;
	error = check(root, new_root, put_old);
	if (!error) {
		old_point = mount_unhook(new_root->mount);
		top.mount = root->mount->parent;
		top.dentry = mount_unhook(root->mount);
		mount_hook(root->mount, put_old);
		mount_hook(new_root->mount, &top);
	}
	mount_end(put_old);
	if (!error) {
		dentry_put(old_point);
		dentry_put(top.dentry);
	}
	return error;
}
