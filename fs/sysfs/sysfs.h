/*
 * sysfs.h - the parts of /sys to each other.
 *
 * A fixed tree, made when it is first mounted; what its files say is looked up when they are read.
 */
#pragma once
#include "fs/pseudo.h"

#define SYSFS_FILE_SIZE 4096 /* what stat says of every file */

/* One file: show gets the number of what its directory is about (a CPU, a node). */
struct sysfs_attr {
	const char *name;
	void (*show)(struct text *out, unsigned number);
	int (*write)(char *text, unsigned number); /* NULL: it cannot be written.  0 or -errno */
};

/* A directory with the files of a table, which ends with an empty name.  NULL: no memory. */
struct dentry *sysfs_add_dir(struct dentry *parent, const char *name,
			     const struct sysfs_attr *table, unsigned number);
/* Files into a directory that is there.  -ENOMEM. */
int sysfs_add_files(struct dentry *dir, const struct sysfs_attr *table, unsigned number) must_check;

int sysfs_add_cpus(struct dentry *system) must_check;			     /* cpu.c */
int sysfs_add_nodes(struct dentry *system) must_check;			     /* node.c */
int sysfs_add_class(struct dentry *root, struct dentry *devices) must_check; /* class.c */
