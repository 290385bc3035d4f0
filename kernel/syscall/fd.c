/*
 * fd.c - calls about descriptors themselves: close, dup, fcntl, ioctl.
 */
#include "arch/uaccess.h"
#include "fs/file.h"
#include "fs/lock.h"
#include "fs/pipe.h"
#include "fs/seal.h"
#include "kernel/abi/errno.h"
#include "kernel/syscall/fd_attr.h"
#include "kernel/syscall/syscall.h"
#include "kernel/syscall/transfer.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/task.h"

#define FIBMAP	 1
#define FIGETBSZ 2
#define FIONCLEX 0x5450
#define FIOCLEX	 0x5451
#define FIONBIO	 0x5421
#define FIONREAD 0x541b

#define FICLONE	     0x40049409
#define FICLONERANGE 0x4020940d
#define FIOASYNC     0x5452

#define CLOSE_RANGE_UNSHARE (1u << 1)
#define CLOSE_RANGE_CLOEXEC (1u << 2)

/* What F_SETFL may change. */
#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME)

static u32 fd_limit(void)
{
	return min(task_limit(RLIMIT_NOFILE), 0x7ffffffful);
}

long sys_close(int fd)
{
	return fd_close(task_current()->files, (u32)fd);
}

static long dup_from(int fd, u32 from, bool cloexec)
{
	struct fdtable *files = task_current()->files;
	struct file *f = fd_get(files, fd);
	int copy;

	if (!f)
		return -EBADF;
	copy = from >= fd_limit() ? -EINVAL : fd_reserve(files, from, fd_limit(), cloexec);
	if (copy < 0)
		file_put(f);
	else
		fd_install(files, copy, f);
	return copy;
}

long sys_dup(int fd)
{
	struct fdtable *files = task_current()->files;
	struct file *f = fd_get(files, fd);
	int copy;

	if (!f)
		return -EBADF;
	copy = fd_reserve(files, 0, fd_limit(), false);
	if (copy < 0)
		file_put(f);
	else
		fd_install(files, copy, f);
	return copy;
}

static long dup_to(int fd, int to, bool cloexec)
{
	struct fdtable *files = task_current()->files;
	struct file *f, *old = NULL;
	int result;

	if ((u32)to >= fd_limit())
		return -EBADF;
	f = fd_get(files, fd);
	if (!f)
		return -EBADF;
	result = fd_replace(files, to, fd_limit(), f, cloexec, &old);
	file_put(f);
	if (old) {
		file_lock_closed(old, files);
		file_put(old);
	}
	return result;
}

long sys_dup2(int fd, int to)
{
	struct file *f;

	if (fd != to)
		return dup_to(fd, to, false);
	f = fd_get(task_current()->files, fd);
	if (!f)
		return -EBADF;
	file_put(f);
	return to;
}

long sys_dup3(int fd, int to, int flags)
{
	if (flags & ~(int)O_CLOEXEC || fd == to)
		return -EINVAL;
	return dup_to(fd, to, flags & O_CLOEXEC);
}

/* Gives the running task a table of its own. */
static int unshare_files(struct fdtable **files)
{
	struct task *t = task_current();
	struct fdtable *old = t->files, *copy;

	if (refcount_read(&old->refs) == 1)
		return 0;
	copy = fdtable_copy(old);
	if (!copy)
		return -ENOMEM;
	spin_lock(&t->process->lock);
	t->files = *files = copy;
	spin_unlock(&t->process->lock);
	fdtable_put(old);
	return 0;
}

long sys_close_range(u32 first, u32 last, u32 flags)
{
	struct fdtable *files = task_current()->files;
	struct file *f;
	int fd = min(first, 0x7fffffffu);

	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE) {
		int error = unshare_files(&files);

		if (error)
			return error;
	}
	while ((fd = fd_next(files, fd, &f)) >= 0) {
		file_put(f);
		if ((u32)fd > last)
			break;
		if (flags & CLOSE_RANGE_CLOEXEC)
			(void)fd_cloexec(files, fd, 1);
		else
			(void)fd_close(files, (u32)fd);
		fd++;
	}
	return 0;
}

static long set_flags(struct file *f, u32 arg)
{
	/* O_NOATIME is for the owner. */
	if ((arg & O_NOATIME) && !(f->flags & O_NOATIME) &&
	    task_current()->cred->fsuid != f->inode->uid &&
	    !cred_capable(task_current()->cred, CAP_FOWNER))
		return -EPERM;
	if (arg & O_DIRECT && !S_ISFIFO(f->inode->mode))
		return -EINVAL; /* no file system here can do without its page cache */
	f->flags = (f->flags & ~SETFL_MASK) | (arg & SETFL_MASK);
	return 0;
}

/* Kept as a number of the first pid namespace. */
static long set_owner_ex(struct file *f, s32 type, s32 who)
{
	struct pid *p = who > 0 ? pid_find(task_view(), who) : NULL;

	if (who && !p)
		return -ESRCH;
	WRITE_ONCE(f->owner, p ? p->nr : 0);
	WRITE_ONCE(f->owner_type, (u16)type);
	if (p)
		pid_put(p);
	return 0;
}

static long set_owner(struct file *f, s32 who)
{
	if (who == INT32_MIN)
		return -EINVAL;
	return who < 0 ? set_owner_ex(f, F_OWNER_PGRP, -who) : set_owner_ex(f, F_OWNER_PID, who);
}

/* A number of the first namespace as the running task sees it; 0: it does not, or it is free. */
static s32 number_here(s32 nr)
{
	struct pid *p;
	s32 here;

	if (!task_view()->level)
		return nr;
	p = pid_find(&pid_first, nr);
	here = p ? pid_seen(p) : 0;
	if (p)
		pid_put(p);
	return here;
}

static long get_owner(const struct file *f)
{
	s32 owner = number_here(READ_ONCE(f->owner));

	return READ_ONCE(f->owner_type) == F_OWNER_PGRP ? -owner : owner;
}

static long set_owner_from(struct file *f, const struct f_owner_ex __user *user)
{
	struct f_owner_ex owner;

	if (copy_from_user(&owner, user, sizeof(owner)))
		return -EFAULT;
	if ((u32)owner.type > F_OWNER_PGRP)
		return -EINVAL;
	return set_owner_ex(f, owner.type, owner.pid);
}

static long get_owner_into(const struct file *f, struct f_owner_ex __user *user)
{
	struct f_owner_ex owner = { READ_ONCE(f->owner_type), number_here(READ_ONCE(f->owner)) };

	return copy_to_user(user, &owner, sizeof(owner)) ? -EFAULT : 0;
}

/* Who may have one gets none: nobody is told of other opens. */
static long set_lease(const struct file *f, u64 type)
{
	const struct cred *cred = task_current()->cred;

	if (type > F_UNLCK)
		return -EINVAL;
	if (cred->fsuid != f->inode->uid && !cred_capable(cred, CAP_LEASE))
		return -EACCES;
	return S_ISREG(f->inode->mode) ? -EAGAIN : -EINVAL;
}

static long fcntl_file(struct file *f, int fd, unsigned cmd, u64 arg)
{
	struct fdtable *files = task_current()->files;

	switch (cmd) {
	case F_GETFD:
		return fd_cloexec(files, fd, -1);
	case F_SETFD: {
		int result = fd_cloexec(files, fd, arg & FD_CLOEXEC);

		return result < 0 ? result : 0;
	}
	case F_GETFL:
		return f->flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
	case F_SETFL:
		return set_flags(f, arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return file_lock_fcntl(f, cmd, (void __user *)arg, files,
				       process_pid(task_current()->process), number_here);
	case F_SETOWN:
		return set_owner(f, (s32)arg);
	case F_GETOWN:
		return get_owner(f);
	case F_SETOWN_EX:
		return set_owner_from(f, (const struct f_owner_ex __user *)arg);
	case F_GETOWN_EX:
		return get_owner_into(f, (struct f_owner_ex __user *)arg);
	case F_SETSIG:
		if (arg >= NSIG)
			return -EINVAL;
		WRITE_ONCE(f->signal, (u16)arg);
		return 0;
	case F_GETSIG:
		return READ_ONCE(f->signal);
	case F_SETLEASE:
		return set_lease(f, arg);
	case F_GETLEASE:
		return F_UNLCK;
	case F_GET_SEALS:
	case F_ADD_SEALS:
		return file_seal_fcntl(f, cmd, arg);
	case F_SETPIPE_SZ:
		return pipe_set_size(f, arg, task_current()->cred);
	case F_GETPIPE_SZ:
		return pipe_get_size(f);
	default:
		return fd_attr_fcntl(f, cmd, arg);
	}
}

long sys_fcntl(int fd, unsigned cmd, u64 arg)
{
	struct file *f;
	long result;

	if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC)
		return dup_from(fd, min(arg, 0xfffffffful), cmd == F_DUPFD_CLOEXEC);
	f = fd_get(task_current()->files, fd);
	if (!f)
		return -EBADF;
	if ((f->flags & O_PATH) && cmd != F_GETFD && cmd != F_SETFD && cmd != F_GETFL)
		result = -EBADF;
	else
		result = fcntl_file(f, fd, cmd, arg);
	file_put(f);
	return result;
}

static long ioctl_nonblock(struct file *f, u64 arg)
{
	int on;

	if (copy_from_user(&on, (void __user *)arg, sizeof(on)))
		return -EFAULT;
	f->flags = on ? f->flags | O_NONBLOCK : f->flags & ~O_NONBLOCK;
	return 0;
}

/* Nobody is told of input by a signal; the flag is kept. */
static long ioctl_async(struct file *f, u64 arg)
{
	bool can = S_ISFIFO(f->inode->mode) || (f->inode->mode & S_IFMT) == S_IFSOCK ||
		   (S_ISCHR(f->inode->mode) && f->ops->poll);
	int on;

	if (copy_from_user(&on, (void __user *)arg, sizeof(on)))
		return -EFAULT;
	if (!on == !(f->flags & O_ASYNC))
		return 0;
	if (!can)
		return -ENOTTY;
	f->flags ^= O_ASYNC;
	return 0;
}

static long ioctl_clone_range(struct file *f, u64 arg)
{
	struct {
		s64 fd;
		u64 from, size, to;
	} range;

	if (copy_from_user(&range, (void __user *)arg, sizeof(range)))
		return -EFAULT;
	return transfer_clone(f, range.fd);
}

static long ioctl_file(struct file *f, int fd, unsigned cmd, u64 arg)
{
	struct fdtable *files = task_current()->files;
	long result;

	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		result = fd_cloexec(files, fd, cmd == FIOCLEX);
		return result < 0 ? result : 0;
	case FIONBIO:
		return ioctl_nonblock(f, arg);
	case FIOASYNC:
		return ioctl_async(f, arg);
	case FICLONE:
		return transfer_clone(f, arg);
	case FICLONERANGE:
		return ioctl_clone_range(f, arg);
	case FIGETBSZ:
		return put_user(f->inode->super->magic == PROC_MAGIC ? 1024 : (s32)PAGE_SIZE,
				(s32 __user *)arg);
	case FIBMAP: /* no file lies on a disk */
		if (S_ISREG(f->inode->mode))
			return cred_capable(task_current()->cred, CAP_SYS_RAWIO) ? -EINVAL : -EPERM;
		break;
	case FIONREAD:
		if (S_ISREG(f->inode->mode))
			return put_user((s32)(f->inode->size - f->pos), (s32 __user *)arg);
		break;
	}
	result = fd_attr_ioctl(f, cmd, arg);
	if (result != -ENOTTY)
		return result;
	return f->ops->ioctl ? f->ops->ioctl(f, cmd, arg) : -ENOTTY;
}

long sys_ioctl(int fd, unsigned cmd, u64 arg)
{
	struct file *f = fd_get(task_current()->files, fd);
	long result;

	if (!f)
		return -EBADF;
	result = f->flags & O_PATH ? -EBADF : ioctl_file(f, fd, cmd, arg);
	file_put(f);
	return result;
}

long sys_flock(int fd, int op)
{
	struct file *f = fd_get(task_current()->files, fd);
	long result;

	result = file_lock_flock(f, op, process_pid(task_current()->process));
	if (!f)
		return result;
	file_put(f);
	return result;
}

/* Whether Linux has something to do for fsync(2), be it nothing. */
static bool can_sync(const struct inode *inode)
{
	if (S_ISDIR(inode->mode))
		return super_is_tmpfs(inode->super);
	return S_ISREG(inode->mode) && inode->super->magic != PROC_MAGIC &&
	       inode->super->magic != NSFS_MAGIC;
}

/* Everything lives in memory: there is nothing to write back. */
static long sync_file(int fd)
{
	struct file *f = fd_get_open(task_current()->files, fd);
	long result;

	if (!f)
		return -EBADF;
	result = can_sync(f->inode) ? 0 : -EINVAL;
	file_put(f);
	return result;
}

long sys_fsync(int fd)
{
	return sync_file(fd);
}

long sys_fdatasync(int fd)
{
	return sync_file(fd);
}

long sys_sync(void)
{
	return 0;
}

long sys_syncfs(int fd)
{
	struct file *f = fd_get_open(task_current()->files, fd);

	if (!f)
		return -EBADF;
	file_put(f);
	return 0;
}
