/*
 * memfd.c - files of memory that no directory shows: memfd_create(2).
 *
 * They lie in a tmpfs that is mounted nowhere and has no limits but memory; links in /proc show
 * them as "/memfd:name (deleted)".  They begin without seals if they may get some.
 */
#include "fs/tmpfs/memfd.h"

#include "fs/mount.h"
#include "fs/open.h"
#include "fs/tmpfs/tmpfs.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"

extern const struct fs_type tmpfs_type;

static struct mount *memory; /* [I] after boot; never goes away */

void memfd_init(void)
{
	struct super *s =
		tmpfs_type.mount(&tmpfs_type, "tmpfs", 0, "size=0,nr_inodes=0", &cred_root);

	memory = IS_ERR(s) ? NULL : mount_create(s, s->root, "tmpfs", 0);
	if (!memory)
		panic("no memory for files without a name");
}

struct file *memfd_create(const char *name, bool sealable, const struct cred *cred)
{
	struct path place = { memory, NULL };
	struct file *f = ERR_PTR(-ENOMEM);
	struct inode *dir;
	int error;

	dir = place.mount->root->inode;
	place.dentry = dentry_create(place.mount->root, name, strlen(name));
	if (!place.dentry)
		return f;
	place.dentry->removed = true;
	mutex_lock(&dir->lock);
	error = dir->ops->tmpfile(dir, place.dentry, S_IFREG | 0777, cred);
	mutex_unlock(&dir->lock);
	f = error ? ERR_PTR(error) : file_open_path(&place, O_RDWR | O_LARGEFILE, &cred_root);
	dentry_put(place.dentry);
	if (!IS_ERR(f) && sealable)
		f->inode->mapping.seals = 0;
	if (!IS_ERR(f) && f->counted) { /* as on Linux, it may be run while it is open to write */
		file_uncount_writer(f);
		f->counted = false;
	}
	return f;
}
