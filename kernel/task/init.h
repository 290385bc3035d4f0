/*
 * init.h - the first tasks, for kernel/main.c.
 */
#pragma once

struct mount_namespace;
struct task;

/* Boot, after fs_init: caches, limits, the kernel's own process (number 0), which pid 1 and pid 2
   are children of.  Both will see these mounts. */
void task_init(struct mount_namespace *mounts);

/* Makes pid 1 as a kernel task that may become a program through task_exec, and pid 2, kthreadd,
   the parent of further kernel tasks.  fn must not return. */
struct task *task_create_init(void (*fn)(void *), void *arg);
