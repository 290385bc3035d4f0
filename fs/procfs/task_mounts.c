/*
 * task_mounts.c - /proc/PID/mounts, mountinfo and mountstats.
 *
 * User space sees: the mounts below the task's root.  Once they have changed, poll of the first two
 * gives POLLERR and POLLPRI, a single time for each open file.
 */
#include "fs/mount.h"
#include "fs/poll.h"
#include "fs/procfs/task_files.h"
#include "kernel/abi/epoll.h"
#include "kernel/abi/errno.h"
#include "kernel/task/namespaces.h"

/* What the task sees, as it sees it: -EINVAL when it has left. */
static int with_mounts(struct task *t, struct text *out,
		       void (*show)(struct mount_namespace *ns, const struct path *root,
				    struct text *out))
{
	struct namespaces *s = task_get_namespaces(t);
	struct path root;

	if (!s)
		return -EINVAL;
	if (proc_place_root(t, &root)) {
		namespaces_put(s);
		return -EINVAL;
	}
	show(s->mounts, &root, out);
	path_put(&root);
	namespaces_put(s);
	return 0;
}

int proc_show_mounts(struct task *t, struct text *out)
{
	return with_mounts(t, out, mount_show);
}

int proc_show_mountinfo(struct task *t, struct text *out)
{
	return with_mounts(t, out, mount_show_info);
}

int proc_show_mountstats(struct task *t, struct text *out)
{
	return with_mounts(t, out, mount_show_stats);
}

/* How often what the file shows has changed; a task that has gone changes nothing.  An epoll that
   asks is locked, and the last reference to a namespace ends mounts and files, so none is taken. */
static u32 event_of(struct file *f)
{
	const struct pid *p = proc_inode_of(f->inode)->pid;
	u32 event = READ_ONCE(f->version);
	const struct task *t;

	spin_lock(&task_tree_lock);
	t = p->task;
	if (t) {
		spin_lock(&t->process->lock);
		if (t->spaces)
			event = READ_ONCE(t->spaces->mounts->event);
		spin_unlock(&t->process->lock);
	}
	spin_unlock(&task_tree_lock);
	return event;
}

static int mounts_open(struct inode *inode, struct file *f)
{
	f->version = event_of(f);
	return 0;
}

static u32 mounts_poll(struct file *f, struct poll_table *table)
{
	u32 event;

	poll_wait(table, &mount_changes);
	event = event_of(f);
	if (READ_ONCE(f->version) == event)
		return POLLIN | POLLRDNORM;
	WRITE_ONCE(f->version, event);
	return POLLIN | POLLRDNORM | POLLERR | POLLPRI;
}

const struct file_ops proc_mounts_fops = {
	.open = mounts_open,
	.read = pseudo_read,
	.write = pseudo_write,
	.release = pseudo_release,
	.poll = mounts_poll,
};
