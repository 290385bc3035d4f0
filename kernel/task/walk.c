/*
 * walk.c - paths that the running task names: where they start, and their text.
 */
#include "kernel/task/walk.h"
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"

#define PATH_SHORT 256 /* nearly all fit; longer ones are read again */

/* Others may change the context meanwhile. */
void task_walk_hold(struct task_walk *w, struct fs_context *fs, unsigned what)
{
	struct path root, base;

	w->holds |= what;
	spin_lock(&fs->lock);
	root = fs->root;
	path_get(&root);
	if (what & WALK_HOLDS_BASE) {
		base = fs->cwd;
		path_get(&base);
		w->walk.base = base;
	}
	spin_unlock(&fs->lock);
	w->walk.root = root;
}

/* A relative path begins in a directory that is open. */
int task_walk_from_file(struct task_walk *w, int fd, const char *name)
{
	struct task *t = task_current();

	w->dir = fd_get(t->files, fd);
	if (!w->dir)
		return -EBADF;
	if (name[0] && (!w->dir->inode || !S_ISDIR(w->dir->inode->mode))) {
		file_put(w->dir);
		return -ENOTDIR;
	}
	w->holds = WALK_HOLDS_DIR;
	w->walk.base = w->dir->path;
	if (refcount_read(&t->fs->refs) == 1)
		w->walk.root = t->fs->root;
	else
		task_walk_hold(w, t->fs, WALK_HOLDS_ROOT);
	return 0;
}

void task_walk_let_go(struct task_walk *w)
{
	if (w->holds & WALK_HOLDS_ROOT)
		path_put(&w->walk.root);
	if (w->holds & WALK_HOLDS_BASE)
		path_put(&w->walk.base);
	if (w->holds & WALK_HOLDS_DIR)
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
