/*
 * open.c - open(2) and its kin.
 */
#include "fs/file.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

/* Bits that Linux has a meaning for; open ignores the others. */
#define OPEN_FLAGS                                                                             \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |  \
	 O_ASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | \
	 O_PATH | O_TMPFILE)

static u32 umask_of_task(void)
{
	return READ_ONCE(task_current()->fs->umask);
}

static long open_at(int dir, const char __user *user, u32 flags, u32 mode)
{
	struct fdtable *files = task_current()->files;
	struct task_walk w;
	struct file *f;
	char room[PATH_ROOM], *name;
	long fd;

	flags &= OPEN_FLAGS;
	name = task_path_in(room, user, false);
	if (IS_ERR(name))
		return PTR_ERR(name);
	fd = fd_reserve(files, 0, min(task_limit(RLIMIT_NOFILE), 0x7ffffffful), flags & O_CLOEXEC);
	if (fd >= 0) {
		long error = task_walk_begin(&w, dir, name);

		if (!error) {
			f = file_open(&w.walk, name, flags | O_LARGEFILE,
				      mode & 07777 & ~umask_of_task());
			task_walk_end(&w);
			error = IS_ERR(f) ? PTR_ERR(f) : 0;
		}
		if (error) {
			fd_release(files, fd);
			fd = error;
		} else {
			fd_install(files, fd, f);
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
