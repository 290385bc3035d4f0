/*
 * namespace.c - unshare(2) and setns(2): arguments; the rest is kernel/task/unshare.c.
 */
#include "kernel/abi/errno.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/namespaces.h"
#include "kernel/task/task.h"

long sys_unshare(u64 flags)
{
	return task_unshare(flags);
}

long sys_setns(int fd, u32 flags)
{
	struct file *f = fd_get_open(task_current()->files, fd);
	long error;

	if (!f)
		return -EBADF;
	error = task_setns(f, flags);
	file_put(f);
	return error;
}
