/*
 * tty.h - a terminal: its settings, the line discipline between program and wire, job control.
 *
 * What comes in goes through tty_receive, in interrupt context, into `in`; a read takes it from
 * there.  What a program writes goes through tty_output into the driver's own buffer.
 *
 *   [l] tty->lock    [t] task_tree_lock    [a] atomic    [I] immutable
 */
#pragma once
#include "fs/file.h"
#include "kernel/abi/termios.h"
#include "kernel/task/pid.h"

#define TTY_IN	     4096u /* a power of two */
#define TTY_LINE     4095u /* characters of a line before its end */
#define TTY_MARGIN   256u  /* room in the output that only echo uses */
#define TTY_WRITABLE 2048u /* room at which a writer that waits is woken */

struct tty;

/* What moves the bytes.  The first ones are called with tty->lock held but room and pending. */
struct tty_driver {
	bool is_pty; /* programs wait while output is held; outlives its session */
	/* Takes n bytes, for which there is room, and starts sending. */
	void (*write)(struct tty *t, const u8 *bytes, size_t n);
	size_t (*room)(struct tty *t);		    /* any context */
	size_t (*pending)(struct tty *t);	    /* bytes not sent yet; any context */
	void (*flush)(struct tty *t);		    /* forgets what is not sent yet */
	void (*hold)(struct tty *t, bool hold);	    /* ^S: sends nothing more; ^Q */
	void (*send)(struct tty *t, u8 c);	    /* at once, before all others: IXOFF */
	void (*throttle)(struct tty *t, bool stop); /* tty_receive shall not be called */
	void (*settings)(struct tty *t);	    /* termios has changed */
	/* The rest may be missing. */
	u32 (*get_modem)(struct tty *t); /* TIOCM_* */
	void (*set_modem)(struct tty *t, u32 bits);
	/* Another size was asked for; no locks held.  -errno: not that one. */
	int (*resize)(struct tty *t, const struct winsize *size);
	/* Requests of its own; -ENOTTY: none of them. */
	long (*ioctl)(struct tty *t, struct file *f, unsigned cmd, u64 arg);
	void (*flush_input)(struct tty *t); /* what was not read yet is gone */
	/* Of terminals that are made and freed.  All opens have one reference, and so has the
	   session; get is called with task_tree_lock held. */
	void (*get)(struct tty *t);
	void (*put)(struct tty *t);
	void (*closed)(struct tty *t); /* nobody has it open any more; then put */
};

/* One at a time, in the order of arrival; the wait can be interrupted. */
struct turn {
	bool taken; /* [a] */
	struct waitq queue;
};

struct tty {
	struct spinlock lock;
	const struct tty_driver *driver; /* [I] */
	void *port;			 /* [I] the driver's own */
	const char *name;		 /* [I] */
	u64 number;			 /* [I] as in st_rdev */
	struct termios2 termios;	 /* [l] */
	struct winsize winsize;		 /* [l] */
	bool stopped;			 /* [l] output is held by ^S or TCOOFF */
	bool exclusive;			 /* [l] TIOCEXCL */
	u32 opens;			 /* [t] open files, and whoever uses it now */
	u32 hangups;			 /* [a] opens before the last one are dead */

	/* Input.  Positions only grow. */
	u8 in[TTY_IN];		  /* [l] */
	u64 in_mark[TTY_IN / 64]; /* [l] this character ends a line (canonical) */
	u32 head;		  /* [l] next free */
	u32 line;		  /* [l] canonical: behind the last whole line */
	u32 tail;		  /* [l] next to read */
	bool literal;		  /* [l] ^V came: the next character is no command */
	bool erasing;		  /* [l] ECHOPRT: after the backslash */
	bool throttled;		  /* [l] the driver was told to stop */
	bool sent_stop;		  /* [l] IXOFF: the other side was */
	u32 signals;		  /* [l] bits of signals to send when the lock is free */
	u32 column, line_column;  /* [l] of the cursor; where the line being typed began */

	struct waitq can_read, can_write;
	struct turn reader, writer;
	struct session *session; /* [t] a reference: whose controlling terminal it is */
	struct pgrp *foreground; /* [t] a reference */
};

/* tty.c */
void tty_init(struct tty *t, const struct tty_driver *driver, void *port, const char *name,
	      u64 number);
void tty_wake_writers(struct tty *t); /* the driver has sent something; any context */
bool tty_can_write(struct tty *t);    /* there is room for what programs write */

/* What either side of a terminal makes of bytes: all of them, waiting for room; adds to *done. */
typedef int tty_write_chunk(struct file *f, struct tty *t, const u8 *bytes, size_t n,
			    ssize_t *done);
/* All of io through it, a chunk at a time, by who has the turn to write. */
ssize_t tty_write_all(struct file *f, struct tty *t, struct io *io, tty_write_chunk *chunk);
int tty_wait_sent(struct tty *t) must_check; /* until all output is sent: 0, -ERESTARTSYS */
bool tty_dead(struct file *f);		     /* its terminal was hung up after the open */
struct tty *tty_of(struct file *f);
bool tty_is_console(struct file *f); /* opened as /dev/console */

/* tty_input.c.  A driver receives like this, in its interrupt:
       spin_lock(&t->lock);
       while (there is a character && tty_receive_ready(t))
	       tty_receive(t, character, TTY_*);
       spin_unlock(&t->lock);
       tty_receive_done(t);
   tty_receive_ready throttles the driver when it says no. */
enum tty_flag { TTY_NORMAL, TTY_BREAK, TTY_PARITY };
bool tty_receive_ready(struct tty *t);
void tty_receive(struct tty *t, u8 c, enum tty_flag flag);
void tty_receive_done(struct tty *t);
/* Characters that a read could take now; in canonical mode those of whole lines. */
size_t tty_readable(const struct tty *t);
/* The rest of input; tty->lock held. */
size_t tty_take(struct tty *t, u8 *bytes, size_t n, bool *end); /* *end: a line has ended */
void tty_input_flush(struct tty *t);
void tty_mode_changed(struct tty *t, u32 old_lflag);
void tty_make_room(struct tty *t); /* after a read or some output: the driver may go on */

/* tty_output.c: characters as programs write them; all need tty->lock.  The number taken. */
size_t tty_output(struct tty *t, const u8 *bytes, size_t n);
void tty_echo(struct tty *t, u8 c);	  /* ^X for control characters, with ECHOCTL */
void tty_echo_plain(struct tty *t, u8 c); /* as if a program had written it */
void tty_hold(struct tty *t, bool hold);
u8 tty_lower(u8 c); /* IUCLC */

/* tty_ioctl.c, tty_job.c */
long tty_ioctl(struct file *f, unsigned cmd, u64 arg);
long tty_job_ioctl(struct file *f, unsigned cmd, u64 arg);     /* -ENOTTY: none of its requests */
int tty_check_background(struct tty *t, int signo) must_check; /* see tty_job.c */
void tty_send_signals(struct tty *t, u32 signals); /* bits; to the foreground; any context */
void tty_hangup(struct tty *t);			   /* all opens of it are dead from now on */
void tty_acquire_on_open(struct tty *t, struct file *f);
struct tty *tty_controlling(void); /* of the running task: tty_put; or NULL */
bool tty_is_controlling(struct tty *t);
/* Each open file holds one, and whoever uses it for a moment.  With the last one gone the session
   gives it up, without a signal, if it is one that is always there. */
void tty_get(struct tty *t);
void tty_get_locked(struct tty *t); /* task_tree_lock held */
void tty_put(struct tty *t);	    /* may sleep */

/* A file on t that outlives hang-ups and knows no jobs when it is `apart`.  -ENOMEM. */
int tty_file_init(struct file *f, struct tty *t, bool apart) must_check;
void tty_file_release(struct file *f);

/* Turns (tty.c). */
void turn_init(struct turn *t);
int turn_take(struct turn *t, bool wait) must_check; /* -EAGAIN, -ERESTARTSYS */
void turn_give(struct turn *t);
