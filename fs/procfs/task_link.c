/*
 * task_link.c - links of a process that lead to places: exe, cwd, root.
 *
 * They have a text like other links, but following one leads to the very place, whatever its name
 * has become.
 */
#include "fs/procfs/task_files.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

bool proc_reader_root(struct path *out)
{
	return task_get_place(task_current(), true, out);
}

int proc_place_cwd(struct task *t, struct path *out)
{
	return task_get_place(t, false, out) ? 0 : -ENOENT;
}

int proc_place_root(struct task *t, struct path *out)
{
	return task_get_place(t, true, out) ? 0 : -ENOENT;
}

int proc_place_exe(struct task *t, struct path *out)
{
	struct process *p = t->process;
	bool there;

	spin_lock(&p->lock);
	there = p->exe != NULL;
	if (there) {
		*out = p->exe->path;
		path_get(out);
	}
	spin_unlock(&p->lock);
	return there ? 0 : -ENOENT;
}

ssize_t proc_read_place(struct path *place, char *buf, size_t size)
{
	char *page = kmalloc(PATH_MAX), *text;
	ssize_t len = -ENOMEM;
	struct path root;

	if (page && proc_reader_root(&root)) {
		text = path_text(place, &root, page, PATH_MAX);
		path_put(&root);
		len = IS_ERR(text) ? PTR_ERR(text) : (ssize_t)min(strlen(text), size);
		if (len > 0)
			memcpy(buf, text, (size_t)len);
	}
	kfree(page);
	path_put(place);
	return len;
}

static struct path link_follow(struct inode *inode, int *error)
{
	struct task *t = proc_get_task(inode);
	struct path place = { NULL, NULL };

	if (!t) {
		*error = -ENOENT;
		return place;
	}
	*error = proc_may_access(t, task_current()->cred)
			 ? proc_inode_of(inode)->entry->place(t, &place)
			 : -EACCES;
	task_put(t);
	return place;
}

static ssize_t link_readlink(struct inode *inode, char *buf, size_t size)
{
	int error = 0;
	struct path place = link_follow(inode, &error);

	return error ? error : proc_read_place(&place, buf, size);
}

const struct inode_ops proc_link_ops = {
	.readlink = link_readlink,
	.follow = link_follow,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
	.free = proc_free,
};
