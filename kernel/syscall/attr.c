/*
 * attr.c - changing what a file is: mode, owner, times, size.
 *
 * Every call fills in a struct setattr and applies it to a place.
 */
#include "arch/uaccess.h"
#include "fs/file.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/walk.h"

#define UTIME_NOW  0x3fffffffl
#define UTIME_OMIT 0x3ffffffel

static long apply_path(const struct path *p, const struct setattr *a)
{
	int error = mount_want_write(p->mount);

	if (!error && a->valid & ATTR_MODE && S_ISLNK(p->dentry->inode->mode))
		error = -EOPNOTSUPP; /* by its place in /proc/PID/fd: others are followed */
	return error ? error : inode_setattr(p->dentry->inode, a, task_current()->cred);
}

/* by_place: AT_EMPTY_PATH, for which the file need not be open. */
static long apply_fd(int fd, const struct setattr *a, bool by_place)
{
	struct file *f = fd_get(task_current()->files, fd);
	long error;

	if (!f)
		return -EBADF;
	error = f->flags & O_PATH && !by_place ? -EBADF : apply_path(&f->path, a);
	file_put(f);
	return error;
}

/* flags: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. */
static long apply_at(int dir, const char __user *user, int flags, const struct setattr *a)
{
	char *name = task_path(user, flags & AT_EMPTY_PATH);
	struct task_walk w;
	struct path p;
	long error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	if (!*name && dir != AT_FDCWD) {
		kfree(name);
		return apply_fd(dir, a, true);
	}
	error = task_walk_begin(&w, dir, name);
	if (!error) {
		error = path_walk(&w.walk, *name ? name : ".",
				  flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW, &p);
		task_walk_end(&w);
	}
	kfree(name);
	if (error)
		return error;
	error = apply_path(&p, a);
	path_put(&p);
	return error;
}

/* --- mode and owner
 * -------------------------------------------------------------------------------- */

long sys_fchmodat(int dir, const char __user *name, u32 mode)
{
	struct setattr a = { .valid = ATTR_MODE, .mode = mode & 07777 };

	return apply_at(dir, name, 0, &a);
}

long sys_chmod(const char __user *name, u32 mode)
{
	return sys_fchmodat(AT_FDCWD, name, mode);
}

long sys_fchmod(int fd, u32 mode)
{
	struct setattr a = { .valid = ATTR_MODE, .mode = mode & 07777 };

	return apply_fd(fd, &a, false);
}

/* An id of -1 stays as it is. */
static struct setattr owner_change(u32 uid, u32 gid)
{
	return (struct setattr){ .valid = ATTR_OWNER | (uid == ~0u ? 0 : ATTR_UID) |
					  (gid == ~0u ? 0 : ATTR_GID),
				 .uid = uid,
				 .gid = gid };
}

long sys_fchownat(int dir, const char __user *name, u32 uid, u32 gid, int flags)
{
	struct setattr a = owner_change(uid, gid);

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return apply_at(dir, name, flags, &a);
}

long sys_chown(const char __user *name, u32 uid, u32 gid)
{
	return sys_fchownat(AT_FDCWD, name, uid, gid, 0);
}

long sys_lchown(const char __user *name, u32 uid, u32 gid)
{
	return sys_fchownat(AT_FDCWD, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(int fd, u32 uid, u32 gid)
{
	struct setattr a = owner_change(uid, gid);

	return apply_fd(fd, &a, false);
}

/* --- times
 * ------------------------------------------------------------------------------------------ */

/* One of the two times of utimensat: now, left alone, or given. */
static int time_change(struct setattr *a, u32 which, const struct timespec *in,
		       struct timespec *out)
{
	if (in->tv_nsec == UTIME_OMIT)
		return 0;
	a->valid |= which;
	if (in->tv_nsec == UTIME_NOW) {
		*out = time_now();
		return 0;
	}
	if (in->tv_nsec < 0 || in->tv_nsec >= (s64)NS_PER_SEC)
		return -EINVAL;
	*out = *in;
	if (in->tv_sec == INT64_MAX || in->tv_sec == INT64_MIN)
		out->tv_nsec = 0; /* the ends of what can be kept */
	return 0;
}

/* times NULL: both now, for which the right to write is enough. */
static int times_change(struct setattr *a, const struct timespec *times)
{
	int error;

	*a = (struct setattr){};
	if (!times || (times[0].tv_nsec == UTIME_NOW && times[1].tv_nsec == UTIME_NOW)) {
		a->valid = ATTR_ATIME | ATTR_MTIME | ATTR_TOUCH;
		a->atime = a->mtime = time_now();
		return 0;
	}
	error = time_change(a, ATTR_ATIME, &times[0], &a->atime);
	return error ? error : time_change(a, ATTR_MTIME, &times[1], &a->mtime);
}

static long utimes_at(int dir, const char __user *name, const struct timespec *times, int flags)
{
	struct setattr a;
	int error = times_change(&a, times);

	if (error)
		return error;
	if (!a.valid) /* both left alone: nothing is looked at, as on Linux */
		return 0;
	if (!name && dir == AT_FDCWD)
		return -EFAULT;
	return name ? apply_at(dir, name, flags, &a) : apply_fd(dir, &a, false);
}

long sys_utimensat(int dir, const char __user *name, const struct timespec __user *times, int flags)
{
	struct timespec t[2];

	if (times && copy_from_user(t, times, sizeof(t)))
		return -EFAULT;
	if (times && t[0].tv_nsec == UTIME_OMIT && t[1].tv_nsec == UTIME_OMIT)
		return 0; /* whatever else was given, as on Linux */
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!name && dir == AT_FDCWD)
		return -EFAULT;
	if (!name && flags)
		return -EINVAL;
	return utimes_at(dir, name, times ? t : NULL, flags);
}

long sys_futimesat(int dir, const char __user *name, const struct timeval __user *times)
{
	struct timeval tv[2];
	struct timespec t[2];

	if (times && copy_from_user(tv, times, sizeof(tv)))
		return -EFAULT;
	for (int i = 0; times && i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
			return -EINVAL;
		t[i] = (struct timespec){ tv[i].tv_sec, tv[i].tv_usec * 1000 };
	}
	return utimes_at(dir, name, times ? t : NULL, 0);
}

long sys_utimes(const char __user *name, const struct timeval __user *times)
{
	if (!name)
		return -EFAULT;
	return sys_futimesat(AT_FDCWD, name, times);
}

long sys_utime(const char __user *name, const s64 __user *times)
{
	struct timespec t[2] = {};
	s64 seconds[2];

	if (times && copy_from_user(seconds, times, sizeof(seconds)))
		return -EFAULT;
	if (!name)
		return -EFAULT;
	if (times) {
		t[0].tv_sec = seconds[0];
		t[1].tv_sec = seconds[1];
	}
	return utimes_at(AT_FDCWD, name, times ? t : NULL, 0);
}

/* --- size
 * -------------------------------------------------------------------------------------------- */

static int check_size(s64 len)
{
	if ((u64)len > task_limit(RLIMIT_FSIZE)) {
		(void)signal_send_task(task_current(), SIGXFSZ, NULL);
		return -EFBIG;
	}
	return 0;
}

static int truncate_path(const struct path *p, s64 len)
{
	struct setattr a = { .valid = ATTR_SIZE, .size = len };
	struct inode *inode = p->dentry->inode;
	const struct cred *cred = task_current()->cred;
	int error;

	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (!S_ISREG(inode->mode))
		return -EINVAL;
	error = mount_want_write(p->mount);
	if (!error)
		error = inode_permission(inode, MAY_WRITE, cred);
	if (!error)
		error = inode_write_begin(inode);
	if (error)
		return error;
	error = check_size(len);
	if (!error)
		error = inode_setattr(inode, &a, cred);
	inode_write_end(inode);
	return error;
}

long sys_truncate(const char __user *user, s64 len)
{
	struct task_walk w;
	struct path p;
	char *name;
	long error;

	if (len < 0)
		return -EINVAL;
	name = task_path(user, false);
	if (IS_ERR(name))
		return PTR_ERR(name);
	error = task_walk_begin(&w, AT_FDCWD, name);
	if (!error) {
		error = path_walk(&w.walk, name, WALK_FOLLOW, &p);
		task_walk_end(&w);
	}
	kfree(name);
	if (error)
		return error;
	error = truncate_path(&p, len);
	path_put(&p);
	return error;
}

long sys_ftruncate(int fd, s64 len)
{
	struct setattr a = { .valid = ATTR_SIZE, .size = len };
	struct file *f;
	long error;

	if (len < 0)
		return -EINVAL;
	f = fd_get(task_current()->files, fd);
	if (!f)
		return -EBADF;
	if (f->flags & O_PATH)
		error = -EBADF;
	else if (!S_ISREG(f->inode->mode) || !f->can_write)
		error = -EINVAL;
	else
		error = check_size(len);
	if (!error)
		error = inode_setattr(f->inode, &a, task_current()->cred);
	file_put(f);
	return error;
}
