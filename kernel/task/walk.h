/*
 * walk.h - paths that the running task names.
 */
#pragma once
#include "arch/uaccess.h"
#include "fs/path.h"
#include "kernel/mem/slab.h"

struct file;

/* The walk of the running task, relative to dirfd.  Holds references until task_walk_end. -EBADF,
 * -ENOTDIR */
struct task_walk {
	struct walk walk;
	struct file *dir;
	bool held;  /* root carries references */
	bool based; /* base does */
};
int task_walk_begin(struct task_walk *w, int dirfd, const char *name) must_check;
void task_walk_end(struct task_walk *w);
/* A path from user space: kmalloc'd (kfree it).  ERR_PTR(-EFAULT, -ENAMETOOLONG, -ENOMEM); "" gives
   -ENOENT unless empty_ok. */
char *task_path(const char __user *name, bool empty_ok);
/* The same in `room` of PATH_ROOM bytes if it is short; task_path_free afterwards in any case. */
#define PATH_ROOM 128
char *task_path_otherwise(ssize_t n, const char __user *name, bool empty_ok);
static inline char *task_path_in(char *room, const char __user *name, bool empty_ok)
{
	ssize_t n = user_string(room, name, PATH_ROOM);

	if (likely(n > 0) || (n == 0 && empty_ok))
		return room;
	return task_path_otherwise(n, name, empty_ok);
}

static inline void task_path_free(const char *room, char *path)
{
	if (unlikely(path != room))
		kfree(path);
}
