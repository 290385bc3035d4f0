/*
 * mman.c - the system calls of mman.h.
 */
#include "kernel/abi/mman.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

/* Tells the space how much memory this caller may lock. */
static struct vm *current_vm_limited(void)
{
	struct vm *vm = vm_current();
	bool all = cred_capable(task_current()->cred, CAP_IPC_LOCK);

	WRITE_ONCE(vm->lock_limit, all ? RLIM_INFINITY : task_limit(RLIMIT_MEMLOCK));
	return vm;
}

/* What a file offers to mmap: its page cache, or what its driver chooses. */
static int file_mapping(struct file *f, u32 flags, struct mapping **mapping, void **owner)
{
	*mapping = NULL;
	*owner = f;
	if (f->ops->mmap)
		return f->ops->mmap(f, flags, mapping, owner);
	if (f->ops->flags & FILE_MAPPABLE)
		*mapping = &f->inode->mapping;
	return 0;
}

static long map_file(u64 addr, u64 len, u32 prot, u32 flags, int fd, u64 index)
{
	struct file *f = fd_get(task_current()->files, fd);
	struct mapping *mapping;
	void *owner;
	u32 may = 0;
	long ret;

	if (!f)
		return -EBADF;
	if (f->can_read)
		may |= VM_MAYREAD;
	if (f->can_write)
		may |= VM_MAYWRITE;
	if (!f->path.mount || !(f->path.mount->flags & MS_NOEXEC))
		may |= VM_MAYEXEC;
	if (f->flags & O_PATH)
		ret = -EBADF;
	else if (flags & MAP_HUGETLB)
		ret = -EINVAL;
	else
		ret = file_mapping(f, flags, &mapping, &owner);
	if (!ret)
		ret = vm_map(current_vm_limited(), addr, len, prot, flags, may, mapping, owner,
			     index);
	file_put(f);
	return ret;
}

static bool huge_size_exists(u64 flags)
{
	u64 shift = flags >> 26 & 63; /* 0: the usual one */

	return !shift || shift == 21 || shift == 30;
}

long sys_mmap(u64 addr, u64 len, u64 prot, u64 flags, int fd, u64 offset)
{
	u64 index = offset >> PAGE_SHIFT;

	if (offset & ~PAGE_MASK)
		return -EINVAL;
	if (!(flags & MAP_ANONYMOUS))
		return map_file(addr, len, (u32)prot, (u32)flags, fd, index);
	if (flags & MAP_HUGETLB) /* the pool of huge pages is empty */
		return huge_size_exists(flags) ? -ENOMEM : -EINVAL;
	return vm_map(current_vm_limited(), addr, len, (u32)prot, (u32)flags,
		      VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC, NULL, NULL, index);
}

long sys_munmap(u64 addr, u64 len)
{
	return vm_unmap(vm_current(), addr, len);
}

long sys_mprotect(u64 addr, u64 len, u64 prot)
{
	if (prot >> 32)
		return -EINVAL;
	return vm_protect(vm_current(), addr, len, (u32)prot);
}

long sys_mremap(u64 addr, u64 old_len, u64 new_len, u64 flags, u64 new_addr)
{
	if (flags >> 32)
		return -EINVAL;
	return vm_remap(current_vm_limited(), addr, old_len, new_len, (u32)flags, new_addr);
}

long sys_madvise(u64 addr, u64 len, int advice)
{
	return vm_advise(vm_current(), addr, len, advice);
}

long sys_brk(u64 brk)
{
	return (long)vm_set_brk(vm_current(), brk);
}

long sys_msync(u64 addr, u64 len, int flags)
{
	return vm_sync(vm_current(), addr, len, (u32)flags);
}

long sys_mincore(u64 addr, u64 len, u8 __user *out)
{
	return vm_mincore(vm_current(), addr, len, out);
}

long sys_mlock(u64 addr, u64 len)
{
	return vm_lock(current_vm_limited(), addr, len, true, true);
}

long sys_mlock2(u64 addr, u64 len, int flags)
{
	if (flags & ~(int)MLOCK_ONFAULT)
		return -EINVAL;
	return vm_lock(current_vm_limited(), addr, len, true, !flags);
}

long sys_munlock(u64 addr, u64 len)
{
	return vm_lock(vm_current(), addr, len, false, false);
}

long sys_mlockall(int flags)
{
	if (!flags || (flags & ~(int)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) ||
	    flags == (int)MCL_ONFAULT)
		return -EINVAL;
	return vm_lock_all(current_vm_limited(), (u32)flags);
}

long sys_munlockall(void)
{
	return vm_lock_all(vm_current(), 0);
}
