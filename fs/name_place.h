/*
 * name_place.h - the last name of a path and the directory that it is in; for this folder only.
 */
#pragma once
#include "fs/name.h"

struct place {
	struct path dir; /* references */
	const char *name;
	size_t len;
	bool slash; /* behind it */
};

static inline int place_walk(struct place *p, const struct walk *w, const char *name)
{
	return path_walk_parent(w, name, &p->dir, &p->name, &p->len, &p->slash);
}

static inline struct inode *place_inode(const struct place *p)
{
	return p->dir.dentry->inode;
}

/* Neither "/" nor "." nor "..". */
static inline bool place_is_plain(const struct place *p)
{
	if (p->len == 0)
		return false;
	return p->name[0] != '.' || !(p->len == 1 || (p->len == 2 && p->name[1] == '.'));
}

/* What has that name, with a reference; NULL: nothing; ERR_PTR.  The directory is locked. */
struct dentry *place_find(const struct place *p);

/* A file system that knows what names there are, and lets nobody add one: procfs. */
static inline bool place_is_made_up(const struct inode *dir)
{
	return dir->ops->lookup && !dir->ops->mkdir;
}

/* May a name be added to the directory, may this one be removed from it?  Locked. */
int place_may_create(const struct path *dir, const struct cred *cred) must_check;
int place_may_delete(const struct path *dir, struct dentry *victim, bool want_dir,
		     const struct cred *cred) must_check;
/* For who walks so; elsewhere it may be one. */
bool place_is_mount_point(const struct dentry *d, const struct walk *w);
/* Unlocked, after d has lost its name. */
void place_removed(const struct dentry *d);
