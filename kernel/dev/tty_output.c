/*
 * tty_output.c - the line discipline, from the program to the wire: OPOST, echo, ^S and ^Q.
 *
 * The column of the cursor is followed, for tabs and for erasing what was typed.  Programs leave
 * TTY_MARGIN bytes of the driver's buffer alone; echo may use them.
 */
#include "kernel/dev/tty.h"

#define CHAR_MAX_OUT 8 /* bytes that one character may become: a tab */

/* Letters of Latin-1, for terminals that have one size of them. */
u8 tty_lower(u8 c)
{
	bool big = (c >= 'A' && c <= 'Z') || (c >= 0300 && c <= 0336 && c != 0327);

	return big ? c + 32 : c;
}

static u8 upper(u8 c)
{
	bool little = (c >= 'a' && c <= 'z') || (c >= 0337 && c != 0367);

	return little ? c - 32 : c;
}

/* One character as it goes out; the number of bytes, at most CHAR_MAX_OUT. */
static size_t process(struct tty *t, u8 c, u8 *out)
{
	u32 oflag = t->termios.oflag;
	size_t n = 0;

	if (c >= ' ' && c != 127) {
		if (oflag & OLCUC)
			c = upper(c);
		if (!(t->termios.iflag & IUTF8) || (c & 0xc0) != 0x80)
			t->column++;
	} else if (c == '\n') {
		if (oflag & (ONLCR | ONLRET))
			t->column = 0;
		if (oflag & ONLCR)
			out[n++] = '\r';
	} else if (c == '\r') {
		if ((oflag & ONOCR) && t->column == 0)
			return 0;
		if (oflag & OCRNL)
			c = '\n';
		if (c == '\r' || (oflag & ONLRET))
			t->column = 0;
	} else if (c == '\t') {
		u32 spaces = 8 - (t->column & 7);

		t->column += spaces;
		if ((oflag & TABDLY) == XTABS) {
			while (n < spaces)
				out[n++] = ' ';
			return n;
		}
	} else if (c == '\b' && t->column) {
		t->column--;
	}
	out[n++] = c;
	return n;
}

size_t tty_output(struct tty *t, const u8 *bytes, size_t n)
{
	size_t room = t->driver->room(t), done = 0, filled = 0;
	u8 out[128];

	assert_held(&t->lock);
	room -= min(room, TTY_MARGIN);
	if (!(t->termios.oflag & OPOST)) {
		n = min(n, room);
		t->driver->write(t, bytes, n);
		return n;
	}
	while (done < n && room >= CHAR_MAX_OUT) {
		size_t made = process(t, bytes[done++], out + filled);

		filled += made;
		room -= made;
		if (filled > sizeof(out) - CHAR_MAX_OUT) {
			t->driver->write(t, out, filled);
			filled = 0;
		}
	}
	if (filled)
		t->driver->write(t, out, filled);
	return done;
}

void tty_echo_plain(struct tty *t, u8 c)
{
	u8 out[CHAR_MAX_OUT] = { c };
	size_t n = 1;

	if (t->driver->room(t) < CHAR_MAX_OUT)
		return;
	if ((t->termios.oflag & OPOST) && c != 0377)
		n = process(t, c, out);
	t->driver->write(t, out, n);
}

void tty_echo(struct tty *t, u8 c)
{
	bool control = c < ' ' || c == 127;

	if ((t->termios.lflag & ECHOCTL) && control && c != '\t') {
		tty_echo_plain(t, '^');
		c ^= 0100;
	}
	tty_echo_plain(t, c);
}

void tty_hold(struct tty *t, bool hold)
{
	if (t->stopped == hold)
		return;
	t->stopped = hold;
	t->driver->hold(t, hold);
	tty_make_room(t);
}
