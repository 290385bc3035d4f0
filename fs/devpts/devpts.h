/*
 * devpts.h - the names of pseudo-terminals: /dev/pts, see pts(4).
 *
 * kernel/dev/pty.c makes a terminal when somebody opens a ptmx, and gives it a number and a name
 * here; each mount is a file system of its own with its own numbers.
 */
#pragma once
#include "fs/file.h"

struct pty;

/* What one that is mounted beside the ptmx at `at` has as its root (Linux: "pts" in the directory
   of the node; a ptmx of a devpts belongs to that).  References in *root; -ENOENT, -ENODEV. */
int devpts_find(const struct path *at, struct path *root) must_check;

/* The lowest free number of the file system: s32, or -ENOSPC, -ENOMEM. */
s32 devpts_number_take(struct super *s, bool first_namespace) must_check;
void devpts_number_give(struct super *s, s32 number);

/* The name of a number, with a node that leads to p, owned as the mount says.  NULL: no memory. */
struct dentry *devpts_name(struct super *s, s32 number, struct pty *p, const struct cred *cred);
/* Takes it away; nobody comes from the node to the terminal any more.  Puts the name. */
void devpts_unname(struct dentry *name);

/* What the node leads to: NULL when that has gone, or it is a node from elsewhere.  pty_lock. */
struct pty *devpts_pty(const struct inode *inode);

extern struct mutex pty_lock;	 /* nodes, numbers, and the beginning and end of terminals */
extern u32 pty_max, pty_reserve; /* [a] /proc/sys/kernel/pty */
u32 pty_count(void);		 /* terminals that there are */
