/*
 * connect.c - sockets to each other: listen, connect, accept, shutdown, close.
 *
 * connect makes the listener's new socket at once and leaves it among its arrivals, where accept
 * finds it, so bytes may be sent before that.
 *
 * Locking: unix_lock for everything; the lock of a socket while its peer or its shutdown changes.
 */
#include "fs/poll.h"
#include "fs/unix/flight.h"
#include "kernel/abi/errno.h"
#include "kernel/task/pid.h"

static void set_peer(struct unix_socket *s, struct unix_socket *peer)
{
	struct unix_socket *old;

	spin_lock(&s->lock);
	old = s->peer;
	WRITE_ONCE(s->peer, peer ? unix_get(peer) : NULL);
	spin_unlock(&s->lock);
	unix_put(old);
}

static void set_shutdown(struct unix_socket *s, u32 how)
{
	spin_lock(&s->lock);
	WRITE_ONCE(s->shutdown, s->shutdown | how);
	spin_unlock(&s->lock);
	waitq_wake_n(&s->can_read, ~0u, POLLIN | POLLRDHUP | POLLHUP);
	waitq_wake_n(&s->can_write, ~0u, POLLOUT | POLLHUP);
}

void unix_pair(struct unix_socket *a, struct unix_socket *b)
{
	mutex_lock(&unix_lock);
	set_peer(a, b);
	set_peer(b, a);
	unix_cred_current(&a->peer_cred);
	unix_cred_current(&b->peer_cred);
	mutex_unlock(&unix_lock);
}

int unix_listen(struct unix_socket *s, u32 backlog)
{
	int error = 0;

	if (s->type == SOCK_DGRAM)
		return -EOPNOTSUPP;
	mutex_lock(&unix_lock);
	if (!s->name_len || (s->peer && !s->listening)) {
		error = -EINVAL;
	} else {
		WRITE_ONCE(s->listening, true);
		s->backlog = backlog;
		unix_cred_put(&s->peer_cred);
		unix_cred_current(&s->peer_cred); /* what who connects is told */
	}
	mutex_unlock(&unix_lock);
	waitq_wake_n(&s->can_write, ~0u, POLLOUT);
	return error;
}

/* --- connect ----------------------------------------------------------------------------------*/

/* 0: connected; 1: the listener is full. */
static int join_locked(struct unix_socket *s, struct unix_socket *to, struct unix_socket *fresh)
{
	if (s->listening)
		return -EINVAL;
	if (s->peer)
		return -EISCONN;
	if (!to->listening || to->closed || (to->shutdown & UNIX_NO_RECEIVE))
		return -ECONNREFUSED;
	if (to->waiting > to->backlog)
		return 1;
	fresh->name = to->name;
	fresh->name_len = to->name_len;
	unix_cred_current(&fresh->peer_cred);
	unix_cred_put(&s->peer_cred);
	s->peer_cred = to->peer_cred;
	if (s->peer_cred.pid)
		pid_get(s->peer_cred.pid);
	set_peer(s, fresh);
	set_peer(fresh, s);
	list_add_tail(&unix_get(fresh)->arrival, &to->arrivals);
	WRITE_ONCE(to->waiting, to->waiting + 1);
	return 0;
}

static bool has_room(struct unix_socket *to)
{
	return READ_ONCE(to->waiting) <= READ_ONCE(to->backlog) || READ_ONCE(to->closed);
}

static int connect_stream(struct unix_socket *s, struct unix_socket *to, bool nonblock)
{
	struct unix_socket *fresh = unix_create(s->type);
	int error = fresh ? 1 : -ENOMEM;

	while (error == 1) {
		mutex_lock(&unix_lock);
		error = join_locked(s, to, fresh);
		mutex_unlock(&unix_lock);
		if (error == 1) {
			error = nonblock ? -EAGAIN
					 : wait_event_interruptible(&to->can_write, has_room(to));
			error = error ?: 1;
		}
	}
	unix_put(fresh);
	if (error)
		return error;
	waitq_wake_n(&to->can_read, ~0u, POLLIN | POLLRDNORM);
	waitq_wake_n(&s->can_write, ~0u, POLLOUT);
	return 0;
}

/* A socket that has a partner takes nothing from others. */
static int connect_datagram(struct unix_socket *s, struct unix_socket *to)
{
	int error = 0;

	mutex_lock(&unix_lock);
	if (to && to->closed)
		error = -ECONNREFUSED;
	else if (to && to->peer && to->peer != s)
		error = -EPERM;
	else
		set_peer(s, to);
	mutex_unlock(&unix_lock);
	return error;
}

int unix_connect(struct unix_socket *s, const struct sockaddr_un *name, u32 len,
		 const struct walk *walk, bool nonblock)
{
	struct unix_socket *to;
	int error;

	if (s->type == SOCK_DGRAM && name->family == AF_UNSPEC)
		return connect_datagram(s, NULL);
	to = unix_find(name, len, s->type, walk);
	if (IS_ERR(to))
		return (int)PTR_ERR(to);
	error = s->type == SOCK_DGRAM ? connect_datagram(s, to) : connect_stream(s, to, nonblock);
	unix_put(to);
	return error;
}

/* --- accept -----------------------------------------------------------------------------------*/

static struct unix_socket *take_arrival(struct unix_socket *s)
{
	struct unix_socket *fresh = NULL;

	mutex_lock(&unix_lock);
	if (!s->listening) {
		fresh = ERR_PTR(-EINVAL);
	} else if (s->waiting) {
		fresh = list_first(&s->arrivals, struct unix_socket, arrival);
		list_del(&fresh->arrival);
		WRITE_ONCE(s->waiting, s->waiting - 1);
	}
	mutex_unlock(&unix_lock);
	return fresh;
}

struct unix_socket *unix_accept(struct unix_socket *s, bool nonblock)
{
	struct unix_socket *fresh;
	int error;

	if (s->type == SOCK_DGRAM)
		return ERR_PTR(-EOPNOTSUPP);
	while (!(fresh = take_arrival(s))) {
		if (READ_ONCE(s->shutdown) & UNIX_NO_RECEIVE)
			return ERR_PTR(-EINVAL);
		if (nonblock)
			return ERR_PTR(-EAGAIN);
		error = wait_event_exclusive(&s->can_read,
					     READ_ONCE(s->waiting) || READ_ONCE(s->shutdown));
		if (error)
			return ERR_PTR(error);
	}
	if (!IS_ERR(fresh))
		waitq_wake_n(&s->can_write, ~0u, POLLOUT);
	return fresh;
}

/* --- the end ----------------------------------------------------------------------------------*/

int unix_shutdown(struct unix_socket *s, u32 how)
{
	struct unix_socket *peer = s->type == SOCK_DGRAM ? NULL : unix_peer(s);

	set_shutdown(s, how);
	if (peer) {
		set_shutdown(peer, (how & UNIX_NO_RECEIVE ? UNIX_NO_SEND : 0) |
					   (how & UNIX_NO_SEND ? UNIX_NO_RECEIVE : 0));
		unix_put(peer);
	}
	return 0;
}

/* The other side of a connection that ends.  reset: bytes were left unread. */
static void tell_peer(struct unix_socket *s, bool reset)
{
	struct unix_socket *peer = s->type == SOCK_DGRAM ? NULL : unix_peer(s);

	if (!peer)
		return;
	if (reset)
		WRITE_ONCE(peer->error, -ECONNRESET);
	set_shutdown(peer, UNIX_NO_RECEIVE | UNIX_NO_SEND);
	unix_put(peer);
}

static void close_one(struct unix_socket *s, bool never_accepted)
{
	struct path place;

	mutex_lock(&unix_lock);
	WRITE_ONCE(s->closed, true);
	unix_unbind_locked(s, &place);
	mutex_unlock(&unix_lock);
	set_shutdown(s, UNIX_NO_RECEIVE | UNIX_NO_SEND);
	tell_peer(s, never_accepted || !list_empty(&s->queue));
	mutex_lock(&unix_lock);
	set_peer(s, NULL);
	mutex_unlock(&unix_lock);
	if (place.dentry)
		path_put(&place);
	unix_flush(s);
}

void unix_close(struct unix_socket *s)
{
	struct unix_socket *fresh;

	close_one(s, false);
	while (s->listening && !IS_ERR(fresh = take_arrival(s)) && fresh) {
		close_one(fresh, true);
		unix_put(fresh);
	}
	unix_put(s);
	unix_flight_look();
}
