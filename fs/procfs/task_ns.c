/*
 * task_ns.c - /proc/PID/ns: the namespaces that a task is in.
 *
 * User space sees: a link for each kind, with a text such as "uts:[4026531838]"; what it leads to
 * can be opened, which keeps the namespace, and given to setns(2).
 */
#include "fs/procfs/task_files.h"

#include "kernel/abi/errno.h"
#include "kernel/task/namespaces.h"

#define NS_BASE (1u << 25) /* numbers of inodes: behind those of descriptors */

/* Of one kind, which is a member of struct namespaces. */
#define DEFINE_PLACE(name, member)                                      \
	static int name(struct task *t, struct path *out)               \
	{                                                               \
		struct namespaces *s = task_get_namespaces(t);          \
		int error = s ? namespace_place(member, out) : -ENOENT; \
                                                                        \
		namespaces_put(s);                                      \
		return error;                                           \
	}

DEFINE_PLACE(place_containers, s->containers)
DEFINE_PLACE(place_mounts, &s->mounts->base)
DEFINE_PLACE(place_uts, &s->uts->base)

static int place_pids(struct task *t, struct path *out)
{
	struct pid_namespace *ns;
	int error;

	spin_lock(&task_tree_lock); /* exec may give t another number */
	ns = t->pid->ns;
	pid_namespace_get(ns);
	spin_unlock(&task_tree_lock);
	error = namespace_place(&ns->base, out);
	pid_namespace_put(ns);
	return error;
}

/* One that nobody has been in yet cannot be entered. */
static int place_pids_of_children(struct task *t, struct path *out)
{
	struct namespaces *s = task_get_namespaces(t);
	int error = s && (!s->pids->level || READ_ONCE(s->pids->started))
			    ? namespace_place(&s->pids->base, out)
			    : -ENOENT;

	namespaces_put(s);
	return error;
}

static const struct proc_entry entries[] = {
	PROC_LINK("cgroup", place_containers),
	PROC_LINK("mnt", place_mounts),
	PROC_LINK("pid", place_pids),
	PROC_LINK("pid_for_children", place_pids_of_children),
	PROC_LINK("uts", place_uts),
	{},
};

static int ns_lookup(struct inode *dir, struct dentry *dentry)
{
	return proc_table_lookup(dir, dentry, entries, PROC_FD, NS_BASE);
}

static int ns_readdir(struct file *f, struct dir_sink *sink)
{
	return proc_table_readdir(f, sink, entries);
}

const struct inode_ops proc_ns_ops = {
	.lookup = ns_lookup,
	.valid = proc_valid,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
	.free = proc_free,
};

const struct file_ops proc_ns_fops = { .readdir = ns_readdir };
