/*
 * xattr.c - the calls for extended attributes, of which no file has any.
 *
 * A list of them is empty, and any one is EOPNOTSUPP, as on a file system of Linux without them:
 * what copies files with everything that belongs to them goes on then, where ENOSYS would stop it.
 */
#include "arch/uaccess.h"
#include "fs/file.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"
#include "kernel/task/walk.h"

#define XATTR_NAME_MAX 255
#define XATTR_FLAGS    3ul /* XATTR_CREATE, XATTR_REPLACE */

static long path_exists(const char __user *user, unsigned flags)
{
	char *name = task_path(user, false);
	struct task_walk w;
	struct path p;
	long error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	error = task_walk_begin(&w, AT_FDCWD, name);
	if (!error) {
		error = path_walk(&w.walk, name, flags, &p);
		task_walk_end(&w);
	}
	kfree(name);
	if (!error)
		path_put(&p);
	return error;
}

static long fd_exists(int fd)
{
	struct file *f = fd_get(task_current()->files, fd);
	long error;

	if (!f)
		return -EBADF;
	error = f->flags & O_PATH ? -EBADF : 0;
	file_put(f);
	return error;
}

/* The answer about one attribute of a file that was looked up with this result. */
static long refuse(long error, const char __user *user)
{
	char name[XATTR_NAME_MAX + 1];
	ssize_t len;

	if (error)
		return error;
	len = user_string(name, user, sizeof(name));
	if (len == -ENAMETOOLONG || len == 0)
		return -ERANGE;
	return len < 0 ? len : -EOPNOTSUPP;
}

long sys_setxattr(const char __user *path, const char __user *name, const void __user *value,
		  size_t size, u64 flags)
{
	return refuse(path_exists(path, WALK_FOLLOW) ?: flags & ~XATTR_FLAGS ? -EINVAL : 0, name);
}

long sys_lsetxattr(const char __user *path, const char __user *name, const void __user *value,
		   size_t size, u64 flags)
{
	return refuse(path_exists(path, 0) ?: flags & ~XATTR_FLAGS ? -EINVAL : 0, name);
}

long sys_fsetxattr(int fd, const char __user *name, const void __user *value, size_t size,
		   u64 flags)
{
	return refuse(fd_exists(fd) ?: flags & ~XATTR_FLAGS ? -EINVAL : 0, name);
}

long sys_getxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	return refuse(path_exists(path, WALK_FOLLOW), name);
}

long sys_lgetxattr(const char __user *path, const char __user *name, void __user *value,
		   size_t size)
{
	return refuse(path_exists(path, 0), name);
}

long sys_fgetxattr(int fd, const char __user *name, void __user *value, size_t size)
{
	return refuse(fd_exists(fd), name);
}

long sys_listxattr(const char __user *path, char __user *list, size_t size)
{
	return path_exists(path, WALK_FOLLOW);
}

long sys_llistxattr(const char __user *path, char __user *list, size_t size)
{
	return path_exists(path, 0);
}

long sys_flistxattr(int fd, char __user *list, size_t size)
{
	return fd_exists(fd);
}

long sys_removexattr(const char __user *path, const char __user *name)
{
	return refuse(path_exists(path, WALK_FOLLOW), name);
}

long sys_lremovexattr(const char __user *path, const char __user *name)
{
	return refuse(path_exists(path, 0), name);
}

long sys_fremovexattr(int fd, const char __user *name)
{
	return refuse(fd_exists(fd), name);
}
