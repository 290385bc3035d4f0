/*
 * hotplug.h - taking a CPU out of service and back: the scheduler's half.
 *
 * cpuset decides where its tasks go: use kernel/container/hotplug.h.
 */
#pragma once

/* The CPU is online, and not the last.  When it returns nothing runs there.  May sleep. */
void sched_cpu_down(int cpu);
void sched_cpu_up(int cpu);
