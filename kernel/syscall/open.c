/*
 * open.c - open(2) and its kin.
 */
#include "fs/file.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/walk.h"

/* Bits that Linux has a meaning for; open ignores the others. */
#define OPEN_FLAGS                                                                             \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |  \
	 O_ASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | \
	 O_PATH | O_TMPFILE)

/* The permission bits for a file that may be made. */
static u32 mode_to_make(u32 flags, u32 mode)
{
	if (likely(!(flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))))
		return 0;
	return mode & 07777 & ~READ_ONCE(task_current()->fs->umask);
}

static always_inline struct file *open_named(int dir, const char *name, u32 flags, u32 mode)
{
	struct task_walk w;
	struct file *f;
	int error = task_walk_begin(&w, dir, name);

	if (unlikely(error))
		return ERR_PTR(error);
	f = file_open(&w.walk, name, flags, mode);
	task_walk_end(&w);
	return f;
}

static long open_at(int dir, const char __user *user, u32 flags, u32 mode)
{
	struct fdtable *files = task_current()->files;
	char room[PATH_ROOM], *name = task_path_in(room, user, false);
	struct file *f;
	int fd;

	if (IS_ERR(name))
		return PTR_ERR(name);
	flags &= OPEN_FLAGS;
	fd = fd_reserve(files, 0, (u32)task_limit(RLIMIT_NOFILE), flags & O_CLOEXEC);
	if (fd >= 0) {
		f = open_named(dir, name, flags, mode_to_make(flags, mode));
		if (likely(!IS_ERR(f))) {
			fd_install(files, fd, f);
		} else {
			fd_release(files, fd);
			fd = (int)PTR_ERR(f);
		}
	}
	task_path_free(room, name);
	return fd;
}

long sys_open(const char __user *name, int flags, u32 mode)
{
	return open_at(AT_FDCWD, name, flags, mode);
}

long sys_openat(int dir, const char __user *name, int flags, u32 mode)
{
	return open_at(dir, name, flags, mode);
}

long sys_creat(const char __user *name, u32 mode)
{
	return open_at(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

long sys_umask(u32 mask)
{
	struct fs_context *fs = task_current()->fs;
	u32 old;

	spin_lock(&fs->lock);
	old = fs->umask;
	fs->umask = mask & 0777;
	spin_unlock(&fs->lock);
	return old;
}
