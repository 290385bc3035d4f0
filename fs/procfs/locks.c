/*
 * locks.c - /proc/locks: who has locked which file, and who waits.
 */
#include "fs/lock.h"
#include "fs/procfs/procfs.h"
#include "kernel/abi/errno.h"
#include "kernel/task/pid_namespace.h"

static s32 number(s32 nr, const void *arg)
{
	const struct pid_namespace *ns = arg;
	const struct pid *p;
	s32 here;

	if (ns == &pid_first)
		return nr;
	spin_lock(&task_tree_lock);
	p = pid_find_locked(&pid_first, nr);
	here = p ? pid_number(p, ns) : 0;
	spin_unlock(&task_tree_lock);
	return here;
}

struct lock_reader proc_lock_reader(const struct super *s)
{
	return (struct lock_reader){ number, proc_namespace(s) };
}

static int locks_show(struct file *f, struct text *out)
{
	const struct lock_reader reader = proc_lock_reader(f->inode->super);

	file_lock_show_all(&reader, out);
	return 0;
}

int proc_add_locks(struct dentry *root)
{
	static const struct pseudo_ops ops = { .show = locks_show };

	return pseudo_add_file(root, "locks", 0444, &ops, NULL) ? 0 : -ENOMEM;
}
