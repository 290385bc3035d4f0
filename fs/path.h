/*
 * path.h - from a path's text to its place, and back.
 */
#pragma once
#include "fs/dentry.h"
#include "fs/mount.h"

struct path {
	struct mount *mount;
	struct dentry *dentry;
};

/* A process's view: shared by CLONE_FS. */
struct fs_context {
	struct refcount refs;
	struct spinlock lock;
	struct path root, cwd; /* [l] references held */
	u32 umask;	       /* [l] */
};

struct fs_context *fs_context_create(const struct path *root, const struct path *cwd, u32 umask);
struct fs_context *fs_context_copy(struct fs_context *c); /* NULL: no memory */
void fs_context_put(struct fs_context *c);
void fs_context_init(void); /* boot */

/* Replaces the working directory or the root; takes a reference of its own. */
void fs_context_set(struct fs_context *c, bool root, const struct path *p);

static inline void path_get(const struct path *p)
{
	mount_get(p->mount);
	dentry_get(p->dentry);
}

static inline void path_put(const struct path *p)
{
	if (refcount_put(&p->dentry->refs))
		dentry_free(p->dentry);
	mount_put(p->mount);
}

/* Where a walk starts and what it may do. */
struct walk {
	struct path root; /* borrowed; caller holds them */
	struct path base; /* for relative paths */
	const struct cred *cred;
};

#define WALK_FOLLOW    1u /* a last symbolic link is followed */
#define WALK_DIRECTORY 2u /* the result must be a directory */

/* The place with references.  -ENOENT -ENOTDIR -EACCES -ELOOP (40 links) -ENAMETOOLONG.  "" is
 * -ENOENT. */
int path_walk(const struct walk *w, const char *name, unsigned flags, struct path *out) must_check;

/* The directory that holds the last name; *last points into `name` (length *len; slashes behind it
   are cut and *slash says so).  The last name may be "." or "..": the caller refuses as Linux does.
 */
int path_walk_parent(const struct walk *w, const char *name, struct path *dir, const char **last,
		     size_t *len, bool *slash) must_check;

/* One name in a directory, mounts and lookup included.  dir->dentry's inode locked if the caller
   will create.  NULL in out->dentry with 0: there is none. */
int path_lookup(struct path *dir, const char *name, size_t len, struct path *out) must_check;

/* Text of p as seen from root, " (deleted)" behind removed ones; those outside of root as seen from
   the top of their mounts.  Returns its start inside buf (built from the end), or
   ERR_PTR(-ENAMETOOLONG). */
char *path_text(const struct path *p, const struct path *root, char *buf, size_t size);

/* The same for getcwd(2): -ENOENT when p has been removed, "(unreachable)" before what lies outside
   of root. */
char *path_text_cwd(const struct path *p, const struct path *root, char *buf, size_t size);
/* The same for mount points: -ENOENT when p lies outside of root, and no marks. */
char *path_text_mount(const struct path *p, const struct path *root, char *buf, size_t size);

bool path_equal(const struct path *a, const struct path *b);
