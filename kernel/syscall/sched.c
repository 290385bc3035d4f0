/*
 * sched.c - policies, priorities and CPUs of tasks: sched(7).
 */
#include "kernel/syscall/sched.h"

#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/system.h"
#include "kernel/lib/string.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/cred.h"

#define POLICY_KEEP	(-1) /* sched_setparam */
#define RT_PRIORITY_MAX 99
#define DEADLINE	6 /* known to Linux, not to us */

bool sched_may_change(struct task *t)
{
	const struct cred *c = task_get_cred(t);
	u32 mine = task_current()->cred->euid;
	bool may = mine == c->euid || mine == c->uid || task_capable(CAP_SYS_NICE);

	cred_put(c);
	return may;
}

bool sched_may_nice(struct task *t, int nice)
{
	u64 limit = READ_ONCE(t->process->limits[RLIMIT_NICE].rlim_cur);

	return (u64)(20 - nice) <= limit || task_capable(CAP_SYS_NICE);
}

static struct task *find(s32 pid)
{
	if (pid < 0)
		return ERR_PTR(-EINVAL);
	if (!pid)
		return task_get(task_current());
	return task_find(pid) ?: ERR_PTR(-ESRCH);
}

static bool is_rt(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool policy_known(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE ||
	       is_rt(policy);
}

long sys_sched_yield(void)
{
	sched_yield();
	return 0;
}

/* What a call asks for. */
struct request {
	int policy;
	u32 priority;
	int nice;
	bool set_nice, reset;
};

/* Without CAP_SYS_NICE: no better than now, but for what the limits allow. */
static bool may_have(struct task *t, const struct request *r)
{
	const struct thread *th = &t->thread;
	u64 rt_limit = READ_ONCE(t->process->limits[RLIMIT_RTPRIO].rlim_cur);

	if (task_capable(CAP_SYS_NICE))
		return true;
	if (r->set_nice && r->nice < th->nice && !sched_may_nice(t, r->nice))
		return false;
	if (is_rt(r->policy)) {
		if (r->policy != (int)th->policy && !rt_limit)
			return false;
		if (r->priority > th->rt_priority && r->priority > rt_limit)
			return false;
	}
	if (th->policy == SCHED_IDLE && r->policy != SCHED_IDLE && !sched_may_nice(t, th->nice))
		return false;
	return sched_may_change(t) && !(t->reset_on_fork && !r->reset);
}

static int apply(struct task *t, const struct request *r)
{
	if (!policy_known(r->policy) || r->priority > RT_PRIORITY_MAX ||
	    is_rt(r->policy) != (r->priority > 0))
		return -EINVAL;
	if (!may_have(t, r))
		return -EPERM;
	t->reset_on_fork = r->reset;
	thread_set_policy(&t->thread, (enum sched_policy)r->policy, r->priority);
	if (r->set_nice)
		thread_set_nice(&t->thread, r->nice);
	return 0;
}

static long set_scheduler(s32 pid, int policy, const s32 __user *param)
{
	struct request r = { 0 };
	struct task *t;
	s32 priority;
	int ret;

	if (!param || pid < 0)
		return -EINVAL;
	if (get_user(priority, param))
		return -EFAULT;
	t = find(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	r.priority = (u32)priority;
	if (policy == POLICY_KEEP) {
		r.policy = (int)t->thread.policy;
		r.reset = t->reset_on_fork;
	} else {
		r.policy = policy & ~SCHED_RESET_ON_FORK;
		r.reset = policy & SCHED_RESET_ON_FORK;
	}
	ret = apply(t, &r);
	task_put(t);
	return ret;
}

long sys_sched_setscheduler(s32 pid, int policy, const s32 __user *param)
{
	return policy < 0 ? -EINVAL : set_scheduler(pid, policy, param);
}

long sys_sched_setparam(s32 pid, const s32 __user *param)
{
	return set_scheduler(pid, POLICY_KEEP, param);
}

long sys_sched_getscheduler(s32 pid)
{
	struct task *t = find(pid);
	long policy;

	if (IS_ERR(t))
		return PTR_ERR(t);
	policy = t->thread.policy | (t->reset_on_fork ? SCHED_RESET_ON_FORK : 0);
	task_put(t);
	return policy;
}

long sys_sched_getparam(s32 pid, s32 __user *param)
{
	struct task *t;
	s32 priority;

	if (!param)
		return -EINVAL;
	t = find(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	priority = (s32)t->thread.rt_priority;
	task_put(t);
	return put_user(priority, param);
}

long sys_sched_get_priority_max(int policy)
{
	if (is_rt(policy))
		return RT_PRIORITY_MAX;
	return policy_known(policy) || policy == DEADLINE ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(int policy)
{
	if (is_rt(policy))
		return 1;
	return policy_known(policy) || policy == DEADLINE ? 0 : -EINVAL;
}

long sys_sched_rr_get_interval(s32 pid, struct timespec __user *out)
{
	struct timespec slice = { 0 };
	struct task *t = find(pid);

	if (IS_ERR(t))
		return PTR_ERR(t);
	if (t->thread.policy == SCHED_RR)
		slice.tv_nsec = 100 * NS_PER_MSEC;
	else if (t->thread.policy != SCHED_FIFO)
		slice.tv_nsec = 4 * NS_PER_MSEC;
	task_put(t);
	return copy_to_user(out, &slice, sizeof(slice));
}

/* sched_setattr's structure may be longer or shorter than ours; what we do not know must be 0. */
static int read_attr(struct sched_attr *a, struct sched_attr __user *user)
{
	const u8 __user *rest = (const u8 __user *)user + sizeof(*a);
	u32 size;
	u8 byte;

	*a = (struct sched_attr){ 0 };
	if (get_user(size, &user->size))
		return -EFAULT;
	if (!size)
		size = SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		goto out_size;
	if (copy_from_user(a, user, min(size, (u32)sizeof(*a))))
		return -EFAULT;
	for (u32 n = sizeof(*a); n < size; n++) {
		if (get_user(byte, rest++))
			return -EFAULT;
		if (byte)
			goto out_size;
	}
	return 0;

out_size:
	return put_user((u32)sizeof(*a), &user->size) ? -EFAULT : -E2BIG;
}

long sys_sched_setattr(s32 pid, void __user *user, u32 flags)
{
	struct sched_attr a;
	struct request r;
	struct task *t;
	int ret;

	if (!user || pid < 0 || flags)
		return -EINVAL;
	ret = read_attr(&a, user);
	if (ret < 0)
		return ret;
	if ((s32)a.policy < 0 ||
	    (a.flags &
	     ~(u64)(SCHED_FLAG_RESET_ON_FORK | SCHED_FLAG_KEEP_POLICY | SCHED_FLAG_KEEP_PARAMS)))
		return -EINVAL;
	t = find(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	r = (struct request){
		.policy = (int)a.policy,
		.priority = a.priority,
		.nice = min(max(a.nice, NICE_MIN), NICE_MAX),
		.reset = a.flags & SCHED_FLAG_RESET_ON_FORK,
	};
	if (a.flags & SCHED_FLAG_KEEP_POLICY)
		r.policy = (int)t->thread.policy;
	if (a.flags & SCHED_FLAG_KEEP_PARAMS)
		r.priority = t->thread.rt_priority;
	else
		r.set_nice = !is_rt(r.policy);
	ret = apply(t, &r);
	task_put(t);
	return ret;
}

long sys_sched_getattr(s32 pid, void __user *user, u32 size, u32 flags)
{
	struct sched_attr a = { 0 };
	struct task *t;

	if (!user || pid < 0 || size > PAGE_SIZE || size < SCHED_ATTR_SIZE_VER0 || flags)
		return -EINVAL;
	t = find(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	a.size = min(size, (u32)sizeof(a));
	a.policy = t->thread.policy;
	a.flags = t->reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
	if (is_rt((int)a.policy))
		a.priority = t->thread.rt_priority;
	else
		a.nice = t->thread.nice;
	task_put(t);
	return copy_to_user(user, &a, a.size);
}
