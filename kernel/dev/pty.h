/*
 * pty.h - pseudo-terminals, see pty(7): a terminal whose wire is a file.
 *
 * What a program on the terminal (the slave, /dev/pts/N) writes is kept in `out` until the master
 * reads it; what the master writes is received like what comes from a wire.
 *
 *   [l] tty.lock   [I] immutable   [p] pty_lock   [a] atomic
 */
#pragma once
#include "fs/devpts/devpts.h"
#include "kernel/dev/tty.h"

#define PTY_OUT 16384u /* bytes that wait for the master; a power of two */

struct pty {
	struct tty tty;	      /* first */
	struct refcount refs; /* the master, all opens of the slave, its session */
	struct super *super;  /* [I] the devpts; a reference */
	s32 number;	      /* [I] in it */
	char name[16];	      /* [I] "pts/N" */
	struct dentry *node;  /* [I] a reference; NULL: none yet, the master's to put */
	bool locked;	      /* [a] TIOCSPTLCK: the slave cannot be opened */
	bool hung;	      /* [p] the master is closed */
	bool opened;	      /* [a] the slave was open at some time */

	u8 *out;	 /* [l] PTY_OUT bytes */
	u32 head, tail;	 /* [l] positions only grow */
	u32 limit;	 /* [l] while output is held by ^S: what the master may read up to */
	bool typing;	 /* [l] the master is writing */
	u32 echo_from;	 /* [l] then: where the echo of that began, and the column there */
	u32 echo_column; /* [l] */
	bool packet;	 /* [l] TIOCPKT */
	u8 status;	 /* [l] TIOCPKT_*: what the next read in packet mode tells */
	bool extproc;	 /* [l] the settings have EXTPROC */
	bool usual_flow; /* [l] ^S and ^Q stop and start output */

	struct waitq master_read, master_write; /* the master waits */
	struct turn reader, writer;		/* of the master */
};

static inline struct pty *pty_of(struct tty *t)
{
	return (struct pty *)t;
}

/* Bytes that the master could read now. */
static inline u32 pty_waiting(const struct pty *p)
{
	u32 end = READ_ONCE(p->tty.stopped) ? READ_ONCE(p->limit) : READ_ONCE(p->head);

	return end - READ_ONCE(p->tail);
}

/* Nobody has the slave open, but somebody had. */
static inline bool pty_is_left(const struct pty *p)
{
	return READ_ONCE(p->opened) && !READ_ONCE(p->tty.opens);
}

/* pty.c */
bool pty_is_number(u64 number);		   /* of a slave */
struct tty *pty_find(struct inode *inode); /* the slave behind a node, with a reference; -EIO */
/* One with a number and a name; ERR_PTR: -ENOMEM, -ENOSPC.  super: of devpts. */
struct pty *pty_create(struct super *super, const struct cred *cred);
void pty_close_master(struct pty *p); /* hang-up; may be the end of p */
/* Something for the master to read in packet mode; tty.lock held. */
void pty_tell(struct pty *p, u8 status, u8 not );

/* pty_master.c */
bool pty_is_master(const struct file *f);
