/*
 * task_mem.c - /proc/PID/mem: the memory of a program as a file, by address.
 *
 * The right to it is asked for when it is opened; what is open stays with that very program, and
 * reads as empty once it is gone, by exec too.
 */
#include "fs/procfs/task_files.h"

#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"

static int mem_open(struct inode *inode, struct file *f)
{
	struct task *t = proc_get_task(inode);
	struct vm *vm;

	if (!t)
		return -ESRCH;
	vm = task_get_vm(t);
	/* Once more: the program may have changed since the rights were checked. */
	if (!proc_may_access(t, f->cred)) {
		task_put(t);
		if (vm)
			vm_put(vm);
		return -EACCES;
	}
	task_put(t);
	if (vm) {
		refcount_get(&vm->pins);
		vm_put(vm);
	}
	f->private = vm;
	return 0;
}

static void mem_release(struct file *f)
{
	if (f->private)
		vm_unpin(f->private);
}

/* The space if it is still in use, with a reference. */
static struct vm *mem_vm(struct file *f)
{
	struct vm *vm = f->private;

	return vm && refcount_get_unless_zero(&vm->refs) ? vm : NULL;
}

static ssize_t transfer(struct file *f, struct io *io, u64 *pos, bool write)
{
	struct vm *vm = mem_vm(f);
	u8 *page = vm ? kmalloc(PAGE_SIZE) : NULL;
	ssize_t done = 0, error = 0;

	if (!vm)
		return 0;
	if (!page)
		error = -ENOMEM;
	while (io->left && !error) {
		size_t want = min(io->left, PAGE_SIZE - *pos % PAGE_SIZE), n = want, moved;

		if (write)
			n = io_get(io, page, want);
		moved = n ? vm_access(vm, *pos, page, n, write) : 0;
		if (!write && moved)
			n = io_put(io, page, moved);
		if (!n)
			error = -EFAULT;
		else if (moved < want)
			error = -EIO;
		moved = min(moved, n);
		*pos += moved;
		done += (ssize_t)moved;
	}
	kfree(page);
	vm_put(vm);
	return done ?: error;
}

static ssize_t mem_read(struct file *f, struct io *io, u64 *pos)
{
	return transfer(f, io, pos, false);
}

static ssize_t mem_write(struct file *f, struct io *io, u64 *pos)
{
	return transfer(f, io, pos, true);
}

static s64 mem_seek(struct file *f, s64 offset, int whence)
{
	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	f->pos = whence == SEEK_CUR ? f->pos + (u64)offset : (u64)offset;
	return (s64)f->pos;
}

const struct file_ops proc_mem_ops = {
	.open = mem_open,
	.release = mem_release,
	.read = mem_read,
	.write = mem_write,
	.seek = mem_seek,
};
