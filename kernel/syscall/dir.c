/*
 * dir.c - names and directories: mkdir, mknod, link, unlink, rename, getdents, chdir.
 *
 * Each body copies its paths in, starts a walk at the descriptor or the working directory, and
 * leaves the rest to fs/name.c.
 */
#include "arch/uaccess.h"
#include "fs/file.h"
#include "fs/name.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/walk.h"

/* A path of the program and where its walk starts. */
struct place {
	char *name;
	struct task_walk walk;
};

static int place_begin(struct place *p, int dir, const char __user *user)
{
	int error;

	p->name = task_path(user, false);
	if (IS_ERR(p->name))
		return PTR_ERR(p->name);
	error = task_walk_begin(&p->walk, dir, p->name);
	if (error)
		kfree(p->name);
	return error;
}

static void place_end(struct place *p)
{
	task_walk_end(&p->walk);
	kfree(p->name);
}

static u32 without_umask(u32 mode)
{
	return mode & ~READ_ONCE(task_current()->fs->umask);
}

/* --- making --------------------------------------------------------------------------------- */

long sys_mkdirat(int dir, const char __user *name, u32 mode)
{
	struct place p;
	long error = place_begin(&p, dir, name);

	if (error)
		return error;
	error = name_mkdir(&p.walk.walk, p.name, without_umask(mode & 01777));
	place_end(&p);
	return error;
}

long sys_mkdir(const char __user *name, u32 mode)
{
	return sys_mkdirat(AT_FDCWD, name, mode);
}

long sys_mknodat(int dir, const char __user *name, u32 mode, u32 dev)
{
	u32 type = mode & S_IFMT;
	struct place p;
	long error;

	if (type == S_IFDIR)
		return -EPERM;
	if (type && type != S_IFREG && type != S_IFCHR && type != S_IFBLK && type != S_IFIFO &&
	    type != S_IFSOCK)
		return -EINVAL;
	error = place_begin(&p, dir, name);
	if (error)
		return error;
	error = name_mknod(&p.walk.walk, p.name,
			   (type ? type : S_IFREG) | without_umask(mode & 07777), dev);
	place_end(&p);
	return error;
}

long sys_mknod(const char __user *name, u32 mode, u32 dev)
{
	return sys_mknodat(AT_FDCWD, name, mode, dev);
}

long sys_symlinkat(const char __user *user_target, int dir, const char __user *name)
{
	char *target = task_path(user_target, false);
	struct place p;
	long error;

	if (IS_ERR(target))
		return PTR_ERR(target);
	error = place_begin(&p, dir, name);
	if (!error) {
		error = name_symlink(&p.walk.walk, target, p.name);
		place_end(&p);
	}
	kfree(target);
	return error;
}

long sys_symlink(const char __user *target, const char __user *name)
{
	return sys_symlinkat(target, AT_FDCWD, name);
}

/* What link(2) gives a further name: a path, or with AT_EMPTY_PATH the descriptor itself. */
static int link_source(int dir, const char __user *user, int flags, struct path *out)
{
	char *name = task_path(user, flags & AT_EMPTY_PATH);
	struct task_walk w;
	int error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	if (!*name && dir != AT_FDCWD) {
		struct file *f = fd_get(task_current()->files, dir);

		error = f ? 0 : -EBADF;
		if (f) {
			*out = f->path;
			path_get(out);
			file_put(f);
		}
	} else {
		error = task_walk_begin(&w, dir, name);
		if (!error) {
			error = path_walk(&w.walk, *name ? name : ".",
					  flags & AT_SYMLINK_FOLLOW ? WALK_FOLLOW : 0, out);
			task_walk_end(&w);
		}
	}
	kfree(name);
	return error;
}

long sys_linkat(int from_dir, const char __user *from, int to_dir, const char __user *to, int flags)
{
	struct path old;
	struct place p;
	long error;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH && !cred_capable(task_current()->cred, CAP_DAC_READ_SEARCH))
		return -ENOENT;
	error = link_source(from_dir, from, flags, &old);
	if (error)
		return error;
	error = place_begin(&p, to_dir, to);
	if (!error) {
		error = name_link(&old, &p.walk.walk, p.name);
		place_end(&p);
	}
	path_put(&old);
	return error;
}

long sys_link(const char __user *from, const char __user *to)
{
	return sys_linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* --- removing and moving ---------------------------------------------------------------------- */

long sys_unlinkat(int dir, const char __user *name, int flags)
{
	struct place p;
	long error;

	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	error = place_begin(&p, dir, name);
	if (error)
		return error;
	error = flags & AT_REMOVEDIR ? name_rmdir(&p.walk.walk, p.name)
				     : name_unlink(&p.walk.walk, p.name);
	place_end(&p);
	return error;
}

long sys_unlink(const char __user *name)
{
	return sys_unlinkat(AT_FDCWD, name, 0);
}

long sys_rmdir(const char __user *name)
{
	return sys_unlinkat(AT_FDCWD, name, AT_REMOVEDIR);
}

long sys_renameat2(int from_dir, const char __user *from, int to_dir, const char __user *to,
		   u32 flags)
{
	struct place a, b;
	long error;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE) ||
	    flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	error = place_begin(&a, from_dir, from);
	if (error)
		return error;
	error = place_begin(&b, to_dir, to);
	if (!error) {
		error = name_rename(&a.walk.walk, a.name, &b.walk.walk, b.name, flags);
		place_end(&b);
	}
	place_end(&a);
	return error;
}

long sys_renameat(int from_dir, const char __user *from, int to_dir, const char __user *to)
{
	return sys_renameat2(from_dir, from, to_dir, to, 0);
}

long sys_rename(const char __user *from, const char __user *to)
{
	return sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* --- where we are ------------------------------------------------------------------------------
 */

static int enter(const struct path *p, bool root)
{
	const struct cred *cred = task_current()->cred;
	int error;

	if (!S_ISDIR(p->dentry->inode->mode))
		return -ENOTDIR;
	error = inode_permission(p->dentry->inode, MAY_EXEC, cred);
	if (!error && root && !cred_capable(cred, CAP_SYS_CHROOT))
		error = -EPERM;
	if (!error)
		fs_context_set(task_current()->fs, root, p);
	return error;
}

static long enter_name(const char __user *user, bool root)
{
	struct place p;
	struct path path;
	long error = place_begin(&p, AT_FDCWD, user);

	if (error)
		return error;
	error = path_walk(&p.walk.walk, p.name, WALK_FOLLOW | WALK_DIRECTORY, &path);
	place_end(&p);
	if (error)
		return error;
	error = enter(&path, root);
	path_put(&path);
	return error;
}

long sys_chdir(const char __user *name)
{
	return enter_name(name, false);
}

long sys_chroot(const char __user *name)
{
	return enter_name(name, true);
}

long sys_fchdir(int fd)
{
	struct file *f = fd_get(task_current()->files, fd);
	long error;

	if (!f)
		return -EBADF;
	error = enter(&f->path, false);
	file_put(f);
	return error;
}

long sys_getcwd(char __user *user, size_t size)
{
	struct fs_context *fs = task_current()->fs;
	char *buf = kmalloc(PATH_MAX), *text;
	struct path root, cwd;
	long result;

	if (!buf)
		return -ENOMEM;
	spin_lock(&fs->lock);
	root = fs->root;
	cwd = fs->cwd;
	path_get(&root);
	path_get(&cwd);
	spin_unlock(&fs->lock);
	text = path_text_cwd(&cwd, &root, buf, PATH_MAX);
	if (IS_ERR(text)) {
		result = PTR_ERR(text);
	} else {
		result = strlen(text) + 1;
		if ((size_t)result > size)
			result = -ERANGE;
		else if (copy_to_user(user, text, result))
			result = -EFAULT;
	}
	path_put(&root);
	path_put(&cwd);
	kfree(buf);
	return result;
}

/* --- reading a directory -------------------------------------------------------------------------
 */

struct dirent { /* linux/dirent.h: the head of struct linux_dirent and of linux_dirent64 */
	u64 ino, next;
	u16 len;
};

/* Entries are put together in one kernel page and copied out when it is full. */
struct dents {
	struct dir_sink sink;
	u8 __user *user;
	size_t left; /* room in the program's buffer */
	size_t done;
	bool wide; /* getdents64 */
	bool too_small;
	bool fault;
};

/* getdents64: type before the name; getdents: type in the entry's last byte. */
static bool dents_emit(struct dir_sink *sink, const char *name, size_t len, u64 ino, unsigned type,
		       u64 next)
{
	struct dents *d = container_of(sink, struct dents, sink);
	size_t head = d->wide ? 19 : 18;
	size_t size = align_up(head + len + (d->wide ? 1 : 2), 8);
	u8 entry[align_up(19 + NAME_MAX + 2, 8)] aligned_to(8);
	u16 size16 = size;

	if (size > d->left) {
		d->too_small = true;
		return false;
	}
	memset(entry + head + len, 0, size - head - len);
	memcpy(entry, &ino, 8);
	memcpy(entry + 8, &next, 8);
	memcpy(entry + 16, &size16, 2);
	entry[d->wide ? 18 : size - 1] = type;
	memcpy(entry + head, name, len);
	if (copy_to_user(d->user + d->done, entry, size)) {
		d->fault = true;
		return false;
	}
	d->done += size;
	d->left -= size;
	return true;
}

static long read_dir(int fd, void __user *buf, u32 size, bool wide)
{
	struct file *f = fd_get(task_current()->files, fd);
	struct dents d = { .sink.emit = dents_emit,
			   .user = buf,
			   .left = size > 0x7fffffffu ? 0 : size,
			   .wide = wide };
	long error = 0;

	if (!f)
		return -EBADF;
	if (f->flags & O_PATH) {
		error = -EBADF;
	} else if (!f->ops->readdir) {
		error = -ENOTDIR;
	} else {
		mutex_lock(&f->pos_lock);
		error = f->path.dentry->removed ? -ENOENT : f->ops->readdir(f, &d.sink);
		mutex_unlock(&f->pos_lock);
		file_touch_atime(f);
	}
	file_put(f);
	if (d.done)
		return d.done;
	return error ? error : d.fault ? -EFAULT : d.too_small ? -EINVAL : 0;
}

long sys_getdents(int fd, void __user *buf, u32 size)
{
	return read_dir(fd, buf, size, false);
}

long sys_getdents64(int fd, void __user *buf, u32 size)
{
	return read_dir(fd, buf, size, true);
}
