/*
 * file.h - an open file: a position, the flags of open(2), and the operations behind the
 * descriptor.
 */
#pragma once
#include "fs/io.h"
#include "fs/path.h"
#include "kernel/abi/fcntl.h"

struct poll_table;
struct region;
struct text;

/* Called by readdir for each entry; false: the buffer is full, stop. */
struct dir_sink {
	/* May sleep. */
	bool (*emit)(struct dir_sink *sink, const char *name, size_t len, u64 ino, unsigned type,
		     u64 next);
};

/* All may be NULL: read/write then give -EINVAL, poll says always ready, seek is generic by size.
 */
struct file_ops {
	int (*open)(struct inode *inode, struct file *f); /* -errno refuses the open(2) */
	void (*release)(struct file *f);		  /* the last reference; may sleep */
	ssize_t (*read)(struct file *f, struct io *io, u64 *pos);
	ssize_t (*write)(struct file *f, struct io *io, u64 *pos);
	u32 (*poll)(struct file *f, struct poll_table *table); /* POLLIN ... */
	long (*ioctl)(struct file *f, unsigned cmd, u64 arg);  /* -ENOTTY */
	s64 (*seek)(struct file *f, s64 offset, int whence);
	/* pos is f->pos: cookie of the next entry; 0 starts. */
	int (*readdir)(struct file *f, struct dir_sink *sink);
	/* May choose another mapping or -ENODEV.  NULL: the inode's mapping if FILE_MAPPABLE. */
	int (*mmap)(struct file *f, u32 map_flags, struct mapping **mapping, void **owner);
	void (*show)(struct file *f, struct text *out); /* more lines of /proc/PID/fdinfo */
	u32 flags;					/* FILE_* */
};

#define FILE_MAPPABLE 1u  /* mmap uses inode->mapping */
#define FILE_NO_SEEK  2u  /* pipes, ttys: pos is ignored, lseek gives -ESPIPE */
#define FILE_NEWEST   8u  /* directories made of dentries: the newest name is listed first */
#define FILE_NO_PREAD 16u /* pread and pwrite give -ESPIPE */
#define FILE_NO_PLACE (FILE_NO_SEEK | FILE_NO_PREAD)
#define FILE_NO_POS   4u /* seekable in name only: reads do not lock or move pos */

struct file {
	struct refcount refs;
	u32 version;		    /* [a] of a control file: which state was read, for poll */
	const struct file_ops *ops; /* [I] */
	struct path path; /* [I] references; pipes and the like: dentry of a pseudo file system */
	struct inode *inode; /* [I] path.dentry->inode */
	u32 flags;	     /* [a] O_*; O_APPEND, O_NONBLOCK, O_DIRECT, O_NOATIME may change */
	union {		     /* [I] */
		u8 access;   /* O_ACCMODE + 1: of the fourth access mode neither bit is set */
		struct {
			bool can_read : 1, can_write : 1;
		};
	};
	bool counted; /* [I] among the writers of inode, mount and super */
	struct mutex pos_lock;
	u64 pos;		 /* [pos_lock] */
	const struct cred *cred; /* [I] of the opener, a reference */
	void *private;		 /* of the operations */
	struct list epoll_items; /* [epoll] who watches it; next is NULL until somebody does */
	s32 owner;		 /* [a] fcntl F_SETOWN */
	u16 owner_type;		 /* [a] F_OWNER_*; readers tolerate that of another owner */
	u16 signal;		 /* [a] fcntl F_SETSIG */
};

/* Opens what a walk found.  flags: O_*.  One reference; ERR_PTR.  Rights are checked here. */
struct file *file_open_path(const struct path *path, u32 flags, const struct cred *cred);
/* The whole of open(2): creates, truncates, follows. mode already has the umask taken away. */
struct file *file_open(const struct walk *w, const char *name, u32 flags, u32 mode);
/* The file of a program to run: a regular one, x instead of r asked for; -EACCES.  can_read is not
 * set: file_read_kernel reads it, and mmap by exec does not ask. */
struct file *file_open_exec(const struct path *path, const struct cred *cred);
/* An open file of a nameless inode (pipe, eventfd, epoll), which it takes a reference of: shows as
 * "name:[ino]".  inode NULL: one that all such files share, shows as "anon_inode:[name]". */
struct file *file_create_anonymous(const char *name, const struct file_ops *ops,
				   struct inode *inode, void *private, u32 flags,
				   const struct cred *cred);

static inline struct file *file_get(struct file *f)
{
	refcount_get(&f->refs);
	return f;
}

void file_cache_init(void);		    /* boot */
u64 file_count(void);			    /* open files that there are */
void file_touch_atime(struct file *f);	    /* it has been read: noatime and relatime considered */
void file_end(struct file *f);		    /* its last reference has gone */
static inline void file_put(struct file *f) /* may sleep; no spinlock, no vm->lock */
{
	if (refcount_put(&f->refs))
		file_end(f);
}

/* Rights (EBADF), position, SIGPIPE not included.  pos NULL: f->pos, locked, moved. */
ssize_t file_read(struct file *f, struct io *io, u64 *pos) must_check;
ssize_t file_write(struct file *f, struct io *io, u64 *pos) must_check;
s64 file_seek(struct file *f, s64 offset, int whence) must_check;
/* Into a kernel buffer, from pos: exec reads headers with it. */
ssize_t file_read_kernel(struct file *f, void *buf, size_t n, u64 pos) must_check;

/* fallocate(2).  -EBADF, -EOPNOTSUPP, -ENODEV, -EISDIR, -ENOSPC, -ETXTBSY ... */
int file_allocate(struct file *f, int mode, u64 offset, u64 len) must_check;

/* For file_ops of files with a page cache. */
ssize_t mapping_file_read(struct file *f, struct io *io, u64 *pos);
ssize_t mapping_file_write(struct file *f, struct io *io, u64 *pos);
s64 mapping_file_seek(struct file *f, s64 offset, int whence); /* SEEK_DATA, SEEK_HOLE too */
/* For file_ops of directories made of dentries. */
int dentry_readdir(struct file *f, struct dir_sink *sink);
extern const struct file_ops dentry_dir_ops;
extern const struct file_ops dentry_dir_newest_ops; /* lists the newest name first */
/* For readdir: "." and ".." at positions 0 and 1, then f->pos is 2.  False: full, stop. */
bool dir_emit_dots(struct file *f, struct dir_sink *sink);
/* The owner callbacks of mapping_ops for files. */
void file_hold(void *file);
void file_release(void *file);
