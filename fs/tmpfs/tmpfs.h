/*
 * tmpfs.h - files in memory.
 *
 * Directories are dentries, bytes are pages of the inode's mapping, and nothing else is kept.
 *
 *   [i] inode->lock   [a] atomic   [I] immutable   [l] lock of the mapping
 */
#pragma once
#include "fs/file.h"

struct tmpfs {
	struct super super;
	u64 max_pages, max_inodes;   /* [mount] 0: no limit */
	u64 used_pages, used_inodes; /* [a] */
	u64 last_ino;		     /* [a] */
	u32 mode, uid, gid;	     /* [I] of the root */
	bool plain;		     /* [I] ramfs: no limits, no options to show */
};

struct tmpfs_inode {
	struct inode inode;
	char *target; /* [I] of a symbolic link */
	u64 charged;  /* [l] pages counted in used_pages; at least those cached */
};

#define TMPFS_ENTRY_SIZE 20 /* what a name adds to the size of its directory, as on Linux */

static inline struct tmpfs *tmpfs_of(const struct super *s)
{
	return container_of(s, struct tmpfs, super);
}

static inline struct tmpfs_inode *tmpfs_inode_of(const struct inode *inode)
{
	return container_of(inode, struct tmpfs_inode, inode);
}

/* inode.c */
void tmpfs_inode_init(void);
/* NULL: no memory; ERR_PTR(-ENOSPC) when there are too many.  dir NULL: the root. */
struct inode *tmpfs_inode_create(struct super *s, struct inode *dir, u32 mode,
				 const struct cred *cred);
/* A further name of a file counts as one, as on Linux. */
bool tmpfs_charge_name(struct super *s);
void tmpfs_uncharge_name(struct super *s);
void tmpfs_inode_free(struct inode *inode);
extern const struct inode_ops tmpfs_file_inode_ops;

/* dir.c */
extern const struct inode_ops tmpfs_dir_inode_ops, tmpfs_link_inode_ops, tmpfs_node_inode_ops;
