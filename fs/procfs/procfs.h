/*
 * procfs.h - the parts of /proc to each other.
 *
 * Each pid namespace has a /proc of its own, with the numbers that are known there.
 *
 * What belongs to a task is looked up by its number each time: an inode holds a struct pid, never a
 * task, so that an open file keeps nobody alive.  The directories are tables of struct proc_entry;
 * a new file is one line and one function.
 */
#pragma once
#include "fs/pseudo.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/task.h"

/* A name in the directory of a process or of a thread.  Tables end with an empty name. */
struct proc_entry {
	const char *name;
	u32 mode;  /* S_IF* and permission bits */
	u32 flags; /* PROC_* */
	/* Regular files.  0 or -errno. */
	int (*show)(struct task *t, struct text *out);
	/* Or, with numbers of tasks in it: as those in ns know them. */
	int (*show_in)(struct task *t, const struct pid_namespace *ns, struct text *out);
	int (*write)(struct task *t, char *text);
	/* Links: where it leads, with references.  0 or -errno. */
	int (*place)(struct task *t, struct path *out);
	/* Directories, and files that are more than text. */
	const struct inode_ops *iops;
	const struct file_ops *fops;
};

#define PROC_TRACE 1u /* only for those who may look into the task: proc_may_access */

#define PROC_FILE(filename, perm, show_fn)                                      \
	{                                                                       \
		.name = (filename), .mode = S_IFREG | (perm), .show = (show_fn) \
	}
#define PROC_NUMBERS(filename, perm, show_fn)                                      \
	{                                                                          \
		.name = (filename), .mode = S_IFREG | (perm), .show_in = (show_fn) \
	}
#define PROC_SECRET(filename, perm, show_fn)                                     \
	{                                                                        \
		.name = (filename), .mode = S_IFREG | (perm), .show = (show_fn), \
		.flags = PROC_TRACE                                              \
	}
#define PROC_RW(filename, perm, show_fn, write_fn)                               \
	{                                                                        \
		.name = (filename), .mode = S_IFREG | (perm), .show = (show_fn), \
		.write = (write_fn)                                              \
	}
#define PROC_LINK(filename, place_fn)                                               \
	{                                                                           \
		.name = (filename), .mode = S_IFLNK | 0777, .iops = &proc_link_ops, \
		.place = (place_fn)                                                 \
	}
#define PROC_DIR(filename, perm, inode_ops_of, file_ops_of)                            \
	{                                                                              \
		.name = (filename), .mode = S_IFDIR | (perm), .iops = &(inode_ops_of), \
		.fops = &(file_ops_of)                                                 \
	}

/* What an inode is about.  Part of its number. */
enum proc_kind {
	PROC_PROCESS,
	PROC_THREAD,
	PROC_FD,
	PROC_FDINFO,
};

/* A task's number, the kind, the number within the kind. */
static inline u64 proc_ino(s32 nr, enum proc_kind kind, u32 number)
{
	return (u64)nr << 28 | (u64)kind << 26 | number;
}

struct proc_inode {
	struct pseudo_inode pseudo;	/* first; its data is this structure */
	struct pid *pid;		/* [I] whose; a reference */
	const struct proc_entry *entry; /* [I] */
	s32 fd;				/* [I] of the entries of fd and fdinfo */
};

static inline struct proc_inode *proc_inode_of(struct inode *inode)
{
	return container_of(inode, struct proc_inode, pseudo.inode);
}

/* Whose numbers this /proc shows. */
static inline struct pid_namespace *proc_namespace(const struct super *s)
{
	return s->private ?: &pid_first;
}

/* --- inode.c --------------------------------------------------------------------------------- */

/* An inode about t, owned as Linux has it.  number: among those of its kind.  NULL: no memory. */
struct inode *proc_inode_create(struct super *super, struct task *t, const struct proc_entry *entry,
				enum proc_kind kind, u32 number);
/* The task that an inode is about, with a reference; NULL: it has gone. */
struct task *proc_get_task(struct inode *inode);

/* May `reader` look into t (environment, memory, descriptors)?  Rules of ptrace(2),
   PTRACE_MODE_READ_FSCREDS. */
bool proc_may_access(struct task *t, const struct cred *reader);

void proc_getattr(struct inode *inode);
int proc_permission(struct inode *inode, unsigned may, const struct cred *cred);
int proc_setattr(struct inode *inode, const struct setattr *a, const struct cred *cred);
bool proc_valid(struct dentry *dentry);
bool proc_cover(struct dentry *dentry);
void proc_free(struct inode *inode);

extern const struct inode_ops proc_file_inode_ops, proc_link_ops;

/* "17", without zeros in front, below 2^31; -1: no number. */
s32 proc_parse_number(const char *name);

/* --- task_dir.c ------------------------------------------------------------------------------ */

/* Attaches an inode for the directory of the task with this number.  -ENOENT, -ENOMEM. */
int proc_task_lookup(struct inode *dir, struct dentry *dentry);
/* Whom an open directory /proc/PID is about, borrowed from it; NULL: it is another file. */
struct pid *proc_directory_pid(const struct file *f);

/* Positions of a directory: 0 and 1 are dots, the rest its own. */
#define PROC_FIRST_POS 2u

/* --- system.c, meminfo.c, sysctl.c ------------------------------------------------------------ */

/* Fixed files below the root and below /proc/sys.  -ENOMEM. */
int proc_add_system(struct dentry *root) must_check;
int proc_add_sysctl(struct dentry *root) must_check;
int proc_add_sysrq(struct dentry *root) must_check;
int proc_add_locks(struct dentry *root) must_check;
struct lock_reader proc_lock_reader(const struct super *s); /* numbers as this /proc shows them */
int proc_show_meminfo(struct text *out);
int proc_show_vmstat(struct text *out);
int proc_show_buddyinfo(struct text *out);
void proc_show_objects(struct text *out); /* debug builds only */
void proc_show_faults(struct text *out);  /* debug builds only: what proc_provoke knows */
int proc_provoke(char *text);
