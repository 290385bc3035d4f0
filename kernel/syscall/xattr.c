/*
 * xattr.c - the calls for extended attributes, of which no file has any.
 *
 * A list of them is empty, and any one is EOPNOTSUPP, as on a file system of Linux without them:
 * what copies files with everything that belongs to them goes on then, where ENOSYS would stop it.
 * Where Linux refuses by name and kind of file, that comes first, and a tmpfs says of one of
 * "trusted." that it is not there.
 */
#include "arch/uaccess.h"
#include "fs/file.h"
#include "fs/mount.h"
#include "fs/super.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"
#include "kernel/task/walk.h"

#define XATTR_SIZE_MAX 65536u
#define XATTR_NAME_MAX 255
#define XATTR_REPLACE  2ul
#define XATTR_FLAGS    3ul /* XATTR_CREATE, too */

static long path_look(const char __user *user, unsigned flags, struct path *p)
{
	char *name = task_path(user, false);
	struct task_walk w;
	long error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	error = task_walk_begin(&w, AT_FDCWD, name);
	if (!error) {
		error = path_walk(&w.walk, name, flags, p);
		task_walk_end(&w);
	}
	kfree(name);
	return error;
}

static long fd_look(int fd, struct path *p)
{
	struct file *f = fd_get_open(task_current()->files, fd);

	if (!f)
		return -EBADF;
	*p = f->path;
	path_get(p);
	file_put(f);
	return 0;
}

/* Who may ask for, or change, an attribute of this name there. */
static long check_name(const struct path *p, const char *name, bool write)
{
	const struct cred *cred = task_current()->cred;
	struct inode *inode = p->dentry->inode;
	long error = write ? mount_want_write(p->mount) : 0;

	if (error)
		return error;
	if (write && inode->super->magic == NSFS_MAGIC)
		return -EPERM;
	if (!strncmp(name, "trusted.", 8) && !cred_capable(cred, CAP_SYS_ADMIN))
		return write ? -EPERM : -ENODATA;
	if (strncmp(name, "user.", 5) != 0)
		return 0;
	if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode))
		return write ? -EPERM : -ENODATA;
	if (write && S_ISDIR(inode->mode) && inode->mode & S_ISVTX && cred->fsuid != inode->uid &&
	    !cred_capable(cred, CAP_FOWNER))
		return -EPERM;
	return inode_permission(inode, write ? MAY_WRITE : MAY_READ, cred);
}

/* The answer about one attribute of the file that was looked up with this result; the reference to
   it is put. */
static long refuse(long error, struct path *p, const char __user *user, bool write, bool make)
{
	char name[XATTR_NAME_MAX + 1];
	ssize_t len;

	if (error)
		return error;
	len = user_string(name, user, sizeof(name));
	if (len == -ENAMETOOLONG || len == 0)
		error = -ERANGE;
	else
		error = len < 0 ? len : check_name(p, name, write);
	if (!error)
		error = !strncmp(name, "trusted.", 8) && super_is_tmpfs(p->dentry->super) && !make
				? -ENODATA
				: -EOPNOTSUPP;
	path_put(p);
	return error;
}

static long list_nothing(long error, struct path *p)
{
	if (!error)
		path_put(p);
	return error;
}

static long refuse_set(long error, struct path *p, const char __user *name, size_t size, u64 flags)
{
	if (!error && ((u32)flags & ~XATTR_FLAGS || size > XATTR_SIZE_MAX)) {
		path_put(p);
		error = (u32)flags & ~XATTR_FLAGS ? -EINVAL : -E2BIG;
	}
	return refuse(error, p, name, true, !(flags & XATTR_REPLACE));
}

long sys_setxattr(const char __user *path, const char __user *name, const void __user *value,
		  size_t size, u64 flags)
{
	struct path p;

	return refuse_set(path_look(path, WALK_FOLLOW, &p), &p, name, size, flags);
}

long sys_lsetxattr(const char __user *path, const char __user *name, const void __user *value,
		   size_t size, u64 flags)
{
	struct path p;

	return refuse_set(path_look(path, 0, &p), &p, name, size, flags);
}

long sys_fsetxattr(int fd, const char __user *name, const void __user *value, size_t size,
		   u64 flags)
{
	struct path p;

	return refuse_set(fd_look(fd, &p), &p, name, size, flags);
}

long sys_getxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	struct path p;

	return refuse(path_look(path, WALK_FOLLOW, &p), &p, name, false, false);
}

long sys_lgetxattr(const char __user *path, const char __user *name, void __user *value,
		   size_t size)
{
	struct path p;

	return refuse(path_look(path, 0, &p), &p, name, false, false);
}

long sys_fgetxattr(int fd, const char __user *name, void __user *value, size_t size)
{
	struct path p;

	return refuse(fd_look(fd, &p), &p, name, false, false);
}

long sys_listxattr(const char __user *path, char __user *list, size_t size)
{
	struct path p;

	return list_nothing(path_look(path, WALK_FOLLOW, &p), &p);
}

long sys_llistxattr(const char __user *path, char __user *list, size_t size)
{
	struct path p;

	return list_nothing(path_look(path, 0, &p), &p);
}

long sys_flistxattr(int fd, char __user *list, size_t size)
{
	struct path p;

	return list_nothing(fd_look(fd, &p), &p);
}

long sys_removexattr(const char __user *path, const char __user *name)
{
	struct path p;

	return refuse(path_look(path, WALK_FOLLOW, &p), &p, name, true, false);
}

long sys_lremovexattr(const char __user *path, const char __user *name)
{
	struct path p;

	return refuse(path_look(path, 0, &p), &p, name, true, false);
}

long sys_fremovexattr(int fd, const char __user *name)
{
	struct path p;

	return refuse(fd_look(fd, &p), &p, name, true, false);
}
