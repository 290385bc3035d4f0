/*
 * tty_ioctl.c - settings of terminals, see ioctl_tty(2).
 *
 * What changes a setting first asks whether the caller is in the background, as Linux does: then it
 * gets SIGTTOU.
 */
#include "arch/uaccess.h"
#include "kernel/abi/signal.h"
#include "kernel/dev/tty.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"
#include "kernel/task/task.h"

static const u32 speeds[] = { 0,   50,	 75,   110,  134,  150,	 200,	300,
			      600, 1200, 1800, 2400, 4800, 9600, 19200, 38400 };
static const u32 fast_speeds[] = { /* CBAUDEX | 1 and on */
				   57600,   115200,  230400,  460800,  500000,
				   576000,  921600,  1000000, 1152000, 1500000,
				   2000000, 2500000, 3000000, 3500000, 4000000
};

static u32 speed_of(u32 cflag, u32 other)
{
	u32 index = cflag & 0xf;

	if (!(cflag & CBAUDEX))
		return speeds[index];
	return index ? fast_speeds[index - 1] : other;
}

static struct termios2 get_termios(struct tty *t)
{
	struct termios2 m;

	spin_lock(&t->lock);
	m = t->termios;
	spin_unlock(&t->lock);
	return m;
}

static void apply(struct tty *t, const struct termios2 *m)
{
	u32 lflag, cflag;

	spin_lock(&t->lock);
	cflag = t->termios.cflag;
	lflag = t->termios.lflag;
	t->termios = *m;
	t->termios.cflag ^= (t->termios.cflag ^ cflag) & ADDRB;
	tty_mode_changed(t, lflag);
	if (!(m->iflag & IXON) && t->stopped)
		tty_hold(t, false);
	t->driver->settings(t);
	spin_unlock(&t->lock);
	/* What counts as readable may have changed. */
	waitq_wake_n(&t->can_read, ~0u, 0);
}

/* The three forms in which programs pass settings; what a form does not have stays as it was. */
enum form { TERMIOS, TERMIOS2, TERMIO };

static int read_settings(struct termios2 *m, const void __user *in, enum form form)
{
	struct termio old;

	if (form == TERMIOS2)
		return copy_from_user(m, in, sizeof(struct termios2));
	if (form == TERMIOS)
		return copy_from_user(m, in, sizeof(struct termios));
	if (copy_from_user(&old, in, sizeof(old)))
		return -EFAULT;
	m->iflag = (m->iflag & ~0xffffu) | old.iflag;
	m->oflag = (m->oflag & ~0xffffu) | old.oflag;
	m->cflag = (m->cflag & ~0xffffu) | old.cflag;
	m->lflag = (m->lflag & ~0xffffu) | old.lflag;
	m->line = old.line;
	memcpy(m->cc, old.cc, sizeof(old.cc));
	return 0;
}

static long write_settings(const struct termios2 *m, void __user *out, enum form form)
{
	struct termio old = { .iflag = (u16)m->iflag,
			      .oflag = (u16)m->oflag,
			      .cflag = (u16)m->cflag,
			      .lflag = (u16)m->lflag,
			      .line = m->line };

	if (form == TERMIOS2)
		return copy_to_user(out, m, sizeof(struct termios2));
	if (form == TERMIOS)
		return copy_to_user(out, m, sizeof(struct termios));
	memcpy(old.cc, m->cc, sizeof(old.cc));
	return copy_to_user(out, &old, sizeof(old));
}

static void flush_input(struct tty *t)
{
	spin_lock(&t->lock);
	tty_input_flush(t);
	spin_unlock(&t->lock);
}

static long set_termios(struct tty *t, const void __user *in, enum form form, bool drain,
			bool flush)
{
	struct termios2 m = get_termios(t);
	int error = tty_check_background(t, SIGTTOU);

	if (!error)
		error = read_settings(&m, in, form);
	if (error)
		return error;
	m.ospeed = speed_of(m.cflag, m.ospeed);
	m.ispeed = m.ospeed;
	if (flush)
		flush_input(t);
	if (drain) {
		error = tty_wait_sent(t);
		if (error)
			return error;
	}
	apply(t, &m);
	return 0;
}

static long set_winsize(struct tty *t, const void __user *in)
{
	struct winsize size;
	bool changed;
	int error;

	if (copy_from_user(&size, in, sizeof(size)))
		return -EFAULT;
	error = t->driver->resize ? t->driver->resize(t, &size) : 0;
	if (error)
		return error;
	spin_lock(&t->lock);
	changed = memcmp(&size, &t->winsize, sizeof(size)) != 0;
	t->winsize = size;
	spin_unlock(&t->lock);
	if (changed)
		tty_send_signals(t, 1u << SIGWINCH);
	return 0;
}

static long get_winsize(struct tty *t, void __user *out)
{
	struct winsize size;

	spin_lock(&t->lock);
	size = t->winsize;
	spin_unlock(&t->lock);
	return copy_to_user(out, &size, sizeof(size));
}

static long flush(struct tty *t, u64 what)
{
	int error = tty_check_background(t, SIGTTOU);

	if (error)
		return error;
	if (what > TCIOFLUSH)
		return -EINVAL;
	spin_lock(&t->lock);
	if (what != TCOFLUSH)
		tty_input_flush(t);
	if (what != TCIFLUSH)
		t->driver->flush(t);
	spin_unlock(&t->lock);
	if (what != TCIFLUSH)
		tty_wake_writers(t);
	return 0;
}

static long flow(struct tty *t, u64 what)
{
	int error = tty_check_background(t, SIGTTOU);
	u8 c;

	if (error)
		return error;
	if (what > TCION)
		return -EINVAL;
	spin_lock(&t->lock);
	c = t->termios.cc[what == TCIOFF ? VSTOP : VSTART];
	if (what == TCOOFF || what == TCOON)
		tty_hold(t, what == TCOOFF);
	else if (c)
		t->driver->send(t, c);
	spin_unlock(&t->lock);
	return 0;
}

/* A character as if it had been typed. */
static long simulate_input(struct tty *t, const u8 __user *in)
{
	bool room;
	u8 c;

	if (!tty_is_controlling(t) && !cred_capable(task_current()->cred, CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(c, in))
		return -EFAULT;
	spin_lock(&t->lock);
	room = tty_receive_ready(t);
	if (room)
		tty_receive(t, c, TTY_NORMAL);
	spin_unlock(&t->lock);
	tty_receive_done(t);
	return room ? 0 : -EAGAIN;
}

static long drain(struct tty *t)
{
	int error = tty_check_background(t, SIGTTOU);

	return error ?: tty_wait_sent(t);
}

static long set_exclusive(struct tty *t, bool on)
{
	WRITE_ONCE(t->exclusive, on);
	return 0;
}

static long set_line(struct tty *t, const s32 __user *in)
{
	s32 line;

	if (get_user(line, in))
		return -EFAULT;
	return line == 0 ? 0 : -EINVAL; /* there is only N_TTY */
}

/* An end of file is no character. */
static long readable(struct tty *t, s32 __user *out)
{
	s32 n;

	spin_lock(&t->lock);
	n = (s32)tty_readable(t);
	for (u32 i = t->tail, left = (u32)n; left; i++, left--)
		if (!t->in[i % TTY_IN] && bitmap_test(t->in_mark, i % TTY_IN))
			n--;
	spin_unlock(&t->lock);
	return put_user(n, out);
}

static long set_clocal(struct tty *t, const s32 __user *in)
{
	s32 on;

	if (get_user(on, in))
		return -EFAULT;
	spin_lock(&t->lock);
	t->termios.cflag = (t->termios.cflag & ~CLOCAL) | (on ? CLOCAL : 0);
	spin_unlock(&t->lock);
	return 0;
}

static long set_modem(struct tty *t, unsigned cmd, const s32 __user *in)
{
	u32 bits, now;
	s32 value;

	if (get_user(value, in))
		return -EFAULT;
	bits = (u32)value & (TIOCM_DTR | TIOCM_RTS);
	spin_lock(&t->lock);
	now = t->driver->get_modem(t);
	t->driver->set_modem(t, cmd == TIOCMBIS	  ? now | bits
				: cmd == TIOCMBIC ? now & ~bits
						  : bits);
	spin_unlock(&t->lock);
	return 0;
}

static long settings_ioctl(struct tty *t, unsigned cmd, void __user *p)
{
	struct termios2 m = get_termios(t);

	switch (cmd) {
	case TCGETS:
		return write_settings(&m, p, TERMIOS);
	case TCGETS2:
		return write_settings(&m, p, TERMIOS2);
	case TCGETA:
		return write_settings(&m, p, TERMIO);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(t, p, TERMIOS, cmd != TCSETS, cmd == TCSETSF);
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return set_termios(t, p, TERMIOS2, cmd != TCSETS2, cmd == TCSETSF2);
	case TCSETA:
	case TCSETAW:
	case TCSETAF:
		return set_termios(t, p, TERMIO, cmd != TCSETA, cmd == TCSETAF);
	case TIOCGWINSZ:
		return get_winsize(t, p);
	case TIOCSWINSZ:
		return set_winsize(t, p);
	case TIOCGSOFTCAR:
		return put_user((s32) !!(m.cflag & CLOCAL), (s32 __user *)p);
	case TIOCSSOFTCAR:
		return set_clocal(t, p);
	case TIOCGETD:
		return put_user((s32)0, (s32 __user *)p);
	case TIOCSETD:
		return set_line(t, p);
	default:
		return -ENOTTY;
	}
}

long tty_ioctl(struct file *f, unsigned cmd, u64 arg)
{
	struct tty *t = tty_of(f);
	long result;

	if (tty_dead(f))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	switch (cmd) {
	case FIONREAD:
		return readable(t, (s32 __user *)arg);
	case TIOCOUTQ:
		return put_user((s32)t->driver->pending(t), (s32 __user *)arg);
	case TCFLSH:
		return flush(t, arg);
	case TCXONC:
		return flow(t, arg);
	case TCSBRK:
	case TCSBRKP:
		return drain(t);
	case TIOCSBRK:
	case TIOCCBRK:
		return 0;
	case TIOCSTI:
		return simulate_input(t, (const u8 __user *)arg);
	case TIOCEXCL:
	case TIOCNXCL:
		return set_exclusive(t, cmd == TIOCEXCL);
	case TIOCGEXCL:
		return put_user((s32)t->exclusive, (s32 __user *)arg);
	case TIOCGDEV:
		return put_user((u32)t->number, (u32 __user *)arg);
	case TIOCMGET:
		if (!t->driver->get_modem)
			return -ENOTTY;
		return put_user((s32)t->driver->get_modem(t), (s32 __user *)arg);
	case TIOCMSET:
	case TIOCMBIS:
	case TIOCMBIC:
		if (!t->driver->set_modem)
			return -ENOTTY;
		return set_modem(t, cmd, (const s32 __user *)arg);
	}
	result = settings_ioctl(t, cmd, (void __user *)arg);
	if (result == -ENOTTY)
		result = tty_job_ioctl(f, cmd, arg);
	if (result == -ENOTTY && t->driver->ioctl)
		result = t->driver->ioctl(t, f, cmd, arg);
	return result;
}
