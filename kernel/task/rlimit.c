/*
 * rlimit.c - getting and setting resource limits.
 *
 * The limits of memory are kept in the address space too, where they are enforced; a change
 * therefore goes there as well.
 *
 * Locking: process->lock.  The running task reads its own without (task_limit).
 */
#include "kernel/task/rlimit.h"

#include "kernel/abi/errno.h"
#include "kernel/task/cred.h"
#include "kernel/task/task.h"

#define MIB (1ul << 20)

const u64 rlimit_nofile_max = 1048576;

void rlimit_init(struct rlimit *l)
{
	u64 half = threads_max / 2;

	for (int i = 0; i < RLIM_NLIMITS; i++)
		l[i] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	l[RLIMIT_STACK].rlim_cur = 8 * MIB;
	l[RLIMIT_CORE].rlim_cur = 0;
	l[RLIMIT_NPROC] = (struct rlimit){ half, half };
	l[RLIMIT_NOFILE] = (struct rlimit){ 1024, 4096 };
	l[RLIMIT_MEMLOCK] = (struct rlimit){ 8 * MIB, 8 * MIB };
	l[RLIMIT_SIGPENDING] = (struct rlimit){ half, half };
	l[RLIMIT_MSGQUEUE] = (struct rlimit){ 819200, 819200 };
	l[RLIMIT_NICE] = (struct rlimit){ 0, 0 };
	l[RLIMIT_RTPRIO] = (struct rlimit){ 0, 0 };
}

static void tell_space(struct process *p, u32 which, u64 value)
{
	struct task *t = process_get_leader(p);
	struct vm *vm = t ? task_get_vm(t) : NULL;

	if (t)
		task_put(t);
	if (!vm)
		return;
	mutex_lock(&vm->lock);
	if (which == RLIMIT_STACK)
		vm->stack_limit = value;
	else if (which == RLIMIT_DATA)
		vm->data_limit = value;
	else
		vm->as_limit = value;
	mutex_unlock(&vm->lock);
	vm_put(vm);
}

int rlimit_set(struct process *p, u32 which, const struct rlimit *in, struct rlimit *old)
{
	struct rlimit *l;
	int ret = 0;

	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	if (in && in->rlim_cur > in->rlim_max)
		return -EINVAL;
	if (in && which == RLIMIT_NOFILE && in->rlim_max > rlimit_nofile_max)
		return -EPERM;
	l = &p->limits[which];
	spin_lock(&p->lock);
	if (old)
		*old = *l;
	if (in && in->rlim_max > l->rlim_max && !task_capable(CAP_SYS_RESOURCE))
		ret = -EPERM;
	else if (in)
		*l = *in;
	spin_unlock(&p->lock);
	if (ret == 0 && in && (which == RLIMIT_STACK || which == RLIMIT_DATA || which == RLIMIT_AS))
		tell_space(p, which, in->rlim_cur);
	return ret;
}
