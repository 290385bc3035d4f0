/*
 * seal.c - seals: promises about a file of memory that nobody can take back.
 *
 * Files of tmpfs have them, and are born with the one that no other be added; memfd_create makes
 * some without.  What they forbid is checked by who does it: writes in fs/filemap.c, sizes and
 * holes in tmpfs, shared mappings in kernel/vm/map.c.
 *
 * Locking: the inode's lock for adding some, so that none appears in the middle of a write or a
 * truncation; the mapping's lock inside, for the count of shared mappings.
 */
#include "fs/seal.h"

#include "fs/super.h"

static long add(struct file *f, u64 seals, bool has)
{
	int error;

	if (seals > UINT32_MAX)
		return -EINVAL;
	if (!f->can_write)
		return -EPERM;
	if (seals & ~(u64)F_SEAL_ALL || !has)
		return -EINVAL;
	mutex_lock(&f->inode->lock);
	error = mapping_seal(&f->inode->mapping, (u32)seals);
	mutex_unlock(&f->inode->lock);
	return error;
}

long file_seal_fcntl(struct file *f, unsigned cmd, u64 arg)
{
	bool has = S_ISREG(f->inode->mode) && f->inode->super->magic == TMPFS_MAGIC;

	if (cmd == F_ADD_SEALS)
		return add(f, arg, has);
	return has ? (long)READ_ONCE(f->inode->mapping.seals) : -EINVAL;
}
