/*
 * walk.h - paths that the running task names.
 */
#pragma once
#include "fs/path.h"

struct file;

/* The walk of the running task, relative to dirfd.  Holds references until task_walk_end. -EBADF,
 * -ENOTDIR */
struct task_walk {
	struct walk walk;
	struct file *dir;
	bool held; /* root and base carry references */
};
int task_walk_begin(struct task_walk *w, int dirfd, const char *name) must_check;
void task_walk_end(struct task_walk *w);
/* A path from user space: kmalloc'd (kfree it).  ERR_PTR(-EFAULT, -ENAMETOOLONG, -ENOMEM); "" gives
   -ENOENT unless empty_ok. */
char *task_path(const char __user *name, bool empty_ok);
