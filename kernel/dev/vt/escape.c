/*
 * escape.c - from bytes to characters and sequences (escape.h).
 */
#include "kernel/dev/vt/escape.h"

#include "kernel/dev/vt/glyph.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

enum {
	BELL = 7,
	BACKSPACE = 8,
	SHIFT_OUT = 14,
	SHIFT_IN = 15,
	CANCEL = 24,
	SUBSTITUTE = 26,
	ESC = 27,
	DELETE = 127
};

void escape_reset(struct escape *e, struct screen *s)
{
	*e = (struct escape){};
	escape_pen_reset(e);
	escape_colours_reset(e);
	screen_reset(s);
	escape_save(e, s);
}

/* --- characters --------------------------------------------------------------------------------
 */

static void put(struct escape *e, struct screen *s, u32 c)
{
	enum escape_charset set = e->pen.charsets[e->pen.charset];
	bool translated = e->bytes || e->show_controls;

	if (!translated)
		set = CHARSET_LATIN;
	if (set == CHARSET_GRAPHICS && c < 128)
		c = glyph_graphics((u8)c);
	else if (set == CHARSET_PC && c < 256)
		c = glyph_pc((u8)c);
	if (c > 0xffff || (c >= 0xd800 && c < 0xe000))
		c = GLYPH_UNKNOWN;
	if (!glyph_width(c))
		return;
	screen_put(s, c);
	if (glyph_width(c) == 2)
		screen_put(s, ' ');
}

/* The byte of a character that takes several. */
static void put_utf8(struct escape *e, struct screen *s, u8 c)
{
	if ((c & 0xc0) == 0x80) {
		if (!e->utf8_left) {
			put(e, s, GLYPH_UNKNOWN);
			return;
		}
		e->utf8 = e->utf8 << 6 | (c & 0x3f);
		if (!--e->utf8_left)
			put(e, s, e->utf8 < e->utf8_least ? GLYPH_UNKNOWN : e->utf8);
		return;
	}
	if (e->utf8_left)
		put(e, s, GLYPH_UNKNOWN);
	e->utf8_left = c >= 0xf8 || c < 0xc0 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	e->utf8 = c & (0x3fu >> e->utf8_left);
	e->utf8_least = e->utf8_left == 3 ? 0x10000 : e->utf8_left == 2 ? 0x800 : 0x80;
	if (!e->utf8_left)
		put(e, s, GLYPH_UNKNOWN);
}

static void text(struct escape *e, struct screen *s, u8 c)
{
	if (c >= 128 && !e->bytes && !e->show_controls) {
		put_utf8(e, s, c);
		return;
	}
	if (e->utf8_left)
		put(e, s, GLYPH_UNKNOWN);
	e->utf8_left = 0;
	put(e, s, c);
}

/* --- control characters, which act within sequences too ------------------------------------------
 */

static bool control(struct escape *e, struct screen *s, u8 c)
{
	if (e->state == ESCAPE_STRING && c >= BACKSPACE && c <= '\r')
		return true;
	switch (c) {
	case BELL:
		if (e->state == ESCAPE_STRING)
			e->state = ESCAPE_TEXT;
		return true;
	case BACKSPACE:
		screen_backspace(s);
		return true;
	case '\t':
		screen_tab(s, 1);
		return true;
	case '\n':
	case '\v':
	case '\f':
		screen_line_feed(s);
		if (e->line_mode)
			screen_return(s);
		return true;
	case '\r':
		screen_return(s);
		return true;
	case SHIFT_OUT:
	case SHIFT_IN:
		e->pen.charset = c == SHIFT_OUT;
		return true;
	case CANCEL:
	case SUBSTITUTE:
		e->state = ESCAPE_TEXT;
		return true;
	case ESC:
		e->state = ESCAPE_ESC;
		return true;
	}
	return c < ' ' || c == DELETE;
}

/* --- sequences ---------------------------------------------------------------------------------
 */

static void begin_csi(struct escape *e)
{
	e->state = ESCAPE_CSI;
	e->question = 0;
	e->count = 0;
	memset(e->numbers, 0, sizeof(e->numbers));
}

static void reply(struct escape *e, const char *text)
{
	size_t n = strlen(text);

	if (n > sizeof(e->reply) - e->reply_len)
		return;
	memcpy(e->reply + e->reply_len, text, n);
	e->reply_len += (u32)n;
}

static void after_esc(struct escape *e, struct screen *s, u8 c)
{
	e->state = ESCAPE_TEXT;
	switch (c) {
	case '[':
		begin_csi(e);
		break;
	case ']':
	case 'P':
	case '^':
	case '_':
		e->state = ESCAPE_STRING;
		e->count = c == ']' ? 0 : 1;
		break;
	case '%':
		e->state = ESCAPE_PERCENT;
		break;
	case '(':
	case ')':
		e->state = ESCAPE_CHARSET;
		e->count = c == ')';
		break;
	case '#':
		e->state = ESCAPE_HASH;
		break;
	case 'c':
		escape_reset(e, s);
		break;
	case 'D':
		screen_line_feed(s);
		break;
	case 'E':
		screen_return(s);
		screen_line_feed(s);
		break;
	case 'M':
		screen_reverse_feed(s);
		break;
	case 'H':
		bitmap_set(s->tabs, s->at.col);
		break;
	case 'Z':
		reply(e, "\033[?6c");
		break;
	case '7':
		escape_save(e, s);
		break;
	case '8':
		escape_restore(e, s);
		break;
	case '=':
	case '>':
		e->keypad = c == '=';
		break;
	}
}

static void in_csi(struct escape *e, struct screen *s, u8 c)
{
	if (c >= '0' && c <= '9') {
		u32 *n = &e->numbers[min(e->count, ESCAPE_NUMBERS - 1u)];

		if (e->count < ESCAPE_NUMBERS)
			*n = min(*n * 10 + (c - '0'), ESCAPE_NUMBER_MAX);
	} else if (c == ';' || c == ':') {
		e->count = min(e->count + 1, (u32)ESCAPE_NUMBERS);
	} else if (c >= '<' && c <= '?') {
		e->question = (char)c;
	} else if (c == '[' && !e->count && !e->numbers[0]) {
		e->state = ESCAPE_FUNCTION;
	} else if (c >= ' ' && c <= '/') {
		e->state = ESCAPE_IGNORE;
	} else {
		e->state = ESCAPE_TEXT;
		e->count = min(e->count + 1, (u32)ESCAPE_NUMBERS);
		escape_csi(e, s, c);
	}
}

static enum escape_charset charset_of(u8 c)
{
	return c == '0' ? CHARSET_GRAPHICS : c == 'U' ? CHARSET_PC : CHARSET_LATIN;
}

/* Linux's sequences for colours end by themselves, not with a mark. */
static void in_string(struct escape *e, u8 c)
{
	if (e->count == 0 && c == 'P') {
		e->state = ESCAPE_PALETTE;
		e->numbers[0] = 0;
	} else if (e->count == 0 && c == 'R') {
		escape_colours_reset(e);
		e->state = ESCAPE_TEXT;
	} else {
		e->count = 1;
	}
}

static void step(struct escape *e, struct screen *s, u8 c)
{
	switch (e->state) {
	case ESCAPE_TEXT:
		text(e, s, c);
		return;
	case ESCAPE_ESC:
		after_esc(e, s, c);
		return;
	case ESCAPE_CSI:
		in_csi(e, s, c);
		return;
	case ESCAPE_STRING:
		in_string(e, c);
		return;
	case ESCAPE_PALETTE:
		escape_colours_digit(e, c);
		return;
	case ESCAPE_IGNORE:
		if (c >= '@')
			e->state = ESCAPE_TEXT;
		return;
	case ESCAPE_CHARSET:
		e->pen.charsets[e->count] = charset_of(c);
		break;
	case ESCAPE_HASH:
		if (c == '8')
			screen_fill(s, 'E');
		break;
	case ESCAPE_PERCENT:
		e->bytes = c == '@';
		break;
	case ESCAPE_FUNCTION:
		break;
	}
	e->state = ESCAPE_TEXT;
}

/* Characters that need no second thought. */
static size_t plain_run(const struct escape *e, const u8 *bytes, size_t n)
{
	size_t i = 0;

	if (e->state != ESCAPE_TEXT || e->utf8_left || e->bytes || e->show_controls)
		return 0;
	while (i < n && bytes[i] >= ' ' && bytes[i] < DELETE)
		i++;
	return i;
}

void escape_write(struct escape *e, struct screen *s, const u8 *bytes, size_t n)
{
	while (n) {
		size_t run = plain_run(e, bytes, n);

		if (run) {
			run = screen_put_run(s, bytes, run);
		} else {
			bool glyph = e->show_controls && e->state == ESCAPE_TEXT && *bytes != ESC;

			run = 1;
			if (glyph && *bytes < ' ' && *bytes != '\n' && *bytes != '\r')
				put(e, s, glyph_pc(*bytes));
			else if (!control(e, s, *bytes))
				step(e, s, *bytes);
		}
		bytes += run;
		n -= run;
	}
}
