/*
 * device.h - character devices by number.  The table is in kernel/dev/devices.c.
 */
#pragma once
#include "fs/file.h"

struct device {
	const char *name; /* in /dev */
	u32 major, minor;
	u32 mode; /* permission bits */
	const struct file_ops *ops;
	u32 minors; /* so many numbers from `minor` on; 0: the one */
};

extern const struct device devices[]; /* ends with an empty name */

/* What open(2) of a device node uses; NULL: -ENXIO. */
const struct file_ops *device_find(u32 mode, u64 rdev);

/* May the running task use it so?  access: DEVICE_*. */
bool device_allowed(u32 mode, u64 rdev, unsigned access);

static inline u64 device_number(u32 major, u32 minor) /* as in struct stat */
{
	return (minor & 0xff) | ((u64)(major & 0xfff) << 8) | ((u64)(minor & ~0xffu) << 12);
}

static inline u32 device_major(u64 number)
{
	return (u32)(number >> 8) & 0xfff;
}

static inline u32 device_minor(u64 number)
{
	return (u32)(number & 0xff) | ((u32)(number >> 12) & ~0xffu);
}
