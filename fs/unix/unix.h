/*
 * unix.h - sockets of one machine: AF_UNIX.
 *
 * A socket is bound, connected and closed, and gets into messages and out of them, under
 * unix_lock.  Bytes go as messages from the sender straight into the queue of the receiver, and
 * count against the sender's buffer until they have been read.
 *
 *   [u] unix_lock   [l] own lock   [a] atomic   [I] immutable
 */
#pragma once
#include "fs/file.h"
#include "kernel/abi/socket.h"
#include "kernel/sched/wait.h"

struct pid;

/* Who somebody was: for SO_PEERCRED and SCM_CREDENTIALS. */
struct unix_cred {
	struct pid *pid; /* a reference; NULL: nobody */
	u32 uid, gid;
};

struct unix_socket {
	struct refcount refs;
	u32 type; /* [I] SOCK_* */
	struct spinlock lock;
	struct waitq can_read, can_write;
	struct mutex reading;	    /* who takes messages out of the queue */
	struct list queue;	    /* [l] struct unix_message, oldest first */
	u64 queued;		    /* [l] bytes in it */
	u32 sent;		    /* [a] charges of own messages that nobody has read yet */
	u32 sndbuf, rcvbuf;	    /* [a] */
	u32 shutdown;		    /* [l] UNIX_NO_* */
	int error;		    /* [a] told once: SO_ERROR */
	bool passcred;		    /* [a] wants credentials with messages */
	u64 receive_ns, send_ns;    /* [a] time-outs; 0: none */
	struct unix_socket *peer;   /* [u and l to change] a reference */
	struct unix_cred peer_cred; /* [u] */

	bool listening, closed; /* [u] */
	u32 backlog;		/* [u] */
	u32 waiting;		/* [u] in `arrivals` */
	struct list arrivals;	/* [u] of a listener: sockets to accept, by their `arrival` */
	struct list arrival;	/* [u] */

	u32 name_len;		 /* [u] of name; 0: not bound */
	struct sockaddr_un name; /* [I] once bound */
	struct path place;	 /* [u] of a bound path: references */
	struct list bound;	 /* [u] */

	struct file *file;  /* [I] once it is open; no reference: its release closes the socket */
	u32 flights;	    /* [u] references of messages to the file */
	u32 outside;	    /* [u] of a candidate: those that are not in queues of candidates */
	bool candidate;	    /* [u] only messages hold it; see collect.c */
	struct list flight; /* [u] in unix_flying while there are any */
};

#define UNIX_NO_RECEIVE 1u
#define UNIX_NO_SEND	2u

/* What goes along with bytes. */
struct unix_control {
	struct file **files; /* kmalloc'd, references; NULL: none */
	u32 file_count;
	bool has_cred;
	struct unix_cred cred;
};
void unix_control_drop(struct unix_control *c);
void unix_cred_put(struct unix_cred *c);
void unix_cred_current(struct unix_cred *out); /* of the running task, a reference */

/* --- socket.c: life --- */

extern struct mutex unix_lock;
extern const struct file_ops unix_file_ops;

struct unix_socket *unix_create(u32 type); /* NULL: no memory */
/* Takes over the reference, also when it fails.  flags: O_NONBLOCK.  ERR_PTR(-ENOMEM). */
struct file *unix_file(struct unix_socket *s, u32 flags, const struct cred *cred);
struct unix_socket *unix_get(struct unix_socket *s);
void unix_put(struct unix_socket *s); /* NULL: nothing; may sleep */
/* NULL: it is no socket. */
struct unix_socket *unix_of(const struct file *f);
bool unix_is_stream(const struct unix_socket *s);     /* bytes without borders */
struct unix_socket *unix_peer(struct unix_socket *s); /* a reference; NULL */

/* --- address.c: names --- */

/* A name as user space gives it: 0 and *len as it counts (a path ends with its NUL).  -EINVAL. */
int unix_name_check(struct sockaddr_un *name, u32 *len) must_check;
int unix_bind(struct unix_socket *s, const struct sockaddr_un *name, u32 len,
	      const struct walk *walk, u32 mode) must_check;
void unix_unbind_locked(struct unix_socket *s, struct path *place); /* path_put it unlocked */
/* The socket of that name and type, with a reference.  ERR_PTR(-ECONNREFUSED, -EPROTOTYPE, -EACCES,
   what a walk says). */
struct unix_socket *unix_find(const struct sockaddr_un *name, u32 len, u32 type,
			      const struct walk *walk);

/* --- connect.c --- */

void unix_pair(struct unix_socket *a, struct unix_socket *b);
int unix_listen(struct unix_socket *s, u32 backlog) must_check;
int unix_connect(struct unix_socket *s, const struct sockaddr_un *name, u32 len,
		 const struct walk *walk, bool nonblock) must_check;
/* With a reference; ERR_PTR. */
struct unix_socket *unix_accept(struct unix_socket *s, bool nonblock);
int unix_shutdown(struct unix_socket *s, u32 how) must_check; /* UNIX_NO_* */
void unix_close(struct unix_socket *s);

/* --- message.c --- */

struct unix_message;

/* Bytes sent.  c is taken over with the first of them, and dropped by the caller otherwise.
   to: of a datagram; NULL: the peer.  -EPIPE: who wants it turns it into SIGPIPE. */
ssize_t unix_send(struct unix_socket *s, struct unix_socket *to, struct io *io,
		  struct unix_control *c, bool nonblock) must_check;

struct unix_receive {
	u32 flags; /* MSG_PEEK, MSG_WAITALL, MSG_TRUNC */
	bool nonblock;
	bool want_control;
	u32 out_flags;		     /* MSG_TRUNC, MSG_EOR */
	struct unix_control control; /* for the caller to drop */
	struct sockaddr_un name;     /* who sent it; name_len 0: nameless */
	u32 name_len;
};
ssize_t unix_receive(struct unix_socket *s, struct io *io, struct unix_receive *r) must_check;
void unix_flush(struct unix_socket *s); /* nobody will read them */
bool unix_writable(const struct unix_socket *s);
