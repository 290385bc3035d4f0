/*
 * walk.h - a path walk under way; for this folder only.
 */
#pragma once
#include "fs/dentry.h"
#include "fs/mount.h"
#include "fs/path.h"

#define WALK_LINKS_MAX 40

struct walker {
	const struct walk *walk; /* borrowed */
	struct path at;		 /* under dentry_lock, or the same as `pin` */
	struct path pin;  /* references that keep `at` while the lock is not held; or NULLs */
	const char *rest; /* text that is still to walk */
	char *body;	  /* text of links, which `rest` points into; NULL: the caller's */
	unsigned flags;	  /* WALK_* */
	unsigned links;	  /* followed so far */
	unsigned budget;  /* names until the lock is let go for a moment */
	bool parent;	  /* stops before the last name */
	bool shared;	  /* straight down, and everybody may go that way */
	/* The last name when parent is set; len 0: the path ends in `at` itself ("/"). */
	const char *last;
	size_t last_len;
	bool slash; /* the path ends with a slash */
};

/* -ENOENT for "".  walker_end follows in any case. */
int walker_begin(struct walker *x, const struct walk *w, const char *name, unsigned flags,
		 bool parent) must_check;
void walker_end(struct walker *x);

/* Walks.  With 0 `at` is pinned: no lock is held afterwards. */
int walker_run(struct walker *x) must_check;

/* Goes on behind a symbolic link that lies in `at` (the last name of a walk to the parent): the
   next walker_run walks its text. */
int walker_follow(struct walker *x, struct dentry *link) must_check;

/* mount_point.c.  What is mounted there, without a reference; NULL.  dentry_lock held. */
struct mount *mount_on_locked(const struct mount *parent, const struct dentry *point);
static inline void mount_cross_locked(struct path *p)
{
	struct mount *m;

	while (unlikely(p->dentry->mounts) && (m = mount_on_locked(p->mount, p->dentry)))
		*p = (struct path){ m, m->root };
}
