/*
 * init.c - the start of the file systems.
 */
#include "fs/init.h"

#include "fs/anonymous.h"
#include "fs/device.h"
#include "fs/name.h"
#include "fs/namespace.h"
#include "kernel/lib/log.h"

static struct mount_namespace *first_namespace;

struct mount_namespace *fs_init(void)
{
	struct super *root;

	dentry_init();
	mount_init();
	fs_context_init();
	file_cache_init();
	anonymous_init();
	namespace_files_init();
	root = rootfs_type.mount(&rootfs_type, "rootfs", 0, "", &cred_root);
	if (!IS_ERR(root))
		first_namespace = mount_namespace_create(root, "rootfs");
	if (!first_namespace)
		panic("no memory for the first file systems");
	mount_namespace_get(first_namespace);
	return first_namespace;
}

struct mount_namespace *fs_mount_root(void)
{
	return first_namespace;
}

void fs_root_walk(struct walk *w)
{
	struct mount *m = first_namespace->root;

	w->root = w->base = (struct path){ m, m->root };
	w->cred = &cred_root;
}

void fs_make_console_node(void)
{
	struct walk w;

	fs_root_walk(&w);
	if (name_mkdir(&w, "/dev", 0755) ||
	    name_mknod(&w, "/dev/console", S_IFCHR | 0600, device_number(5, 1)) ||
	    name_mkdir(&w, "/root", 0700))
		log_warn("rootfs: no memory for /dev/console");
}
