/*
 * random.c - getrandom.
 *
 * The generator is ready from boot on, so no flag makes a difference; those that contradict each
 * other are refused all the same.
 */
#include "kernel/lib/random.h"
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define GRND_NONBLOCK 1u
#define GRND_RANDOM   2u
#define GRND_INSECURE 4u

#define CHUNK 256

long sys_getrandom(void __user *buf, size_t len, u32 flags)
{
	u8 bytes[CHUNK];
	size_t done = 0;

	if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) ||
	    (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	len = min(len, (size_t)INT32_MAX);
	while (done < len) {
		size_t n = min(len - done, sizeof(bytes)), moved;

		random_bytes(bytes, n);
		moved = user_write((u8 __user *)buf + done, bytes, n);
		done += moved;
		if (moved < n)
			return (long)done ?: -EFAULT;
		if (signal_is_pending() && done >= PAGE_SIZE)
			break;
		sched_relax();
	}
	return (long)done;
}
