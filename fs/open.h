/*
 * open.h - making and ending struct file; for this folder only.
 */
#pragma once
#include "fs/file.h"

/* Takes references of its own; ops->open is not called.  NULL: no memory. */
struct file *file_create(const struct path *path, const struct file_ops *ops, u32 flags,
			 const struct cred *cred);
/* The same with the caller's references of `path`, which it loses with success. */
struct file *file_create_at(const struct path *path, const struct file_ops *ops, u32 flags,
			    const struct cred *cred);
/* Without ops->release. */
void file_destroy(struct file *f);

int file_count_writer(struct file *f) must_check; /* -ETXTBSY, -EROFS */
void file_uncount_writer(struct file *f);
