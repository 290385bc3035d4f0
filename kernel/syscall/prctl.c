/*
 * prctl.c - prctl(2): settings of the running task and of its process.
 */
#include "kernel/abi/prctl.h"
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"
#include "kernel/syscall/prctl.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/cred.h"
#include "kernel/task/task.h"

#define TSC_ENABLE    1
#define SLACK_DEFAULT 50000

enum { MCE_OWN = 1, MCE_EARLY = 2 }; /* of task->mce_kill: has chosen, and that */

static long set_name(const char __user *user)
{
	char name[sizeof(task_current()->thread.name)] = "";
	ssize_t n = user_string(name, user, sizeof(name));

	if (n == -EFAULT)
		return n;
	name[sizeof(name) - 1] = '\0'; /* longer ones are cut */
	memcpy(task_current()->thread.name, name, sizeof(name));
	return 0;
}

static long set_dumpable(u64 value)
{
	struct process *p = task_current()->process;

	if (value > 1)
		return -EINVAL;
	spin_lock(&p->lock);
	p->dumpable = (u32)value;
	spin_unlock(&p->lock);
	return 0;
}

static long set_no_new_privs(u64 a, u64 b, u64 c, u64 d)
{
	struct cred *cred;

	if (a != 1 || b || c || d)
		return -EINVAL;
	cred = cred_prepare();
	if (!cred)
		return -ENOMEM;
	cred->no_new_privs = true;
	return cred_commit(cred);
}

static long set_keep_caps(u64 value)
{
	struct cred *c;

	if (value > 1)
		return -EINVAL;
	if (task_current()->cred->securebits & SECURE_KEEP_CAPS_LOCKED)
		return -EPERM;
	c = cred_prepare();
	if (!c)
		return -ENOMEM;
	c->securebits = (c->securebits & ~SECURE_KEEP_CAPS) | (value ? SECURE_KEEP_CAPS : 0);
	return cred_commit(c);
}

/* A bit whose lock is set cannot change, and locks are only ever set. */
static long set_securebits(u64 bits)
{
	const struct cred *old = task_current()->cred;
	u32 locks = old->securebits & SECURE_LOCKS, changed = old->securebits ^ (u32)bits;
	struct cred *c;

	if (((locks >> 1) & changed) || (locks & ~bits) ||
	    (bits & ~(u64)(SECURE_BITS | SECURE_LOCKS)) || !cred_capable(old, CAP_SETPCAP))
		return -EPERM;
	c = cred_prepare();
	if (!c)
		return -ENOMEM;
	c->securebits = (u32)bits;
	return cred_commit(c);
}

static long drop_bounding(u64 cap)
{
	struct cred *c;

	if (!task_capable(CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST)
		return -EINVAL;
	c = cred_prepare();
	if (!c)
		return -ENOMEM;
	c->cap_bounding &= ~BIT(cap);
	return cred_commit(c);
}

static long change_ambient(u64 what, u64 cap)
{
	const struct cred *old = task_current()->cred;
	struct cred *c;

	if (what == PR_CAP_AMBIENT_IS_SET)
		return !!(old->cap_ambient & BIT(cap));
	if (what == PR_CAP_AMBIENT_RAISE &&
	    (!(old->cap_permitted & old->cap_inheritable & BIT(cap)) ||
	     (old->securebits & SECURE_NO_CAP_AMBIENT_RAISE)))
		return -EPERM;
	c = cred_prepare();
	if (!c)
		return -ENOMEM;
	if (what == PR_CAP_AMBIENT_RAISE)
		c->cap_ambient |= BIT(cap);
	else if (what == PR_CAP_AMBIENT_LOWER)
		c->cap_ambient &= ~BIT(cap);
	else
		c->cap_ambient = 0;
	return cred_commit(c);
}

static long ambient(u64 what, u64 cap, u64 c, u64 d)
{
	if (what == PR_CAP_AMBIENT_CLEAR_ALL)
		return cap || c || d ? -EINVAL : change_ambient(what, 0);
	if (c || d || cap > CAP_LAST || what < PR_CAP_AMBIENT_IS_SET || what > PR_CAP_AMBIENT_LOWER)
		return -EINVAL;
	return change_ambient(what, cap);
}

/* Options about credentials; -ENOSYS: not one of these. */
static long prctl_cred(int option, u64 a, u64 b, u64 c, u64 d)
{
	const struct cred *cred = task_current()->cred;

	switch (option) {
	case PR_GET_KEEPCAPS:
		return !!(cred->securebits & SECURE_KEEP_CAPS);
	case PR_SET_KEEPCAPS:
		return set_keep_caps(a);
	case PR_GET_SECUREBITS:
		return cred->securebits;
	case PR_SET_SECUREBITS:
		return set_securebits(a);
	case PR_CAPBSET_READ:
		return a > CAP_LAST ? -EINVAL : !!(cred->cap_bounding & BIT(a));
	case PR_CAPBSET_DROP:
		return drop_bounding(a);
	case PR_CAP_AMBIENT:
		return ambient(a, b, c, d);
	case PR_SET_NO_NEW_PRIVS:
		return set_no_new_privs(a, b, c, d);
	case PR_GET_NO_NEW_PRIVS:
		return a || b || c || d ? -EINVAL : cred->no_new_privs;
	}
	return -ENOSYS;
}

static long set_subreaper(bool on)
{
	struct process *p = task_current()->process;

	spin_lock(&task_tree_lock);
	p->child_subreaper = on;
	spin_unlock(&task_tree_lock);
	return 0;
}

/* No error of memory is ever reported, so this is only kept.  As on Linux a bad `when` leaves the
   task with a policy of its own. */
static long set_mce_kill(u64 own, u64 when)
{
	struct task *t = task_current();

	if (own > 1 || (!own && when))
		return -EINVAL;
	t->mce_kill = own ? MCE_OWN | (t->mce_kill & MCE_EARLY) : t->mce_kill & MCE_EARLY;
	if (!own)
		return 0;
	if (when > PR_MCE_KILL_DEFAULT)
		return -EINVAL;
	t->mce_kill = when == PR_MCE_KILL_EARLY	    ? MCE_OWN | MCE_EARLY
		      : when == PR_MCE_KILL_DEFAULT ? 0
						    : MCE_OWN;
	return 0;
}

static long get_mce_kill(void)
{
	u8 own = task_current()->mce_kill;

	if (!(own & MCE_OWN))
		return PR_MCE_KILL_DEFAULT;
	return own & MCE_EARLY ? PR_MCE_KILL_EARLY : PR_MCE_KILL_LATE;
}

/* What Linux says on the processor that QEMU emulates: stores are not bypassed, branches of others
   do not matter, and the cache is not flushed. */
static long get_speculation(u64 which)
{
	switch (which) {
	case PR_SPEC_STORE_BYPASS:
		return 0;
	case PR_SPEC_INDIRECT_BRANCH:
		return PR_SPEC_ENABLE;
	case PR_SPEC_L1D_FLUSH:
		return PR_SPEC_FORCE_DISABLE;
	}
	return -ENODEV;
}

static long set_speculation(u64 which, u64 how)
{
	switch (which) {
	case PR_SPEC_STORE_BYPASS:
		return -ENXIO;
	case PR_SPEC_INDIRECT_BRANCH:
		if (how == PR_SPEC_DISABLE || how == PR_SPEC_FORCE_DISABLE)
			return -EPERM;
		return how == PR_SPEC_ENABLE ? 0 : -ERANGE;
	case PR_SPEC_L1D_FLUSH:
		return -EPERM;
	}
	return -ENODEV;
}

static long io_flusher(bool set, u64 on)
{
	struct task *t = task_current();

	if (!task_capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (on > set)
		return -EINVAL;
	if (!set)
		return t->io_flusher;
	t->io_flusher = on;
	return 0;
}

/* Options of which every argument is looked at; -ENOSYS: not one of these. */
static long prctl_strict(int option, u64 a, u64 b, u64 c, u64 d)
{
	switch (option) {
	case PR_MCE_KILL:
		return c || d ? -EINVAL : set_mce_kill(a, b);
	case PR_MCE_KILL_GET:
		return a || b || c || d ? -EINVAL : get_mce_kill();
	case PR_GET_SPECULATION_CTRL:
		return b || c || d ? -EINVAL : get_speculation(a);
	case PR_SET_SPECULATION_CTRL:
		return c || d ? -EINVAL : set_speculation(a, b);
	case PR_SET_IO_FLUSHER:
	case PR_GET_IO_FLUSHER:
		/* Who may not is told so first. */
		return io_flusher(option == PR_SET_IO_FLUSHER, b || c || d ? 2 : a);
	case PR_SET_MM:
		return prctl_mm(a, b, c, d);
	}
	return -ENOSYS;
}

/* Options that set something. */
static long prctl_set(int option, u64 a)
{
	struct task *t = task_current();

	switch (option) {
	case PR_SET_PDEATHSIG:
		if (a >= NSIG)
			return -EINVAL;
		t->death_signal = (u32)a;
		return 0;
	case PR_SET_NAME:
		return set_name((const char __user *)a);
	case PR_SET_DUMPABLE:
		return set_dumpable(a);
	case PR_SET_TIMERSLACK:
		t->timer_slack = a && a <= UINT32_MAX ? (u32)a : SLACK_DEFAULT;
		return 0;
	case PR_SET_CHILD_SUBREAPER:
		return set_subreaper(a);
	case PR_SET_TIMING:
		return a ? -EINVAL : 0;
	case PR_SET_TSC:
		return a == TSC_ENABLE ? 0 : -EINVAL;
	}
	return -EINVAL;
}

long sys_prctl(int option, u64 a, u64 b, u64 c, u64 d)
{
	struct task *t = task_current();
	long ret = prctl_cred(option, a, b, c, d);

	if (ret == -ENOSYS)
		ret = prctl_strict(option, a, b, c, d);
	if (ret != -ENOSYS)
		return ret;
	switch (option) {
	case PR_GET_PDEATHSIG:
		return put_user((s32)t->death_signal, (s32 __user *)a);
	case PR_GET_NAME:
		return copy_to_user((void __user *)a, t->thread.name, sizeof(t->thread.name));
	case PR_GET_DUMPABLE:
		return READ_ONCE(t->process->dumpable);
	case PR_GET_TIMERSLACK:
		return t->timer_slack;
	case PR_GET_CHILD_SUBREAPER:
		return put_user((s32)READ_ONCE(t->process->child_subreaper), (s32 __user *)a);
	case PR_GET_TID_ADDRESS:
		return put_user((u64)t->clear_child_tid, (u64 __user *)a);
	case PR_GET_TSC:
		return put_user((s32)TSC_ENABLE, (s32 __user *)a);
	case PR_GET_SECCOMP:
	case PR_GET_TIMING:
		return 0;
	case PR_GET_THP_DISABLE:
		return a || b || c || d ? -EINVAL : 0;
	case PR_SET_THP_DISABLE: /* there are none */
		return b || c || d ? -EINVAL : 0;
	}
	return prctl_set(option, a);
}
