/*
 * flight.h - messages, and the files that are on their way in them; for this folder only.
 */
#pragma once
#include "fs/unix/unix.h"

struct account;

struct unix_message {
	struct list node;	     /* [l of the receiver; doomed_lock] */
	struct unix_socket *sender;  /* [I] a reference */
	u32 charge;		     /* [I] */
	u32 len;		     /* [I] */
	u32 offset;		     /* [reading] bytes taken */
	u32 sockets;		     /* [reading] among the files */
	struct account *account;     /* [reading] who pays for the files, a reference; or NULL */
	struct unix_control control; /* [reading] */
	u8 data[];
};

struct unix_message *unix_message_first(struct unix_socket *s);
struct unix_message *unix_message_after(struct unix_socket *s, struct unix_message *m);
/* It is in no queue any more.  unix_lock may be held. */
void unix_message_free(struct unix_message *m);

/* --- flight.c ---------------------------------------------------------------------------------*/

/* Counts the files of a message that is to be sent.  -ETOOMANYREFS. */
int unix_flight_begin(struct unix_message *m) must_check;
/* They are the caller's again: a file that nobody else has may be used only after that. */
void unix_flight_end(struct unix_message *m);
/* A copy of what goes along, for who only peeks.  -ENOMEM. */
int unix_flight_copy(struct unix_control *to, const struct unix_message *m) must_check;
/* Frees a message and its files, later.  Any lock may be held. */
void unix_message_doom(struct unix_message *m);
/* A socket has ended: others may have been held by it alone. */
void unix_flight_look(void);

/* --- collect.c --------------------------------------------------------------------------------*/

extern struct list unix_flying; /* [u] struct unix_socket.flight */

/* Dooms the messages of all sockets that nothing can reach. */
void unix_collect(void);
