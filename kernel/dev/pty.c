/*
 * pty.c - pseudo-terminals: their making, their end, and the driver under the slave.
 *
 * The slave is a terminal like any other (tty.c).  Its driver keeps what is to be sent until the
 * master takes it, and tells the master in packet mode what happens to the line.
 *
 * Locking: tty->lock for what waits and the status; pty_lock between opening a slave and closing
 * its master.
 *
 * Differs from Linux: what a program writes waits in 16 KiB, not 64 and more; nothing of it is ever
 * thrown away (TCOFLUSH, ^C), for on Linux that reaches only what the master could not see yet. The
 * echo of what the master is just writing is such.
 */
#include "kernel/dev/pty.h"

#include "fs/device.h"
#include "fs/poll.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/namespaces.h"
#include "kernel/task/task.h"

#define MAJOR_MASTER 128
#define MAJOR_SLAVE  136

/* --- the driver --------------------------------------------------------------------------------
 */

static void driver_get(struct tty *t)
{
	refcount_get(&pty_of(t)->refs);
}

static void driver_put(struct tty *t)
{
	struct pty *p = pty_of(t);

	if (!refcount_put(&p->refs))
		return;
	devpts_number_give(p->super, p->number);
	super_put(p->super);
	kfree(p->out);
	kfree(p);
}

static void wake_master(struct pty *p)
{
	waitq_wake_n(&p->master_read, ~0u, POLLIN | POLLRDNORM | POLLPRI);
}

void pty_tell(struct pty *p, u8 status, u8 not )
{
	assert_held(&p->tty.lock);
	if (!p->packet)
		return;
	p->status = (p->status & ~not ) | status;
	wake_master(p);
}

static void driver_write(struct tty *t, const u8 *bytes, size_t n)
{
	struct pty *p = pty_of(t);
	u32 at = p->head % PTY_OUT;
	size_t first = min(n, (size_t)(PTY_OUT - at));

	memcpy(p->out + at, bytes, first);
	memcpy(p->out, bytes + first, n - first);
	WRITE_ONCE(p->head, p->head + (u32)n);
	if (n && !t->stopped)
		wake_master(p);
}

static size_t driver_room(struct tty *t)
{
	struct pty *p = pty_of(t);

	return PTY_OUT - (READ_ONCE(p->head) - READ_ONCE(p->tail));
}

static size_t driver_pending(struct tty *t)
{
	return 0; /* there is no wire to wait for */
}

/* The echo of what is being typed has been seen by nobody yet. */
static void driver_flush(struct tty *t)
{
	struct pty *p = pty_of(t);

	if (p->typing) {
		WRITE_ONCE(p->head, p->echo_from);
		t->column = p->echo_column;
	}
	pty_tell(p, TIOCPKT_FLUSHWRITE, 0);
}

static void driver_flush_input(struct tty *t)
{
	pty_tell(pty_of(t), TIOCPKT_FLUSHREAD, 0);
}

static void driver_hold(struct tty *t, bool hold)
{
	struct pty *p = pty_of(t);

	if (hold) {
		WRITE_ONCE(p->limit, p->typing ? p->echo_from : p->head);
		pty_tell(p, TIOCPKT_STOP, TIOCPKT_START);
	} else {
		pty_tell(p, TIOCPKT_START, TIOCPKT_STOP);
		wake_master(p);
		waitq_wake_n(&t->can_write, ~0u, POLLOUT | POLLWRNORM);
	}
}

static void driver_send(struct tty *t, u8 c)
{
	if (driver_room(t) && !t->stopped)
		driver_write(t, &c, 1);
}

static void driver_throttle(struct tty *t, bool stop)
{
	if (!stop)
		waitq_wake_n(&pty_of(t)->master_write, ~0u, POLLOUT | POLLWRNORM);
}

static void driver_settings(struct tty *t)
{
	struct pty *p = pty_of(t);
	struct termios2 *m = &t->termios;
	bool usual = (m->iflag & IXON) && m->cc[VSTOP] == 19 && m->cc[VSTART] == 17;

	m->cflag = (m->cflag & ~(CSIZE | PARENB)) | CS8 | CREAD;
	if (usual != p->usual_flow)
		pty_tell(p, usual ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP,
			 TIOCPKT_DOSTOP | TIOCPKT_NOSTOP);
	if ((m->lflag & EXTPROC) || p->extproc)
		pty_tell(p, TIOCPKT_IOCTL, 0);
	p->extproc = m->lflag & EXTPROC;
	p->usual_flow = usual;
}

/* The master finds that out by EIO. */
static void driver_closed(struct tty *t)
{
	waitq_wake_n(&pty_of(t)->master_read, ~0u, 0);
}

static const struct tty_driver pty_driver = {
	.is_pty = true,
	.write = driver_write,
	.room = driver_room,
	.pending = driver_pending,
	.flush = driver_flush,
	.hold = driver_hold,
	.send = driver_send,
	.throttle = driver_throttle,
	.settings = driver_settings,
	.flush_input = driver_flush_input,
	.get = driver_get,
	.put = driver_put,
	.closed = driver_closed,
};

/* --- the slave's node --------------------------------------------------------------------------
 */

bool pty_is_number(u64 number)
{
	return device_major(number) == MAJOR_SLAVE || device_major(number) == MAJOR_MASTER;
}

struct tty *pty_find(struct inode *inode)
{
	struct tty *t = ERR_PTR(-EIO);
	struct pty *p;

	if (device_major(inode->rdev) != MAJOR_SLAVE)
		return t;
	mutex_lock(&pty_lock);
	p = devpts_pty(inode);
	if (p && !p->hung && !READ_ONCE(p->locked)) {
		t = &p->tty;
		tty_get(t);
		WRITE_ONCE(p->opened, true);
	}
	mutex_unlock(&pty_lock);
	return t;
}

/* --- beginning and end -------------------------------------------------------------------------
 */

static void init(struct pty *p, struct super *super, s32 number)
{
	format(p->name, sizeof(p->name), "pts/%d", number);
	tty_init(&p->tty, &pty_driver, p, p->name, device_number(MAJOR_SLAVE, (u32)number));
	p->tty.termios.cflag = B38400 | CS8 | CREAD;
	p->tty.termios.ispeed = p->tty.termios.ospeed = 38400;
	refcount_init(&p->refs, 1);
	super_get(super);
	p->super = super;
	p->number = number;
	p->locked = p->usual_flow = true;
	waitq_init(&p->master_read);
	waitq_init(&p->master_write);
	turn_init(&p->reader);
	turn_init(&p->writer);
}

struct pty *pty_create(struct super *super, const struct cred *cred)
{
	bool first = task_current()->spaces->mounts == namespaces_first.mounts;
	struct pty *p = kzalloc(sizeof(*p));
	u8 *out = p ? kmalloc(PTY_OUT) : NULL;
	s32 number = out ? devpts_number_take(super, first) : -ENOMEM;

	if (number < 0) {
		kfree(out);
		kfree(p);
		return ERR_PTR(number);
	}
	p->out = out;
	init(p, super, number);
	p->node = devpts_name(super, number, p, cred);
	if (p->node)
		return p;
	driver_put(&p->tty);
	return ERR_PTR(-ENOMEM);
}

void pty_close_master(struct pty *p)
{
	mutex_lock(&pty_lock);
	p->hung = true;
	mutex_unlock(&pty_lock);
	devpts_unname(p->node);
	tty_hangup(&p->tty);
	driver_put(&p->tty);
}
