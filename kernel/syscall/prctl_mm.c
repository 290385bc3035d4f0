/*
 * prctl_mm.c - PR_SET_MM of prctl(2): where the running program's code, data, heap, arguments and
 * environment are said to be, and its auxiliary vector, as /proc shows them.
 *
 * The rules are Linux's: each within the space, none before its start, and within RLIMIT_DATA.
 *
 * Differs from Linux: /proc/PID/exe leads to the file that was executed, for ever; who asks for
 * another is told that the old one is in use.
 *
 * Locking: vm->lock for the addresses and the vector.
 */
#include "arch/boot.h"
#include "arch/uaccess.h"
#include "fs/file.h"
#include "fs/mount.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/prctl.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/prctl.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/cred.h"
#include "kernel/task/task.h"
#include "kernel/vm/region.h"

static void get_map(const struct vm *vm, struct prctl_mm_map *m)
{
	*m = (struct prctl_mm_map){
		.start_code = vm->code_start,
		.end_code = vm->code_end,
		.start_data = vm->data_start,
		.end_data = vm->data_end,
		.start_brk = vm->brk_start,
		.brk = vm->brk,
		.start_stack = vm->stack_start,
		.arg_start = vm->arg_start,
		.arg_end = vm->arg_end,
		.env_start = vm->env_start,
		.env_end = vm->env_end,
	};
}

static void set_map(struct vm *vm, const struct prctl_mm_map *m)
{
	vm->code_start = m->start_code;
	vm->code_end = m->end_code;
	vm->data_start = m->start_data;
	vm->data_end = m->end_data;
	vm->brk_start = m->start_brk;
	vm->brk = m->brk;
	vm->stack_start = m->start_stack;
	vm->arg_start = m->arg_start;
	vm->arg_end = m->arg_end;
	vm->env_start = m->env_start;
	vm->env_end = m->env_end;
}

static int check_map(const struct prctl_mm_map *m)
{
	u64 limit = task_limit(RLIMIT_DATA);

	for (const u64 *at = &m->start_code; at <= &m->env_end; at++)
		if (*at < MMAP_MIN || *at >= USER_END)
			return -EINVAL;
	if (m->start_code >= m->end_code || m->start_data > m->end_data || m->start_brk > m->brk ||
	    m->arg_start > m->arg_end || m->env_start > m->env_end)
		return -EINVAL;
	if (limit != ~0ul && m->brk - m->start_brk + m->end_data - m->start_data > limit)
		return -EINVAL;
	return 0;
}

/* Where in the structure an option's address belongs; NULL: it is none of these. */
static u64 *place_of(struct prctl_mm_map *m, u64 what)
{
	switch (what) {
	case PR_SET_MM_START_CODE:
	case PR_SET_MM_END_CODE:
	case PR_SET_MM_START_DATA:
	case PR_SET_MM_END_DATA:
		return &m->start_code + (what - PR_SET_MM_START_CODE);
	case PR_SET_MM_START_STACK:
		return &m->start_stack;
	case PR_SET_MM_START_BRK:
		return &m->start_brk;
	case PR_SET_MM_BRK:
		return &m->brk;
	case PR_SET_MM_ARG_START:
	case PR_SET_MM_ARG_END:
	case PR_SET_MM_ENV_START:
	case PR_SET_MM_ENV_END:
		return &m->arg_start + (what - PR_SET_MM_ARG_START);
	}
	return NULL;
}

static long set_one(struct vm *vm, u64 what, u64 addr)
{
	struct prctl_mm_map m;
	u64 *place;
	long error;

	if (addr >= USER_END || addr < MMAP_MIN)
		return -EINVAL;
	mutex_lock(&vm->lock);
	get_map(vm, &m);
	place = place_of(&m, what);
	if (place)
		*place = addr;
	error = place ? check_map(&m) : -EINVAL;
	/* These shall lie where something is mapped, or below that. */
	if (!error && (what == PR_SET_MM_START_STACK || what >= PR_SET_MM_ARG_START) &&
	    !vm_find(vm, addr))
		error = -EFAULT;
	if (!error)
		set_map(vm, &m);
	mutex_unlock(&vm->lock);
	return error;
}

/* From user space into the program's vector, whose last pair stays AT_NULL. */
static long copy_auxv(u64 *auxv, u64 from, u64 size)
{
	const size_t count = ARRAY_SIZE(vm_current()->auxv);

	memset(auxv, 0, count * sizeof(*auxv));
	if (copy_from_user(auxv, (const void __user *)from, size))
		return -EFAULT;
	auxv[count - 2] = auxv[count - 1] = 0;
	return 0;
}

static long set_auxv(struct vm *vm, u64 from, u64 size)
{
	u64 *auxv;
	long error;

	if (size > sizeof(vm->auxv))
		return -EINVAL;
	auxv = kmalloc(sizeof(vm->auxv));
	if (!auxv)
		return -ENOMEM;
	error = copy_auxv(auxv, from, size);
	if (!error) {
		mutex_lock(&vm->lock);
		memcpy(vm->auxv, auxv, size);
		mutex_unlock(&vm->lock);
	}
	kfree(auxv);
	return error;
}

static long set_exe(u32 fd)
{
	struct file *f = fd_get_open(task_current()->files, (int)fd);
	long error = -EACCES;

	if (!f)
		return -EBADF;
	if (S_ISREG(f->inode->mode) && f->path.mount && !(f->path.mount->flags & MS_NOEXEC))
		error = inode_permission(f->inode, MAY_EXEC, task_current()->cred) ?: -EBUSY;
	file_put(f);
	return error;
}

static long set_all(struct vm *vm, u64 from, u64 size)
{
	struct prctl_mm_map m;
	long error;

	if (size != sizeof(m))
		return -EINVAL;
	if (copy_from_user(&m, (const void __user *)from, sizeof(m)))
		return -EFAULT;
	error = check_map(&m);
	if (!error && m.auxv_size && (!m.auxv || m.auxv_size > sizeof(vm->auxv)))
		error = -EINVAL;
	if (!error && m.exe_fd != ~0u)
		error = task_capable(CAP_SYS_ADMIN) || task_capable(CAP_CHECKPOINT_RESTORE)
				? set_exe(m.exe_fd)
				: -EPERM;
	if (!error && m.auxv_size)
		error = set_auxv(vm, m.auxv, m.auxv_size);
	if (error)
		return error;
	mutex_lock(&vm->lock);
	set_map(vm, &m);
	mutex_unlock(&vm->lock);
	return 0;
}

long prctl_mm(u64 what, u64 at, u64 size, u64 rest)
{
	struct vm *vm = vm_current();

	if (rest ||
	    (size && what != PR_SET_MM_AUXV && what != PR_SET_MM_MAP && what != PR_SET_MM_MAP_SIZE))
		return -EINVAL;
	if (what == PR_SET_MM_MAP)
		return set_all(vm, at, size);
	if (what == PR_SET_MM_MAP_SIZE)
		return put_user((u32)sizeof(struct prctl_mm_map), (u32 __user *)at);
	if (!task_capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (what == PR_SET_MM_EXE_FILE)
		return set_exe((u32)at);
	if (what == PR_SET_MM_AUXV)
		return set_auxv(vm, at, size);
	return set_one(vm, what, at);
}
