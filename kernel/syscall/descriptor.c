/*
 * descriptor.c - calls that make or fetch descriptors of special files: memfd_create, signalfd,
 * pidfd_getfd; and vhangup.
 */
#include "kernel/syscall/descriptor.h"
#include "arch/uaccess.h"
#include "fs/procfs/procfs.h"
#include "fs/tmpfs/memfd.h"
#include "kernel/abi/errno.h"
#include "kernel/dev/tty.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/cred.h"
#include "kernel/task/pidfd.h"
#include "kernel/task/signalfd.h"
#include "kernel/task/sigqueue.h"
#include "kernel/task/task.h"

#define MFD_CLOEXEC	  1u
#define MFD_ALLOW_SEALING 2u
#define MFD_PREFIX	  "memfd:"

long descriptor_give(struct file *f, bool cloexec)
{
	struct fdtable *t = task_current()->files;
	int fd;

	if (IS_ERR(f))
		return PTR_ERR(f);
	fd = fd_reserve(t, 0, (u32)task_limit(RLIMIT_NOFILE), cloexec);
	if (fd < 0)
		file_put(f);
	else
		fd_install(t, fd, f);
	return fd;
}

long sys_memfd_create(const char __user *user, u32 flags)
{
	size_t prefix = sizeof(MFD_PREFIX) - 1;
	char *name;
	ssize_t n;
	long fd;

	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;
	name = kmalloc(NAME_MAX + 1);
	if (!name)
		return -ENOMEM;
	memcpy(name, MFD_PREFIX, prefix);
	n = user_string(name + prefix, user, NAME_MAX + 1 - prefix);
	if (n < 0)
		fd = n == -ENAMETOOLONG ? -EINVAL : n;
	else
		fd = descriptor_give(
			memfd_create(name, flags & MFD_ALLOW_SEALING, task_current()->cred),
			flags & MFD_CLOEXEC);
	kfree(name);
	return fd;
}

/* --- signalfd ---------------------------------------------------------------------------------*/

static long change(int fd, u64 mask)
{
	struct file *f = fd_get_open(task_current()->files, fd);
	long result;

	if (!f)
		return -EBADF;
	result = signalfd_change(f, mask) ? fd : -EINVAL;
	file_put(f);
	return result;
}

long sys_signalfd4(int fd, const struct sigset __user *user, size_t size, int flags)
{
	struct sigset set;

	if (size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, user, sizeof(set)))
		return -EFAULT;
	if (flags & ~(int)(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	set.bits &= ~SIGNALS_FIRM;
	if (fd != -1)
		return change(fd, set.bits);
	return descriptor_give(signalfd_create(set.bits, flags & O_NONBLOCK, task_current()->cred),
			       flags & O_CLOEXEC);
}

long sys_signalfd(int fd, const struct sigset __user *set, size_t size)
{
	return sys_signalfd4(fd, set, size, 0);
}

/* --- other processes --------------------------------------------------------------------------*/

static struct file *file_of(struct task *t, int fd)
{
	struct fdtable *files = task_get_files(t);
	struct file *f = files ? fd_get(files, fd) : NULL;

	if (files)
		fdtable_put(files);
	return f ?: ERR_PTR(-EBADF);
}

long sys_pidfd_getfd(int pidfd, int fd, u32 flags)
{
	struct file *f = ERR_PTR(-ESRCH);
	struct pid *pid;
	struct task *t;

	if (flags)
		return -EINVAL;
	pid = pidfd_find(pidfd, NULL);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	t = pid_get_task(pid);
	if (t) {
		f = proc_may_access(t, task_current()->cred) ? file_of(t, fd) : ERR_PTR(-EPERM);
		task_put(t);
	}
	pid_put(pid);
	return descriptor_give(f, true);
}

/* The controlling terminal is gone for all who have it open. */
long sys_vhangup(void)
{
	struct tty *t;

	if (!task_capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	t = tty_controlling();
	if (t) {
		tty_hangup(t);
		tty_put(t);
	}
	return 0;
}
