/*
 * eventfd.h - a counter that one side adds to and the other waits for.
 */
#pragma once
#include "fs/file.h"

/* flags: EFD_SEMAPHORE, O_NONBLOCK.  One reference; ERR_PTR. */
struct file *eventfd_create(u32 count, u32 flags, const struct cred *cred);
