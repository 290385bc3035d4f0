/*
 * containerfs.h - the file system that shows a hierarchy: a directory per container.
 *
 * It keeps no state but dentries.  A control file comes into being when somebody first looks it up,
 * and stays until its directory goes; readdir tells of them all, whether they are there or not.
 */
#pragma once
#include "fs/pseudo.h"
#include "kernel/container/framework.h"

extern const struct fs_type cgroup_type;    /* Linux's name */
extern const struct fs_type cpuset_type;    /* only cpuset, with the names it had first */
extern const struct fs_type container_type; /* the name in the patches of 2007 */

/* A control file: of the framework itself or of a subsystem. */
struct control {
	const char *prefix; /* "": none */
	const char *name;
	u32 mode;
	bool root_only;
	const struct file_ops *fops; /* NULL: made of show and write */
	int (*show)(struct container *c, struct text *out);
	int (*write)(struct container *c, struct file *f, char *text);
	int subsys;			   /* -1: the framework's */
	const struct container_file *file; /* of a subsystem */
	u32 number; /* below CONTROL_NUMBERS; the same whatever else is mounted with it */
};

#define CONTROL_EACH	24 /* files of the framework, or of one subsystem, at most */
#define CONTROL_NUMBERS (CONTROL_EACH * (1 + SUBSYS_COUNT))

/* The first control file of c with a number from `number` on; false: there is none. */
bool control_next(struct container *c, u32 number, struct control *out);

/* The fresh dentry becomes the control file of that name, and stays: 0, -ENOENT, -ENOMEM. */
int control_lookup(struct container *c, struct dentry *dentry) must_check;
/* Forgets the control files that c, or its hierarchy, no longer has.  m */
void control_drop(struct container *c);

/* What the inode of a control file is about. */
struct control_data {
	struct container *container; /* [I] a reference */
	struct control control;	     /* [I] */
	bool gone;		     /* [m] by control_drop */
};

static inline struct control_data *control_data(struct file *f)
{
	return pseudo_data(f);
}

static inline struct container *control_container(struct file *f)
{
	return control_data(f)->container;
}

/* With its container or its subsystem, for ever.  m */
static inline bool control_is_gone(struct file *f)
{
	return READ_ONCE(control_data(f)->gone);
}

/* A directory's inode; takes its own reference of c.  NULL: no memory. */
struct inode *container_dir_create(struct super *super, struct container *c, u32 mode,
				   const struct cred *cred);

/* Parts of file_ops. */
int control_open(struct inode *inode, struct file *f);
u32 control_poll(struct file *f, struct poll_table *table);
s64 control_seek(struct file *f, s64 offset, int whence);
/* What f's text says from now on is what poll compares with.  m */
void control_note_read(struct file *f);

extern const struct file_ops tasks_file_ops; /* tasks.c */
extern const struct file_ops procs_file_ops;

/* members.c: what a reader of tasks or cgroup.procs has yet to see.  m */
struct members;
struct members *members_create(void); /* NULL: no memory */
void members_destroy(struct members *m);
ssize_t members_read(struct members *m, struct container *c, bool procs, struct io *io,
		     u64 *pos) must_check; /* -ENOMEM, -EFAULT */
