/*
 * anonymous.h - where open files without a name in the tree lie: pipes, event files.
 */
#pragma once
#include "fs/dentry.h"

struct mount;

extern struct mount *anonymous_mount; /* in no namespace; never goes away */

void anonymous_init(void); /* boot */

u32 anonymous_magic(const struct inode *inode); /* statfs f_type */
/* Prints "pipe:[17]" or "anon_inode:[eventfd]"; the length, as format(). */
int anonymous_name(const struct dentry *d, char *buf, size_t size);
