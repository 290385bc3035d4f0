/*
 * namespace.h - what namespaces of all kinds have in common, and the files that stand for them.
 *
 * A namespace is held by the tasks that are in it and by whoever has such a file open; the files
 * are what the links in /proc/PID/ns lead to.
 */
#pragma once
#include "kernel/lib/refcount.h"
#include "kernel/lib/types.h"

struct file;
struct mount;
struct namespace;
struct path;

struct namespace_kind {
	const char *name; /* "uts" */
	u32 flag;	  /* CLONE_NEW* */
	void (*free)(struct namespace *ns);
	/* A descriptor for the namespace around it, -EPERM; NULL: the kind has no such. */
	long (*open_parent)(struct namespace *ns);
};

struct namespace
{
	struct refcount refs;
	u32 id;				   /* [I] number of the inode that stands for it */
	const struct namespace_kind *kind; /* [I] */
};

/* Inode numbers of those that exist from the start, as on Linux. */
#define NAMESPACE_ID_CGROUP 0xeffffffbu
#define NAMESPACE_ID_PID    0xeffffffcu
#define NAMESPACE_ID_UTS    0xeffffffeu

extern struct mount *namespace_mount; /* where the files lie; in no namespace */

void namespace_files_init(void); /* boot */

/* One reference.  id 0: the next. */
void namespace_init(struct namespace *ns, const struct namespace_kind *kind, u32 id);
void namespace_get(struct namespace *ns);
void namespace_put(struct namespace *ns); /* may sleep */

/* The file that stands for ns, which holds it.  -ENOMEM */
int namespace_place(struct namespace *ns, struct path *out) must_check;
struct namespace *namespace_of(const struct path *place); /* borrowed; NULL: another file */
