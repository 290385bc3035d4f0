/*
 * namespaces.c - which namespaces a task is in: what clone(2) gives it.
 *
 * Locking: process->lock for the pointer in the task; the structure itself never changes.
 *
 * Differs from Linux: there are no network, IPC, user and time namespaces (EINVAL).
 */
#include "kernel/task/namespaces.h"

#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/task/cred.h"
#include "kernel/task/task.h"

#define WITH_RIGHTS                                                                \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | \
	 CLONE_NEWCGROUP | CLONE_NEWTIME)

struct namespaces namespaces_first = { .refs = REFCOUNT_INIT(1),
				       .uts = &uts_first,
				       .containers = &container_namespace_first,
				       .pids = &pid_first };

struct namespaces *namespaces_get(struct namespaces *s)
{
	refcount_get(&s->refs);
	return s;
}

void namespaces_put(struct namespaces *s)
{
	if (!s || !refcount_put(&s->refs))
		return;
	if (s->uts)
		namespace_put(&s->uts->base);
	if (s->mounts)
		mount_namespace_put(s->mounts);
	if (s->containers)
		namespace_put(s->containers);
	if (s->pids)
		pid_namespace_put(s->pids);
	kfree(s);
}

struct namespaces *task_get_namespaces(struct task *t)
{
	struct namespaces *s;

	spin_lock(&t->process->lock);
	s = t->spaces ? namespaces_get(t->spaces) : NULL;
	spin_unlock(&t->process->lock);
	return s;
}

static int fill_pids(struct namespaces *s, const struct namespaces *from, u64 flags)
{
	struct pid_namespace *ns = from->pids;

	if (flags & CLONE_NEWPID) {
		if (ns != task_view())
			return -EINVAL;
		ns = pid_namespace_create(ns);
		if (IS_ERR(ns))
			return (int)PTR_ERR(ns);
	} else {
		pid_namespace_get(ns);
	}
	s->pids = ns;
	return 0;
}

static int fill(struct namespaces *s, const struct namespaces *from, u64 flags,
		struct fs_context *fs)
{
	if (flags & CLONE_NEWUTS) {
		s->uts = uts_copy(from->uts);
	} else {
		namespace_get(&from->uts->base);
		s->uts = from->uts;
	}
	if (flags & CLONE_NEWNS) {
		s->mounts = mount_namespace_copy(from->mounts, fs);
	} else {
		mount_namespace_get(from->mounts);
		s->mounts = from->mounts;
	}
	if (flags & CLONE_NEWCGROUP) {
		s->containers = container_namespace_create();
	} else {
		namespace_get(from->containers);
		s->containers = from->containers;
	}
	return s->uts && s->mounts && s->containers ? fill_pids(s, from, flags) : -ENOMEM;
}

static struct namespaces *create(const struct namespaces *from, u64 flags, struct fs_context *fs)
{
	struct namespaces *s = kzalloc(sizeof(*s));
	int error;

	if (!s)
		return ERR_PTR(-ENOMEM);
	refcount_init(&s->refs, 1);
	error = fill(s, from, flags, fs);
	if (!error)
		return s;
	namespaces_put(s);
	return ERR_PTR(error);
}

struct namespaces *namespaces_duplicate(struct namespaces *from)
{
	struct namespaces *s = create(from, 0, NULL);

	return IS_ERR(s) ? NULL : s;
}

struct namespaces *namespaces_copy(u64 flags, struct fs_context *fs)
{
	struct namespaces *from = task_current()->spaces;

	if (likely(!(flags & (WITH_RIGHTS | CLONE_NEWUSER))))
		return namespaces_get(from);
	if (flags & CLONE_NEWUSER)
		return ERR_PTR(-EINVAL);
	if (!task_capable(CAP_SYS_ADMIN))
		return ERR_PTR(-EPERM);
	if (flags & WITH_RIGHTS & ~(u64)NAMESPACES_SUPPORTED)
		return ERR_PTR(-EINVAL);
	return create(from, flags, fs);
}
