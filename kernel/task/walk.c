/*
 * walk.c - paths that the running task names: where they start, and their text.
 */
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

#define PATH_SHORT 256 /* nearly all fit; longer ones are read again */

/* Root and directory of a context that others may change meanwhile are held; one that only the
   running task uses stays as it is until the walk ends. */
static always_inline void walk_from(struct task_walk *w, struct fs_context *fs, bool based)
{
	w->held = refcount_read(&fs->refs) > 1;
	w->based = w->held && based;
	if (w->held)
		spin_lock(&fs->lock);
	w->walk.root = fs->root;
	if (based)
		w->walk.base = fs->cwd;
	if (!w->held)
		return;
	path_get(&w->walk.root);
	if (based)
		path_get(&w->walk.base);
	spin_unlock(&fs->lock);
}

static noinline int walk_from_file(struct task_walk *w, struct fdtable *files, int fd,
				   const char *name)
{
	w->dir = fd_get(files, fd);
	if (!w->dir)
		return -EBADF;
	if (name[0] && (!w->dir->inode || !S_ISDIR(w->dir->inode->mode))) {
		file_put(w->dir);
		return -ENOTDIR;
	}
	w->walk.base = w->dir->path;
	return 0;
}

int task_walk_begin(struct task_walk *w, int dirfd, const char *name)
{
	struct task *t = task_current();
	bool relative = name[0] != '/';
	int error;

	w->dir = NULL;
	w->walk.cred = t->cred;
	if (unlikely(dirfd != AT_FDCWD) && relative) {
		error = walk_from_file(w, t->files, dirfd, name);
		if (error)
			return error;
		relative = false;
	}
	walk_from(w, t->fs, relative);
	return 0;
}

void task_walk_end(struct task_walk *w)
{
	if (w->held)
		path_put(&w->walk.root);
	if (unlikely(w->based))
		path_put(&w->walk.base);
	if (unlikely(w->dir))
		file_put(w->dir);
}

char *task_path(const char __user *name, bool empty_ok)
{
	char *text = kmalloc(PATH_SHORT);
	ssize_t n;

	if (!text)
		return ERR_PTR(-ENOMEM);
	n = user_string(text, name, PATH_SHORT);
	if (n == -ENAMETOOLONG) {
		kfree(text);
		text = kmalloc(PATH_MAX);
		if (!text)
			return ERR_PTR(-ENOMEM);
		n = user_string(text, name, PATH_MAX);
	}
	if (n == 0 && !empty_ok)
		n = -ENOENT;
	if (n >= 0)
		return text;
	kfree(text);
	return ERR_PTR(n);
}

/* n: why it is not in the room. */
char *task_path_otherwise(ssize_t n, const char __user *name, bool empty_ok)
{
	if (n == -ENAMETOOLONG)
		return task_path(name, empty_ok);
	return ERR_PTR(n ?: -ENOENT);
}
