/*
 * walk.h - paths that the running task names.
 */
#pragma once
#include "arch/uaccess.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

/* The walk of the running task, relative to dirfd.  Holds references until task_walk_end. -EBADF,
 * -ENOTDIR */
struct task_walk {
	struct walk walk;
	struct file *dir;
	u8 holds; /* WALK_HOLDS_*: references that it has */
};

#define WALK_HOLDS_ROOT 1u
#define WALK_HOLDS_BASE 2u
#define WALK_HOLDS_DIR	4u

void task_walk_hold(struct task_walk *w, struct fs_context *fs, unsigned what);
must_check int task_walk_from_file(struct task_walk *w, int fd, const char *name);
void task_walk_let_go(struct task_walk *w);

static inline must_check int task_walk_begin(struct task_walk *w, int dirfd, const char *name)
{
	const struct task *t = task_current();
	struct fs_context *fs = t->fs;

	w->walk.cred = t->cred;
	w->holds = 0;
	if (unlikely(dirfd != AT_FDCWD) && *name != '/')
		return task_walk_from_file(w, dirfd, name);
	/* A context that only the running task uses stays as it is until the walk ends. */
	if (unlikely(refcount_read(&fs->refs) != 1)) {
		task_walk_hold(w, fs, WALK_HOLDS_ROOT | (*name == '/' ? 0 : WALK_HOLDS_BASE));
		return 0;
	}
	w->walk.root = fs->root;
	w->walk.base = fs->cwd;
	return 0;
}

static inline void task_walk_end(struct task_walk *w)
{
	if (unlikely(w->holds))
		task_walk_let_go(w);
}

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
