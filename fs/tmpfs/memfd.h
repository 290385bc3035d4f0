/*
 * memfd.h - files of memory that no directory shows.
 */
#pragma once
#include "fs/file.h"

void memfd_init(void); /* boot */

/* An open file of that name, "memfd:" included.  ERR_PTR(-ENOMEM, -ENOSPC). */
struct file *memfd_create(const char *name, bool sealable, const struct cred *cred);
