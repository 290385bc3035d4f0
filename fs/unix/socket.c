/*
 * socket.c - AF_UNIX sockets as open files: life, read and write, poll.
 *
 * A socket lives as long as its file, a peer that points at it, or a message that it has sent.
 * With its file goes its name, its connection and what it has not read.
 *
 * Locking: see unix.h.  unix_lock is taken before the lock of a socket, of which nobody holds two.
 */
#include "arch/uaccess.h"
#include "fs/poll.h"
#include "fs/unix/unix.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/termios.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

#define BUFFER_DEFAULT 212992

struct mutex unix_lock = MUTEX_INIT(unix_lock, RANK_OTHER_MUTEX);

/* --- credentials ------------------------------------------------------------------------------*/

void unix_cred_current(struct unix_cred *out)
{
	struct task *t = task_current();

	*out = (struct unix_cred){ pid_get(t->process->pid), t->cred->euid, t->cred->egid };
}

void unix_cred_put(struct unix_cred *c)
{
	if (c->pid)
		pid_put(c->pid);
	c->pid = NULL;
}

/* --- life -------------------------------------------------------------------------------------*/

struct unix_socket *unix_create(u32 type)
{
	struct unix_socket *s = kzalloc(sizeof(*s));

	if (!s)
		return NULL;
	refcount_init(&s->refs, 1);
	spin_init(&s->lock, RANK_PIPE);
	waitq_init(&s->can_read);
	waitq_init(&s->can_write);
	mutex_init(&s->reading, RANK_FILE);
	list_init(&s->queue);
	list_init(&s->arrivals);
	list_init(&s->arrival);
	list_init(&s->bound);
	list_init(&s->flight);
	s->type = type;
	s->sndbuf = s->rcvbuf = BUFFER_DEFAULT;
	s->peer_cred = (struct unix_cred){ NULL, ~0u, ~0u };
	return s;
}

struct unix_socket *unix_get(struct unix_socket *s)
{
	refcount_get(&s->refs);
	return s;
}

void unix_put(struct unix_socket *s)
{
	if (!s || !refcount_put(&s->refs))
		return;
	unix_cred_put(&s->peer_cred);
	kfree(s);
}

static void inode_destroy(struct inode *inode)
{
	kfree(inode);
}

static const struct inode_ops unix_inode_ops = { .free = inode_destroy };

struct file *unix_file(struct unix_socket *s, u32 flags, const struct cred *cred)
{
	struct inode *inode = kzalloc(sizeof(*inode));
	struct file *f;

	if (!inode) {
		unix_close(s);
		return ERR_PTR(-ENOMEM);
	}
	inode_init(inode, NULL, &unix_inode_ops, &unix_file_ops, S_IFSOCK | 0777, cred->fsuid,
		   cred->fsgid);
	f = file_create_anonymous("socket", &unix_file_ops, inode, s, O_RDWR | flags, cred);
	inode_put(inode);
	if (IS_ERR(f))
		unix_close(s);
	else
		s->file = f;
	return f;
}

struct unix_socket *unix_of(const struct file *f)
{
	return f->ops == &unix_file_ops ? f->private : NULL;
}

bool unix_is_stream(const struct unix_socket *s)
{
	return s->type == SOCK_STREAM;
}

struct unix_socket *unix_peer(struct unix_socket *s)
{
	struct unix_socket *peer;

	spin_lock(&s->lock);
	peer = s->peer ? unix_get(s->peer) : NULL;
	spin_unlock(&s->lock);
	return peer;
}

/* --- file operations --------------------------------------------------------------------------*/

static int socket_open(struct inode *inode, struct file *f)
{
	return -ENXIO;
}

static void socket_release(struct file *f)
{
	unix_close(f->private);
}

static ssize_t socket_read(struct file *f, struct io *io, u64 *pos)
{
	struct unix_receive r = { .nonblock = READ_ONCE(f->flags) & O_NONBLOCK };
	ssize_t n;

	if (!io->left)
		return 0;
	n = unix_receive(f->private, io, &r);
	unix_control_drop(&r.control);
	return n;
}

static ssize_t socket_write(struct file *f, struct io *io, u64 *pos)
{
	struct unix_control none = {};

	return unix_send(f->private, NULL, io, &none, READ_ONCE(f->flags) & O_NONBLOCK);
}

bool unix_writable(const struct unix_socket *s)
{
	return READ_ONCE(s->sent) <= READ_ONCE(s->sndbuf) / 4;
}

static u32 socket_poll(struct file *f, struct poll_table *table)
{
	struct unix_socket *s = f->private;
	bool connected = s->type == SOCK_STREAM || s->type == SOCK_SEQPACKET;
	u32 ready = 0, shut;

	poll_wait(table, &s->can_read);
	poll_wait(table, &s->can_write);
	shut = READ_ONCE(s->shutdown);
	if (READ_ONCE(s->error))
		ready |= POLLERR;
	if (shut & UNIX_NO_RECEIVE)
		ready |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (shut == (UNIX_NO_RECEIVE | UNIX_NO_SEND))
		ready |= POLLHUP;
	if (!list_empty(&s->queue) || READ_ONCE(s->waiting))
		ready |= POLLIN | POLLRDNORM;
	if (connected && !READ_ONCE(s->peer) && !READ_ONCE(s->listening))
		ready |= POLLHUP;
	if (unix_writable(s))
		ready |= POLLOUT | POLLWRNORM | POLLWRBAND;
	return ready;
}

static long socket_ioctl(struct file *f, unsigned cmd, u64 arg)
{
	struct unix_socket *s = f->private;

	if (cmd == FIONREAD)
		return s->listening ? -EINVAL : put_user((int)s->queued, (int __user *)arg);
	if (cmd == SIOCOUTQ)
		return put_user((int)READ_ONCE(s->sent), (int __user *)arg);
	return -ENOTTY;
}

const struct file_ops unix_file_ops = {
	.open = socket_open,
	.release = socket_release,
	.read = socket_read,
	.write = socket_write,
	.poll = socket_poll,
	.ioctl = socket_ioctl,
	.flags = FILE_NO_SEEK,
};
