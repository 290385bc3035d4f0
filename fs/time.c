/*
 * time.c - the wall clock as file systems use it.
 */
#include "fs/inode.h"
#include "kernel/sched/realtime.h"

struct timespec time_now(void)
{
	return timespec_of(time_realtime());
}

u64 time_boot(void)
{
	return realtime_offset();
}
