/*
 * root.c - the type proc, and its root directory.
 *
 * User space sees: the files of the machine (system.c), /proc/sys, the links self, thread-self and
 * mounts, and a directory for each process that the one who mounted it can see, in the order of
 * their numbers.  Nothing can be created, removed or renamed.
 *
 * All mounts from the first pid namespace are one /proc; a mount from another one is a new one,
 * which keeps that namespace.
 *
 * Locking: task_tree_lock to step through the processes, a few at a time.
 */
#include "fs/procfs/procfs.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define PID_POS (1ul << 40) /* positions of processes begin here; below it are dentries */
#define BATCH	32
#define STEPS	256 /* numbers looked at with the lock held */

/* --- links to the reader -----------------------------------------------------------------------*/

static ssize_t self_readlink(struct inode *inode, char *buf, size_t size)
{
	s32 nr = pid_number(task_current()->process->pid, proc_namespace(inode->super));
	char text[12];
	int n = format(text, sizeof(text), "%d", nr);

	if (!nr)
		return -ENOENT;
	memcpy(buf, text, min((size_t)n, size));
	return (ssize_t)min((size_t)n, size);
}

static ssize_t thread_self_readlink(struct inode *inode, char *buf, size_t size)
{
	const struct pid_namespace *ns = proc_namespace(inode->super);
	struct task *t = task_current();
	s32 nr = pid_number(t->pid, ns);
	char text[32];
	int n = format(text, sizeof(text), "%d/task/%d", pid_number(t->process->pid, ns), nr);

	if (!nr)
		return -ENOENT;
	memcpy(buf, text, min((size_t)n, size));
	return (ssize_t)min((size_t)n, size);
}

static const struct inode_ops self_ops = { .readlink = self_readlink };
static const struct inode_ops thread_self_ops = { .readlink = thread_self_readlink };

static int add_link(struct dentry *root, const char *name, const struct inode_ops *ops)
{
	struct dentry *link = pseudo_add_link(root, name, "");

	if (!link)
		return -ENOMEM;
	link->inode->ops = ops;
	return 0;
}

/* It has always been there, and unlike the other links tells how long it is. */
static int add_mounts(struct dentry *root)
{
	static const char target[] = "self/mounts";
	struct dentry *link = pseudo_add_link(root, "mounts", target);

	if (!link)
		return -ENOMEM;
	link->inode->size = strlen(target);
	return 0;
}

/* --- the directory -----------------------------------------------------------------------------*/

/* Numbers of processes from *nr on, which moves behind them; -1: there are no more. */
static int next_processes(const struct pid_namespace *ns, s32 *nr, s32 *pids)
{
	struct task *t = NULL;
	int n = 0;

	spin_lock(&task_tree_lock);
	for (int i = 0; i < STEPS && n < BATCH; i++) {
		t = pid_next_task_locked(ns, nr);
		if (!t)
			break;
		if (t->process->leader == t)
			pids[n++] = *nr;
		++*nr;
	}
	spin_unlock(&task_tree_lock);
	return t || n ? n : -1;
}

static bool emit_processes(struct file *f, struct dir_sink *sink)
{
	s32 nr = (s32)(f->pos - PID_POS), pids[BATCH];
	char name[12];
	int n;

	while ((n = next_processes(proc_namespace(f->inode->super), &nr, pids)) >= 0) {
		for (int i = 0; i < n; i++) {
			u64 next = PID_POS + (u64)pids[i] + 1;
			size_t len = format(name, sizeof(name), "%d", pids[i]);

			if (!sink->emit(sink, name, len, proc_ino(pids[i], PROC_PROCESS, 0),
					S_IFDIR >> 12, next))
				return false;
			f->pos = next;
		}
		sched_relax();
	}
	return true;
}

static bool emit_files(struct file *f, struct dir_sink *sink)
{
	struct dentry *d;

	while ((d = dentry_next_child(f->path.dentry, f->pos))) {
		u64 next = d->cookie;
		bool more = sink->emit(sink, d->name, d->name_len, d->inode->ino,
				       d->inode->mode >> 12, next);

		dentry_put(d);
		if (!more)
			return false;
		f->pos = next;
	}
	f->pos = PID_POS;
	return true;
}

static int root_readdir(struct file *f, struct dir_sink *sink)
{
	if (!dir_emit_dots(f, sink))
		return 0;
	if (f->pos >= PID_POS || emit_files(f, sink))
		emit_processes(f, sink);
	return 0;
}

/* --- what cannot be: on Linux the name is not there, and that comes first
 * -------------------------*/

static int no_create(struct inode *dir, struct dentry *dentry, u32 mode, const struct cred *cred)
{
	return -ENOENT;
}

static int no_mknod(struct inode *dir, struct dentry *dentry, u32 mode, u64 rdev,
		    const struct cred *cred)
{
	return -ENOENT;
}

static int no_symlink(struct inode *dir, struct dentry *dentry, const char *target,
		      const struct cred *cred)
{
	return -ENOENT;
}

static const struct inode_ops root_ops = {
	.lookup = proc_task_lookup,
	.create = no_create,
	.mkdir = no_create,
	.mknod = no_mknod,
	.symlink = no_symlink,
};

static const struct file_ops root_fops = { .readdir = root_readdir };

/* --- the type ----------------------------------------------------------------------------------*/

static int fill(struct dentry *root)
{
	if (proc_add_system(root) || proc_add_locks(root) || proc_add_sysctl(root) ||
	    proc_add_sysrq(root) || add_mounts(root) || add_link(root, "self", &self_ops) ||
	    add_link(root, "thread-self", &thread_self_ops))
		return -ENOMEM;
	return 0;
}

static void super_free(struct super *s)
{
	pid_namespace_put(proc_namespace(s));
	kfree(s);
}

static const struct super_ops super_ops = { .free = super_free };

static struct pseudo_fs proc = {
	.ops = &super_ops,
	.magic = PROC_MAGIC,
	.root_ops = &root_ops,
	.root_fops = &root_fops,
	.fill = fill,
};

static struct super *proc_mount(const struct fs_type *type, const char *source, unsigned long flags,
				const char *options, const struct cred *cred)
{
	struct pid_namespace *ns = task_view();
	struct super *s;

	if (!ns->level)
		return pseudo_fs_mount(&proc, type, options);
	s = pseudo_fs_create(&proc, type, options);
	if (!IS_ERR(s)) {
		pid_namespace_get(ns);
		s->private = ns;
	}
	return s;
}

extern const struct fs_type proc_type;
const struct fs_type proc_type = { .name = "proc", .nodev = true, .mount = proc_mount };
