/*
 * mount.c - mount(2), umount2(2), pivot_root(2): rights and arguments; the rest is fs/mount_ops.c.
 *
 * Differs from Linux: pivot_root changes the root and the working directory of its caller, and of
 * who shares them with it (CLONE_FS), not those of other processes.
 */
#include "fs/mount.h"
#include "arch/uaccess.h"
#include "fs/path.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/namespaces.h"
#include "kernel/task/walk.h"

#define MS_MGC_MASK	0xffff0000ul
#define MS_MGC_VAL	0xc0ed0000ul
#define PROPAGATION	(MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED)
#define UMOUNT_NOFOLLOW 8
#define MNT_EXPIRE	4

static int walk_to(const char __user *user, unsigned flags, struct path *out)
{
	char *name = task_path(user, false);
	struct task_walk w;
	int error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	error = task_walk_begin(&w, AT_FDCWD, name);
	if (!error) {
		error = path_walk(&w.walk, name, flags, out);
		task_walk_end(&w);
	}
	kfree(name);
	return error;
}

/* A string of at most a page, as mount's type, source and data are; NULL stays NULL. kfree it. */
static char *copy_string(const void __user *user)
{
	char *text;
	ssize_t n;

	if (!user)
		return NULL;
	text = kmalloc(PAGE_SIZE);
	if (!text)
		return ERR_PTR(-ENOMEM);
	n = user_string(text, user, PAGE_SIZE);
	if (n >= 0)
		return text;
	kfree(text);
	return ERR_PTR(n == -ENAMETOOLONG ? -EINVAL : n);
}

/* The rest of a page from there on, as much of it as there is; a text may end with it. */
static char *copy_options(const void __user *user)
{
	size_t first = PAGE_SIZE - ((u64)user & (PAGE_SIZE - 1));
	char *text;

	if (!user)
		return NULL;
	text = kmalloc(PAGE_SIZE);
	if (!text)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(text, user, first)) {
		kfree(text);
		return ERR_PTR(-EFAULT);
	}
	if (copy_from_user(text + first, (const char __user *)user + first, PAGE_SIZE - first))
		text[first] = '\0';
	text[PAGE_SIZE - 1] = '\0';
	return text;
}

static int mount_new(struct path *at, const char *source, const char *type, u64 flags,
		     const char *data)
{
	if (!type)
		return -EINVAL;
	return mount_add(at, source ? source : "none", type, flags, data ? data : "",
			 task_current()->cred);
}

/* Mounts are changed only in the namespace that the task is in. */
static bool is_ours(const struct path *p)
{
	return READ_ONCE(p->mount->ns) == task_current()->spaces->mounts;
}

static int mount_existing(struct path *at, const char *source, const char __user *user_source,
			  u64 flags)
{
	struct path from;
	int error;

	if (!source || !*source)
		return -EINVAL;
	error = walk_to(user_source, WALK_FOLLOW, &from);
	if (error)
		return error;
	if (!is_ours(&from))
		error = -EINVAL;
	else
		error = flags & MS_BIND ? mount_bind(&from, at, flags) : mount_move(&from, at);
	path_put(&from);
	return error;
}

/* Mounts are never shared between namespaces, so there is nothing to change. */
static int set_propagation(struct path *at, u64 flags)
{
	u64 kind = flags & PROPAGATION;

	if (flags & ~(PROPAGATION | MS_REC | MS_SILENT) || kind & (kind - 1))
		return -EINVAL;
	return at->dentry == at->mount->root ? 0 : -EINVAL;
}

static long mount_at(struct path *at, const char __user *user_source, const char *source,
		     const char *type, u64 flags, const char *data)
{
	if (!cred_capable(task_current()->cred, CAP_SYS_ADMIN))
		return -EPERM;
	if (!is_ours(at))
		return -EINVAL;
	if (flags & MS_REMOUNT)
		return mount_remount(at, flags, data ? data : "");
	if (flags & MS_BIND)
		return mount_existing(at, source, user_source, flags);
	if (flags & PROPAGATION)
		return set_propagation(at, flags);
	if (flags & MS_MOVE)
		return mount_existing(at, source, user_source, flags);
	return mount_new(at, source, type, flags, data);
}

long sys_mount(const char __user *user_source, const char __user *target,
	       const char __user *user_type, u64 flags, const void __user *user_data)
{
	char *type = copy_string(user_type), *source = NULL, *data = NULL;
	struct path at;
	long error = IS_ERR(type) ? PTR_ERR(type) : 0;

	if ((flags & MS_MGC_MASK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MASK;
	if (!error) {
		source = copy_string(user_source);
		error = IS_ERR(source) ? PTR_ERR(source) : 0;
	}
	if (!error) {
		data = copy_options(user_data);
		error = IS_ERR(data) ? PTR_ERR(data) : 0;
	}
	if (!error)
		error = walk_to(target, WALK_FOLLOW, &at);
	if (!error) {
		error = mount_at(&at, user_source, source, type, flags, data);
		path_put(&at);
	}
	kfree(IS_ERR(type) ? NULL : type);
	kfree(IS_ERR(source) ? NULL : source);
	kfree(IS_ERR(data) ? NULL : data);
	return error;
}

/* To compare with: somebody who shares the root may change it at any time. */
static const struct mount *root_mount(void)
{
	return READ_ONCE(task_current()->fs->root.mount);
}

long sys_umount2(const char __user *target, int flags)
{
	struct path at;
	long error;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	error = walk_to(target, flags & UMOUNT_NOFOLLOW ? 0 : WALK_FOLLOW, &at);
	if (error)
		return error;
	mount_cross(&at); /* "." and "/" may have been mounted on */
	if (!cred_capable(task_current()->cred, CAP_SYS_ADMIN))
		error = -EPERM;
	else if (flags & MNT_EXPIRE) /* nothing is marked as expired */
		error = at.dentry != at.mount->root || flags & (MNT_FORCE | MNT_DETACH) ? -EINVAL
											: -EAGAIN;
	else
		error = is_ours(&at) ? mount_remove(&at, root_mount(), flags) : -EINVAL;
	path_put(&at);
	return error;
}

/* Whoever looks from the old root looks from the new one. */
static void follow_root(const struct path *old, const struct path *new_root)
{
	struct path cwd;

	if (task_get_place(task_current(), false, &cwd)) {
		if (path_equal(&cwd, old))
			fs_context_set(task_current()->fs, false, new_root);
		path_put(&cwd);
	}
	fs_context_set(task_current()->fs, true, new_root);
}

static long pivot(struct path *new_root, struct path *put_old)
{
	struct path root;
	long error;

	if (!task_get_place(task_current(), true, &root))
		return -EINVAL;
	error = is_ours(&root) && is_ours(new_root) ? mount_pivot(&root, new_root, put_old)
						    : -EINVAL;
	if (!error)
		follow_root(&root, new_root);
	path_put(&root);
	return error;
}

long sys_pivot_root(const char __user *new_name, const char __user *old_name)
{
	struct path new_root, put_old;
	long error;

	if (!cred_capable(task_current()->cred, CAP_SYS_ADMIN))
		return -EPERM;
	error = walk_to(new_name, WALK_FOLLOW | WALK_DIRECTORY, &new_root);
	if (error)
		return error;
	error = walk_to(old_name, WALK_FOLLOW | WALK_DIRECTORY, &put_old);
	if (!error) {
		error = pivot(&new_root, &put_old);
		path_put(&put_old);
	}
	path_put(&new_root);
	return error;
}
