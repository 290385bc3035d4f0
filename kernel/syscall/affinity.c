/*
 * affinity.c - on which CPUs a task may run, and on which it does.
 */
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/syscall/sched.h"
#include "kernel/syscall/syscall.h"

long sys_sched_setaffinity(s32 pid, u32 len, const u64 __user *user)
{
	struct task *t;
	u64 mask = 0;
	int ret = 0;

	if (copy_from_user(&mask, user, min(len, (u32)sizeof(mask))))
		return -EFAULT;
	t = pid ? task_find(pid) : task_get(task_current());
	if (!t)
		return -ESRCH;
	if (t->is_kernel)
		ret = -EINVAL;
	else if (!sched_may_change(t))
		ret = -EPERM;
	else
		ret = thread_set_affinity(&t->thread, mask);
	task_put(t);
	return ret;
}

long sys_sched_getaffinity(s32 pid, u32 len, u64 __user *user)
{
	struct task *t;
	u64 mask;

	if (len * 8 < (u32)cpu_count() || (len & (sizeof(u64) - 1)))
		return -EINVAL;
	t = pid ? task_find(pid) : task_get(task_current());
	if (!t)
		return -ESRCH;
	mask = t->thread.affinity & sched_online();
	task_put(t);
	return put_user(mask, user) ? -EFAULT : (long)sizeof(mask);
}

long sys_getcpu(u32 __user *cpu, u32 __user *node, void __user *cache)
{
	int here = cpu_id();

	if (cpu && put_user((u32)here, cpu))
		return -EFAULT;
	if (node && put_user(cpus[here].node, node))
		return -EFAULT;
	return 0;
}
