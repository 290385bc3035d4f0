/*
 * pty_master.c - /dev/ptmx: each open makes a terminal and is its master.
 *
 * A read gives what the terminal's programs have written; a write is typed at the terminal.  When
 * nobody has the terminal open any more, a read says EIO.  Requests about settings, size and groups
 * are about the terminal; see ioctl_tty(2).
 *
 * Differs from Linux: TIOCSTI, TCXONC and TCFLSH for output do nothing at a master.
 */
#include "arch/uaccess.h"
#include "fs/fd.h"
#include "fs/poll.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/pty.h"
#include "kernel/lib/string.h"
#include "kernel/task/task.h"

#define CHUNK 128 /* bytes moved at a time */

static struct pty *pty_of_file(struct file *f)
{
	return pty_of(tty_of(f));
}

static int ptmx_open(struct inode *inode, struct file *f)
{
	struct path root;
	struct pty *p;
	int error = devpts_find(&f->path, &root);

	if (error)
		return error;
	p = pty_create(root.mount->super, f->cred);
	path_put(&root);
	if (IS_ERR(p))
		return (int)PTR_ERR(p);
	error = tty_file_init(f, &p->tty, true);
	if (error)
		pty_close_master(p);
	return error;
}

static void ptmx_release(struct file *f)
{
	struct pty *p = pty_of_file(f);

	tty_file_release(f);
	pty_close_master(p);
}

/* --- read --------------------------------------------------------------------------------------
 */

/* Up to n bytes of what waits; in packet mode there is a byte in front of them.  0: nothing. */
static size_t take(struct pty *p, u8 *bytes, size_t n, bool first)
{
	size_t done = 0;
	u32 part;

	spin_lock(&p->tty.lock);
	if (p->packet && first) {
		if (p->status || pty_waiting(p))
			bytes[done++] = p->status;
		if (p->status) {
			p->status = 0;
			spin_unlock(&p->tty.lock);
			return done;
		}
	}
	part = (u32)min((size_t)pty_waiting(p), n - done);
	for (u32 i = 0; i < part; i++)
		bytes[done++] = p->out[(p->tail + i) % PTY_OUT];
	WRITE_ONCE(p->tail, p->tail + part);
	spin_unlock(&p->tty.lock);
	if (part)
		tty_wake_writers(&p->tty);
	return done;
}

static bool is_readable(const struct pty *p)
{
	return pty_waiting(p) || (READ_ONCE(p->packet) && READ_ONCE(p->status));
}

static ssize_t read_waiting(struct pty *p, struct io *io)
{
	u8 bytes[CHUNK];
	ssize_t done = 0;
	size_t n, want;

	do {
		want = min(io->left, sizeof(bytes));
		n = take(p, bytes, want, !done);
		if (io_put(io, bytes, n) != n)
			return done ?: -EFAULT;
		done += (ssize_t)n;
	} while (n == want && io->left);
	return done;
}

static ssize_t read_turn(struct file *f, struct pty *p, struct io *io)
{
	ssize_t done;
	int error;

	for (;;) {
		done = read_waiting(p, io);
		if (done)
			return done;
		if (pty_is_left(p) && !is_readable(p))
			return -EIO;
		if (READ_ONCE(f->flags) & O_NONBLOCK)
			return -EAGAIN;
		error = wait_event_interruptible(&p->master_read, is_readable(p) || pty_is_left(p));
		if (error)
			return error;
	}
}

static ssize_t ptmx_read(struct file *f, struct io *io, u64 *pos)
{
	struct pty *p = pty_of_file(f);
	ssize_t done;
	int error;

	if (!io->left)
		return 0;
	error = turn_take(&p->reader, !(READ_ONCE(f->flags) & O_NONBLOCK));
	if (error)
		return error;
	done = read_turn(f, p, io);
	turn_give(&p->reader);
	return done;
}

/* --- write -------------------------------------------------------------------------------------
 */

/* As much of the chunk as the terminal takes now. */
static size_t type(struct pty *p, const u8 *bytes, size_t n)
{
	struct tty *t = &p->tty;
	size_t done = 0;

	spin_lock(&t->lock);
	p->typing = true;
	p->echo_from = p->head;
	p->echo_column = t->column;
	while (done < n && tty_receive_ready(t))
		tty_receive(t, bytes[done++], TTY_NORMAL);
	p->typing = false;
	spin_unlock(&t->lock);
	tty_receive_done(t);
	return done;
}

static int write_chunk(struct file *f, struct tty *t, const u8 *bytes, size_t n, ssize_t *done)
{
	struct pty *p = container_of(t, struct pty, tty);
	size_t taken;
	int error;

	for (;;) {
		taken = type(p, bytes, n);
		*done += (ssize_t)taken;
		bytes += taken;
		n -= taken;
		if (!n)
			return 0;
		if (READ_ONCE(f->flags) & O_NONBLOCK)
			return -EAGAIN;
		error = wait_event_interruptible(&p->master_write, !READ_ONCE(p->tty.throttled));
		if (error)
			return error;
	}
}

static ssize_t ptmx_write(struct file *f, struct io *io, u64 *pos)
{
	struct pty *p = pty_of_file(f);
	int error = turn_take(&p->writer, !(READ_ONCE(f->flags) & O_NONBLOCK));
	ssize_t done;

	if (error)
		return error;
	done = tty_write_all(f, &p->tty, io, write_chunk);
	turn_give(&p->writer);
	return done;
}

/* --- poll and requests -------------------------------------------------------------------------
 */

static u32 ptmx_poll(struct file *f, struct poll_table *table)
{
	struct pty *p = pty_of_file(f);
	u32 ready = 0;

	poll_wait(table, &p->master_read);
	poll_wait(table, &p->master_write);
	if (is_readable(p))
		ready |= POLLIN | POLLRDNORM;
	spin_lock(&p->tty.lock);
	if (p->packet && p->status)
		ready |= POLLPRI;
	if (tty_receive_ready(&p->tty))
		ready |= POLLOUT | POLLWRNORM;
	spin_unlock(&p->tty.lock);
	if (pty_is_left(p))
		ready |= POLLHUP;
	return ready;
}

static long set_locked(struct pty *p, const s32 __user *in)
{
	s32 on;

	if (get_user(on, in))
		return -EFAULT;
	WRITE_ONCE(p->locked, on != 0);
	return 0;
}

static long set_packet(struct pty *p, const s32 __user *in)
{
	s32 on;

	if (get_user(on, in))
		return -EFAULT;
	spin_lock(&p->tty.lock);
	if (on && !p->packet)
		p->status = 0;
	p->packet = on != 0;
	spin_unlock(&p->tty.lock);
	return 0;
}

static long send_signal(struct tty *t, u64 signo)
{
	if (signo != SIGINT && signo != SIGQUIT && signo != SIGTSTP)
		return -EINVAL;
	tty_send_signals(t, 1u << signo);
	return 0;
}

/* A descriptor of the slave, whatever /dev/pts is to the caller. */
static long open_peer(struct file *f, struct pty *p, u32 flags)
{
	struct fdtable *files = task_current()->files;
	struct path place;
	struct file *peer;
	int fd, error = devpts_find(&f->path, &place);

	if (error)
		return error;
	if (place.mount->super != p->super) {
		path_put(&place);
		return -ENODEV;
	}
	dentry_put(place.dentry);
	place.dentry = dentry_get(p->node);
	fd = fd_reserve(files, 0, (u32)task_limit(RLIMIT_NOFILE), flags & O_CLOEXEC);
	peer = fd < 0 ? ERR_PTR(fd) : file_open_path(&place, flags, task_current()->cred);
	path_put(&place);
	if (IS_ERR(peer)) {
		if (fd >= 0)
			fd_release(files, fd);
		return PTR_ERR(peer);
	}
	fd_install(files, fd, peer);
	return fd;
}

/* What waits in either direction is forgotten: the master's input is the slave's output. */
static long flush(struct pty *p, u64 what)
{
	if (what > TCIOFLUSH)
		return -EINVAL;
	if (what == TCOFLUSH)
		return 0;
	spin_lock(&p->tty.lock);
	WRITE_ONCE(p->tail, p->head);
	WRITE_ONCE(p->limit, p->head);
	spin_unlock(&p->tty.lock);
	tty_wake_writers(&p->tty);
	return 0;
}

static long stuff(const u8 __user *in)
{
	u8 c;

	if (!cred_capable(task_current()->cred, CAP_SYS_ADMIN))
		return -EPERM;
	return get_user(c, in);
}

static long ptmx_ioctl(struct file *f, unsigned cmd, u64 arg)
{
	struct pty *p = pty_of_file(f);
	s32 __user *out = (s32 __user *)arg;

	switch (cmd) {
	case TIOCGPTN:
		return put_user((u32)p->number, (u32 __user *)arg);
	case TIOCSPTLCK:
		return set_locked(p, out);
	case TIOCGPTLCK:
		return put_user((s32)READ_ONCE(p->locked), out);
	case TIOCPKT:
		return set_packet(p, out);
	case TIOCGPKT:
		return put_user((s32)READ_ONCE(p->packet), out);
	case TIOCSIG:
		return send_signal(&p->tty, arg);
	case TIOCGPTPEER:
		return open_peer(f, p, (u32)arg);
	case FIONREAD:
		return put_user((s32)pty_waiting(p), out);
	case TCFLSH:
		return flush(p, arg);
	case TCXONC:
		return arg > TCION ? -EINVAL : 0;
	case TIOCSTI:
		return stuff((const u8 __user *)arg);
	default:
		return tty_ioctl(f, cmd, arg);
	}
}

const struct file_ops ptmx_ops = {
	.open = ptmx_open,
	.release = ptmx_release,
	.read = ptmx_read,
	.write = ptmx_write,
	.poll = ptmx_poll,
	.ioctl = ptmx_ioctl,
	.flags = FILE_NO_SEEK,
};

bool pty_is_master(const struct file *f)
{
	return f->ops == &ptmx_ops;
}
