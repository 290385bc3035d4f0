/*
 * name.h - changing names: what mkdir(2), unlink(2), rename(2) and their kin do.
 *
 * Errors are those of Linux and come in its order.  mode has the umask taken away already.  All
 * sleep.
 */
#pragma once
#include "fs/path.h"

#define RENAME_NOREPLACE 1u
#define RENAME_EXCHANGE	 2u

int name_mkdir(const struct walk *w, const char *name, u32 mode) must_check;
/* mode with S_IFREG, S_IFCHR, S_IFBLK, S_IFIFO or S_IFSOCK; devices need CAP_MKNOD. */
int name_mknod(const struct walk *w, const char *name, u32 mode, u64 rdev) must_check;
int name_symlink(const struct walk *w, const char *target, const char *name) must_check;
/* A further name for what lies at `old`. */
int name_link(const struct path *old, const struct walk *w, const char *name) must_check;
int name_unlink(const struct walk *w, const char *name) must_check;
int name_rmdir(const struct walk *w, const char *name) must_check;
int name_rename(const struct walk *from_walk, const char *from, const struct walk *to_walk,
		const char *to, unsigned flags) must_check;

/* For open(2).  The directory is locked and has no such name; *out has a reference. */
int name_create_locked(const struct path *dir, const char *name, size_t len, u32 mode,
		       const struct cred *cred, struct dentry **out) must_check;
/* O_TMPFILE: a file that no directory shows; linkable: link(2) may give it a name. */
int name_create_nameless(const struct path *dir, u32 mode, const struct cred *cred, bool linkable,
			 struct dentry **out) must_check;
