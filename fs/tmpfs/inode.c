/*
 * inode.c - inodes of tmpfs, and the pages of its files.
 *
 * A page is counted when it is made, by whoever makes it: a write, or a fault in a mapping.  Pages
 * are given back in bulk: after a truncation the mapping has fewer pages than were counted.
 */
#include "fs/tmpfs/tmpfs.h"

#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

static struct slab_cache *inode_cache;

void tmpfs_inode_init(void)
{
	if (!inode_cache)
		inode_cache = slab_create("tmpfs_inode", sizeof(struct tmpfs_inode), 0);
}

/* --- limits ----------------------------------------------------------------------------------*/

static bool charge(u64 *used, const u64 *max)
{
	u64 limit = READ_ONCE(*max);

	if (__atomic_add_fetch(used, 1, __ATOMIC_RELAXED) <= limit || !limit)
		return true;
	__atomic_fetch_sub(used, 1, __ATOMIC_RELAXED);
	return false;
}

static void uncharge(u64 *used, u64 n)
{
	__atomic_fetch_sub(used, n, __ATOMIC_RELAXED);
}

static void settle(struct tmpfs_inode *t)
{
	struct mapping *m = &t->inode.mapping;
	u64 gone;

	mutex_lock(&m->lock);
	gone = t->charged - m->count;
	t->charged = m->count;
	mutex_unlock(&m->lock);
	uncharge(&tmpfs_of(t->inode.super)->used_pages, gone);
}

/* --- pages -----------------------------------------------------------------------------------*/

static struct page *file_fill(struct mapping *m, u64 index, const struct region *r)
{
	struct tmpfs_inode *t = tmpfs_inode_of(m->host);
	struct tmpfs *fs = tmpfs_of(t->inode.super);
	struct page *p;

	if (!charge(&fs->used_pages, &fs->max_pages))
		return ERR_PTR(-ENOSPC);
	p = mapping_new_page(index, r);
	if (!p) {
		uncharge(&fs->used_pages, 1);
		return ERR_PTR(-ENOMEM);
	}
	t->charged++;
	return p;
}

/* A shared mapping is about to be written.  Without the inode's lock: who races gets one of the
   times. */
static void file_written(struct mapping *m)
{
	inode_touch(m->host, ATTR_MTIME);
}

static const struct mapping_ops mapping_ops = {
	.fill = file_fill,
	.hold = file_hold,
	.release = file_release,
	.written = file_written,
};

static int file_truncate(struct inode *inode, u64 size)
{
	u32 sealed = size < inode->size ? F_SEAL_SHRINK : size > inode->size ? F_SEAL_GROW : 0;

	if (inode->mapping.seals & sealed)
		return -EPERM;
	inode->size = size;
	mapping_truncate(&inode->mapping, size);
	settle(tmpfs_inode_of(inode));
	return 0;
}

static void zero_part(struct mapping *m, u64 from, u64 to)
{
	struct page *p = from < to ? mapping_find(m, from >> PAGE_SHIFT) : NULL;

	if (!p)
		return;
	memset((u8 *)page_virt(p) + from % PAGE_SIZE, 0, to - from);
	page_put(p);
}

static void file_punch(struct inode *inode, u64 start, u64 end)
{
	struct mapping *m = &inode->mapping;
	u64 first = align_up(start, PAGE_SIZE), last = align_down(end, PAGE_SIZE);

	if (first > last) { /* within one page */
		zero_part(m, start, end);
		return;
	}
	zero_part(m, start, first);
	zero_part(m, last, end);
	if (first < last)
		mapping_punch(m, first >> PAGE_SHIFT, last >> PAGE_SHIFT);
	settle(tmpfs_inode_of(inode));
}

static int file_fallocate(struct inode *inode, int mode, u64 offset, u64 len)
{
	struct tmpfs *fs = tmpfs_of(inode->super);
	u64 end = offset + len, last = (end - 1) >> PAGE_SHIFT, pages;
	struct page *p;

	if (mode & FALLOC_FL_PUNCH_HOLE) {
		if (inode->mapping.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
			return -EPERM;
		file_punch(inode, offset, end);
		return 0;
	}
	if (inode->mapping.seals & F_SEAL_GROW && end > inode->size)
		return -EPERM;
	pages = last - (offset >> PAGE_SHIFT) + 1;
	if (fs->max_pages && pages > fs->max_pages)
		return -ENOSPC;
	for (u64 index = offset >> PAGE_SHIFT; index <= last; index++) {
		p = mapping_get(&inode->mapping, index);
		if (IS_ERR(p)) {
			/* What was made beyond the end of the file goes again. */
			mapping_truncate(&inode->mapping, inode->size);
			settle(tmpfs_inode_of(inode));
			return PTR_ERR(p);
		}
		page_put(p);
		if (thread_alerts(thread_current()) & ALERT_KILL)
			return -EINTR;
		sched_relax();
	}
	if (!(mode & FALLOC_FL_KEEP_SIZE) && end > inode->size) {
		WRITE_ONCE(inode->size, end);
		WRITE_ONCE(inode->mapping.size, end);
	}
	return 0;
}

const struct inode_ops tmpfs_file_inode_ops = {
	.truncate = file_truncate,
	.fallocate = file_fallocate,
	.free = tmpfs_inode_free,
};

static const struct file_ops file_ops = {
	.read = mapping_file_read,
	.write = mapping_file_write,
	.seek = mapping_file_seek,
	.flags = FILE_MAPPABLE,
};

/* --- inodes ----------------------------------------------------------------------------------*/

static const struct inode_ops *ops_of(u32 mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return &tmpfs_file_inode_ops;
	case S_IFDIR:
		return &tmpfs_dir_inode_ops;
	case S_IFLNK:
		return &tmpfs_link_inode_ops;
	default:
		return &tmpfs_node_inode_ops;
	}
}

bool tmpfs_charge_name(struct super *s)
{
	struct tmpfs *fs = tmpfs_of(s);

	return charge(&fs->used_inodes, &fs->max_inodes);
}

void tmpfs_uncharge_name(struct super *s)
{
	uncharge(&tmpfs_of(s)->used_inodes, 1);
}

struct inode *tmpfs_inode_create(struct super *s, struct inode *dir, u32 mode,
				 const struct cred *cred)
{
	struct tmpfs *fs = tmpfs_of(s);
	struct tmpfs_inode *t;

	if (!charge(&fs->used_inodes, &fs->max_inodes))
		return ERR_PTR(-ENOSPC);
	t = slab_alloc(inode_cache);
	if (!t) {
		uncharge(&fs->used_inodes, 1);
		return ERR_PTR(-ENOMEM);
	}
	t->target = NULL;
	t->charged = 0;
	inode_init(&t->inode, s, ops_of(mode), S_ISDIR(mode) ? &dentry_dir_newest_ops : &file_ops,
		   mode, cred->fsuid, cred->fsgid);
	if (S_ISDIR(mode))
		t->inode.size = 2 * TMPFS_ENTRY_SIZE;
	t->inode.ino = __atomic_add_fetch(&fs->last_ino, 1, __ATOMIC_RELAXED);
	if (S_ISREG(mode))
		t->inode.mapping.ops = &mapping_ops;
	t->inode.mapping.seals = F_SEAL_SEAL;
	if (dir)
		inode_inherit(&t->inode, dir, cred);
	return &t->inode;
}

void tmpfs_inode_free(struct inode *inode)
{
	struct tmpfs_inode *t = tmpfs_inode_of(inode);
	struct tmpfs *fs = tmpfs_of(inode->super);

	if (S_ISREG(inode->mode)) {
		mapping_destroy(&inode->mapping);
		uncharge(&fs->used_pages, t->charged);
	}
	kfree(t->target);
	uncharge(&fs->used_inodes, 1);
	slab_free(inode_cache, t);
}
