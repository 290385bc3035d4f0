/*
 * time.c - the wall clock: the steady clock plus an offset that clock_settime(2) moves.
 */
#include "arch/clock.h"
#include "fs/inode.h"

/* [a] CLOCK_REALTIME less clock_now(), in ns; 0: nobody has asked yet */
static u64 wall_offset;

static u64 time_offset(void)
{
	u64 offset = __atomic_load_n(&wall_offset, __ATOMIC_RELAXED);

	if (unlikely(!offset)) {
		offset = clock_boot_wall();
		__atomic_store_n(&wall_offset, offset, __ATOMIC_RELAXED);
	}
	return offset;
}

struct timespec time_now(void)
{
	u64 ns = time_offset() + clock_now();

	return (struct timespec){ ns / NS_PER_SEC, ns % NS_PER_SEC };
}

u64 time_boot(void)
{
	return time_offset();
}

void time_set(struct timespec now)
{
	u64 ns = (u64)now.tv_sec * NS_PER_SEC + (u64)now.tv_nsec;

	__atomic_store_n(&wall_offset, ns - clock_now(), __ATOMIC_RELAXED);
}
