/*
 * filemap.c - reading and writing files whose bytes lie in a page cache.
 *
 * Locking: a write holds the inode's lock, so writes do not mix and O_APPEND is atomic.  A read
 * holds nothing while it copies: it sees each page before or after a write that runs beside it, as
 * on Linux.  No lock of the mapping is held while a program's memory is touched, which may be a
 * mapping of this very file.
 *
 * inode->size grows before m->size: a fault in between answers as if it had come earlier.
 */
#include "fs/file.h"

#define FILE_SIZE_MAX ((u64)INT64_MAX)

/* Bytes from `at` to the end of its page, but no more than n. */
static u64 within_page(u64 at, u64 n)
{
	return min(PAGE_SIZE - at % PAGE_SIZE, n);
}

ssize_t mapping_file_read(struct file *f, struct io *io, u64 *pos)
{
	struct inode *inode = f->inode;
	u64 start = *pos, at = start, n, size, moved = 0;
	struct page *p;

	for (n = 0; io->left && moved == n; at += moved) {
		size = READ_ONCE(inode->size);
		if (at >= size)
			break;
		n = within_page(at, min(size - at, io->left));
		p = mapping_find(&inode->mapping, at >> PAGE_SHIFT);
		if (p) {
			moved = io_put(io, (u8 *)page_virt(p) + at % PAGE_SIZE, n);
			page_put(p);
		} else {
			moved = io_zero(io, n);
		}
		sched_relax();
	}
	*pos = at;
	file_touch_atime(f);
	return at != start || moved == n ? (ssize_t)(at - start) : -EFAULT;
}

/* How many of `left` bytes may be written at `at`; -EFBIG. */
static s64 room(u64 at, const struct io *io)
{
	u64 limit = min(io->limit, FILE_SIZE_MAX);

	return at >= limit ? -EFBIG : (s64)min(io->left, limit - at);
}

/* How many of n bytes at `at` the seals let in: each page's share as a whole, or -EPERM. */
static s64 within_seals(const struct inode *inode, u64 at, s64 n)
{
	u64 whole = align_down(inode->size, PAGE_SIZE);

	if (inode->mapping.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	if (!(inode->mapping.seals & F_SEAL_GROW) || at + n <= inode->size)
		return n;
	return at < whole ? (s64)(whole - at) : -EPERM;
}

static ssize_t write_pages(struct inode *inode, struct io *io, u64 at, u64 left)
{
	struct mapping *m = &inode->mapping;
	u64 start = at, n, moved;
	struct page *p;
	int error = 0;

	while (left) {
		n = within_page(at, left);
		p = mapping_get(m, at >> PAGE_SHIFT);
		if (IS_ERR(p)) {
			error = PTR_ERR(p);
			break;
		}
		moved = io_get(io, (u8 *)page_virt(p) + at % PAGE_SIZE, n);
		page_put(p);
		at += moved;
		left -= moved;
		if (at > inode->size) {
			WRITE_ONCE(inode->size, at);
			WRITE_ONCE(m->size, at);
		}
		if (moved < n) {
			error = -EFAULT;
			break;
		}
		sched_relax();
	}
	return at != start ? (ssize_t)(at - start) : error;
}

ssize_t mapping_file_write(struct file *f, struct io *io, u64 *pos)
{
	struct inode *inode = f->inode;
	ssize_t done = 0;
	s64 n;

	if (!io->left)
		return 0;
	mutex_lock(&inode->lock);
	if (READ_ONCE(f->flags) & O_APPEND)
		*pos = inode->size;
	n = room(*pos, io);
	if (n > 0 && unlikely(inode->mapping.seals & ~F_SEAL_SEAL))
		n = within_seals(inode, *pos, n);
	if (n > 0) {
		if (unlikely(inode->mode & (S_ISUID | S_ISGID)) && io->drops_set_id)
			inode->mode = inode_mode_without_set_id(inode);
		done = write_pages(inode, io, *pos, n);
	}
	if (done > 0) {
		*pos += done;
		inode_touch(inode, ATTR_MTIME);
	}
	mutex_unlock(&inode->lock);
	return n < 0 ? n : done;
}

int file_allocate(struct file *f, int mode, u64 offset, u64 len)
{
	struct inode *inode = f->inode;
	int error;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	if (mode & FALLOC_FL_PUNCH_HOLE && !(mode & FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if (!f->can_write)
		return -EBADF;
	if (S_ISFIFO(inode->mode))
		return -ESPIPE;
	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (!S_ISREG(inode->mode))
		return -ENODEV;
	if (!inode->ops->fallocate)
		return -EOPNOTSUPP;
	mutex_lock(&inode->lock);
	error = inode->ops->fallocate(inode, mode, offset, len);
	if (!error)
		inode_touch(inode, mode & FALLOC_FL_PUNCH_HOLE || !(mode & FALLOC_FL_KEEP_SIZE)
					   ? ATTR_MTIME
					   : ATTR_CTIME);
	mutex_unlock(&inode->lock);
	return error;
}
