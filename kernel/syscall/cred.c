/*
 * cred.c - user and group ids, groups, capabilities.  The rules are those of credentials(7) and
 * capabilities(7); the order of the checks is Linux's.
 */
#include "kernel/task/cred.h"

#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/system.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define KEEP	   ((u32)-1) /* an id that stays as it is */
#define GROUPS_MAX 65536

long sys_getuid(void)
{
	return task_current()->cred->uid;
}

long sys_geteuid(void)
{
	return task_current()->cred->euid;
}

long sys_getgid(void)
{
	return task_current()->cred->gid;
}

long sys_getegid(void)
{
	return task_current()->cred->egid;
}

/* The end of each uid call: what follows from the new ids, then they count. */
static long commit_uids(struct cred *c)
{
	cred_fix_uids(c, task_current()->cred);
	return cred_commit(c);
}

static long refuse(struct cred *c)
{
	cred_put(c);
	return -EPERM;
}

long sys_setuid(u32 uid)
{
	const struct cred *old = task_current()->cred;
	struct cred *c;

	if (uid == KEEP)
		return -EINVAL;
	c = cred_prepare();
	if (!c)
		return -ENOMEM;
	if (cred_capable(old, CAP_SETUID))
		c->uid = c->suid = uid;
	else if (uid != old->uid && uid != old->suid)
		return refuse(c);
	c->euid = c->fsuid = uid;
	return commit_uids(c);
}

long sys_setgid(u32 gid)
{
	const struct cred *old = task_current()->cred;
	struct cred *c;

	if (gid == KEEP)
		return -EINVAL;
	c = cred_prepare();
	if (!c)
		return -ENOMEM;
	if (cred_capable(old, CAP_SETGID))
		c->gid = c->sgid = gid;
	else if (gid != old->gid && gid != old->sgid)
		return refuse(c);
	c->egid = c->fsgid = gid;
	return cred_commit(c);
}

/* Is it kept, or one of these? */
static bool one_of(u32 id, u32 a, u32 b, u32 c)
{
	return id == KEEP || id == a || id == b || id == c;
}

long sys_setreuid(u32 ruid, u32 euid)
{
	const struct cred *old = task_current()->cred;
	struct cred *c = cred_prepare();

	if (!c)
		return -ENOMEM;
	if (!cred_capable(old, CAP_SETUID) && (!one_of(ruid, old->uid, old->euid, old->euid) ||
					       !one_of(euid, old->uid, old->euid, old->suid)))
		return refuse(c);
	if (ruid != KEEP)
		c->uid = ruid;
	if (euid != KEEP)
		c->euid = euid;
	if (ruid != KEEP || (euid != KEEP && euid != old->uid))
		c->suid = c->euid;
	c->fsuid = c->euid;
	return commit_uids(c);
}

long sys_setregid(u32 rgid, u32 egid)
{
	const struct cred *old = task_current()->cred;
	struct cred *c = cred_prepare();

	if (!c)
		return -ENOMEM;
	if (!cred_capable(old, CAP_SETGID) && (!one_of(rgid, old->gid, old->egid, old->egid) ||
					       !one_of(egid, old->gid, old->egid, old->sgid)))
		return refuse(c);
	if (rgid != KEEP)
		c->gid = rgid;
	if (egid != KEEP)
		c->egid = egid;
	if (rgid != KEEP || (egid != KEEP && egid != old->gid))
		c->sgid = c->egid;
	c->fsgid = c->egid;
	return cred_commit(c);
}

long sys_setresuid(u32 ruid, u32 euid, u32 suid)
{
	const struct cred *old = task_current()->cred;
	struct cred *c = cred_prepare();

	if (!c)
		return -ENOMEM;
	if (!cred_capable(old, CAP_SETUID) && (!one_of(ruid, old->uid, old->euid, old->suid) ||
					       !one_of(euid, old->uid, old->euid, old->suid) ||
					       !one_of(suid, old->uid, old->euid, old->suid)))
		return refuse(c);
	if (ruid != KEEP)
		c->uid = ruid;
	if (euid != KEEP)
		c->euid = euid;
	if (suid != KEEP)
		c->suid = suid;
	c->fsuid = c->euid;
	return commit_uids(c);
}

long sys_setresgid(u32 rgid, u32 egid, u32 sgid)
{
	const struct cred *old = task_current()->cred;
	struct cred *c = cred_prepare();

	if (!c)
		return -ENOMEM;
	if (!cred_capable(old, CAP_SETGID) && (!one_of(rgid, old->gid, old->egid, old->sgid) ||
					       !one_of(egid, old->gid, old->egid, old->sgid) ||
					       !one_of(sgid, old->gid, old->egid, old->sgid)))
		return refuse(c);
	if (rgid != KEEP)
		c->gid = rgid;
	if (egid != KEEP)
		c->egid = egid;
	if (sgid != KEEP)
		c->sgid = sgid;
	c->fsgid = c->egid;
	return cred_commit(c);
}

static long put_three(u32 __user *r, u32 __user *e, u32 __user *s, u32 rid, u32 eid, u32 sid)
{
	return put_user(rid, r) || put_user(eid, e) || put_user(sid, s) ? -EFAULT : 0;
}

long sys_getresuid(u32 __user *ruid, u32 __user *euid, u32 __user *suid)
{
	const struct cred *c = task_current()->cred;

	return put_three(ruid, euid, suid, c->uid, c->euid, c->suid);
}

long sys_getresgid(u32 __user *rgid, u32 __user *egid, u32 __user *sgid)
{
	const struct cred *c = task_current()->cred;

	return put_three(rgid, egid, sgid, c->gid, c->egid, c->sgid);
}

/* These two answer with the old id whatever happens. */
long sys_setfsuid(u32 uid)
{
	const struct cred *old = task_current()->cred;
	u32 before = old->fsuid;
	struct cred *c;

	if (uid == KEEP || uid == before ||
	    !(one_of(uid, old->uid, old->euid, old->suid) || cred_capable(old, CAP_SETUID)))
		return before;
	c = cred_prepare();
	if (!c)
		return before;
	c->fsuid = uid;
	cred_fix_fsuid(c, old);
	(void)!cred_commit(c);
	return before;
}

long sys_setfsgid(u32 gid)
{
	const struct cred *old = task_current()->cred;
	u32 before = old->fsgid;
	struct cred *c;

	if (gid == KEEP || gid == before ||
	    !(one_of(gid, old->gid, old->egid, old->sgid) || cred_capable(old, CAP_SETGID)))
		return before;
	c = cred_prepare();
	if (!c)
		return before;
	c->fsgid = gid;
	(void)!cred_commit(c);
	return before;
}

long sys_getgroups(int size, u32 __user *list)
{
	const struct cred *c = task_current()->cred;

	if (size < 0)
		return -EINVAL;
	if (!size)
		return c->group_count;
	if ((u32)size < c->group_count)
		return -EINVAL;
	if (copy_to_user(list, c->groups, c->group_count * sizeof(u32)))
		return -EFAULT;
	return c->group_count;
}

/* Puts an element at its place below: the heap's condition. */
static void sift_down(u32 *v, u32 at, u32 n)
{
	u32 value = v[at], child;

	while ((child = 2 * at + 1) < n) {
		if (child + 1 < n && v[child + 1] > v[child])
			child++;
		if (v[child] <= value)
			break;
		v[at] = v[child];
		at = child;
	}
	v[at] = value;
}

static void sort(u32 *v, u32 n)
{
	for (u32 i = n / 2; i--;)
		sift_down(v, i, n);
	for (u32 i = n; i-- > 1;) {
		u32 greatest = v[0];

		v[0] = v[i];
		v[i] = greatest;
		sift_down(v, 0, i);
	}
}

long sys_setgroups(int size, const u32 __user *list)
{
	const struct cred *old = task_current()->cred;
	struct cred *c;

	if (!cred_capable(old, CAP_SETGID))
		return -EPERM;
	if ((u32)size > GROUPS_MAX)
		return -EINVAL;
	c = cred_copy(old, (u32)size);
	if (!c)
		return -ENOMEM;
	if (copy_from_user(c->groups, list, (u32)size * sizeof(u32))) {
		cred_put(c);
		return -EFAULT;
	}
	for (u32 i = 0; i < c->group_count; i++) {
		if (c->groups[i] == KEEP) {
			cred_put(c);
			return -EINVAL;
		}
	}
	sort(c->groups, c->group_count);
	return cred_commit(c);
}
