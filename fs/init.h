/*
 * init.h - the start of the file systems, for kernel/main.c.
 */
#pragma once

struct mount_namespace;
struct walk;

/* Boot, after slab_init: the caches, and an empty rootfs as the first mount of the first namespace.
   The caller owns the reference.  Panics when there is no memory. */
struct mount_namespace *fs_init(void);

/* The namespace that fs_init made; borrowed. */
struct mount_namespace *fs_mount_root(void);

/* Paths from the root of that namespace with all rights. */
void fs_root_walk(struct walk *w);

/* In a task: /dev, /dev/console and /root, which a program may expect of an empty initramfs. */
void fs_make_console_node(void);
