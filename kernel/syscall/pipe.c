/*
 * pipe.c - pipe, pipe2.
 */
#include "fs/pipe.h"

#include "arch/uaccess.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define O_NOTIFICATION 0200 /* of keys, which are not built in: as Debian's kernel */

/* Descriptors for both ends, written to user space before anybody can use them. */
static int install(struct file *const ends[2], int __user *user, bool cloexec)
{
	struct fdtable *t = task_current()->files;
	u32 limit = (u32)task_limit(RLIMIT_NOFILE);
	int fds[2];

	fds[0] = fd_reserve(t, 0, limit, cloexec);
	if (fds[0] < 0)
		return fds[0];
	fds[1] = fd_reserve(t, 0, limit, cloexec);
	if (fds[1] < 0) {
		fd_release(t, fds[0]);
		return fds[1];
	}
	if (copy_to_user(user, fds, sizeof(fds))) {
		fd_release(t, fds[0]);
		fd_release(t, fds[1]);
		return -EFAULT;
	}
	fd_install(t, fds[0], ends[0]);
	fd_install(t, fds[1], ends[1]);
	return 0;
}

long sys_pipe2(int __user *fds, int flags)
{
	struct file *ends[2];
	int error;

	if (flags & O_NOTIFICATION &&
	    !(flags & ~(O_NOTIFICATION | O_CLOEXEC | O_NONBLOCK | O_DIRECT)))
		return -ENOPKG;
	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	error = pipe_create(ends, (u32)flags, task_current()->cred);
	if (error)
		return error;
	error = install(ends, fds, flags & O_CLOEXEC);
	if (error) {
		file_put(ends[0]);
		file_put(ends[1]);
	}
	return error;
}

long sys_pipe(int __user *fds)
{
	return sys_pipe2(fds, 0);
}
