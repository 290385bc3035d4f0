/*
 * cap.c - capget(2) and capset(2).
 */
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/system.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/cred.h"
#include "kernel/task/task.h"

/* How many elements the version has; an unknown one is answered with the one preferred. */
static int read_header(struct cap_header __user *user, struct cap_header *h, unsigned *elements)
{
	if (get_user(h->version, &user->version))
		return -EFAULT;
	switch (h->version) {
	case CAPABILITY_VERSION_1:
		*elements = 1;
		return get_user(h->pid, &user->pid);
	case CAPABILITY_VERSION_2:
	case CAPABILITY_VERSION_3:
		*elements = 2;
		return get_user(h->pid, &user->pid);
	}
	return put_user(CAPABILITY_VERSION_3, &user->version) ? -EFAULT : -EINVAL;
}

static const struct cred *cred_of(s32 pid)
{
	const struct cred *c;
	struct task *t;

	if (!pid)
		return cred_get(task_current()->cred);
	t = task_find(pid);
	if (!t)
		return NULL;
	c = task_get_cred(t);
	task_put(t);
	return c;
}

long sys_capget(void __user *user_header, void __user *data)
{
	struct cap_data out[2];
	struct cap_header h;
	const struct cred *c;
	unsigned elements;
	int ret = read_header(user_header, &h, &elements);

	if (ret < 0 || !data)
		return ret == -EINVAL && !data ? 0 : ret;
	if (h.pid < 0)
		return -EINVAL;
	c = cred_of(h.pid);
	if (!c)
		return -ESRCH;
	for (unsigned i = 0; i < 2; i++)
		out[i] = (struct cap_data){ (u32)(c->cap_effective >> 32 * i),
					    (u32)(c->cap_permitted >> 32 * i),
					    (u32)(c->cap_inheritable >> 32 * i) };
	cred_put(c);
	return copy_to_user(data, out, elements * sizeof(out[0]));
}

static bool subset(u64 a, u64 b)
{
	return !(a & ~b);
}

static bool may_set(const struct cred *old, u64 effective, u64 permitted, u64 inheritable)
{
	if (!cred_capable(old, CAP_SETPCAP) &&
	    !subset(inheritable, old->cap_inheritable | old->cap_permitted))
		return false;
	return subset(inheritable, old->cap_inheritable | old->cap_bounding) &&
	       subset(permitted, old->cap_permitted) && subset(effective, permitted);
}

long sys_capset(void __user *user_header, const void __user *data)
{
	const struct cred *old = task_current()->cred;
	struct cap_data in[2] = { { 0 } };
	u64 effective, permitted, inheritable;
	struct cap_header h;
	struct cred *c;
	unsigned elements;
	int ret = read_header(user_header, &h, &elements);

	if (ret < 0)
		return ret;
	if (h.pid && h.pid != task_current()->pid->own)
		return -EPERM;
	if (copy_from_user(in, data, elements * sizeof(in[0])))
		return -EFAULT;
	effective = (in[0].effective | (u64)in[1].effective << 32) & CAPS_ALL;
	permitted = (in[0].permitted | (u64)in[1].permitted << 32) & CAPS_ALL;
	inheritable = (in[0].inheritable | (u64)in[1].inheritable << 32) & CAPS_ALL;
	if (!may_set(old, effective, permitted, inheritable))
		return -EPERM;
	c = cred_prepare();
	if (!c)
		return -ENOMEM;
	c->cap_effective = effective;
	c->cap_permitted = permitted;
	c->cap_inheritable = inheritable;
	c->cap_ambient &= permitted & inheritable;
	return cred_commit(c);
}
