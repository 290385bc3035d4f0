/*
 * rlimit.c - resource limits and what has been used.
 */
#include "kernel/task/rlimit.h"
#include "arch/clock.h"
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/system.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/cred.h"
#include "kernel/task/usage.h"

#define NS_PER_TICK (NS_PER_SEC / USER_HZ)

enum { RUSAGE_CHILDREN = -1, RUSAGE_SELF = 0, RUSAGE_THREAD = 1 };

long sys_getrlimit(u32 which, struct rlimit __user *out)
{
	struct rlimit old;
	int ret = rlimit_set(task_current()->process, which, NULL, &old);

	return ret < 0 ? ret : copy_to_user(out, &old, sizeof(old));
}

long sys_setrlimit(u32 which, const struct rlimit __user *in)
{
	struct rlimit new;

	if (copy_from_user(&new, in, sizeof(new)))
		return -EFAULT;
	return rlimit_set(task_current()->process, which, &new, NULL);
}

/* The process of a task that the caller may look at and limit.  -ESRCH, -EPERM. */
static struct process *find_target(s32 pid)
{
	struct task *t = pid ? task_find(pid) : task_get(task_current());
	const struct cred *c;
	struct process *p;
	bool may;

	if (!t)
		return ERR_PTR(-ESRCH);
	p = process_get(t->process);
	c = task_get_cred(t);
	may = p == task_current()->process || cred_may_limit(c);
	cred_put(c);
	task_put(t);
	if (may)
		return p;
	process_put(p);
	return ERR_PTR(-EPERM);
}

long sys_prlimit64(s32 pid, u32 which, const struct rlimit __user *in, struct rlimit __user *out)
{
	struct rlimit new, old;
	struct process *p;
	int ret;

	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	if (in && copy_from_user(&new, in, sizeof(new)))
		return -EFAULT;
	p = find_target(pid);
	if (IS_ERR(p))
		return PTR_ERR(p);
	ret = rlimit_set(p, which, in ? &new : NULL, &old);
	process_put(p);
	if (ret == 0 && out)
		ret = copy_to_user(out, &old, sizeof(old));
	return ret;
}

long sys_getrusage(int who, struct rusage __user *out)
{
	struct task *t = task_current();
	struct rusage r;
	struct usage u;

	switch (who) {
	case RUSAGE_SELF:
		usage_of_process(t->process, &u);
		break;
	case RUSAGE_CHILDREN:
		usage_of_children(t->process, &u);
		break;
	case RUSAGE_THREAD:
		usage_of_task(t, &u);
		break;
	default:
		return -EINVAL;
	}
	usage_to_rusage(&u, &r);
	return copy_to_user(out, &r, sizeof(r));
}

long sys_times(struct tms __user *out)
{
	struct process *p = task_current()->process;
	struct usage own, children;
	struct tms tms;

	if (out) {
		usage_of_process(p, &own);
		usage_of_children(p, &children);
		tms = (struct tms){
			.tms_utime = (s64)(own.time[CPU_USER] / NS_PER_TICK),
			.tms_stime = (s64)(own.time[CPU_SYSTEM] / NS_PER_TICK),
			.tms_cutime = (s64)(children.time[CPU_USER] / NS_PER_TICK),
			.tms_cstime = (s64)(children.time[CPU_SYSTEM] / NS_PER_TICK),
		};
		if (copy_to_user(out, &tms, sizeof(tms)))
			return -EFAULT;
	}
	return (long)(clock_now() / NS_PER_TICK);
}
