/*
 * system.h - uname, sysinfo, times, reboot, sched_attr, membarrier and capabilities as the calls
 * pass them (linux/utsname.h, sysinfo.h, times.h, reboot.h, sched/types.h, membarrier.h,
 * capability.h).
 */
#pragma once
#include "kernel/lib/types.h"

#define UTS_LEN 64 /* characters of a field, without the NUL */

struct utsname {
	char sysname[UTS_LEN + 1], nodename[UTS_LEN + 1], release[UTS_LEN + 1],
		version[UTS_LEN + 1], machine[UTS_LEN + 1], domainname[UTS_LEN + 1];
};

struct sysinfo {
	s64 uptime;
	u64 loads[3]; /* 65536 is 1.0 */
	u64 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	u16 procs, pad;
	u64 totalhigh, freehigh;
	u32 mem_unit;
};
_Static_assert(sizeof(struct sysinfo) == 112, "struct sysinfo");

struct tms {
	s64 tms_utime, tms_stime, tms_cutime, tms_cstime;
};

#define REBOOT_MAGIC1	 0xfee1deadu
#define REBOOT_RESTART	 0x01234567u
#define REBOOT_HALT	 0xcdef0123u
#define REBOOT_CAD_ON	 0x89abcdefu
#define REBOOT_CAD_OFF	 0x00000000u
#define REBOOT_POWER_OFF 0x4321fedcu
#define REBOOT_RESTART2	 0xa1b2c3d4u

struct sched_attr {
	u32 size, policy;
	u64 flags;
	s32 nice;
	u32 priority;
	u64 runtime, deadline, period;
	u32 util_min, util_max;
};
#define SCHED_ATTR_SIZE_VER0 48u
_Static_assert(sizeof(struct sched_attr) == 56, "struct sched_attr");

#define SCHED_RESET_ON_FORK	 0x40000000
#define SCHED_FLAG_RESET_ON_FORK 0x01u
#define SCHED_FLAG_RECLAIM	 0x02u
#define SCHED_FLAG_DL_OVERRUN	 0x04u
#define SCHED_FLAG_KEEP_POLICY	 0x08u
#define SCHED_FLAG_KEEP_PARAMS	 0x10u
#define SCHED_FLAG_UTIL_CLAMP	 0x60u

enum { PRIO_PROCESS, PRIO_PGRP, PRIO_USER };

enum {
	MEMBARRIER_QUERY = 0,
	MEMBARRIER_GLOBAL = 1,
	MEMBARRIER_GLOBAL_EXPEDITED = 2,
	MEMBARRIER_REGISTER_GLOBAL_EXPEDITED = 4,
	MEMBARRIER_PRIVATE_EXPEDITED = 8,
	MEMBARRIER_REGISTER_PRIVATE_EXPEDITED = 16,
	MEMBARRIER_PRIVATE_EXPEDITED_SYNC_CORE = 32,
	MEMBARRIER_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64,
};

#define CAPABILITY_VERSION_1 0x19980330u
#define CAPABILITY_VERSION_2 0x20071026u
#define CAPABILITY_VERSION_3 0x20080522u

struct cap_header {
	u32 version;
	s32 pid;
};

struct cap_data { /* version 1 has one, the others two: low and high words */
	u32 effective, permitted, inheritable;
};
