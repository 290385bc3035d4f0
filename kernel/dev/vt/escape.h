/*
 * escape.h - what programs write to a screen: text in UTF-8, and the escape sequences of Linux's
 * console (console_codes(4)), which is a VT102 with colours.
 *
 * Any bytes will do: an unknown sequence is read to its end and does nothing; numbers and their
 * count are bounded.
 */
#pragma once
#include "kernel/dev/vt/screen.h"

#define ESCAPE_NUMBERS	  16
#define ESCAPE_NUMBER_MAX 9999u
#define ESCAPE_REPLY	  32

enum escape_state {
	ESCAPE_TEXT,
	ESCAPE_ESC,    /* ESC came */
	ESCAPE_CSI,    /* ESC [: numbers until a letter */
	ESCAPE_IGNORE, /* a CSI of which we know that it is none of ours */
	ESCAPE_FUNCTION /* ESC [ [: a function key that is echoed; one more character */,
	ESCAPE_CHARSET, /* ESC ( or ) */
	ESCAPE_HASH,	/* ESC # */
	ESCAPE_PERCENT, /* ESC % */
	ESCAPE_STRING,	/* ESC ] and the like: until BEL or ESC \ */
	ESCAPE_PALETTE, /* ESC ] P: seven digits, a colour's number and the colour */
};

enum escape_charset { CHARSET_LATIN, CHARSET_GRAPHICS, CHARSET_PC };

/* What SGR has set, before it becomes the colours of a cell. */
struct escape_pen {
	u8 foreground, background; /* 0 .. 15 */
	bool bold, faint, italic, underline, blink, reverse;
	enum escape_charset charsets[2]; /* G0, G1 */
	u8 charset;			 /* which of them */
};

struct escape {
	enum escape_state state;
	char question; /* the '?', '>', '=' behind CSI, or 0 */
	u32 numbers[ESCAPE_NUMBERS];
	u32 count;	     /* of numbers; the last one is being read */
	u32 utf8, utf8_left; /* of a character whose bytes are coming */
	u32 utf8_least;	     /* below it that many bytes were too many */
	bool bytes;	     /* ESC % @: no UTF-8 */
	bool show_controls;  /* CSI 3 h, SGR 11: they are glyphs */
	struct escape_pen pen;
	struct escape_pen saved_pen;
	struct screen_place saved_at;
	u32 colours[16]; /* 0xRRGGBB, by VGA's numbers */

	/* For the keyboard. */
	bool cursor_keys; /* CSI ? 1 h: they send ESC O A */
	bool keypad;	  /* ESC =: it sends codes, not digits */
	bool line_mode;	  /* CSI 20 h: Enter sends CR LF */
	/* What the terminal answers; the owner takes it and sets reply_len to 0. */
	char reply[ESCAPE_REPLY];
	u32 reply_len;
};

void escape_reset(struct escape *e, struct screen *s); /* ESC c */
void escape_write(struct escape *e, struct screen *s, const u8 *bytes, size_t n);

/* escape_csi.c: the sequence has ended with this letter. */
void escape_csi(struct escape *e, struct screen *s, u8 letter);
/* escape_pen.c */
void escape_pen_reset(struct escape *e);
void escape_pen_apply(const struct escape *e, struct screen *s);
extern const u32 escape_first_colours[16];
extern u32 escape_colours[16]; /* what a reset makes of the colours; the owner's to guard */
void escape_colours_reset(struct escape *e); /* ESC ] R */
void escape_colours_digit(struct escape *e, u8 c);
u32 escape_vga_colour(u32 ansi); /* the number of one of ANSI's 16 colours; its own inverse */
void escape_select(struct escape *e, struct screen *s); /* CSI ... m */
void escape_save(struct escape *e, const struct screen *s);
void escape_restore(struct escape *e, struct screen *s);
