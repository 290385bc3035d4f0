/*
 * tty_input.c - the line discipline, from the wire to the program; see termios(3).
 *
 * Each character is looked at when it arrives: flow control and signals act at once, editing
 * characters change the line that is being typed, all others go into `in`.  In canonical mode a
 * read sees whole lines only; a mark beside the buffer says which characters end one.  A marked NUL
 * is an end of file and is itself never read.
 *
 * Nothing is lost: when there is no room the driver is throttled until a read has made some.  Only
 * a single line longer than TTY_LINE loses characters, before its end, as POSIX has it.  Echo has a
 * part of the output buffer to itself; when even that is full, and not because of ^S, input waits
 * for the output.
 */
#include "kernel/dev/tty.h"

#include "fs/poll.h"
#include "kernel/abi/signal.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"

#define ECHO_ROOM   64u	  /* what one character may echo, with some to spare */
#define RESUME_USED 3072u /* the driver goes on when no more is left to read */
#define XOFF_USED   3584u /* IXOFF: the other side is asked to stop */

static bool is_canonical(const struct tty *t)
{
	return (READ_ONCE(t->termios.lflag) & (ICANON | EXTPROC)) == ICANON;
}

/* Is c the special character `which`?  NUL means that there is none. */
static bool is_special(const struct tty *t, u8 c, int which)
{
	return c == t->termios.cc[which] && c;
}

static bool is_control(u8 c)
{
	return c < ' ' || c == 127;
}

static u8 char_at(const struct tty *t, u32 position)
{
	return t->in[position % TTY_IN];
}

size_t tty_readable(const struct tty *t)
{
	return (is_canonical(t) ? READ_ONCE(t->line) : READ_ONCE(t->head)) - READ_ONCE(t->tail);
}

/* --- room ------------------------------------------------------------------------------------- */

static bool has_room(struct tty *t, u32 limit, size_t echo_room)
{
	bool line_waits = t->line != t->tail;

	if ((t->termios.lflag & ECHO) && !t->stopped && t->driver->room(t) < echo_room)
		return false;
	/* An overlong line is cut, but must be able to end. */
	if (is_canonical(t) && !line_waits)
		return true;
	return t->head - t->tail < limit;
}

bool tty_receive_ready(struct tty *t)
{
	if (has_room(t, TTY_LINE - 2, ECHO_ROOM))
		return true;
	t->throttled = true;
	t->driver->throttle(t, true);
	return false;
}

void tty_make_room(struct tty *t)
{
	if (t->sent_stop && t->head - t->tail <= RESUME_USED / 2) {
		t->sent_stop = false;
		t->driver->send(t, t->termios.cc[VSTART]);
	}
	if (t->throttled && has_room(t, RESUME_USED, TTY_MARGIN)) {
		t->throttled = false;
		t->driver->throttle(t, false);
	}
}

void tty_input_flush(struct tty *t)
{
	WRITE_ONCE(t->line, t->head);
	WRITE_ONCE(t->tail, t->head);
	memset(t->in_mark, 0, sizeof(t->in_mark));
	t->literal = t->erasing = false;
	if (t->driver->flush_input)
		t->driver->flush_input(t);
	tty_make_room(t);
}

/* What was typed so far becomes a line when canonical mode begins. */
void tty_mode_changed(struct tty *t, u32 old_lflag)
{
	if (!((t->termios.lflag ^ old_lflag) & (ICANON | EXTPROC)))
		return;
	memset(t->in_mark, 0, sizeof(t->in_mark));
	t->literal = t->erasing = false;
	if (t->head != t->tail)
		bitmap_set(t->in_mark, (t->head - 1) % TTY_IN);
	WRITE_ONCE(t->line, t->head);
	t->line_column = t->column;
	tty_make_room(t);
}

/* --- storing ---------------------------------------------------------------------------------- */

static void store(struct tty *t, u8 c)
{
	u32 limit = is_canonical(t) ? TTY_LINE : TTY_IN;

	if (t->head - t->tail >= limit)
		return;
	t->in[t->head % TTY_IN] = c;
	bitmap_clear(t->in_mark, t->head % TTY_IN);
	WRITE_ONCE(t->head, t->head + 1);
}

/* With PARMRK 0377 announces an error, so a real one is doubled. */
static void store_marked_up(struct tty *t, u8 c)
{
	if (c == 0377 && (t->termios.iflag & (PARMRK | ISTRIP)) == PARMRK)
		store(t, c);
	store(t, c);
}

/* The end of a line. */
static void store_end(struct tty *t, u8 c)
{
	if (t->head - t->tail == TTY_IN)
		return;
	t->in[t->head % TTY_IN] = c;
	bitmap_set(t->in_mark, t->head % TTY_IN);
	WRITE_ONCE(t->head, t->head + 1);
	WRITE_ONCE(t->line, t->head);
}

/* --- echo and erasing ---------------------------------------------------------------------------
 */

static void erasing_end(struct tty *t)
{
	if (t->erasing)
		tty_echo_plain(t, '/');
	t->erasing = false;
}

static void echo_typed(struct tty *t, u8 c, bool plain)
{
	if (!(t->termios.lflag & ECHO))
		return;
	erasing_end(t);
	if (t->line == t->head)
		t->line_column = t->column;
	if (plain)
		tty_echo_plain(t, c);
	else
		tty_echo(t, c);
}

static bool is_continuation(const struct tty *t, u8 c)
{
	return (t->termios.iflag & IUTF8) && (c & 0xc0) == 0x80;
}

/* The column at which the character at `position` of the line being typed stands. */
static u32 column_of(const struct tty *t, u32 position)
{
	bool carets = t->termios.lflag & ECHOCTL;
	u32 column = t->line_column;

	for (u32 i = t->line; i != position; i++) {
		u8 c = char_at(t, i);

		if (c == '\t')
			column = (column | 7) + 1;
		else if (is_control(c))
			column += carets ? 2 : 0;
		else if (!is_continuation(t, c))
			column++;
	}
	return column;
}

static void wipe(struct tty *t, u32 cells)
{
	while (cells--) {
		tty_echo_plain(t, '\b');
		tty_echo_plain(t, ' ');
		tty_echo_plain(t, '\b');
	}
}

/* Shows that the character c, `bytes` long, at the end of the line has gone. */
static void show_erased(struct tty *t, u8 c, u32 bytes, bool one)
{
	u32 lflag = t->termios.lflag;

	if (!(lflag & ECHO))
		return;
	if (lflag & ECHOPRT) {
		if (!t->erasing)
			tty_echo_plain(t, '\\');
		t->erasing = true;
		tty_echo(t, c);
		for (u32 i = 1; i < bytes; i++)
			tty_echo_plain(t, char_at(t, t->head + i));
	} else if (one && !(lflag & ECHOE)) {
		tty_echo(t, t->termios.cc[VERASE]);
	} else if (c == '\t') {
		for (u32 n = 8 - column_of(t, t->head) % 8; n; n--)
			tty_echo_plain(t, '\b');
	} else if (!is_control(c)) {
		wipe(t, 1);
	} else if (lflag & ECHOCTL) {
		wipe(t, 2);
	}
}

static bool is_word(u8 c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

/* Takes characters off the end of the line: one, a word with what follows it, or all. */
static void erase(struct tty *t, int which)
{
	bool in_word = false;

	while (t->head != t->line) {
		u32 start = t->head - 1, bytes;
		u8 c;

		while (start != t->line && is_continuation(t, char_at(t, start)))
			start--;
		c = char_at(t, start);
		if (which == VWERASE && in_word && !is_word(c))
			break;
		in_word |= is_word(c);
		bytes = t->head - start;
		WRITE_ONCE(t->head, start);
		show_erased(t, c, bytes, which == VERASE);
		if (which == VERASE)
			break;
	}
	if (t->head == t->line && (t->termios.lflag & ECHO))
		erasing_end(t);
}

static void kill_line(struct tty *t)
{
	u32 lflag = t->termios.lflag;

	if ((lflag & ECHO) && (lflag & (ECHOK | ECHOKE | ECHOE)) == (ECHOK | ECHOKE | ECHOE)) {
		erase(t, VKILL);
		return;
	}
	WRITE_ONCE(t->head, t->line);
	if (!(lflag & ECHO))
		return;
	erasing_end(t);
	tty_echo(t, t->termios.cc[VKILL]);
	if (lflag & ECHOK)
		tty_echo_plain(t, '\n');
}

static void reprint(struct tty *t, u8 c)
{
	erasing_end(t);
	tty_echo(t, c);
	tty_echo_plain(t, '\n');
	t->line_column = t->column;
	for (u32 i = t->line; i != t->head; i++)
		tty_echo(t, char_at(t, i));
}

/* --- characters that do something --------------------------------------------------------------
 */

/* Forgets what was typed and what was not shown yet, unless NOFLSH. */
static void raise_signal(struct tty *t, int signo)
{
	t->signals |= 1u << signo;
	if (t->termios.lflag & NOFLSH)
		return;
	t->driver->flush(t);
	tty_input_flush(t);
}

static bool receive_signal(struct tty *t, u8 c)
{
	int signo = is_special(t, c, VINTR)   ? SIGINT
		    : is_special(t, c, VQUIT) ? SIGQUIT
		    : is_special(t, c, VSUSP) ? SIGTSTP
					      : 0;

	if (!signo)
		return false;
	raise_signal(t, signo);
	if ((t->termios.iflag & IXON) && t->stopped)
		tty_hold(t, false);
	if (t->termios.lflag & ECHO)
		tty_echo(t, c);
	return true;
}

static bool receive_flow(struct tty *t, u8 c)
{
	if (is_special(t, c, VSTART)) {
		tty_hold(t, false);
		return true;
	}
	if (is_special(t, c, VSTOP)) {
		tty_hold(t, true);
		return true;
	}
	if (t->stopped && (t->termios.iflag & IXANY))
		tty_hold(t, false);
	return false;
}

/* Editing characters of IEXTEN. */
static bool receive_extended(struct tty *t, u8 c)
{
	if (is_special(t, c, VWERASE)) {
		erase(t, VWERASE);
	} else if (is_special(t, c, VLNEXT)) {
		t->literal = true;
		if ((t->termios.lflag & (ECHO | ECHOCTL)) == (ECHO | ECHOCTL)) {
			erasing_end(t);
			tty_echo_plain(t, '^');
			tty_echo_plain(t, '\b');
		}
	} else if (is_special(t, c, VREPRINT) && (t->termios.lflag & ECHO)) {
		reprint(t, c);
	} else {
		return false;
	}
	return true;
}

/* Editing and the ends of lines; false: c is a character of the line. */
static bool receive_canonical(struct tty *t, u8 c)
{
	bool extended = t->termios.lflag & IEXTEN;

	if (is_special(t, c, VERASE)) {
		erase(t, VERASE);
	} else if (is_special(t, c, VKILL)) {
		kill_line(t);
	} else if (extended && receive_extended(t, c)) {
		return true;
	} else if (c == '\n') {
		t->erasing = false;
		if (t->termios.lflag & (ECHO | ECHONL))
			tty_echo_plain(t, '\n');
		store_end(t, c);
	} else if (is_special(t, c, VEOF)) {
		store_end(t, '\0');
	} else if (is_special(t, c, VEOL) || (extended && is_special(t, c, VEOL2))) {
		echo_typed(t, c, false);
		store_end(t, c);
	} else {
		return false;
	}
	return true;
}

static void receive_text(struct tty *t, u8 c, bool plain)
{
	echo_typed(t, c, plain);
	store_marked_up(t, c);
}

static void receive_normal(struct tty *t, u8 c)
{
	u32 iflag = t->termios.iflag, lflag = t->termios.lflag;
	bool returned;

	if (iflag & ISTRIP)
		c &= 0x7f;
	if ((iflag & IUCLC) && (lflag & IEXTEN))
		c = tty_lower(c);
	if (lflag & EXTPROC) {
		store(t, c); /* the master does the editing */
		return;
	}
	if (t->literal) {
		t->literal = false;
		receive_text(t, c, false);
		return;
	}
	if ((iflag & IXON) && receive_flow(t, c))
		return;
	if ((lflag & ISIG) && receive_signal(t, c))
		return;
	returned = c == '\r' && (iflag & ICRNL);
	if (c == '\r') {
		if (iflag & IGNCR)
			return;
		if (returned)
			c = '\n';
	} else if (c == '\n' && (iflag & INLCR)) {
		c = '\r';
	}
	if ((lflag & ICANON) && receive_canonical(t, c))
		return;
	receive_text(t, c, returned);
}

/* With PARMRK the program sees 0377, NUL and the character, a NUL for a break. */
static void store_error(struct tty *t, u8 c)
{
	if (t->termios.iflag & PARMRK) {
		store(t, 0377);
		store(t, '\0');
		store(t, c);
	} else {
		store(t, '\0');
	}
}

void tty_receive(struct tty *t, u8 c, enum tty_flag flag)
{
	u32 iflag = t->termios.iflag;

	assert_held(&t->lock);
	if (flag == TTY_NORMAL || (flag == TTY_PARITY && !(iflag & INPCK))) {
		receive_normal(t, c);
	} else if (flag == TTY_BREAK) {
		if (iflag & IGNBRK)
			return;
		if (iflag & BRKINT)
			raise_signal(t, SIGINT);
		else
			store_error(t, '\0');
	} else if (!(iflag & IGNPAR)) {
		store_error(t, c);
	}
	if ((iflag & IXOFF) && !t->sent_stop && t->head - t->tail >= XOFF_USED) {
		t->sent_stop = true;
		t->driver->send(t, t->termios.cc[VSTOP]);
	}
}

void tty_receive_done(struct tty *t)
{
	u32 signals;

	spin_lock(&t->lock);
	signals = t->signals;
	t->signals = 0;
	spin_unlock(&t->lock);
	if (tty_readable(t))
		waitq_wake_n(&t->can_read, ~0u, POLLIN | POLLRDNORM);
	if (signals)
		tty_send_signals(t, signals);
}

/* --- taking ------------------------------------------------------------------------------------
 */

size_t tty_take(struct tty *t, u8 *bytes, size_t n, bool *end)
{
	bool canonical = is_canonical(t);
	u32 tail = t->tail, limit = canonical ? t->line : t->head;
	size_t done = 0;

	assert_held(&t->lock);
	*end = !canonical && (t->termios.lflag & ICANON) && limit - tail == 1 &&
	       is_special(t, char_at(t, tail), VEOF); /* with EXTPROC the master's word for it */
	if (*end)
		tail = limit;
	while (tail != limit && !*end) {
		u8 c = char_at(t, tail);
		bool eof;

		*end = canonical && bitmap_test(t->in_mark, tail % TTY_IN);
		eof = *end && c == '\0';
		/* An end of file right behind what fills the buffer belongs to this read. */
		if (done == n && !eof) {
			*end = false;
			break;
		}
		if (!eof)
			bytes[done++] = c;
		tail++;
	}
	WRITE_ONCE(t->tail, tail);
	return done;
}
