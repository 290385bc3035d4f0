/*
 * tty.c - terminals as files: open, read, write, poll.
 *
 * /dev/ttyS0 and the like are terminals; /dev/console is the one that the kernel's messages go to,
 * and /dev/tty the controlling one of whoever opens it.  See tty_input.c and tty_output.c for what
 * happens to characters, tty_job.c for process groups and docs/terminal.md for the whole.
 *
 * Locking: tty->lock guards settings and input and is taken in interrupts.  One read and one write
 * at a time have their turn; they sleep holding it, so waiting for a turn can be interrupted.
 */
#include "kernel/dev/tty.h"

#include "arch/clock.h"
#include "fs/poll.h"
#include "kernel/abi/signal.h"
#include "kernel/dev/console.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/pty.h"
#include "kernel/dev/uart.h"
#include "kernel/dev/vt/vt.h"
#include "kernel/mem/slab.h"

#define CHUNK	    128			/* bytes moved at a time */
#define NS_PER_TIME (100 * NS_PER_MSEC) /* the unit of VTIME */

struct tty_file {
	struct tty *tty; /* [I] */
	u32 hangups;	 /* [I] tty->hangups at open */
	bool apart;	 /* [I] the console, or the master of a pseudo-terminal */
};

/* --- turns -------------------------------------------------------------------------------------
 */

void turn_init(struct turn *t)
{
	t->taken = false;
	waitq_init(&t->queue);
}

static bool turn_try(struct turn *t)
{
	return !__atomic_exchange_n(&t->taken, true, __ATOMIC_ACQUIRE);
}

int turn_take(struct turn *t, bool wait)
{
	if (turn_try(t))
		return 0;
	return wait ? wait_event_exclusive(&t->queue, turn_try(t)) : -EAGAIN;
}

void turn_give(struct turn *t)
{
	__atomic_store_n(&t->taken, false, __ATOMIC_RELEASE);
	waitq_wake(&t->queue);
}

/* --- the terminal ------------------------------------------------------------------------------
 */

static const struct termios2 default_termios = {
	.iflag = ICRNL | IXON,
	.oflag = OPOST | ONLCR,
	.cflag = B9600 | CS8 | CREAD | HUPCL | CLOCAL,
	.lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.cc = { [VINTR] = 3,
		[VQUIT] = 28,
		[VERASE] = 127,
		[VKILL] = 21,
		[VEOF] = 4,
		[VMIN] = 1,
		[VSTART] = 17,
		[VSTOP] = 19,
		[VSUSP] = 26,
		[VREPRINT] = 18,
		[VDISCARD] = 15,
		[VWERASE] = 23,
		[VLNEXT] = 22 },
	.ispeed = 9600,
	.ospeed = 9600,
};

void tty_init(struct tty *t, const struct tty_driver *driver, void *port, const char *name,
	      u64 number)
{
	*t = (struct tty){ .driver = driver, .port = port, .name = name, .number = number };
	spin_init(&t->lock, RANK_TTY);
	t->termios = default_termios;
	waitq_init(&t->can_read);
	waitq_init(&t->can_write);
	turn_init(&t->reader);
	turn_init(&t->writer);
}

struct tty *tty_of(struct file *f)
{
	return ((struct tty_file *)f->private)->tty;
}

bool tty_is_console(struct file *f)
{
	return ((struct tty_file *)f->private)->apart;
}

bool tty_dead(struct file *f)
{
	struct tty_file *tf = f->private;

	/* The console outlives hang-ups: it belongs to nobody's session. */
	return !tf->apart && READ_ONCE(tf->tty->hangups) != tf->hangups;
}

bool tty_can_write(struct tty *t)
{
	if (t->driver->is_pty && READ_ONCE(t->stopped))
		return false;
	return t->driver->room(t) >= TTY_WRITABLE;
}

void tty_wake_writers(struct tty *t)
{
	if (READ_ONCE(t->throttled)) {
		spin_lock(&t->lock);
		tty_make_room(t);
		spin_unlock(&t->lock);
	}
	if (tty_can_write(t))
		waitq_wake_n(&t->can_write, ~0u, POLLOUT | POLLWRNORM);
}

int tty_wait_sent(struct tty *t)
{
	return wait_event_interruptible(&t->can_write, !t->driver->pending(t));
}

/* --- open and close ----------------------------------------------------------------------------
 */

/* The terminal that a node stands for, with a reference; -ENXIO, -EIO. */
static struct tty *tty_find(struct inode *inode)
{
	u64 number = inode->rdev;
	struct tty *t = NULL;

	if (pty_is_number(number))
		return pty_find(inode);
	if (number == device_number(5, 0))
		return tty_controlling() ?: ERR_PTR(-ENXIO);
	if (number == device_number(5, 1))
		t = console_tty();
	for (u32 i = 0; i <= VTS; i++)
		if (number == device_number(4, i))
			t = vt_tty(i);
	for (unsigned i = 0; i < UARTS; i++)
		if (number == device_number(4, 64 + i))
			t = uart_tty(i);
	if (!t)
		return ERR_PTR(-ENXIO);
	tty_get(t);
	return t;
}

int tty_file_init(struct file *f, struct tty *t, bool apart)
{
	struct tty_file *tf = kmalloc(sizeof(*tf));

	if (!tf)
		return -ENOMEM;
	tf->tty = t;
	tf->hangups = READ_ONCE(t->hangups);
	tf->apart = apart;
	f->private = tf;
	return 0;
}

static int tty_open(struct inode *inode, struct file *f)
{
	struct tty *t = tty_find(inode);
	bool console = inode->rdev == device_number(5, 1);
	int error = 0;

	if (IS_ERR(t))
		return PTR_ERR(t);
	if (READ_ONCE(t->exclusive) && !cred_capable(f->cred, CAP_SYS_ADMIN))
		error = -EBUSY;
	if (!error)
		error = tty_file_init(f, t, console);
	if (error)
		tty_put(t);
	else if (!(f->flags & O_NOCTTY) && !console)
		tty_acquire_on_open(t, f);
	return error;
}

void tty_file_release(struct file *f)
{
	kfree(f->private);
}

static void tty_release(struct file *f)
{
	tty_put(tty_of(f));
	tty_file_release(f);
}

/* --- read --------------------------------------------------------------------------------------
 */

/* When a read in raw mode that has `done` bytes gives up waiting; see termios(3) on MIN and TIME.
 */
static u64 read_deadline(const struct tty *t, size_t done, u64 start)
{
	u64 time = t->termios.cc[VTIME] * NS_PER_TIME;

	if ((t->termios.lflag & ICANON) || !time || (t->termios.cc[VMIN] && !done))
		return WAIT_FOREVER;
	return t->termios.cc[VMIN] ? clock_now() + time : start + time;
}

static bool read_enough(const struct tty *t, size_t done)
{
	if (t->termios.lflag & ICANON)
		return done;
	if (!t->termios.cc[VMIN])
		return done || !t->termios.cc[VTIME];
	return done >= t->termios.cc[VMIN];
}

/* Moves what is there.  The bytes, or -EFAULT; *end: the line is over. */
static ssize_t read_some(struct tty *t, struct io *io, bool *end)
{
	u8 bytes[CHUNK];
	ssize_t done = 0;
	size_t n;

	do {
		spin_lock(&t->lock);
		n = tty_take(t, bytes, min(io->left, sizeof(bytes)), end);
		tty_make_room(t);
		spin_unlock(&t->lock);
		if (io_put(io, bytes, n) != n)
			return -EFAULT;
		done += (ssize_t)n;
	} while (n && io->left && !*end);
	return done;
}

/* At its turn. */
static ssize_t read_turn(struct file *f, struct tty *t, struct io *io)
{
	u64 start = clock_now();
	ssize_t done = 0, n;
	bool end;
	int error;

	for (;;) {
		n = read_some(t, io, &end);
		if (n < 0)
			return n;
		done += n;
		if (end || !io->left || read_enough(t, (size_t)done) || tty_dead(f))
			return done;
		if (READ_ONCE(f->flags) & O_NONBLOCK)
			return done ?: -EAGAIN;
		error = wait_event_interruptible_until(&t->can_read, tty_readable(t) || tty_dead(f),
						       read_deadline(t, (size_t)done, start));
		if (error)
			return done ?: error == -ETIMEDOUT ? 0 : error;
	}
}

static ssize_t tty_read(struct file *f, struct io *io, u64 *pos)
{
	struct tty *t = tty_of(f);
	ssize_t done;
	int error = 0;

	if (tty_dead(f) || !io->left)
		return 0;
	if (!tty_is_console(f))
		error = tty_check_background(t, SIGTTIN);
	if (!error)
		error = turn_take(&t->reader, !(READ_ONCE(f->flags) & O_NONBLOCK));
	if (error)
		return error;
	done = read_turn(f, t, io);
	turn_give(&t->reader);
	return done;
}

/* --- write -------------------------------------------------------------------------------------
 */

/* All of the chunk, waiting for room.  Adds to *done; 0 or -errno. */
static int write_chunk(struct file *f, struct tty *t, const u8 *bytes, size_t n, ssize_t *done)
{
	size_t taken;
	int error;

	for (;;) {
		spin_lock(&t->lock);
		taken = t->stopped && t->driver->is_pty ? 0 : tty_output(t, bytes, n);
		spin_unlock(&t->lock);
		*done += (ssize_t)taken;
		bytes += taken;
		n -= taken;
		if (!n)
			return 0;
		if (READ_ONCE(f->flags) & O_NONBLOCK)
			return -EAGAIN;
		error = wait_event_interruptible(&t->can_write, tty_can_write(t) || tty_dead(f));
		if (error)
			return error;
		if (tty_dead(f))
			return -EIO;
	}
}

ssize_t tty_write_all(struct file *f, struct tty *t, struct io *io, tty_write_chunk *chunk)
{
	u8 bytes[CHUNK];
	ssize_t done = 0;
	int error = 0;

	while (io->left && !error) {
		size_t n = min(io->left, sizeof(bytes)), moved = io_get(io, bytes, n);

		error = chunk(f, t, bytes, moved, &done);
		if (!error && moved < n)
			error = -EFAULT;
		sched_relax();
	}
	return done ?: error;
}

static ssize_t tty_write(struct file *f, struct io *io, u64 *pos)
{
	struct tty *t = tty_of(f);
	ssize_t done;
	int error = 0;

	if (tty_dead(f))
		return -EIO;
	if ((READ_ONCE(t->termios.lflag) & TOSTOP) && !tty_is_console(f))
		error = tty_check_background(t, SIGTTOU);
	if (!error)
		error = turn_take(&t->writer, !(READ_ONCE(f->flags) & O_NONBLOCK));
	if (error)
		return error;
	done = tty_write_all(f, t, io, write_chunk);
	turn_give(&t->writer);
	return done;
}

/* --- poll --------------------------------------------------------------------------------------
 */

static u32 tty_poll(struct file *f, struct poll_table *table)
{
	struct tty *t = tty_of(f);
	const struct termios2 *m = &t->termios;
	size_t enough = 1;
	u32 ready = 0;

	poll_wait(table, &t->can_read);
	poll_wait(table, &t->can_write);
	if (tty_dead(f))
		return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;
	if (!(READ_ONCE(m->lflag) & ICANON) && !m->cc[VTIME] && m->cc[VMIN])
		enough = m->cc[VMIN];
	if (tty_readable(t) >= enough)
		ready |= POLLIN | POLLRDNORM;
	if (tty_can_write(t))
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

const struct file_ops tty_ops = {
	.open = tty_open,
	.release = tty_release,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.flags = FILE_NO_SEEK,
};
