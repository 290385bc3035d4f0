/*
 * stat.c - what a file is: stat and its kin, statx, statfs, access, readlink.
 */
#include "arch/uaccess.h"
#include "fs/anonymous.h"
#include "fs/file.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/walk.h"

#define STATX_BASIC_STATS     0x7ffu
#define STATX_BTIME	      0x800u
#define STATX_MNT_ID	      0x1000u
#define STATX_RESERVED	      0x80000000u
#define AT_STATX_SYNC	      0x6000
#define AT_STATX_BOTH	      0x6000 /* force and don't at once: invalid */
#define STATX_ATTR_IMMUTABLE  0x10u
#define STATX_ATTR_APPEND     0x20u
#define STATX_ATTR_NODUMP     0x40u
#define STATX_ATTR_AUTOMOUNT  0x1000u
#define STATX_ATTR_MOUNT_ROOT 0x2000u
#define STATX_ATTR_DAX	      0x200000u

struct statx_time {
	s64 sec;
	u32 nsec;
	s32 pad;
};

struct statx { /* linux/stat.h */
	u32 mask, blksize;
	u64 attributes;
	u32 nlink, uid, gid;
	u16 mode, pad0;
	u64 ino, size, blocks, attributes_mask;
	struct statx_time atime, btime, ctime, mtime;
	u32 rdev_major, rdev_minor, dev_major, dev_minor;
	u64 mnt_id;
	u32 dio_mem_align, dio_offset_align;
	u64 spare[12];
};
_Static_assert(sizeof(struct statx) == 256, "struct statx");

static always_inline int locate_named(int dir, const char *name, int flags, struct path *out)
{
	struct task_walk w;
	int error = task_walk_begin(&w, dir, name);

	if (unlikely(error))
		return error;
	error = path_walk(&w.walk, name, flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW, out);
	task_walk_end(&w);
	return error;
}

/* "": dirfd itself, or the working directory. */
static noinline int locate_itself(int dir, struct path *out)
{
	struct file *f;

	if (dir == AT_FDCWD)
		return locate_named(AT_FDCWD, ".", 0, out);
	f = fd_get(task_current()->files, dir);
	if (!f)
		return -EBADF;
	*out = f->path;
	path_get(out);
	file_put(f);
	return 0;
}

/* The place that (dirfd, name, AT_* flags) means, with references.  "" with AT_EMPTY_PATH: dirfd
   itself. */
static int locate(int dir, const char __user *user, int flags, struct path *out)
{
	char room[PATH_ROOM], *name = task_path_in(room, user, flags & AT_EMPTY_PATH);
	int error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	error = likely(*name) ? locate_named(dir, name, flags, out) : locate_itself(dir, out);
	task_path_free(room, name);
	return error;
}

/* What a change of the file does not bring up to date by itself. */
static inline void inode_refresh(struct inode *inode)
{
	if (unlikely(inode->ops->getattr))
		inode->ops->getattr(inode);
}

static inline u32 inode_block_size(const struct inode *inode)
{
	return inode->super->magic == PROC_MAGIC ? 1024 : PAGE_SIZE;
}

static inline u64 inode_blocks(const struct inode *inode)
{
	return inode->mapping.count * (PAGE_SIZE / 512);
}

/* The answer goes straight to the program, word by word. */
static long stat_put(struct stat __user *user, struct inode *inode)
{
	struct stat *out = user_words(user);

	if (unlikely(!user_range_ok(user, sizeof(*user))))
		return -EFAULT;
	inode_refresh(inode);
	user_access_begin();
	USER_STORE(out->st_dev, inode->super->dev, fault);
	USER_STORE(out->st_ino, inode->ino, fault);
	USER_STORE(out->st_nlink, inode->nlink, fault);
	/* st_uid and pad0 with the words that they share. */
	USER_STORE(out->st_mode, inode->mode | (u64)inode->uid << 32, fault);
	USER_STORE(out->st_gid, inode->gid, fault);
	USER_STORE(out->st_rdev, inode->rdev, fault);
	USER_STORE(out->st_size, inode->size, fault);
	USER_STORE(out->st_blksize, inode_block_size(inode), fault);
	USER_STORE(out->st_blocks, inode_blocks(inode), fault);
	USER_STORE(out->st_atim.tv_sec, inode->atime.tv_sec, fault);
	USER_STORE(out->st_atim.tv_nsec, inode->atime.tv_nsec, fault);
	USER_STORE(out->st_mtim.tv_sec, inode->mtime.tv_sec, fault);
	USER_STORE(out->st_mtim.tv_nsec, inode->mtime.tv_nsec, fault);
	USER_STORE(out->st_ctim.tv_sec, inode->ctime.tv_sec, fault);
	USER_STORE(out->st_ctim.tv_nsec, inode->ctime.tv_nsec, fault);
	USER_STORE(out->unused[0], 0, fault);
	USER_STORE(out->unused[1], 0, fault);
	USER_STORE(out->unused[2], 0, fault);
	user_access_end();
	return 0;

fault:
	user_access_end();
	return -EFAULT;
}

static long stat_at(int dir, const char __user *name, struct stat __user *out, int flags)
{
	struct path p;
	long error;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC))
		return -EINVAL;
	error = locate(dir, name, flags, &p);
	if (error)
		return error;
	error = stat_put(out, p.dentry->inode);
	path_put(&p);
	return error;
}

long sys_stat(const char __user *name, struct stat __user *out)
{
	return stat_at(AT_FDCWD, name, out, 0);
}

long sys_lstat(const char __user *name, struct stat __user *out)
{
	return stat_at(AT_FDCWD, name, out, AT_SYMLINK_NOFOLLOW);
}

long sys_newfstatat(int dir, const char __user *name, struct stat __user *out, int flags)
{
	return stat_at(dir, name, out, flags);
}

long sys_fstat(int fd, struct stat __user *out)
{
	struct fd_use use;
	struct file *f = fd_use_begin(&use, task_current()->files, fd);
	long error;

	if (!f)
		return -EBADF;
	error = stat_put(out, f->inode);
	fd_use_end(&use);
	return error;
}

static struct statx_time statx_time(struct timespec t)
{
	return (struct statx_time){ .sec = t.tv_sec, .nsec = t.tv_nsec };
}

static u32 dev_major(u64 dev)
{
	return (dev >> 8) & 0xfff;
}

static u32 dev_minor(u64 dev)
{
	return (dev & 0xff) | ((dev >> 12) & ~0xffu);
}

static void path_statx(const struct path *p, u32 asked, struct statx *out)
{
	struct inode *inode = p->dentry->inode;

	inode_refresh(inode);
	*out = (struct statx){
		.mask = STATX_BASIC_STATS | STATX_MNT_ID,
		.blksize = inode_block_size(inode),
		.attributes = p->mount && p->dentry == p->mount->root ? STATX_ATTR_MOUNT_ROOT : 0,
		.attributes_mask = STATX_ATTR_AUTOMOUNT | STATX_ATTR_MOUNT_ROOT | STATX_ATTR_DAX,
		.nlink = inode->nlink,
		.uid = inode->uid,
		.gid = inode->gid,
		.mode = (u16)inode->mode,
		.ino = inode->ino,
		.size = inode->size,
		.blocks = inode_blocks(inode),
		.atime = statx_time(inode->atime),
		.ctime = statx_time(inode->ctime),
		.mtime = statx_time(inode->mtime),
		.rdev_major = dev_major(inode->rdev),
		.rdev_minor = dev_minor(inode->rdev),
		.dev_major = dev_major(inode->super->dev),
		.dev_minor = dev_minor(inode->super->dev),
		.mnt_id = p->mount ? p->mount->id : 0,
	};
	if (!super_is_tmpfs(inode->super))
		return;
	out->attributes_mask |= STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_NODUMP;
	if (asked & STATX_BTIME) {
		out->mask |= STATX_BTIME;
		out->btime = statx_time(inode->btime);
	}
}

long sys_statx(int dir, const char __user *name, int flags, u32 mask, void __user *out)
{
	struct statx *stx;
	struct path p;
	long error;

	if (mask & STATX_RESERVED || (flags & AT_STATX_SYNC) == AT_STATX_BOTH ||
	    flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC))
		return -EINVAL;
	error = locate(dir, name, flags, &p);
	if (error)
		return error;
	stx = kmalloc(sizeof(*stx));
	if (stx)
		path_statx(&p, mask, stx);
	path_put(&p);
	if (!stx)
		return -ENOMEM;
	error = copy_to_user(out, stx, sizeof(*stx));
	kfree(stx);
	return error;
}

/* --- file systems ------------------------------------------------------------------------- */

#define ST_VALID    0x0020
#define ST_RELATIME 0x1000

static void path_statfs(const struct path *p, struct statfs *out)
{
	struct super *s = p->dentry->super;
	unsigned long flags = p->mount ? p->mount->flags : 0;

	*out = (struct statfs){
		.f_type = s->magic,
		.f_bsize = PAGE_SIZE,
		.f_frsize = PAGE_SIZE,
		.f_namelen = NAME_MAX,
		.f_fsid = { (s32)s->dev, (s32)(s->dev >> 32) },
		.f_flags = ST_VALID |
			   (s64)(flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC |
					  MS_NOATIME | MS_NODIRATIME)) |
			   (flags & MS_RELATIME ? ST_RELATIME : 0),
	};
	if (p->mount == anonymous_mount)
		out->f_type = anonymous_magic(p->dentry->inode);
	if (s->ops->statfs)
		s->ops->statfs(s, out);
}

long sys_statfs(const char __user *name, struct statfs __user *out)
{
	struct statfs st;
	struct path p;
	int error = locate(AT_FDCWD, name, 0, &p);

	if (error)
		return error;
	path_statfs(&p, &st);
	path_put(&p);
	return copy_to_user(out, &st, sizeof(st));
}

long sys_fstatfs(int fd, struct statfs __user *out)
{
	struct file *f = fd_get(task_current()->files, fd);
	struct statfs st;

	if (!f)
		return -EBADF;
	path_statfs(&f->path, &st);
	file_put(f);
	return copy_to_user(out, &st, sizeof(st));
}

/* --- access -------------------------------------------------------------------------------- */

/* The credentials with the real ids in place of the effective ones (man 2 access). */
static struct cred *cred_real(const struct cred *c)
{
	struct cred *real = cred_copy(c, c->group_count);

	if (!real)
		return NULL;
	real->fsuid = c->uid;
	real->fsgid = c->gid;
	real->cap_effective = c->uid ? 0 : c->cap_permitted;
	return real;
}

static int access_path(const struct path *p, unsigned mode, const struct cred *cred)
{
	struct inode *inode = p->dentry->inode;

	if ((mode & MAY_EXEC) && S_ISREG(inode->mode) && p->mount && (p->mount->flags & MS_NOEXEC))
		return -EACCES;
	if ((mode & MAY_WRITE) && !S_ISCHR(inode->mode) && !S_ISFIFO(inode->mode) && p->mount &&
	    ((p->mount->flags & MS_RDONLY) || p->mount->super->readonly))
		return -EROFS;
	return mode ? inode_permission(inode, mode, cred) : 0;
}

static long access_at(int dir, const char __user *user, int mode, int flags)
{
	char *name;
	struct task_walk w;
	struct cred *real = NULL;
	struct path p;
	long error;

	if (mode & ~7 || flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!(flags & AT_EACCESS)) {
		real = cred_real(task_current()->cred);
		if (!real)
			return -ENOMEM;
	}
	name = task_path(user, flags & AT_EMPTY_PATH);
	error = IS_ERR(name) ? PTR_ERR(name) : 0;
	if (!error && !*name && dir != AT_FDCWD) {
		error = locate(dir, user, flags, &p);
	} else if (!error) {
		error = task_walk_begin(&w, dir, name);
		if (!error) {
			if (real)
				w.walk.cred = real;
			error = path_walk(&w.walk, *name ? name : ".",
					  flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW, &p);
			task_walk_end(&w);
		}
	}
	if (!error) {
		error = access_path(&p, mode, real ? real : task_current()->cred);
		path_put(&p);
	}
	if (!IS_ERR(name))
		kfree(name);
	if (real)
		cred_put(real);
	return error;
}

long sys_access(const char __user *name, int mode)
{
	return access_at(AT_FDCWD, name, mode, 0);
}

long sys_faccessat(int dir, const char __user *name, int mode)
{
	return access_at(dir, name, mode, 0);
}

long sys_faccessat2(int dir, const char __user *name, int mode, int flags)
{
	return access_at(dir, name, mode, flags);
}

/* --- links ----------------------------------------------------------------------------------- */

static bool is_empty(const char __user *name)
{
	char c;

	return get_user(c, name) == 0 && !c;
}

static long readlink_at(int dir, const char __user *name, char __user *buf, int size)
{
	struct inode *inode;
	struct path p;
	ssize_t n;
	char *text;

	if (size <= 0)
		return -EINVAL;
	n = locate(dir, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, &p);
	if (n)
		return n;
	inode = p.dentry->inode;
	text = kmalloc(PATH_MAX);
	if (!text)
		n = -ENOMEM;
	else if (!S_ISLNK(inode->mode) || !inode->ops->readlink)
		n = is_empty(name) ? -ENOENT : -EINVAL;
	else
		n = inode->ops->readlink(inode, text, PATH_MAX);
	if (n > 0)
		mount_touch_atime(p.mount, inode);
	if (n > size)
		n = size;
	if (n > 0 && copy_to_user(buf, text, n))
		n = -EFAULT;
	kfree(text);
	path_put(&p);
	return n;
}

long sys_readlink(const char __user *name, char __user *buf, int size)
{
	return readlink_at(AT_FDCWD, name, buf, size);
}

long sys_readlinkat(int dir, const char __user *name, char __user *buf, int size)
{
	return readlink_at(dir, name, buf, size);
}
