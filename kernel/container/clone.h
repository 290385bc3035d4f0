/*
 * clone.h - what clone.c needs of the file system that shows containers (fs/containerfs).
 */
#pragma once

struct container;

/* As mkdir(2) of the running task in the directory of parent; the container with a reference.
   container_mutex is held, but let go of for a while.  ERR_PTR(-ENODEV): parent has been removed;
   -EEXIST, -EACCES, ... */
struct container *container_make_dir(struct container *parent, const char *name);

/* Not if somebody is in it.  No locks held. */
void container_remove_dir(struct container *c);
