/*
 * message.c - bytes, descriptors and credentials on their way from one socket to another.
 *
 * A stream is cut into messages of at most CHUNK bytes.  A read goes over their borders, but ends
 * with the one that brings descriptors, and before one with other credentials.  A message is
 * charged to its sender until it has been read; a sender with too much on its way waits.
 *
 * Locking: the lock of the receiver for its queue; `reading` keeps the first message in it while
 * its bytes are copied.  unix_lock is taken within that when sockets are among the files
 * (flight.c).
 *
 * Differs from Linux: a datagram socket takes as many messages as the buffers of its senders hold,
 * not eleven.
 */
#include "fs/poll.h"
#include "fs/unix/flight.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/realtime.h"
#include "kernel/task/pid.h"

#define CHUNK 16000u

/* --- what goes along --------------------------------------------------------------------------*/

void unix_control_drop(struct unix_control *c)
{
	for (u32 i = 0; i < c->file_count; i++)
		file_put(c->files[i]);
	kfree(c->files);
	unix_cred_put(&c->cred);
	*c = (struct unix_control){};
}

static bool cred_equal(const struct unix_control *a, const struct unix_control *b)
{
	return a->has_cred == b->has_cred && a->cred.pid == b->cred.pid &&
	       a->cred.uid == b->cred.uid && a->cred.gid == b->cred.gid;
}

/* --- messages ---------------------------------------------------------------------------------*/

void unix_message_free(struct unix_message *m)
{
	struct unix_socket *s = m->sender;

	__atomic_fetch_sub(&s->sent, m->charge, __ATOMIC_RELAXED);
	if (unix_writable(s) && waitq_busy(&s->can_write))
		waitq_wake_n(&s->can_write, ~0u, POLLOUT | POLLWRNORM);
	unix_put(s);
	if (m->control.file_count) {
		unix_message_doom(m);
		return;
	}
	unix_control_drop(&m->control);
	kfree(m);
}

/* As Linux charges it: the allocation with its overhead. */
static u32 charge_of(u32 len)
{
	u32 size = 512;

	while (size < len + 320)
		size *= 2;
	return size + 256;
}

/* With the next len bytes of io.  ERR_PTR(-ENOBUFS, -EFAULT). */
static struct unix_message *message_create(struct unix_socket *s, struct io *io, u32 len)
{
	struct unix_message *m = kmalloc(sizeof(*m) + len);

	if (!m)
		return ERR_PTR(-ENOBUFS);
	if (io_get(io, m->data, len) != len) {
		kfree(m);
		return ERR_PTR(-EFAULT);
	}
	m->sender = unix_get(s);
	m->len = len;
	m->offset = 0;
	m->sockets = 0;
	m->account = NULL;
	m->charge = charge_of(len);
	m->control = (struct unix_control){};
	__atomic_fetch_add(&s->sent, m->charge, __ATOMIC_RELAXED);
	return m;
}

struct unix_message *unix_message_first(struct unix_socket *s)
{
	struct unix_message *m = NULL;

	spin_lock(&s->lock);
	if (!list_empty(&s->queue))
		m = list_first(&s->queue, struct unix_message, node);
	spin_unlock(&s->lock);
	return m;
}

struct unix_message *unix_message_after(struct unix_socket *s, struct unix_message *m)
{
	struct unix_message *next = NULL;

	spin_lock(&s->lock);
	if (m->node.next != &s->queue)
		next = list_next(m, node);
	spin_unlock(&s->lock);
	return next;
}

/* Takes n bytes more of the first message, and the message with its last. */
static void consume(struct unix_socket *s, struct unix_message *m, u32 n, bool whole)
{
	spin_lock(&s->lock);
	m->offset += n;
	s->queued -= whole ? m->len : n;
	whole |= m->offset == m->len;
	if (whole)
		list_del(&m->node);
	spin_unlock(&s->lock);
	if (whole)
		unix_message_free(m);
}

void unix_flush(struct unix_socket *s)
{
	struct unix_message *m;

	while ((m = unix_message_first(s)))
		consume(s, m, 0, true);
}

/* --- sending ----------------------------------------------------------------------------------*/

static int take_error(struct unix_socket *s)
{
	return READ_ONCE(s->error) ? __atomic_exchange_n(&s->error, 0, __ATOMIC_RELAXED) : 0;
}

static u64 deadline_of(u64 ns)
{
	return ns ? clock_after(ns) : WAIT_FOREVER;
}

/* Room in the sender's buffer. */
static int wait_for_room(struct unix_socket *s, bool nonblock)
{
	int error;

	if (likely(READ_ONCE(s->sent) < READ_ONCE(s->sndbuf)))
		return 0;
	if (nonblock)
		return -EAGAIN;
	error = wait_event_interruptible_until(&s->can_write,
					       READ_ONCE(s->sent) < READ_ONCE(s->sndbuf) ||
						       READ_ONCE(s->error) ||
						       (READ_ONCE(s->shutdown) & UNIX_NO_SEND),
					       deadline_of(s->send_ns));
	return error == -ETIMEDOUT ? -EAGAIN : error;
}

/* Into the receiver's queue; -EPIPE: it takes no more. */
static int deliver(struct unix_socket *to, struct unix_message *m)
{
	spin_lock(&to->lock);
	if (to->shutdown & UNIX_NO_RECEIVE) {
		spin_unlock(&to->lock);
		return -EPIPE;
	}
	list_add_tail(&m->node, &to->queue);
	to->queued += m->len;
	spin_unlock(&to->lock);
	if (waitq_busy(&to->can_read))
		waitq_wake_n(&to->can_read, ~0u, POLLIN | POLLRDNORM);
	return 0;
}

/* One message of len bytes.  c goes along, and is empty afterwards, when it has been sent. */
static int send_one(struct unix_socket *s, struct unix_socket *to, struct io *io, u32 len,
		    struct unix_control *c, bool nonblock)
{
	int error = take_error(s) ?: wait_for_room(s, nonblock);
	struct unix_message *m;

	if (!error && (READ_ONCE(s->shutdown) & UNIX_NO_SEND))
		error = -EPIPE;
	if (error)
		return error;
	m = message_create(s, io, len);
	if (IS_ERR(m))
		return (int)PTR_ERR(m);
	m->control = *c;
	if (!c->has_cred && (READ_ONCE(s->passcred) || READ_ONCE(to->passcred))) {
		unix_cred_current(&m->control.cred);
		m->control.has_cred = true;
	}
	error = m->control.file_count ? unix_flight_begin(m) : 0;
	if (!error)
		error = deliver(to, m);
	if (!error) {
		*c = (struct unix_control){};
		return 0;
	}
	if (m->account)
		unix_flight_end(m);
	if (!c->has_cred)
		unix_cred_put(&m->control.cred);
	m->control = (struct unix_control){}; /* the caller's still */
	unix_message_free(m);
	return error;
}

static ssize_t send_stream(struct unix_socket *s, struct unix_socket *to, struct io *io,
			   struct unix_control *c, bool nonblock)
{
	ssize_t done = 0;
	int error = 0;

	while (io->left && !error) {
		u32 len = (u32)min(io->left, (u64)CHUNK);

		error = send_one(s, to, io, len, c, nonblock);
		if (!error)
			done += len;
	}
	return done ?: error;
}

static ssize_t send_packet(struct unix_socket *s, struct unix_socket *to, struct io *io,
			   struct unix_control *c, bool nonblock)
{
	u64 len = io->left;
	int error;

	if (len + 32 > READ_ONCE(s->sndbuf))
		return -EMSGSIZE;
	if (s->type == SOCK_DGRAM && READ_ONCE(to->closed))
		return -ECONNREFUSED;
	error = send_one(s, to, io, (u32)len, c, nonblock);
	return error ?: (ssize_t)len;
}

ssize_t unix_send(struct unix_socket *s, struct unix_socket *to, struct io *io,
		  struct unix_control *c, bool nonblock)
{
	struct unix_socket *peer = to ? unix_get(to) : unix_peer(s);
	ssize_t n;

	if (!peer)
		return -ENOTCONN;
	n = unix_is_stream(s) ? send_stream(s, peer, io, c, nonblock)
			      : send_packet(s, peer, io, c, nonblock);
	unix_put(peer);
	return n;
}

/* --- receiving --------------------------------------------------------------------------------*/

/* `reading` is held, but not while waiting.  1: look again; 0: the end; -errno. */
static int wait_for_message(struct unix_socket *s, const struct unix_receive *r)
{
	int error = take_error(s);

	if (error)
		return error;
	if (READ_ONCE(s->shutdown) & UNIX_NO_RECEIVE)
		return 0;
	if (r->nonblock)
		return -EAGAIN;
	mutex_unlock(&s->reading);
	error = wait_event_interruptible_until(&s->can_read,
					       !list_empty(&s->queue) || READ_ONCE(s->shutdown) ||
						       READ_ONCE(s->error),
					       deadline_of(s->receive_ns));
	mutex_lock(&s->reading);
	return error == -ETIMEDOUT ? -EAGAIN : error ?: 1;
}

/* What goes along with the first bytes of a read: copied by a peek, else taken. */
static int take_control(struct unix_message *m, struct unix_receive *r)
{
	unix_control_drop(&r->control); /* of messages before it, which had no descriptors */
	r->name = m->sender->name;
	r->name_len = READ_ONCE(m->sender->name_len);
	if (r->flags & MSG_PEEK)
		return unix_flight_copy(&r->control, m);
	if (m->control.file_count)
		unix_flight_end(m);
	r->control = m->control;
	m->control.files = NULL;
	m->control.file_count = 0;
	if (r->control.cred.pid)
		pid_get(r->control.cred.pid);
	return 0;
}

static ssize_t receive_packet(struct unix_socket *s, struct io *io, struct unix_receive *r)
{
	struct unix_message *m = unix_message_first(s);
	u32 n = (u32)min((u64)m->len, io->left), len = m->len;
	int error = take_control(m, r);

	if (!error && io_put(io, m->data, n) != n)
		error = -EFAULT;
	if (n < len)
		r->out_flags |= MSG_TRUNC;
	if (!(r->flags & MSG_PEEK))
		consume(s, m, 0, true);
	return error ?: (ssize_t)(r->flags & MSG_TRUNC ? len : n);
}

/* Goes over messages as far as one with descriptors, and not to one from somebody else. */
static ssize_t receive_some(struct unix_socket *s, struct io *io, struct unix_receive *r)
{
	struct unix_message *m = unix_message_first(s), *next;
	bool peek = r->flags & MSG_PEEK, files = false;
	ssize_t done = 0;
	u32 n, moved;
	int error = 0;

	while (io->left && !files) {
		files = m->control.file_count;
		if (!done || files)
			error = take_control(m, r);
		if (error)
			break;
		n = (u32)min((u64)(m->len - m->offset), io->left);
		moved = (u32)io_put(io, m->data + m->offset, n);
		done += moved;
		if (moved < n)
			error = -EFAULT;
		next = unix_message_after(s, m);
		if (!peek)
			consume(s, m, moved, false);
		if (error || !next || (s->passcred && !cred_equal(&r->control, &next->control)))
			break;
		m = next;
	}
	return done ?: error;
}

/* Is a read of everything (MSG_WAITALL) to go on? */
static bool wants_more(const struct unix_receive *r, const struct io *io)
{
	return (r->flags & (MSG_WAITALL | MSG_PEEK)) == MSG_WAITALL && io->left &&
	       !r->control.file_count;
}

ssize_t unix_receive(struct unix_socket *s, struct io *io, struct unix_receive *r)
{
	ssize_t done = 0, n = 1;

	if (unix_is_stream(s) && !READ_ONCE(s->peer))
		return -EINVAL;
	if (s->type == SOCK_SEQPACKET && !READ_ONCE(s->peer))
		return -ENOTCONN;
	mutex_lock(&s->reading);
	while (n > 0) {
		if (!unix_message_first(s)) {
			n = wait_for_message(s, r);
			continue;
		}
		if (!unix_is_stream(s)) {
			done = receive_packet(s, io, r);
			break;
		}
		n = receive_some(s, io, r);
		done += max(n, 0l);
		if (!wants_more(r, io))
			break;
	}
	mutex_unlock(&s->reading);
	return done ?: n > 0 ? 0 : n;
}
