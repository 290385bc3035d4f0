/*
 * fd.h - a process's table of descriptors; shared by CLONE_FILES.
 */
#pragma once
#include "fs/file.h"

struct fdtable {
	struct refcount refs;
	struct spinlock lock;
	struct file **files;	/* [l] size entries */
	u64 *used;		/* [l] bitmap: allocated or open */
	u64 *cloexec;		/* [l] bitmap */
	u32 size;		/* [l] */
	u32 next;		/* [l] no free descriptor below it */
	struct file *first[64]; /* what files points at while that is enough */
	u64 first_used, first_cloexec;
};

struct fdtable *fdtable_create(void);		    /* NULL: no memory */
struct fdtable *fdtable_copy(struct fdtable *from); /* fork */
void fdtable_get(struct fdtable *t);
void fdtable_put(struct fdtable *t); /* the last one closes everything */
void fdtable_close_on_exec(struct fdtable *t);

/* A free descriptor >= from and < limit (RLIMIT_NOFILE), reserved.  -EMFILE, -ENOMEM.
   Either fd_install or fd_release follows. */
int fd_reserve(struct fdtable *t, u32 from, u32 limit, bool cloexec) must_check;
void fd_release(struct fdtable *t, int fd);
void fd_install_shared(struct fdtable *t, int fd, struct file *f);
static inline void fd_install(struct fdtable *t, int fd, struct file *f) /* takes over f */
{
	/* Only others who use the table could move its array.  Who merely looks into it, under the
	   lock, sees the file or nothing. */
	if (likely(refcount_read(&t->refs) == 1))
		__atomic_store_n(&t->files[fd], f, __ATOMIC_RELEASE);
	else
		fd_install_shared(t, fd, f);
}

struct file *fd_get(struct fdtable *t, int fd); /* with a reference; NULL: EBADF */
/* The same, but not of one that O_PATH only placed. */
struct file *fd_get_open(struct fdtable *t, int fd);
long fd_close(struct fdtable *t, u32 fd); /* close(2): 0, -EBADF; may sleep */
/* dup2/dup3: puts f (a new reference) at fd, returns what was there in *old. */
int fd_replace(struct fdtable *t, int fd, u32 limit, struct file *f, bool cloexec,
	       struct file **old) must_check;
int fd_cloexec(struct fdtable *t, int fd, int set); /* set -1: just look.  -EBADF */
/* First open descriptor >= from, with a reference in *f; -1. For /proc/PID/fd. */
int fd_next(struct fdtable *t, int from, struct file **f);

/* For the time of one system call: a file of the running task's table.  Nobody else can close it
   while the table is not shared, so it is borrowed then, without lock or reference. */
struct fd_use {
	struct file *file; /* NULL: EBADF */
	bool held;	   /* with a reference */
};

static inline struct file *fd_use_begin(struct fd_use *u, struct fdtable *t, int fd)
{
	u->held = refcount_read(&t->refs) != 1;
	if (unlikely(u->held))
		u->file = fd_get(t, fd);
	else
		u->file = (u32)fd < t->size ? t->files[fd] : NULL;
	return u->file;
}

static inline void fd_use_end(const struct fd_use *u)
{
	if (unlikely(u->held) && u->file)
		file_put(u->file);
}
