/*
 * unshare.c - unshare(2) and setns(2): the running task gets things of its own, or goes into the
 * namespaces of others.
 *
 * Everything that can fail comes first; then the task's pointers are exchanged.
 */
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/task/cred.h"
#include "kernel/task/namespaces.h"
#include "kernel/task/pidfd.h"
#include "kernel/task/task.h"

#define NAMESPACES                                                                     \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)
#define UNSHARE_FLAGS                                                                       \
	(CLONE_THREAD | CLONE_FS | CLONE_SIGHAND | CLONE_VM | CLONE_FILES | CLONE_SYSVSEM | \
	 NAMESPACES)

/* What the task will have instead of what it has; NULL: that stays. */
struct change {
	struct fs_context *fs;
	struct fdtable *files;
	struct namespaces *spaces;
};

static void drop(struct change *c)
{
	if (c->fs)
		fs_context_put(c->fs);
	if (c->files)
		fdtable_put(c->files);
	if (c->spaces)
		namespaces_put(c->spaces);
}

#define EXCHANGE(a, b)                \
	do {                          \
		typeof(b) old_ = (a); \
		if (b) {              \
			(a) = (b);    \
			(b) = old_;   \
		}                     \
	} while (0)

/* Cannot fail. */
static void apply(struct change *c)
{
	struct task *t = task_current();

	spin_lock(&t->process->lock);
	EXCHANGE(t->fs, c->fs);
	EXCHANGE(t->files, c->files);
	EXCHANGE(t->spaces, c->spaces);
	spin_unlock(&t->process->lock);
	drop(c);
}

/* --- unshare ---------------------------------------------------------------------------------*/

/* What goes along with what is asked for. */
static u64 complete(u64 flags)
{
	if (flags & CLONE_NEWUSER)
		flags |= CLONE_THREAD | CLONE_FS;
	if (flags & CLONE_VM)
		flags |= CLONE_SIGHAND;
	if (flags & CLONE_SIGHAND)
		flags |= CLONE_THREAD;
	if (flags & CLONE_NEWNS)
		flags |= CLONE_FS;
	return flags;
}

/* Does a task of another process run in the same memory (vfork)?  A reference alone may be that of
   somebody who reads /proc. */
static bool shares_memory(struct task *self)
{
	bool shared = false;
	struct task *t;

	if (refcount_read(&self->vm->refs) == 1)
		return false;
	for (s32 tid = 1; !shared && (t = task_next(&pid_first, &tid)); tid++) {
		shared = t->process != self->process && READ_ONCE(t->vm) == self->vm;
		task_put(t);
	}
	return shared;
}

/* Memory, handlers and the process cannot be taken apart: they must not be shared. */
static int check(u64 flags)
{
	struct process *p = task_current()->process;

	if (flags & ~(u64)UNSHARE_FLAGS)
		return -EINVAL;
	if ((flags & CLONE_THREAD) && READ_ONCE(p->task_count) > 1)
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && refcount_read(&p->sighand->refs) > 1)
		return -EINVAL;
	if ((flags & CLONE_VM) && shares_memory(task_current()))
		return -EINVAL;
	return 0;
}

static int prepare(struct change *c, u64 flags)
{
	struct task *t = task_current();

	/* The view moves into new mounts, so it is always a fresh one for them. */
	if ((flags & CLONE_NEWNS) || ((flags & CLONE_FS) && refcount_read(&t->fs->refs) > 1)) {
		c->fs = fs_context_copy(t->fs);
		if (!c->fs)
			return -ENOMEM;
	}
	if ((flags & CLONE_FILES) && refcount_read(&t->files->refs) > 1) {
		c->files = fdtable_copy(t->files);
		if (!c->files)
			return -ENOMEM;
	}
	if (flags & NAMESPACES) {
		struct namespaces *s = namespaces_copy(flags, c->fs);

		if (IS_ERR(s))
			return (int)PTR_ERR(s);
		c->spaces = s;
	}
	return 0;
}

int task_unshare(u64 flags)
{
	struct change c = { NULL, NULL, NULL };
	int error;

	flags = complete(flags);
	error = check(flags);
	if (!error)
		error = prepare(&c, flags);
	if (!error && (flags & NAMESPACES))
		error = container_unshare();
	if (error)
		drop(&c);
	else
		apply(&c);
	return error;
}

/* --- setns -----------------------------------------------------------------------------------*/

static int enter_mounts(struct change *c, struct mount_namespace *ns)
{
	struct task *t = task_current();
	struct path root;

	if (!task_capable(CAP_SYS_CHROOT))
		return -EPERM;
	if (refcount_read(&t->fs->refs) != 1)
		return -EINVAL;
	c->fs = fs_context_copy(t->fs);
	if (!c->fs)
		return -ENOMEM;
	mount_namespace_root(ns, &root);
	fs_context_set(c->fs, true, &root);
	fs_context_set(c->fs, false, &root);
	path_put(&root);
	mount_namespace_get(ns);
	mount_namespace_put(c->spaces->mounts);
	c->spaces->mounts = ns;
	return 0;
}

static void enter_uts(struct change *c, struct uts_namespace *ns)
{
	namespace_get(&ns->base);
	namespace_put(&c->spaces->uts->base);
	c->spaces->uts = ns;
}

static void enter_containers(struct change *c, struct namespace *ns)
{
	namespace_get(ns);
	namespace_put(c->spaces->containers);
	c->spaces->containers = ns;
}

/* For the children to come; only downwards, lest a child be in a namespace around its parent's. */
static int enter_pids(struct change *c, struct pid_namespace *ns)
{
	if (!pid_namespace_is_inside(ns, task_view()))
		return -EINVAL;
	pid_namespace_get(ns);
	pid_namespace_put(c->spaces->pids);
	c->spaces->pids = ns;
	return 0;
}

/* Those of `to` that the flags name. */
static int enter(struct change *c, u32 flags, const struct namespaces *to)
{
	int error = 0;

	if (!task_capable(CAP_SYS_ADMIN))
		return -EPERM;
	c->spaces = namespaces_duplicate(task_current()->spaces);
	if (!c->spaces)
		return -ENOMEM;
	if (flags & CLONE_NEWUTS)
		enter_uts(c, to->uts);
	if (flags & CLONE_NEWNS)
		error = enter_mounts(c, to->mounts);
	if (flags & CLONE_NEWCGROUP)
		enter_containers(c, to->containers);
	return !error && (flags & CLONE_NEWPID) ? enter_pids(c, to->pids) : error;
}

static int enter_namespace(struct change *c, struct namespace *ns, u32 flags)
{
	struct namespaces to;

	if (flags && flags != ns->kind->flag)
		return -EINVAL;
	if (ns->kind->flag == CLONE_NEWPID)
		to.pids = container_of(ns, struct pid_namespace, base);
	else if (ns->kind->flag == CLONE_NEWCGROUP)
		to.containers = ns;
	else if (ns->kind->flag == CLONE_NEWUTS)
		to.uts = container_of(ns, struct uts_namespace, base);
	else
		to.mounts = container_of(ns, struct mount_namespace, base);
	return enter(c, ns->kind->flag, &to);
}

static int enter_task(struct change *c, struct pid *pid, u32 flags)
{
	struct namespaces *to, chosen;
	struct task *t;
	int error;

	if (!flags || (flags & ~NAMESPACES))
		return -EINVAL;
	t = pid_get_task(pid);
	to = t ? task_get_namespaces(t) : NULL;
	if (t)
		task_put(t);
	if (!to)
		return -ESRCH;
	chosen = *to;
	chosen.pids = pid->ns; /* the one that it is in, not its children */
	error = flags & ~NAMESPACES_SUPPORTED ? -EINVAL : enter(c, flags, &chosen);
	namespaces_put(to);
	return error;
}

int task_setns(struct file *f, u32 flags)
{
	struct namespace *ns = namespace_of(&f->path);
	struct pid *pid = pidfd_pid(f);
	struct change c = { NULL, NULL, NULL };
	int error = -EINVAL;

	if (ns)
		error = enter_namespace(&c, ns, flags);
	else if (pid)
		error = enter_task(&c, pid, flags);
	if (error)
		drop(&c);
	else
		apply(&c);
	return error;
}
