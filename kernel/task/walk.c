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
static always_inline void walk_from(struct task_walk *w, struct fs_context *fs, bool absolute)
{
	w->held = refcount_read(&fs->refs) > 1;
	w->based = false;
	if (likely(!w->held)) {
		w->walk.root = fs->root;
		w->walk.base = absolute ? fs->root : fs->cwd;
		return;
	}
	spin_lock(&fs->lock);
	w->walk.root = fs->root;
	path_get(&fs->root);
	if (!absolute) {
		w->walk.base = fs->cwd;
		path_get(&fs->cwd);
		w->based = true;
	}
	spin_unlock(&fs->lock);
	if (absolute)
		w->walk.base = w->walk.root;
}

int task_walk_begin(struct task_walk *w, int dirfd, const char *name)
{
	struct task *t = task_current();

	w->dir = NULL;
	w->walk.cred = t->cred;
	if (dirfd != AT_FDCWD && name[0] != '/') {
		w->dir = fd_get(t->files, dirfd);
		if (!w->dir)
			return -EBADF;
		if (name[0] && (!w->dir->inode || !S_ISDIR(w->dir->inode->mode))) {
			file_put(w->dir);
			return -ENOTDIR;
		}
	}
	walk_from(w, t->fs, name[0] == '/' || w->dir);
	if (w->dir)
		w->walk.base = w->dir->path;
	return 0;
}

void task_walk_end(struct task_walk *w)
{
	if (w->held)
		path_put(&w->walk.root);
	if (w->based)
		path_put(&w->walk.base);
	if (w->dir)
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

char *task_path_in(char *room, const char __user *name, bool empty_ok)
{
	ssize_t n = user_string(room, name, PATH_ROOM);

	if (unlikely(n == -ENAMETOOLONG))
		return task_path(name, empty_ok);
	if (unlikely(n <= 0 && !(n == 0 && empty_ok)))
		return ERR_PTR(n ?: -ENOENT);
	return room;
}
