/*
 * fd.c - tables of file descriptors.
 *
 * A table starts with room for 64 in itself and doubles when that is full.  A descriptor is
 * reserved (its bit is set) before its file is installed, so whatever can fail comes before the
 * number exists.  The close-on-exec bit of a free descriptor is clear.
 *
 * Locking: t->lock.  Files are put after it has been released: closing may sleep.
 */
#include "fs/fd.h"

#include "fs/lock.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define FD_FIRST 64

static struct fdtable *fdtable_alloc(void)
{
	struct fdtable *t = kzalloc(sizeof(*t));

	if (!t)
		return NULL;
	refcount_init(&t->refs, 1);
	spin_init(&t->lock, RANK_FILES);
	t->files = t->first;
	t->used = &t->first_used;
	t->cloexec = &t->first_cloexec;
	t->size = FD_FIRST;
	return t;
}

struct fdtable *fdtable_create(void)
{
	return fdtable_alloc();
}

/* The arrays of a table in one block: files, used, cloexec. */
static void *arrays_alloc(u32 size)
{
	return kzalloc(size * sizeof(struct file *) + 2 * BITMAP_WORDS(size) * sizeof(u64));
}

static void arrays_free(struct fdtable *t)
{
	if (t->files != t->first)
		kfree(t->files);
}

static void arrays_set(struct fdtable *t, void *block, u32 size)
{
	t->files = block;
	t->used = (u64 *)(t->files + size);
	t->cloexec = t->used + BITMAP_WORDS(size);
	t->size = size;
}

/* Makes room for descriptor `fd`.  t->lock is released and taken again. */
static int fdtable_grow(struct fdtable *t, u32 fd)
{
	u32 size = t->size;
	struct fdtable old;
	void *block;

	assert_held(&t->lock);
	while (size <= fd)
		size *= 2;
	spin_unlock(&t->lock);
	block = arrays_alloc(size);
	spin_lock(&t->lock);
	if (!block)
		return -ENOMEM;
	if (t->size >= size) { /* somebody else was faster */
		spin_unlock(&t->lock);
		kfree(block);
		spin_lock(&t->lock);
		return 0;
	}
	old = (struct fdtable){
		.files = t->files, .used = t->used, .cloexec = t->cloexec, .size = t->size
	};
	arrays_set(t, block, size);
	memcpy(t->files, old.files, old.size * sizeof(struct file *));
	memcpy(t->used, old.used, BITMAP_WORDS(old.size) * sizeof(u64));
	memcpy(t->cloexec, old.cloexec, BITMAP_WORDS(old.size) * sizeof(u64));
	spin_unlock(&t->lock);
	if (old.files != t->first)
		kfree(old.files);
	spin_lock(&t->lock);
	return 0;
}

struct fdtable *fdtable_copy(struct fdtable *from)
{
	struct fdtable *t = fdtable_alloc();
	u32 used;

	if (!t)
		return NULL;
	spin_lock(&from->lock);
	while (from->size > t->size) {
		u32 size = from->size;
		void *block;

		spin_unlock(&from->lock);
		arrays_free(t);
		block = arrays_alloc(size);
		if (!block) {
			kfree(t);
			return NULL;
		}
		arrays_set(t, block, size);
		spin_lock(&from->lock);
	}
	for (u32 fd = bitmap_next_set(from->used, from->size, 0); fd < from->size;
	     fd = bitmap_next_set(from->used, from->size, fd + 1)) {
		if (!from->files[fd])
			continue; /* reserved by a thread that is about to open it */
		t->files[fd] = file_get(from->files[fd]);
		bitmap_set(t->used, fd);
		if (bitmap_test(from->cloexec, fd))
			bitmap_set(t->cloexec, fd);
	}
	used = from->next;
	spin_unlock(&from->lock);
	t->next = min(used, (u32)bitmap_next_clear(t->used, t->size, 0));
	return t;
}

void fdtable_get(struct fdtable *t)
{
	refcount_get(&t->refs);
}

void fdtable_put(struct fdtable *t)
{
	if (!refcount_put(&t->refs))
		return;
	for (u32 fd = bitmap_next_set(t->used, t->size, 0); fd < t->size;
	     fd = bitmap_next_set(t->used, t->size, fd + 1))
		if (t->files[fd]) {
			file_lock_closed(t->files[fd], t);
			file_put(t->files[fd]);
		}
	arrays_free(t);
	kfree(t);
}

/* The first that is free, in a table that is large enough then.  -EMFILE, -ENOMEM. */
static int fd_search(struct fdtable *t, u32 from, u32 limit)
{
	assert_held(&t->lock);
	for (;;) {
		u32 fd = max(from, t->next);

		if (fd < t->size)
			fd = bitmap_next_clear(t->used, t->size, fd);
		if (fd >= limit)
			return -EMFILE;
		if (fd < t->size)
			return (int)fd;
		if (fdtable_grow(t, fd))
			return -ENOMEM;
	}
}

static noinline int fd_reserve_searching(struct fdtable *t, u32 from, u32 limit, bool cloexec)
{
	int fd;

	spin_lock(&t->lock);
	fd = fd_search(t, from, limit);
	if (fd >= 0) {
		bitmap_set(t->used, (u32)fd);
		bitmap_assign(t->cloexec, (u32)fd, cloexec);
		if (from <= t->next)
			t->next = (u32)fd + 1;
	}
	spin_unlock(&t->lock);
	return fd;
}

int fd_reserve(struct fdtable *t, u32 from, u32 limit, bool cloexec)
{
	u32 fd;

	spin_lock(&t->lock);
	fd = t->next; /* mostly it is free */
	if (unlikely(fd < from || fd >= limit || fd >= t->size ||
		     bitmap_test_and_set(t->used, fd))) {
		spin_unlock(&t->lock);
		return fd_reserve_searching(t, from, limit, cloexec);
	}
	t->next = fd + 1;
	if (cloexec)
		bitmap_set(t->cloexec, fd);
	spin_unlock(&t->lock);
	return (int)fd;
}

void fd_install_shared(struct fdtable *t, int fd, struct file *f)
{
	spin_lock(&t->lock);
	t->files[fd] = f;
	spin_unlock(&t->lock);
}

static always_inline void fd_clear(struct fdtable *t, u32 fd)
{
	t->files[fd] = NULL;
	bitmap_clear(t->used, fd);
	bitmap_clear(t->cloexec, fd);
	if (likely(fd < t->next))
		t->next = fd;
}

void fd_release(struct fdtable *t, int fd)
{
	spin_lock(&t->lock);
	fd_clear(t, fd);
	spin_unlock(&t->lock);
}

static struct file *fd_look(struct fdtable *t, int fd)
{
	struct file *f = likely((u32)fd < t->size) ? t->files[fd] : NULL;

	return likely(f) ? file_get(f) : NULL;
}

struct file *fd_get(struct fdtable *t, int fd)
{
	struct file *f;

	/* The only reference is the caller's own, and only who has one changes the table. */
	if (likely(refcount_read(&t->refs) == 1))
		return fd_look(t, fd);
	spin_lock(&t->lock);
	f = fd_look(t, fd);
	spin_unlock(&t->lock);
	return f;
}

struct file *fd_get_open(struct fdtable *t, int fd)
{
	struct file *f = fd_get(t, fd);

	if (likely(!f || !(f->flags & O_PATH)))
		return f;
	file_put(f);
	return NULL;
}

long fd_close(struct fdtable *t, u32 fd)
{
	struct file *f;

	spin_lock(&t->lock);
	if (unlikely(fd >= t->size || !t->files[fd])) {
		spin_unlock(&t->lock);
		return -EBADF;
	}
	f = t->files[fd];
	fd_clear(t, fd);
	spin_unlock(&t->lock);
	file_lock_closed(f, t);
	file_put(f);
	return 0;
}

int fd_replace(struct fdtable *t, int fd, u32 limit, struct file *f, bool cloexec,
	       struct file **old)
{
	*old = NULL;
	if ((u32)fd >= limit)
		return -EBADF;
	spin_lock(&t->lock);
	if ((u32)fd >= t->size && fdtable_grow(t, fd)) {
		spin_unlock(&t->lock);
		return -ENOMEM;
	}
	if (bitmap_test(t->used, fd) &&
	    !t->files[fd]) { /* being opened by another thread (man 2 dup) */
		spin_unlock(&t->lock);
		return -EBUSY;
	}
	*old = t->files[fd];
	t->files[fd] = file_get(f);
	bitmap_set(t->used, fd);
	bitmap_assign(t->cloexec, fd, cloexec);
	spin_unlock(&t->lock);
	return fd;
}

int fd_cloexec(struct fdtable *t, int fd, int set)
{
	int result = -EBADF;

	spin_lock(&t->lock);
	if ((u32)fd < t->size && t->files[fd]) {
		result = bitmap_test(t->cloexec, fd);
		if (set > 0)
			bitmap_set(t->cloexec, fd);
		else if (set == 0)
			bitmap_clear(t->cloexec, fd);
	}
	spin_unlock(&t->lock);
	return result;
}

int fd_next(struct fdtable *t, int from, struct file **f)
{
	int found = -1;

	*f = NULL;
	spin_lock(&t->lock);
	for (u32 fd = bitmap_next_set(t->used, t->size, from); fd < t->size;
	     fd = bitmap_next_set(t->used, t->size, fd + 1)) {
		if (!t->files[fd])
			continue;
		*f = file_get(t->files[fd]);
		found = fd;
		break;
	}
	spin_unlock(&t->lock);
	return found;
}

void fdtable_close_on_exec(struct fdtable *t)
{
	spin_lock(&t->lock);
	for (u32 fd = bitmap_next_set(t->cloexec, t->size, 0); fd < t->size;
	     fd = bitmap_next_set(t->cloexec, t->size, fd + 1)) {
		struct file *f = t->files[fd];

		if (!f)
			continue;
		fd_clear(t, fd);
		spin_unlock(&t->lock);
		file_lock_closed(f, t);
		file_put(f);
		spin_lock(&t->lock);
	}
	spin_unlock(&t->lock);
}
