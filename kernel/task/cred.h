/*
 * cred.h - changing the credentials of the running task, by Linux's rules (capabilities(7),
 * credentials(7)).
 */
#pragma once
#include "fs/cred.h"
#include "kernel/lib/types.h"

struct task;

/* A private copy of the running task's, to change; NULL: no memory.  cred_commit or cred_put
   follows. */
struct cred *cred_prepare(void);
/* Makes it the running task's; takes over the reference, on failure too.  A change of identity
   makes the process not dumpable and ends the signal at the parent's death.  -EAGAIN: no memory. */
int cred_commit(struct cred *c) must_check;

/* What becomes of capabilities when uids have changed from `old` to those of c (setuid, setreuid,
   setresuid); when fsuid has (setfsuid). */
void cred_fix_uids(struct cred *c, const struct cred *old);
void cred_fix_fsuid(struct cred *c, const struct cred *old);

/* exec: the credentials of the new program, from ids that its file has set in c (euid, egid).
   True: AT_SECURE. */
bool cred_fix_exec(struct cred *c, const struct cred *old);

/* Does the running task have it? */
bool task_capable(enum capability cap);

/* The saved, effective and real ids of `target` all are the caller's real ids, or the capability
   is there: what prlimit(2) asks for.  */
bool cred_may_limit(const struct cred *target);
