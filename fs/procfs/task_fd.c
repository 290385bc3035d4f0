/*
 * task_fd.c - /proc/PID/fd and fdinfo: what a process has open.
 *
 * User space sees: in fd a link for each descriptor, whose own permission bits are the modes that
 * the file is open in; opening the link opens the file anew.  In fdinfo a text for each: position,
 * flags, mount, inode, the locks that it holds; what kinds of files add (file_ops.show); of a pidfd
 * the numbers of its process.
 */
#include "fs/procfs/task_files.h"

#include "fs/lock.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/format.h"
#include "kernel/task/pidfd.h"

/* --- the entries -------------------------------------------------------------------------------*/

struct entry {
	bool cloexec;
	const void *files; /* the table that it is in; only to be compared */
};

/* The open file behind an inode of fd or fdinfo, with a reference.  ERR_PTR(-ENOENT): closed;
   -EACCES.  *entry may be NULL. */
static struct file *fd_file(struct inode *inode, const struct cred *reader, struct entry *entry)
{
	s32 fd = proc_inode_of(inode)->fd;
	struct task *t = proc_get_task(inode);
	struct fdtable *files;
	struct file *f = NULL;
	bool may;

	if (!t)
		return ERR_PTR(-ENOENT);
	may = proc_may_access(t, reader);
	files = may ? task_get_files(t) : NULL;
	task_put(t);
	if (files) {
		f = fd_get(files, fd);
		if (f && entry)
			*entry = (struct entry){ fd_cloexec(files, fd, -1) > 0, files };
		fdtable_put(files);
	}
	return f ?: ERR_PTR(may ? -ENOENT : -EACCES);
}

static struct path fd_follow(struct inode *inode, int *error)
{
	struct file *f = fd_file(inode, task_current()->cred, NULL);
	struct path place = { NULL, NULL };

	if (IS_ERR(f)) {
		*error = (int)PTR_ERR(f);
		return place;
	}
	place = f->path;
	path_get(&place);
	file_put(f);
	return place;
}

static ssize_t fd_readlink(struct inode *inode, char *buf, size_t size)
{
	int error = 0;
	struct path place = fd_follow(inode, &error);

	return error ? error : proc_read_place(&place, buf, size);
}

/* Whom a pidfd stands for: its numbers from ns inwards; -1 when it has been reaped. */
static void show_pid(struct pid *p, const struct pid_namespace *ns, struct text *out)
{
	struct task *t = pid_get_task(p);
	s32 nr = t ? pid_number(p, ns) : -1;

	if (t)
		task_put(t);
	text_printf(out, "Pid:\t%d\nNSpid:\t%d", nr, nr);
	for (u32 level = ns->level; nr > 0 && level < p->level; level++)
		text_printf(out, "\t%d", p->inner[level].nr);
	text_char(out, '\n');
}

static int fdinfo_show(struct file *f, struct text *out)
{
	const struct lock_reader reader = proc_lock_reader(f->inode->super);
	struct entry entry = { .files = NULL };
	struct file *open = fd_file(f->inode, f->cred, &entry);

	if (IS_ERR(open))
		return (int)PTR_ERR(open);
	text_printf(out, "pos:\t%lu\nflags:\t0%o\nmnt_id:\t%u\nino:\t%lu\n", READ_ONCE(open->pos),
		    READ_ONCE(open->flags) | (entry.cloexec ? O_CLOEXEC : 0), open->path.mount->id,
		    open->inode->ino);
	file_lock_show(open, entry.files, &reader, out);
	if (open->ops->show)
		open->ops->show(open, out);
	if (pidfd_pid(open))
		show_pid(pidfd_pid(open), proc_namespace(f->inode->super), out);
	file_put(open);
	return 0;
}

static const struct inode_ops fd_link_ops = {
	.readlink = fd_readlink,
	.follow = fd_follow,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
	.free = proc_free,
};

static const struct proc_entry fd_entry = { .mode = S_IFLNK, .iops = &fd_link_ops };
static const struct proc_entry fdinfo_entry = { .mode = S_IFREG | 0444 };
static const struct pseudo_ops fdinfo_text = { .show = fdinfo_show };

/* --- the directories ---------------------------------------------------------------------------*/

static u32 link_mode(const struct file *f)
{
	return S_IFLNK | (f->can_read ? 0500 : 0) | (f->can_write ? 0300 : 0);
}

/* The descriptor that a name stands for, in files; with a reference to what it has open. */
static struct file *find_fd(struct task *t, s32 fd)
{
	struct fdtable *files = fd >= 0 ? task_get_files(t) : NULL;
	struct file *f;

	if (!files)
		return NULL;
	f = fd_get(files, fd);
	fdtable_put(files);
	return f;
}

static int lookup(struct inode *dir, struct dentry *dentry, bool info)
{
	s32 fd = proc_parse_number(dentry->name);
	struct task *t = proc_get_task(dir);
	struct file *f = t ? find_fd(t, fd) : NULL;
	struct inode *inode = NULL;

	if (f)
		inode = proc_inode_create(dir->super, t, info ? &fdinfo_entry : &fd_entry,
					  info ? PROC_FDINFO : PROC_FD, (u32)fd);
	if (t)
		task_put(t);
	if (!f)
		return -ENOENT;
	if (inode) {
		proc_inode_of(inode)->fd = fd;
		if (info) {
			proc_inode_of(inode)->pseudo.ops = &fdinfo_text;
		} else {
			inode->mode = link_mode(f);
			inode->size = 64;
		}
	}
	file_put(f);
	if (!inode)
		return -ENOMEM;
	dentry_attach_temporary(dentry, inode);
	return 0;
}

static int fd_lookup(struct inode *dir, struct dentry *dentry)
{
	return lookup(dir, dentry, false);
}

static int fdinfo_lookup(struct inode *dir, struct dentry *dentry)
{
	return lookup(dir, dentry, true);
}

static int fd_readdir(struct file *f, struct dir_sink *sink)
{
	struct task *t = proc_get_task(f->inode);
	bool info = f->inode->ops == &proc_fdinfo_ops;
	s32 nr = pid_number(proc_inode_of(f->inode)->pid, proc_namespace(f->inode->super));
	struct fdtable *files;
	struct file *open;
	char name[12];
	int fd;

	if (!t)
		return -ENOENT;
	files = dir_emit_dots(f, sink) ? task_get_files(t) : NULL;
	task_put(t);
	if (!files)
		return 0;
	while ((fd = fd_next(files, (int)(f->pos - PROC_FIRST_POS), &open)) >= 0) {
		u64 ino = proc_ino(nr, info ? PROC_FDINFO : PROC_FD, (u32)fd);
		size_t len = format(name, sizeof(name), "%d", fd);

		file_put(open);
		if (!sink->emit(sink, name, len, ino, (info ? S_IFREG : S_IFLNK) >> 12,
				PROC_FIRST_POS + (u64)fd + 1))
			break;
		f->pos = PROC_FIRST_POS + (u64)fd + 1;
	}
	fdtable_put(files);
	return 0;
}

/* A process may see its own descriptors whoever it has become. */
static int fd_permission(struct inode *dir, unsigned may, const struct cred *cred)
{
	int error = inode_permission_generic(dir, may, cred);
	struct task *t;

	if (!error)
		return 0;
	t = proc_get_task(dir);
	if (!t)
		return error;
	if (t->process == task_current()->process)
		error = 0;
	task_put(t);
	return error;
}

static int fdinfo_permission(struct inode *dir, unsigned may, const struct cred *cred)
{
	struct task *t = proc_get_task(dir);
	bool may_access;

	if (!t)
		return -ESRCH;
	may_access = proc_may_access(t, cred);
	task_put(t);
	return may_access ? inode_permission_generic(dir, may, cred) : -EACCES;
}

const struct inode_ops proc_fd_ops = {
	.lookup = fd_lookup,
	.permission = fd_permission,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
	.free = proc_free,
};

const struct inode_ops proc_fdinfo_ops = {
	.lookup = fdinfo_lookup,
	.permission = fdinfo_permission,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
	.free = proc_free,
};

const struct file_ops proc_fd_fops = { .readdir = fd_readdir };
