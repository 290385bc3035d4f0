/*
 * types.c - the table of file system types, in the order of /proc/filesystems.
 */
#include "fs/super.h"
#include "kernel/lib/string.h"

extern const struct fs_type sysfs_type, tmpfs_type, proc_type, ramfs_type, cgroup_type,
	container_type, cpuset_type, devfs_type, devpts_type;

const struct fs_type *const fs_types[] = {
	&sysfs_type,	 &ramfs_type,  &tmpfs_type, &proc_type,	  &cgroup_type,
	&container_type, &cpuset_type, &devfs_type, &devpts_type, NULL,
};

const struct fs_type *fs_type_find(const char *name)
{
	for (const struct fs_type *const *t = fs_types; *t; t++) {
		if (strcmp((*t)->name, name) == 0)
			return *t;
	}
	return NULL;
}
