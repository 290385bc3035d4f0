/*
 * escape_pen.c - colours and attributes: SGR, and what save and restore keep (escape.h).
 *
 * A cell has 16 colours in front and behind, so of 256 or 16 million the nearest of these is taken.
 * Faint, italic and underlined show as colours, as on Linux.
 */
#include "kernel/dev/vt/escape.h"

#include "kernel/lib/string.h"

#define DEFAULT_FOREGROUND 7
#define DEFAULT_BACKGROUND 0
#define FAINT_COLOUR	   8
#define ITALIC_COLOUR	   2
#define UNDERLINE_COLOUR   3
#define BRIGHT		   8
#define BLINK		   0x80u
#define COLOUR_DIGITS	   7

#define FIRST_COLOURS                                                                           \
	{                                                                                       \
		0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa, \
			0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55,   \
			0xffffff                                                                \
	}

const u32 escape_first_colours[16] = FIRST_COLOURS;
u32 escape_colours[16] = FIRST_COLOURS;

void escape_pen_reset(struct escape *e)
{
	enum escape_charset g0 = e->pen.charsets[0], g1 = e->pen.charsets[1];

	e->pen = (struct escape_pen){ .foreground = DEFAULT_FOREGROUND,
				      .background = DEFAULT_BACKGROUND,
				      .charsets = { g0, g1 },
				      .charset = e->pen.charset };
}

void escape_pen_apply(const struct escape *e, struct screen *s)
{
	const struct escape_pen *p = &e->pen;
	u32 plain = (u32)p->background << 4 | p->foreground, attr = plain;

	if (p->italic)
		attr = (attr & 0xf0) | ITALIC_COLOUR;
	else if (p->underline)
		attr = (attr & 0xf0) | UNDERLINE_COLOUR;
	else if (p->faint)
		attr = (attr & 0xf0) | FAINT_COLOUR;
	if (p->reverse) /* brightness stays in front, blinking behind */
		attr = (attr & 0x88) | ((attr >> 4 | attr << 4) & 0x77);
	if (p->blink)
		attr ^= BLINK;
	if (p->bold)
		attr ^= BRIGHT;
	s->fill = CELL(' ', attr);
	s->erase = CELL(' ', plain ^ (p->blink ? BLINK : 0));
}

/* The order of ANSI's colours is red, green, blue from the lowest bit; of VGA's, from the highest.
 */
u32 escape_vga_colour(u32 ansi)
{
	return (ansi & ~5u) | (ansi & 1) << 2 | (ansi & 4) >> 2;
}

void escape_colours_reset(struct escape *e)
{
	memcpy(e->colours, escape_colours, sizeof(e->colours));
}

/* Another character ends the sequence. */
void escape_colours_digit(struct escape *e, u8 c)
{
	u32 digit = c >= '0' && c <= '9' ? c - '0' : (c | 32u) - 'a' + 10, *n = &e->numbers[0];

	e->state = ESCAPE_TEXT;
	if (digit > 15)
		return;
	*n = *n << 4 | digit;
	if (++e->count < COLOUR_DIGITS)
		e->state = ESCAPE_PALETTE;
	else
		e->colours[escape_vga_colour(*n >> 24 & 15)] = *n & 0xffffff;
}

struct rgb {
	u32 red, green, blue;
};

static struct rgb colour_of_256(u32 n)
{
	u32 level = n < 8 ? 0xaa : 0xff, grey;

	if (n < 16)
		return (struct rgb){ n & 1 ? level : 0, n & 2 ? level : 0, n & 4 ? level : 0 };
	if (n < 232) {
		n -= 16;
		return (struct rgb){ n / 36 * 85 / 2, n / 6 % 6 * 85 / 2, n % 6 * 85 / 2 };
	}
	grey = (n - 232) * 10 + 8;
	return (struct rgb){ grey, grey, grey };
}

/* In front there are two brightnesses, behind there is one. */
static void select_near(struct escape_pen *p, struct rgb c, bool front)
{
	u32 most = max(c.red, max(c.green, c.blue));
	u8 hue = (c.red > most / 2 ? 4 : 0) | (c.green > most / 2 ? 2 : 0) |
		 (c.blue > most / 2 ? 1 : 0);

	if (!front) {
		p->background = (u8)((c.red >> 7) << 2 | (c.green >> 7) << 1 | c.blue >> 7);
		return;
	}
	p->bold = most > 0xaa;
	p->faint = false;
	if (hue == 7 && most <= 0x55) {
		hue = 0;
		p->bold = true;
	}
	p->foreground = hue;
}

/* 38 or 48 at `at`; the place of its last number. */
static u32 extended(struct escape *e, u32 at, bool front)
{
	const u32 *n = e->numbers;

	if (at + 2 < e->count && n[at + 1] == 5) {
		if (n[at + 2] < 256)
			select_near(&e->pen, colour_of_256(n[at + 2]), front);
		return at + 2;
	}
	if (at + 4 < e->count && n[at + 1] == 2) {
		struct rgb c = { n[at + 2] & 255, n[at + 3] & 255, n[at + 4] & 255 };

		select_near(&e->pen, c, front);
		return at + 4;
	}
	return at;
}

static void select_colour(struct escape_pen *p, u32 n)
{
	if (n >= 90 && n <= 97) {
		p->bold = true;
		n -= 60;
	}
	if (n >= 30 && n <= 37)
		p->foreground = (u8)escape_vga_colour(n - 30);
	else if (n >= 40 && n <= 47)
		p->background = (u8)escape_vga_colour(n - 40);
	else if (n >= 100 && n <= 107)
		p->background = (u8)escape_vga_colour(n - 100);
	else if (n == 39)
		p->foreground = DEFAULT_FOREGROUND;
	else if (n == 49)
		p->background = DEFAULT_BACKGROUND;
}

static void select_one(struct escape *e, u32 n)
{
	struct escape_pen *p = &e->pen;

	switch (n) {
	case 0:
		escape_pen_reset(e);
		break;
	case 1:
		p->bold = true;
		p->faint = false;
		break;
	case 2:
		p->faint = true;
		p->bold = false;
		break;
	case 3:
	case 23:
		p->italic = n == 3;
		break;
	case 4:
	case 21:
	case 24:
		p->underline = n != 24;
		break;
	case 5:
	case 25:
		p->blink = n == 5;
		break;
	case 7:
	case 27:
		p->reverse = n == 7;
		break;
	case 10:
		p->charsets[p->charset] = CHARSET_LATIN;
		e->show_controls = false;
		break;
	case 11:
	case 12:
		p->charsets[p->charset] = CHARSET_PC;
		e->show_controls = true;
		break;
	case 22:
		p->bold = p->faint = false;
		break;
	default:
		select_colour(p, n);
	}
}

void escape_select(struct escape *e, struct screen *s)
{
	for (u32 i = 0; i < e->count; i++) {
		if (e->numbers[i] == 38)
			i = extended(e, i, true);
		else if (e->numbers[i] == 48)
			i = extended(e, i, false);
		else
			select_one(e, e->numbers[i]);
	}
	escape_pen_apply(e, s);
}

void escape_save(struct escape *e, const struct screen *s)
{
	e->saved_pen = e->pen;
	e->saved_at = s->at;
}

void escape_restore(struct escape *e, struct screen *s)
{
	e->pen = e->saved_pen;
	escape_pen_apply(e, s);
	screen_move(s, (s64)e->saved_at.row - (s->origin ? s->top : 0), e->saved_at.col);
}
