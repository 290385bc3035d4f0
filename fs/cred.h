/*
 * cred.h - on whose behalf something is done: user and group ids, groups, capabilities.
 *
 * Immutable once visible to others; a task changes its credentials by replacing the pointer.  The
 * fs core is handed them and never asks for "current".
 */
#pragma once
#include "kernel/lib/refcount.h"

enum capability {
	CAP_CHOWN = 0,
	CAP_DAC_OVERRIDE = 1,
	CAP_DAC_READ_SEARCH = 2,
	CAP_FOWNER = 3,
	CAP_FSETID = 4,
	CAP_KILL = 5,
	CAP_SETGID = 6,
	CAP_SETUID = 7,
	CAP_SETPCAP = 8,
	CAP_LINUX_IMMUTABLE = 9,
	CAP_IPC_LOCK = 14,
	CAP_NET_ADMIN = 12,
	CAP_SYS_RAWIO = 17,
	CAP_SYS_CHROOT = 18,
	CAP_SYS_PTRACE = 19,
	CAP_SYS_ADMIN = 21,
	CAP_SYS_BOOT = 22,
	CAP_SYS_NICE = 23,
	CAP_SYS_RESOURCE = 24,
	CAP_SYS_TIME = 25,
	CAP_SYS_TTY_CONFIG = 26,
	CAP_MKNOD = 27,
	CAP_LEASE = 28,
	CAP_MAC_OVERRIDE = 32,
	CAP_SYSLOG = 34,
	CAP_WAKE_ALARM = 35,
	CAP_CHECKPOINT_RESTORE = 40,
	CAP_LAST = 40,
};

#define CAPS_ALL ((1ul << (CAP_LAST + 1)) - 1)

struct cred {
	struct refcount refs;
	u32 uid, euid, suid, fsuid; /* [I] all of them */
	u32 gid, egid, sgid, fsgid;
	u64 cap_effective, cap_permitted, cap_inheritable, cap_bounding, cap_ambient;
	u32 securebits;
	bool no_new_privs;
	u32 group_count;
	u32 groups[]; /* sorted */
};

extern struct cred cred_root; /* uid 0, all capabilities, no groups; never freed */

struct cred *cred_copy(const struct cred *c,
		       u32 group_count); /* a private one to change; NULL: no memory */
static inline const struct cred *cred_get(const struct cred *c)
{
	refcount_get(&((struct cred *)c)->refs);
	return c;
}
void cred_free(const struct cred *c); /* its last reference has gone */
static inline void cred_put(const struct cred *c)
{
	if (unlikely(refcount_put(&((struct cred *)c)->refs)))
		cred_free(c);
}
bool cred_in_group(const struct cred *c, u32 gid); /* fsgid or a supplementary group */

static inline bool cred_capable(const struct cred *c, enum capability cap)
{
	return c->cap_effective & (1ul << cap);
}
