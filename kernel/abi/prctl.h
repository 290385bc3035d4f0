/*
 * prctl.h - options of prctl(2) and arch_prctl(2), bits of securebits (linux/prctl.h,
 * linux/securebits.h, asm/prctl.h).
 */
#pragma once
#include "kernel/lib/types.h"

enum {
	PR_SET_PDEATHSIG = 1,
	PR_GET_PDEATHSIG = 2,
	PR_GET_DUMPABLE = 3,
	PR_SET_DUMPABLE = 4,
	PR_GET_KEEPCAPS = 7,
	PR_SET_KEEPCAPS = 8,
	PR_GET_TIMING = 13,
	PR_SET_TIMING = 14,
	PR_SET_NAME = 15,
	PR_GET_NAME = 16,
	PR_GET_SECCOMP = 21,
	PR_CAPBSET_READ = 23,
	PR_CAPBSET_DROP = 24,
	PR_GET_TSC = 25,
	PR_SET_TSC = 26,
	PR_GET_SECUREBITS = 27,
	PR_SET_SECUREBITS = 28,
	PR_SET_TIMERSLACK = 29,
	PR_GET_TIMERSLACK = 30,
	PR_MCE_KILL = 33,
	PR_MCE_KILL_GET = 34,
	PR_SET_MM = 35,
	PR_SET_CHILD_SUBREAPER = 36,
	PR_GET_CHILD_SUBREAPER = 37,
	PR_SET_NO_NEW_PRIVS = 38,
	PR_GET_NO_NEW_PRIVS = 39,
	PR_GET_TID_ADDRESS = 40,
	PR_SET_THP_DISABLE = 41,
	PR_GET_THP_DISABLE = 42,
	PR_CAP_AMBIENT = 47,
	PR_GET_SPECULATION_CTRL = 52,
	PR_SET_SPECULATION_CTRL = 53,
	PR_SET_IO_FLUSHER = 57,
	PR_GET_IO_FLUSHER = 58,
};

enum { PR_MCE_KILL_LATE, PR_MCE_KILL_EARLY, PR_MCE_KILL_DEFAULT };

enum { PR_SPEC_STORE_BYPASS, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_L1D_FLUSH };
enum { PR_SPEC_ENABLE = 2, PR_SPEC_DISABLE = 4, PR_SPEC_FORCE_DISABLE = 8 };

enum {
	PR_SET_MM_START_CODE = 1,
	PR_SET_MM_END_CODE,
	PR_SET_MM_START_DATA,
	PR_SET_MM_END_DATA,
	PR_SET_MM_START_STACK,
	PR_SET_MM_START_BRK,
	PR_SET_MM_BRK,
	PR_SET_MM_ARG_START,
	PR_SET_MM_ARG_END,
	PR_SET_MM_ENV_START,
	PR_SET_MM_ENV_END,
	PR_SET_MM_AUXV,
	PR_SET_MM_EXE_FILE,
	PR_SET_MM_MAP,
	PR_SET_MM_MAP_SIZE,
};

struct prctl_mm_map {
	u64 start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	u64 arg_start, arg_end, env_start, env_end;
	u64 auxv;
	u32 auxv_size, exe_fd;
};
static_assert(sizeof(struct prctl_mm_map) == 104, "as Linux has it");

enum {
	PR_CAP_AMBIENT_IS_SET = 1,
	PR_CAP_AMBIENT_RAISE,
	PR_CAP_AMBIENT_LOWER,
	PR_CAP_AMBIENT_CLEAR_ALL
};

#define SECURE_NOROOT		    0x01u
#define SECURE_NO_SETUID_FIXUP	    0x04u
#define SECURE_KEEP_CAPS	    0x10u
#define SECURE_KEEP_CAPS_LOCKED	    0x20u
#define SECURE_NO_CAP_AMBIENT_RAISE 0x40u
#define SECURE_BITS		    0x55u /* each has its lock one to the left */
#define SECURE_LOCKS		    0xaau

enum {
	ARCH_SET_GS = 0x1001,
	ARCH_SET_FS = 0x1002,
	ARCH_GET_FS = 0x1003,
	ARCH_GET_GS = 0x1004,
	ARCH_GET_CPUID = 0x1011,
	ARCH_SET_CPUID = 0x1012,
};
