/*
 * descriptor.h - a descriptor for what a system call has made.
 */
#pragma once
#include "fs/file.h"

/* The reference to f is used up either way; an ERR_PTR is passed on.  -EMFILE, -ENOMEM. */
long descriptor_give(struct file *f, bool cloexec);
