/*
 * fd_attr.c - calls on descriptors about marks of the file behind: how long what is written will
 * live (F_SET_RW_HINT), who watches a directory (F_NOTIFY), the flags of chattr(1), freezing.
 *
 * Differs from Linux: no directory can be watched, no flag be set.
 */
#include "kernel/syscall/fd_attr.h"
#include "arch/uaccess.h"
#include "fs/super.h"
#include "kernel/abi/errno.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/cred.h"
#include "kernel/task/task.h"

#define FS_IOC_GETFLAGS	  0x80086601u
#define FS_IOC_SETFLAGS	  0x40086602u
#define FS_IOC_FSGETXATTR 0x801c581fu
#define FIFREEZE	  0xc0045877u
#define FITHAW		  0xc0045878u

struct fsxattr { /* Linux ABI */
	u32 xflags, extsize, nextents, projid, cowextsize;
	u8 pad[8];
};

static long notify(const struct file *f, u64 events)
{
	if (!((u32)events & ~DN_MULTISHOT))
		return 0; /* nobody watched it before */
	return S_ISDIR(f->inode->mode) ? -EINVAL : -ENOTDIR;
}

static long set_hint(struct inode *inode, const u64 __user *user)
{
	u64 hint;

	if (copy_from_user(&hint, user, sizeof(hint)))
		return -EFAULT;
	if (hint > RWH_WRITE_LIFE_MAX)
		return -EINVAL;
	WRITE_ONCE(inode->write_hint, (u8)hint);
	return 0;
}

long fd_attr_fcntl(struct file *f, unsigned cmd, u64 arg)
{
	switch (cmd) {
	case F_NOTIFY:
		return notify(f, arg);
	case F_GET_RW_HINT:
		return put_user((u64)READ_ONCE(f->inode->write_hint), (u64 __user *)arg);
	case F_SET_RW_HINT:
		return set_hint(f->inode, (const u64 __user *)arg);
	}
	return -EINVAL;
}

static long set_flags(struct file *f, const u32 __user *user)
{
	u32 flags;

	if (copy_from_user(&flags, user, sizeof(flags)))
		return -EFAULT;
	if (!inode_is_owner(f->inode, task_current()->cred))
		return -EPERM;
	return flags ? -EOPNOTSUPP : 0;
}

static long get_fsxattr(struct fsxattr __user *user)
{
	struct fsxattr none = { .xflags = 0 };

	return copy_to_user(user, &none, sizeof(none)) ? -EFAULT : 0;
}

long fd_attr_ioctl(struct file *f, unsigned cmd, u64 arg)
{
	bool freeze = cmd == FIFREEZE || cmd == FITHAW;

	if (freeze && !task_capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (freeze)
		return cmd == FIFREEZE ? -EOPNOTSUPP : -EINVAL;
	if (f->inode->super->magic != TMPFS_MAGIC ||
	    !(S_ISREG(f->inode->mode) || S_ISDIR(f->inode->mode)))
		return -ENOTTY;
	switch (cmd) {
	case FS_IOC_GETFLAGS:
		return put_user(0u, (u32 __user *)arg);
	case FS_IOC_SETFLAGS:
		return set_flags(f, (const u32 __user *)arg);
	case FS_IOC_FSGETXATTR:
		return get_fsxattr((struct fsxattr __user *)arg);
	}
	return -ENOTTY;
}
