/*
 * inode.c - what all inodes share: life, rights, changes of attributes.
 *
 * Rights are those of Linux without ACLs: mode bits against fsuid, fsgid and the groups, then the
 * capabilities.  Fields are read without the inode's lock: who races with a chmod sees the mode
 * before or after it.
 */
#include "fs/inode.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/pseudo.h"
#include "fs/walk_cache.h"
#include "kernel/container/hooks.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"

void inode_init(struct inode *inode, struct super *super, const struct inode_ops *ops,
		const struct file_ops *fops, u32 mode, u32 uid, u32 gid)
{
	static const struct mapping_ops plain = { .hold = file_hold, .release = file_release };
	struct timespec now = time_now();

	memset(inode, 0, sizeof(*inode));
	refcount_init(&inode->refs, 1);
	inode->ops = ops;
	inode->fops = fops;
	inode->super = super;
	inode->ino = inode_next_number();
	inode->mode = mode;
	inode->nlink = S_ISDIR(mode) ? 2 : 1;
	inode->uid = uid;
	inode->gid = gid;
	inode->atime = inode->mtime = inode->ctime = inode->btime = now;
	mutex_init(&inode->lock, RANK_INODE);
	mapping_init(&inode->mapping, &plain, inode);
}

u64 inode_next_number(void)
{
	static u64 last; /* [a] */

	return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

struct inode *inode_get(struct inode *inode)
{
	refcount_get(&inode->refs);
	return inode;
}

void inode_put(struct inode *inode)
{
	if (!refcount_put(&inode->refs))
		return;
	if (inode->ops->free)
		inode->ops->free(inode);
	else
		pseudo_inode_free(inode);
}

void inode_touch(struct inode *inode, u32 which)
{
	struct timespec now = time_now();

	if (which & ATTR_ATIME)
		inode->atime = now;
	if (which & ATTR_MTIME)
		inode->mtime = inode->ctime = now;
	if (which & ATTR_CTIME)
		inode->ctime = now;
}

void inode_inherit(struct inode *inode, const struct inode *dir, const struct cred *cred)
{
	if (!(dir->mode & S_ISGID))
		return;
	inode->gid = dir->gid;
	if (S_ISDIR(inode->mode))
		inode->mode |= S_ISGID;
	else if ((inode->mode & (S_ISGID | 0010)) == (S_ISGID | 0010) &&
		 !cred_in_group(cred, dir->gid) && !cred_capable(cred, CAP_FSETID))
		inode->mode &= ~S_ISGID;
}

/* --- writers against programs
 * -------------------------------------------------------------------*/

int inode_exec_begin(struct inode *inode)
{
	__atomic_fetch_add(&inode->executing, 1, __ATOMIC_SEQ_CST);
	if (likely(!__atomic_load_n(&inode->writers, __ATOMIC_SEQ_CST)))
		return 0;
	inode_exec_end(inode);
	return -ETXTBSY;
}

void inode_exec_end(struct inode *inode)
{
	__atomic_fetch_sub(&inode->executing, 1, __ATOMIC_SEQ_CST);
}

/* --- rights ----------------------------------------------------------------------------------*/

static int permission_by_capability(u32 mode, unsigned may, const struct cred *cred)
{
	bool dir = S_ISDIR(mode);

	if (cred_capable(cred, CAP_DAC_OVERRIDE) && (dir || !(may & MAY_EXEC) || mode & 0111))
		return 0;
	if (cred_capable(cred, CAP_DAC_READ_SEARCH) &&
	    (may == MAY_READ || (dir && !(may & MAY_WRITE))))
		return 0;
	return -EACCES;
}

int inode_permission_generic(struct inode *inode, unsigned may, const struct cred *cred)
{
	u32 mode = READ_ONCE(inode->mode), bits = mode;

	if (cred->fsuid == inode->uid)
		bits >>= 6;
	else if (((mode >> 3 ^ mode) & 7) && cred_in_group(cred, inode->gid))
		bits >>= 3;
	return (bits & may) == may ? 0 : permission_by_capability(mode, may, cred);
}

int inode_ask_permission(struct inode *inode, unsigned may, const struct cred *cred)
{
	int error = inode->ops->permission ? inode->ops->permission(inode, may, cred)
					   : inode_permission_generic(inode, may, cred);

	if (!error && unlikely(inode->rdev) &&
	    !device_allowed(inode->mode, inode->rdev,
			    (may & MAY_READ ? DEVICE_READ : 0) |
				    (may & MAY_WRITE ? DEVICE_WRITE : 0)))
		error = -EPERM;
	return error;
}

bool inode_is_owner(const struct inode *inode, const struct cred *cred)
{
	return cred->fsuid == inode->uid || cred_capable(cred, CAP_FOWNER);
}

/* --- changes of attributes
 * ------------------------------------------------------------------------*/

static int check_owner_change(const struct inode *inode, const struct setattr *a,
			      const struct cred *cred)
{
	bool own = cred->fsuid == inode->uid;

	if (cred_capable(cred, CAP_CHOWN))
		return 0;
	if (a->valid & ATTR_UID && !(own && a->uid == inode->uid))
		return -EPERM;
	if (a->valid & ATTR_GID && !(own && (a->gid == inode->gid || cred_in_group(cred, a->gid))))
		return -EPERM;
	return 0;
}

static int check_setattr(struct inode *inode, const struct setattr *a, const struct cred *cred)
{
	int error = check_owner_change(inode, a, cred);

	if (error)
		return error;
	if (a->valid & ATTR_MODE && !inode_is_owner(inode, cred))
		return -EPERM;
	if (!(a->valid & (ATTR_ATIME | ATTR_MTIME)) || inode_is_owner(inode, cred))
		return 0;
	return a->valid & ATTR_TOUCH ? inode_permission(inode, MAY_WRITE, cred) : -EPERM;
}

u32 inode_mode_without_set_id(const struct inode *inode)
{
	u32 mode = inode->mode;

	if (S_ISDIR(mode))
		return mode;
	return mode & ~(S_ISUID | (mode & 0010 ? S_ISGID : 0));
}

/* A walk that is remembered has come through directories that everybody may search. */
static void set_mode(struct inode *inode, u32 mode)
{
	bool closes = S_ISDIR(mode) && (mode & 0111) != 0111;

	if (unlikely(closes)) {
		spin_lock(&dentry_lock);
		walk_cache_flush_locked();
		inode->mode = mode;
		spin_unlock(&dentry_lock);
	} else {
		inode->mode = mode;
	}
}

static void apply_setattr(struct inode *inode, const struct setattr *a, const struct cred *cred)
{
	bool owner = a->valid & (ATTR_UID | ATTR_GID | ATTR_OWNER);

	if (owner || (a->valid & ATTR_SIZE && !cred_capable(cred, CAP_FSETID)))
		inode->mode = inode_mode_without_set_id(inode);
	if (a->valid & ATTR_UID)
		inode->uid = a->uid;
	if (a->valid & ATTR_GID)
		inode->gid = a->gid;
	if (a->valid & ATTR_MODE) {
		u32 mode = a->mode & 07777;

		if (!cred_in_group(cred, inode->gid) && !cred_capable(cred, CAP_FSETID))
			mode &= ~S_ISGID;
		set_mode(inode, (inode->mode & S_IFMT) | mode);
	}
	if (a->valid & ATTR_ATIME)
		inode->atime = a->atime;
	if (a->valid & ATTR_MTIME)
		inode->mtime = a->mtime;
	inode_touch(inode, a->valid & ATTR_SIZE ? ATTR_MTIME : ATTR_CTIME);
}

int inode_setattr(struct inode *inode, const struct setattr *a, const struct cred *cred)
{
	int error;

	mutex_lock(&inode->lock);
	error = check_setattr(inode, a, cred);
	if (!error && inode->ops->setattr) {
		error = inode->ops->setattr(inode, a, cred);
	} else if (!error) {
		if (a->valid & ATTR_SIZE && inode->ops->truncate)
			error = inode->ops->truncate(inode, a->size);
		if (!error)
			apply_setattr(inode, a, cred);
	}
	mutex_unlock(&inode->lock);
	return error;
}

int inode_setattr_generic(struct inode *inode, const struct setattr *a, const struct cred *cred)
{
	apply_setattr(inode, a, cred);
	return 0;
}
