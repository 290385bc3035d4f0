/*
 * device.c - character devices by number.  There are no block devices.
 */
#include "fs/device.h"

const struct file_ops *device_find(u32 mode, u64 rdev)
{
	if (!S_ISCHR(mode))
		return NULL;
	for (const struct device *d = devices; d->name; d++) {
		if (device_number(d->major, d->minor) == rdev)
			return d->ops;
	}
	return NULL;
}
