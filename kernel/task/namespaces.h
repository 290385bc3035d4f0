/*
 * namespaces.h - the namespaces that a task is in.
 *
 * Tasks that are in the same ones share one structure, which never changes: a task that goes
 * elsewhere gets another.  So fork costs one reference, whatever the number of kinds.
 */
#pragma once
#include "fs/mount.h"
#include "kernel/abi/clone.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/uts.h"

struct file;
struct task;

struct namespaces {
	struct refcount refs;
	struct uts_namespace *uts;	/* [I] a reference */
	struct mount_namespace *mounts; /* [I] a reference */
	struct namespace *containers;	/* [I] a reference */
	struct pid_namespace *pids;	/* [I] of children to come; a reference.  The task's own
					   is that of its number. */
};

#define NAMESPACES_SUPPORTED (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWPID)

extern struct namespaces namespaces_first; /* mounts is set at boot */

struct namespaces *namespaces_get(struct namespaces *s);
void namespaces_put(struct namespaces *s);		/* NULL: nothing; may sleep */
struct namespaces *task_get_namespaces(struct task *t); /* with a reference; NULL: exited */

/* What a task like the running one gets with these CLONE_* flags; fs is its view, not in use yet
   if CLONE_NEWNS is among them.  ERR_PTR(-EPERM, -EINVAL: a kind that we do not have, or a second
   pid namespace for children; -ENOSPC, -ENOMEM). */
struct namespaces *namespaces_copy(u64 flags, struct fs_context *fs);

/* The same namespaces in a structure that nobody else has.  NULL: no memory. */
struct namespaces *namespaces_duplicate(struct namespaces *from);

/* unshare(2) and setns(2) of the running task. */
int task_unshare(u64 flags) must_check;
int task_setns(struct file *f, u32 flags) must_check;
