/*
 * device.c - character devices by number.  There are no block devices.
 */
#include "fs/device.h"

#include "kernel/container/hooks.h"

const struct file_ops *device_find(u32 mode, u64 rdev)
{
	if (!S_ISCHR(mode))
		return NULL;
	for (const struct device *d = devices; d->name; d++) {
		if (device_number(d->major, d->minor) == rdev)
			return d->ops;
		if (d->minors && device_major(rdev) == d->major &&
		    device_minor(rdev) - d->minor < d->minors)
			return d->ops;
	}
	return NULL;
}

bool device_allowed(u32 mode, u64 rdev, unsigned access)
{
	if (!S_ISCHR(mode) && !S_ISBLK(mode))
		return true;
	return container_device_allowed(S_ISBLK(mode), device_major(rdev), device_minor(rdev),
					access);
}
