/*
 * membarrier.c - membarrier(2): a memory barrier on all CPUs that run certain tasks.
 *
 * An interrupt is a full barrier on the CPU that takes it, so all commands interrupt every CPU;
 * that is more than those for one process would need.
 */
#include "arch/smp.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/system.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define PRIVATE                                                                 \
	(MEMBARRIER_PRIVATE_EXPEDITED | MEMBARRIER_REGISTER_PRIVATE_EXPEDITED | \
	 MEMBARRIER_PRIVATE_EXPEDITED_SYNC_CORE | MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE)
#define ALL                                                                                       \
	(MEMBARRIER_GLOBAL | MEMBARRIER_GLOBAL_EXPEDITED | MEMBARRIER_REGISTER_GLOBAL_EXPEDITED | \
	 PRIVATE)

static void nothing(void *unused)
{
}

static long barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (cpu_count() > 1)
		smp_call(sched_online(), nothing, NULL);
	return 0;
}

static long enlist(u32 command)
{
	__atomic_fetch_or(&task_current()->process->membarrier, command, __ATOMIC_RELAXED);
	return 0;
}

long sys_membarrier(int cmd, u32 flags, int cpu)
{
	u32 registered = READ_ONCE(task_current()->process->membarrier);

	if (flags)
		return -EINVAL;
	switch (cmd) {
	case MEMBARRIER_QUERY:
		return ALL;
	case MEMBARRIER_GLOBAL:
	case MEMBARRIER_GLOBAL_EXPEDITED:
		return barrier();
	case MEMBARRIER_PRIVATE_EXPEDITED:
	case MEMBARRIER_PRIVATE_EXPEDITED_SYNC_CORE:
		/* To register is the command of twice its value. */
		return registered & (u32)cmd * 2 ? barrier() : -EPERM;
	case MEMBARRIER_REGISTER_GLOBAL_EXPEDITED:
	case MEMBARRIER_REGISTER_PRIVATE_EXPEDITED:
	case MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
		return enlist((u32)cmd);
	}
	return -EINVAL;
}
