/*
 * hotplug.h - CPUs that go out of service and come back.
 */
#pragma once
#include "kernel/lib/types.h"

/* After smp_boot(): the root cpuset gets to know the CPUs that there are. */
void container_cpus_found(void);

/* 0 also when it is so already.  -EBUSY: the last one.  When a CPU is off, nothing runs there, and
   the tasks of sets that have lost their last CPU are in the nearest set above that has one.  May
   sleep. */
int container_set_cpu_online(int cpu, bool online) must_check;
