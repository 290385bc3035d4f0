/*
 * mount_tree.h - changes of the tree of mounts; for this folder only.  All need mount_lock.
 */
#pragma once
#include "fs/dentry.h"
#include "fs/mount.h"

/* Puts m, whose one reference becomes the tree's, on top of a place; `at` NULL: the first. */
void mount_attach(struct mount *m, struct mount_namespace *ns, const struct path *at);

/* Who watches the mounts of ns looks again. */
void mount_changed(struct mount_namespace *ns);

/* Takes m off the place where it is, for mount_attach elsewhere; it stays in its namespace.
   Returns the place's dentry, whose reference is the caller's now. */
struct dentry *mount_unhook(struct mount *m);
/* Puts what mount_unhook took off somewhere else. */
void mount_hook(struct mount *m, const struct path *at);

/* Notes that m is on its point, or no more. */
void mount_points_init(void); /* boot */
void mount_point_add_locked(struct mount *m) must_hold(&dentry_lock);
void mount_point_remove_locked(struct mount *m) must_hold(&dentry_lock);

/* Takes m, which has no children, or all that is below `top`, out of tree and namespace.  They are
   collected in `dead`, which mount_reap empties once mount_lock has been released. */
void mount_detach(struct mount *m, struct list *dead);
void mount_detach_below(struct mount *top, struct list *dead);
void mount_reap(struct list *dead);

/* The mounts below `top`, parents first; NULL at the end. */
struct mount *mount_next_below(struct mount *m, const struct mount *top);

/* A copy of top with another root, not attached yet; `below`: with copies of the mounts below that
   root, which are in the namespace already.  NULL: no memory; what was made is in `dead`. */
struct mount *mount_clone_tree(struct mount *top, struct dentry *root, struct mount_namespace *ns,
			       bool below, struct list *dead);

/* Locks the tree with `at` on top of whatever has been mounted there meanwhile, and holds its
   dentry.  -ENOENT: removed; -EINVAL: not in a namespace; -ENOSPC.  mount_end follows on 0. */
int mount_begin(struct path *at) must_check;
void mount_end(struct path *at);
