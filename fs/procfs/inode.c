/*
 * inode.c - inodes about tasks: whose they are, who may use them, what they show.
 *
 * A file of a task belongs to the task's effective user, or to root while the program may not be
 * dumped (a set-user-id program) and for kernel tasks and zombies; the directories always to the
 * user.  What tells about memory and descriptors is asked for twice: when it is opened, and again
 * when the text is made, because the task may have become somebody else's by exec in between.
 *
 * Differs from Linux: access(2) on such a file already says EACCES, not only open(2).
 */
#include "fs/procfs/procfs.h"

#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"

/* --- tasks -----------------------------------------------------------------------------------*/

struct task *proc_get_task(struct inode *inode)
{
	return pid_get_task(proc_inode_of(inode)->pid);
}

static bool ids_match(const struct cred *reader, const struct cred *c)
{
	u32 uid = reader->fsuid, gid = reader->fsgid;

	return uid == c->euid && uid == c->suid && uid == c->uid && gid == c->egid &&
	       gid == c->sgid && gid == c->gid;
}

bool proc_may_access(struct task *t, const struct cred *reader)
{
	const struct cred *c;
	bool may;

	if (t->process == task_current()->process || cred_capable(reader, CAP_SYS_PTRACE))
		return true;
	c = task_get_cred(t);
	may = ids_match(reader, c) && READ_ONCE(t->process->dumpable) == 1 &&
	      !(c->cap_permitted & ~reader->cap_effective);
	cred_put(c);
	return may;
}

static void set_owner(struct inode *inode, struct task *t)
{
	const struct cred *c = task_get_cred(t);
	bool root = inode->mode != (S_IFDIR | 0555) &&
		    (!READ_ONCE(t->vm) || READ_ONCE(t->process->dumpable) != 1);

	inode->uid = root ? 0 : c->euid;
	inode->gid = root ? 0 : c->egid;
	cred_put(c);
}

/* --- operations ------------------------------------------------------------------------------*/

void proc_getattr(struct inode *inode)
{
	struct task *t = proc_get_task(inode);

	if (!t)
		return;
	set_owner(inode, t);
	task_put(t);
}

int proc_permission(struct inode *inode, unsigned may, const struct cred *cred)
{
	const struct proc_entry *entry = proc_inode_of(inode)->entry;
	int error = inode_permission_generic(inode, may, cred);
	struct task *t;

	if (error || !(entry->flags & PROC_TRACE))
		return error;
	t = proc_get_task(inode);
	if (!t)
		return -ESRCH;
	error = proc_may_access(t, cred) ? 0 : -EACCES;
	task_put(t);
	return error;
}

/* The mode is not to be had; all else is taken without effect, for an inode is gone with its last
   user. */
int proc_setattr(struct inode *inode, const struct setattr *a, const struct cred *cred)
{
	return a->valid & ATTR_MODE ? -EPERM : 0;
}

bool proc_valid(struct dentry *dentry)
{
	return READ_ONCE(proc_inode_of(dentry->inode)->pid->task);
}

bool proc_cover(struct dentry *dentry)
{
	struct pid *p = proc_inode_of(dentry->inode)->pid;
	bool lives;

	spin_lock(&task_tree_lock);
	p->covered = true;
	lives = p->task;
	spin_unlock(&task_tree_lock);
	return lives;
}

void proc_free(struct inode *inode)
{
	struct proc_inode *p = proc_inode_of(inode);

	pid_put(p->pid);
	kfree(p);
}

const struct inode_ops proc_file_inode_ops = {
	.permission = proc_permission,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
	.free = proc_free,
};

/* --- text ------------------------------------------------------------------------------------*/

static int task_text_show(struct file *f, struct text *out)
{
	const struct proc_entry *entry = proc_inode_of(f->inode)->entry;
	struct task *t = proc_get_task(f->inode);
	int error = -EACCES;

	if (!t)
		return -ESRCH;
	if (!(entry->flags & PROC_TRACE) || proc_may_access(t, f->cred))
		error = entry->show ? entry->show(t, out)
				    : entry->show_in(t, proc_namespace(f->inode->super), out);
	task_put(t);
	return error;
}

static int task_text_write(struct file *f, char *text, size_t len)
{
	const struct proc_entry *entry = proc_inode_of(f->inode)->entry;
	struct task *t;
	int error;

	if (!entry->write)
		return -EINVAL;
	t = proc_get_task(f->inode);
	if (!t)
		return -ESRCH;
	error = entry->write(t, text);
	task_put(t);
	return error;
}

static const struct pseudo_ops task_text_ops = { .show = task_text_show, .write = task_text_write };

/* --- birth -----------------------------------------------------------------------------------*/

struct inode *proc_inode_create(struct super *super, struct task *t, const struct proc_entry *entry,
				enum proc_kind kind, u32 number)
{
	struct proc_inode *p = kzalloc(sizeof(*p));
	struct inode *inode;

	if (!p)
		return NULL;
	inode = &p->pseudo.inode;
	inode_init(inode, super, entry->iops ?: &proc_file_inode_ops,
		   entry->fops ?: &pseudo_file_ops, entry->mode, 0, 0);
	p->pseudo.ops = &task_text_ops;
	p->pseudo.data = p;
	p->entry = entry;
	spin_lock(&task_tree_lock); /* exec may give t another number */
	p->pid = pid_get(t->pid);
	spin_unlock(&task_tree_lock);
	inode->ino = proc_ino(pid_number(p->pid, proc_namespace(super)), kind, number);
	set_owner(inode, t);
	return inode;
}

s32 proc_parse_number(const char *name)
{
	u64 value = 0;

	if (!*name || (*name == '0' && name[1]))
		return -1;
	for (; *name; name++) {
		if (*name < '0' || *name > '9')
			return -1;
		value = value * 10 + (u64)(*name - '0');
		if (value > INT32_MAX)
			return -1;
	}
	return (s32)value;
}
