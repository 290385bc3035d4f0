/*
 * fd_attr.h - calls on descriptors about marks of the file behind: hints, flags, freezing.
 */
#pragma once
#include "fs/file.h"

long fd_attr_fcntl(struct file *f, unsigned cmd, u64 arg); /* -EINVAL: none of these either */
long fd_attr_ioctl(struct file *f, unsigned cmd, u64 arg); /* -ENOTTY: the file may know it */
