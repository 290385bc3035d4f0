/*
 * vmcopy.c - process_vm_readv(2) and process_vm_writev(2): between the memory of two processes.
 *
 * The right to it is that of looking into the other process (proc_may_access).  Bytes go through a
 * page of the kernel; what was moved before a bad address counts.
 */
#include "arch/uaccess.h"
#include "fs/procfs/procfs.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/syscall/transfer.h"
#include "kernel/task/task.h"

#define IOV_MAX 1024

/* Up to the end of a page of the other; bytes moved. */
static size_t move_part(struct vm *vm, struct io *io, u64 at, size_t len, void *page, bool write)
{
	size_t n = min(min(len, PAGE_SIZE - at % PAGE_SIZE), io->left);

	if (write) {
		n = io_get(io, page, n);
		return n ? vm_access(vm, at, page, n, true) : 0;
	}
	n = vm_access(vm, at, page, n, false);
	return n ? io_put(io, page, n) : 0;
}

static ssize_t move(struct vm *vm, struct io *io, const struct iovec *remote, u64 count, void *page,
		    bool write)
{
	ssize_t done = 0;

	for (u64 i = 0; i < count; i++) {
		for (u64 at = 0; at < remote[i].len && io->left;) {
			size_t n = move_part(vm, io, (u64)remote[i].base + at, remote[i].len - at,
					     page, write);

			if (!n || signal_is_pending())
				return done + (ssize_t)n ?: -EFAULT;
			at += n;
			done += (ssize_t)n;
			sched_relax();
		}
	}
	return done;
}

static ssize_t move_all(struct vm *vm, struct io *io, const struct iovec *remote, u64 count,
			bool write)
{
	void *page = kmalloc(PAGE_SIZE);
	ssize_t n = page ? move(vm, io, remote, count, page, write) : -ENOMEM;

	kfree(page);
	return n;
}

/* The space of the task with that number, if it may be looked into. */
static struct vm *get_space(s32 tid)
{
	struct task *t = task_find(tid);
	struct vm *vm;

	if (!t)
		return ERR_PTR(-ESRCH);
	vm = proc_may_access(t, task_current()->cred) ? task_get_vm(t) ?: ERR_PTR(-ESRCH)
						      : ERR_PTR(-EPERM);
	task_put(t);
	return vm;
}

/* Addresses are looked at when the bytes are moved. */
static struct iovec *remote_vector(const struct iovec __user *user, u64 count, u64 *total)
{
	struct iovec *iov = vector_fetch(user, count);

	*total = 0;
	for (u64 i = 0; !IS_ERR(iov) && i < count; i++) {
		if ((s64)iov[i].len < 0) {
			kfree(iov);
			return ERR_PTR(-EINVAL);
		}
		*total |= iov[i].len;
	}
	return iov;
}

static long copy_between(s32 tid, const struct iovec __user *user_local, u64 local_count,
			 const struct iovec __user *user_remote, u64 remote_count, u64 flags,
			 bool write)
{
	struct iovec *local, *remote;
	u64 total, remote_total;
	struct vm *vm;
	struct io io;
	long n;

	if (flags)
		return -EINVAL;
	local = vector_copy(user_local, local_count, &total);
	if (IS_ERR(local))
		return PTR_ERR(local);
	remote = total ? remote_vector(user_remote, remote_count, &remote_total) : NULL;
	if (IS_ERR(remote) || !remote || !remote_total) {
		n = IS_ERR(remote) ? PTR_ERR(remote) : 0;
		kfree(local);
		kfree(IS_ERR(remote) ? NULL : remote);
		return n;
	}
	vm = get_space(tid);
	n = IS_ERR(vm) ? PTR_ERR(vm) : 0;
	if (!n) {
		io_init_vector(&io, local, total);
		n = move_all(vm, &io, remote, remote_count, write);
		vm_put(vm);
	}
	kfree(local);
	kfree(remote);
	return n;
}

long sys_process_vm_readv(s32 pid, const struct iovec __user *local, u64 local_count,
			  const struct iovec __user *remote, u64 remote_count, u64 flags)
{
	return copy_between(pid, local, local_count, remote, remote_count, flags, false);
}

long sys_process_vm_writev(s32 pid, const struct iovec __user *local, u64 local_count,
			   const struct iovec __user *remote, u64 remote_count, u64 flags)
{
	return copy_between(pid, local, local_count, remote, remote_count, flags, true);
}
