/*
 * clock.h - the clocks of clock_gettime(2): wall, steady, and CPU time.
 */
#pragma once
#include "kernel/abi/time.h"

enum clock_kind { CLOCK_NONE, CLOCK_WALL, CLOCK_STEADY, CLOCK_CPU };

/* CLOCK_NONE: the number names no clock. */
enum clock_kind clock_kind(s32 clock);
/* May the running task be woken by it?  0; -EINVAL: no clock; -EOPNOTSUPP: coarse and raw ones wake
   nobody; -EPERM: those that would wake the machine too (ALARM) want CAP_WAKE_ALARM. */
int clock_check_timer(s32 clock) must_check;

/* -EINVAL: no such clock, or nobody has that CPU time. */
int clock_read(s32 clock, u64 *ns) must_check;
int clock_resolution(s32 clock, u64 *ns) must_check;

/* Whose time a CPU clock shows, for timers: the task with a reference, or NULL for the running
   process.  -EINVAL: somebody else's. */
struct task;
int clock_cpu_owner(s32 clock, struct task **task) must_check;
