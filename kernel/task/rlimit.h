/*
 * rlimit.h - resource limits of processes.
 */
#pragma once
#include "kernel/abi/resource.h"

struct process;

extern const u64 rlimit_nofile_max; /* /proc/sys/fs/nr_open */

/* Those of the first process; after pid_init. */
void rlimit_init(struct rlimit *limits);
/* One limit is read and, if `in` is not NULL, replaced.  -EINVAL, -EPERM (raising the hard limit
   without CAP_SYS_RESOURCE).  Whether the caller may do so to p was checked. */
int rlimit_set(struct process *p, u32 which, const struct rlimit *in,
	       struct rlimit *old) must_check;
