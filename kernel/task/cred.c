/*
 * cred.c - changing credentials, and what changing ids does to capabilities.
 *
 * A task's credentials are never changed in place: a copy is made, changed, and committed.  So
 * whoever holds a reference (an open file, a reader of /proc) sees one consistent set.
 *
 * Locking: task->cred is written by its task under process->lock, and read by it without.
 */
#include "kernel/task/cred.h"

#include "kernel/abi/errno.h"
#include "kernel/abi/prctl.h"
#include "kernel/lib/bits.h"
#include "kernel/task/account.h"
#include "kernel/task/task.h"

/* Those that access to files is about: they follow fsuid. */
#define CAPS_FS                                                                               \
	(BIT(CAP_CHOWN) | BIT(CAP_MKNOD) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | \
	 BIT(CAP_FOWNER) | BIT(CAP_FSETID) | BIT(CAP_LINUX_IMMUTABLE) | BIT(CAP_MAC_OVERRIDE))

struct cred *cred_prepare(void)
{
	const struct cred *c = task_current()->cred;

	return cred_copy(c, c->group_count);
}

static bool identity_changes(const struct cred *c, const struct cred *old)
{
	return c->euid != old->euid || c->egid != old->egid || c->fsuid != old->fsuid ||
	       c->fsgid != old->fsgid || (c->cap_permitted & ~old->cap_permitted);
}

/* Returns the old one; process->lock held, because senders of signals look at it. */
static struct account *account_change(struct task *t, struct account *to)
{
	struct account *from = t->account;

	account_add_task(to);
	account_remove_task(from);
	t->over_nproc = to != &account_root && READ_ONCE(to->tasks) > task_limit(RLIMIT_NPROC);
	t->account = to;
	return from;
}

int cred_commit(struct cred *c)
{
	struct task *t = task_current();
	const struct cred *old = t->cred;
	struct account *user = NULL;

	if (c->uid != old->uid) {
		user = account_find(c->uid);
		if (!user) {
			cred_put(c);
			return -EAGAIN;
		}
	}
	spin_lock(&t->process->lock);
	if (user)
		user = account_change(t, user);
	if (identity_changes(c, old)) {
		t->process->dumpable = 0;
		t->death_signal = 0;
	}
	t->cred = c;
	spin_unlock(&t->process->lock);
	cred_put(old);
	if (user)
		account_put(user);
	return 0;
}

static bool has_root_uid(const struct cred *c)
{
	return !c->uid || !c->euid || !c->suid;
}

void cred_fix_uids(struct cred *c, const struct cred *old)
{
	if (c->securebits & SECURE_NO_SETUID_FIXUP)
		return;
	if (has_root_uid(old) && !has_root_uid(c)) {
		if (!(c->securebits & SECURE_KEEP_CAPS))
			c->cap_permitted = c->cap_effective = 0;
		c->cap_ambient = 0;
	}
	if (!old->euid && c->euid)
		c->cap_effective = 0;
	if (old->euid && !c->euid)
		c->cap_effective = c->cap_permitted;
}

void cred_fix_fsuid(struct cred *c, const struct cred *old)
{
	if (c->securebits & SECURE_NO_SETUID_FIXUP)
		return;
	if (!old->fsuid && c->fsuid)
		c->cap_effective &= ~CAPS_FS;
	if (old->fsuid && !c->fsuid)
		c->cap_effective |= c->cap_permitted & CAPS_FS;
}

bool cred_fix_exec(struct cred *c, const struct cred *old)
{
	bool set_id = c->euid != old->uid || c->egid != old->gid;
	bool effective = false;

	c->cap_permitted = 0;
	if (!(c->securebits & SECURE_NOROOT) && (!c->uid || !c->euid)) {
		c->cap_permitted = old->cap_bounding | old->cap_inheritable;
		effective = !c->euid;
	}
	if (c->no_new_privs && (set_id || (c->cap_permitted & ~old->cap_permitted))) {
		c->euid = c->uid;
		c->egid = c->gid;
		c->cap_permitted &= old->cap_permitted;
	}
	c->suid = c->fsuid = c->euid;
	c->sgid = c->fsgid = c->egid;
	if (set_id)
		c->cap_ambient = 0;
	c->cap_permitted |= c->cap_ambient;
	c->cap_effective = effective ? c->cap_permitted : c->cap_ambient;
	c->securebits &= ~SECURE_KEEP_CAPS;
	return set_id || (c->uid && (effective || (c->cap_permitted & ~c->cap_ambient)));
}

bool task_capable(enum capability cap)
{
	return cred_capable(task_current()->cred, cap);
}

bool cred_may_limit(const struct cred *target)
{
	const struct cred *c = task_current()->cred;

	if (c->uid == target->euid && c->uid == target->suid && c->uid == target->uid &&
	    c->gid == target->egid && c->gid == target->sgid && c->gid == target->gid)
		return true;
	return cred_capable(c, CAP_SYS_RESOURCE);
}
