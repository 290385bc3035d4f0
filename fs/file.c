/*
 * file.c - open files: life, reading, writing, position.
 *
 * Locking: pos_lock is held throughout a read or write that uses the file's own position, as POSIX
 * wants it for files that several share.  A file with one reference, which belongs to a table that
 * is not shared, has no one to race with and takes no lock.
 */
#include "fs/file.h"

#include "fs/epoll.h"
#include "fs/lock.h"
#include "fs/open.h"
#include "kernel/mem/slab.h"

struct slab_cache *file_cache; /* [I] */

void file_cache_init(void)
{
	file_cache = slab_create("file", sizeof(struct file), 0);
}

u64 file_count(void)
{
	return slab_count(file_cache);
}

struct file *file_create(const struct path *path, const struct file_ops *ops, u32 flags,
			 const struct cred *cred)
{
	struct file *f = slab_alloc(file_cache);

	if (!f)
		return NULL;
	path_get(path);
	file_init(f, path, path->dentry->inode, ops, flags, cred);
	return f;
}

static always_inline void destroy(struct file *f)
{
	if (f->counted)
		file_uncount_writer(f);
	path_put(&f->path);
	cred_put(f->cred);
	slab_free(file_cache, f);
}

void file_destroy(struct file *f)
{
	destroy(f);
}

void file_end(struct file *f)
{
	if (unlikely(f->epoll_items.next))
		epoll_forget_file(f);
	file_lock_released(f);
	if (f->ops->release)
		f->ops->release(f);
	destroy(f);
}

void file_hold(void *file)
{
	file_get(file);
}

void file_release(void *file)
{
	file_put(file);
}

/* --- reading and writing
 * ------------------------------------------------------------------------*/

/* No file has bytes beyond 2^63. */
static bool is_beyond(u64 pos, const struct io *io)
{
	return unlikely((s64)(pos + io->left) < 0);
}

typedef ssize_t (*transfer_fn)(struct file *f, struct io *io, u64 *pos);

static ssize_t transfer(struct file *f, struct io *io, u64 *pos, transfer_fn fn)
{
	bool alone;
	u64 ignored = 0;
	ssize_t n;

	if (pos)
		return is_beyond(*pos, io) ? -EINVAL : fn(f, io, pos);
	if (f->ops->flags & (FILE_NO_SEEK | FILE_NO_POS))
		return fn(f, io, &ignored);
	alone = refcount_read(&f->refs) == 1;
	if (!alone)
		mutex_lock(&f->pos_lock);
	n = is_beyond(f->pos, io) ? -EINVAL : fn(f, io, &f->pos);
	if (!alone)
		mutex_unlock(&f->pos_lock);
	return n;
}

ssize_t file_read(struct file *f, struct io *io, u64 *pos)
{
	if (unlikely(!f->can_read))
		return -EBADF;
	if (unlikely(!f->ops->read))
		return S_ISDIR(f->inode->mode) ? -EISDIR : -EINVAL;
	return transfer(f, io, pos, f->ops->read);
}

ssize_t file_write(struct file *f, struct io *io, u64 *pos)
{
	if (unlikely(!f->can_write))
		return -EBADF;
	if (unlikely(!f->ops->write))
		return -EINVAL;
	return transfer(f, io, pos, f->ops->write);
}

ssize_t file_read_kernel(struct file *f, void *buf, size_t n, u64 pos)
{
	struct io io;
	size_t done = 0;
	ssize_t got;

	if (!f->ops->read)
		return -EINVAL;
	while (done < n) {
		io_init_kernel(&io, (u8 *)buf + done, n - done);
		got = f->ops->read(f, &io, &pos);
		if (got < 0)
			return done ? (ssize_t)done : got;
		if (got == 0)
			break;
		done += got;
	}
	return done;
}

/* --- position --------------------------------------------------------------------------------*/

static s64 seek_generic(struct file *f, s64 offset, int whence)
{
	s64 base;

	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = f->pos;
		break;
	case SEEK_END:
		base = f->inode->size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &base) || base < 0)
		return -EINVAL;
	f->pos = base;
	return base;
}

s64 file_seek(struct file *f, s64 offset, int whence)
{
	bool alone;
	s64 pos;

	if (f->flags & O_PATH)
		return -EBADF;
	if (f->ops->flags & FILE_NO_SEEK)
		return -ESPIPE;
	alone = refcount_read(&f->refs) == 1;
	if (!alone)
		mutex_lock(&f->pos_lock);
	pos = f->ops->seek ? f->ops->seek(f, offset, whence) : seek_generic(f, offset, whence);
	if (!alone)
		mutex_unlock(&f->pos_lock);
	return pos;
}

s64 mapping_file_seek(struct file *f, s64 offset, int whence)
{
	struct mapping *m = &f->inode->mapping;
	u64 size = f->inode->size, index = (u64)offset >> PAGE_SHIFT;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return seek_generic(f, offset, whence);
	if (offset < 0 || (u64)offset >= size)
		return -ENXIO;
	mutex_lock(&m->lock);
	if (whence == SEEK_HOLE) {
		index = radix_first_free(&m->pages, index, (size + PAGE_SIZE - 1) >> PAGE_SHIFT);
	} else if (!radix_next(&m->pages, &index) || index << PAGE_SHIFT >= size) {
		mutex_unlock(&m->lock);
		return -ENXIO;
	}
	mutex_unlock(&m->lock);
	f->pos = min(max((u64)offset, index << PAGE_SHIFT), size);
	return f->pos;
}

void file_touch_atime(struct file *f)
{
	if (!(f->flags & O_NOATIME))
		mount_touch_atime(f->path.mount, f->inode);
}
