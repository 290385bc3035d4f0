/*
 * tick.h - what a layer above wants done at each tick of a running thread.
 */
#pragma once
#include "kernel/sched/thread.h"

/* Called with interrupts off and no lock held, for the running thread, every TICK_NS of its
   running: CPU time limits and timers.  NULL until kernel/task sets it at boot. */
extern void (*sched_tick_hook)(struct thread *t);
