/*
 * seal.h - what may no longer be done to a file of memory: F_ADD_SEALS of fcntl(2).
 */
#pragma once
#include "fs/file.h"

/* F_ADD_SEALS and F_GET_SEALS.  -EINVAL: a file that has none. */
long file_seal_fcntl(struct file *f, unsigned cmd, u64 arg);
