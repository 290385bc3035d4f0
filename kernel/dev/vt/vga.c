/*
 * vga.c - the text mode in which a PC's firmware leaves a VGA card.
 *
 * A cell is two bytes of memory: a character of code page 437 and its colours.  Pictures of the
 * characters lie in the card's plane 2; the kernel's own font replaces them, so that a screen looks
 * the same with every firmware.  Without a font the card's stays.
 *
 * Locking: none; one thread paints, and a panic does not ask.
 */
#include "arch/mmu.h"
#include "arch/x86_64/insn.h"
#include "kernel/dev/vt/display.h"
#include "kernel/dev/vt/screen.h"
#include "kernel/lib/string.h"

#define SEQUENCER  0x3c4 /* index; data behind it */
#define GRAPHICS   0x3ce
#define CRTC	   0x3d4
#define MISC_READ  0x3cc
#define MISC_COLOR 1u /* the CRTC is at 0x3d4 */

#define CRTC_COLS	  0x01
#define CRTC_OVERFLOW	  0x07
#define CRTC_CELL	  0x09
#define CRTC_CURSOR_START 0x0a
#define CRTC_CURSOR_END	  0x0b
#define CRTC_START_HIGH	  0x0c
#define CRTC_START_LOW	  0x0d
#define CRTC_CURSOR_HIGH  0x0e
#define CRTC_CURSOR_LOW	  0x0f
#define CRTC_LINES	  0x12
#define CURSOR_OFF	  0x20u

#define SEQUENCER_MAP  0x03
#define MAP_UPPER_NEXT 0x04 /* characters with the bit of bright colours are in the next set */

#define ATTRIBUTES	0x3c0 /* index and data in turn */
#define ATTRIBUTES_DONE 0x20u
#define STATUS		0x3da
#define COLOUR_INDEX	0x3c8
#define COLOUR_DATA	0x3c9 /* red, green, blue, of six bits each */

#define GRAPHICS_MISC  0x06
#define MISC_GRAPHICS  1u
#define MISC_MAP       0x0cu
#define MISC_MAP_B8000 0x0cu

#define TEXT_MEMORY  0xb8000
#define TEXT_SIZE    0x8000u
#define PLANE_MEMORY 0xa0000
#define PLANE_CELL   32u     /* bytes of a picture in the plane */
#define PLANE_NEXT   0x4000u /* from one set of 256 to the next */

static struct display display;
static volatile u16 *memory;
static volatile u8 *plane;
static const struct font *first_font;

static u8 get(u16 port, u8 index)
{
	out8(port, index);
	return in8(port + 1);
}

static void set(u16 port, u8 index, u8 value)
{
	out8(port, index);
	out8(port + 1, value);
}

/* --- is it there? ------------------------------------------------------------------------------
 */

/* The place of the cursor can be written and read; a port without a card reads as ones. */
static bool is_there(void)
{
	u8 old = get(CRTC, CRTC_CURSOR_LOW);
	bool kept;

	if (!(in8(MISC_READ) & MISC_COLOR) || in8(MISC_READ) == 0xff)
		return false;
	set(CRTC, CRTC_CURSOR_LOW, 0x5a);
	kept = get(CRTC, CRTC_CURSOR_LOW) == 0x5a;
	set(CRTC, CRTC_CURSOR_LOW, old);
	return kept;
}

static bool in_text_mode(void)
{
	u8 misc = get(GRAPHICS, GRAPHICS_MISC);

	return !(misc & MISC_GRAPHICS) && (misc & MISC_MAP) == MISC_MAP_B8000;
}

static bool read_size(u32 *rows, u32 *cols, u32 *cell)
{
	u8 overflow = get(CRTC, CRTC_OVERFLOW);
	u32 lines = get(CRTC, CRTC_LINES);

	lines |= (overflow & 2 ? 0x100u : 0) | (overflow & 0x40 ? 0x200u : 0);
	*cell = (get(CRTC, CRTC_CELL) & 31u) + 1;
	*cols = get(CRTC, CRTC_COLS) + 1u;
	*rows = (lines + 1) / *cell;
	return screen_cells(*rows, *cols) && *rows * *cols * 2 <= TEXT_SIZE;
}

/* --- the font ----------------------------------------------------------------------------------
 */

struct value {
	u16 port;
	u8 index, value;
};

/* Planes one behind the other at PLANE_MEMORY, of which number 2 is written. */
static const struct value plane_open[] = {
	{ SEQUENCER, 0, 1 },
	{ SEQUENCER, 2, 4 },
	{ SEQUENCER, 4, 7 },
	{ SEQUENCER, 0, 3 },
	{ GRAPHICS, 4, 2 },
	{ GRAPHICS, 5, 0 },
	{ GRAPHICS, GRAPHICS_MISC, 4 },
};

/* Characters and colours in turn at TEXT_MEMORY, as text mode has them. */
static const struct value plane_closed[] = {
	{ SEQUENCER, 0, 1 },
	{ SEQUENCER, 2, 3 },
	{ SEQUENCER, 4, 3 },
	{ SEQUENCER, 0, 3 },
	{ GRAPHICS, 4, 0 },
	{ GRAPHICS, 5, 0x10 },
	{ GRAPHICS, GRAPHICS_MISC, 0x0e },
};

static void set_all(const struct value *v, size_t n)
{
	for (; n; n--, v++)
		set(v->port, v->index, v->value);
}

/* Another font than the first one, whose characters lie as in code page 437. */
static const struct font *font;

static const u8 *picture_of(u32 place)
{
	if (!font)
		return place < 256 ? font_find(first_font, glyph_pc((u8)place)) : NULL;
	return place < font->count ? font->pictures + (size_t)place * font->rows : NULL;
}

/* 256 characters, or 512: then the bit of bright colours tells which half is meant. */
static void load_font(void)
{
	u32 count = font ? font->count : 256, rows = font ? font->rows : first_font->rows;

	set_all(plane_open, ARRAY_SIZE(plane_open));
	for (u32 c = 0; c < count; c++) {
		const u8 *picture = picture_of(c);
		volatile u8 *to = plane + (c & 255) * PLANE_CELL + (c >> 8) * PLANE_NEXT;

		for (u32 row = 0; row < PLANE_CELL; row++)
			to[row] = picture && row < rows ? picture[row] : 0;
	}
	set_all(plane_closed, ARRAY_SIZE(plane_closed));
	set(SEQUENCER, SEQUENCER_MAP, count > 256 ? MAP_UPPER_NEXT : 0);
}

/* The place of a character, as it was asked for lately. */
static struct {
	u32 c, place;
} known[256];

static u32 find_place(u32 c)
{
	const u8 *picture = font_find(font, c);

	picture = picture ?: font_find(font, GLYPH_UNKNOWN) ?: font_find(font, '?');
	return picture ? (u32)(picture - font->pictures) / font->rows : 0;
}

static u32 place_of(u32 c)
{
	u32 slot = c % ARRAY_SIZE(known);

	if (!font)
		return glyph_to_pc(c);
	if (known[slot].c != c) {
		known[slot].c = c;
		known[slot].place = find_place(c);
	}
	return known[slot].place;
}

/* The sixteen colours are the first ones of the card's table. */
static void number_colours(void)
{
	bool halves = font && font->count > 256;

	(void)in8(STATUS); /* what follows is an index */
	for (u8 i = 0; i < 16; i++) {
		out8(ATTRIBUTES, i);
		out8(ATTRIBUTES, halves ? i & 7 : i);
	}
	out8(ATTRIBUTES, ATTRIBUTES_DONE);
}

/* --- what paint.c calls ------------------------------------------------------------------------
 */

static bool set_colours(const u32 *rgb)
{
	for (u8 i = 0; i < 16; i++) {
		out8(COLOUR_INDEX, i);
		for (u32 shift = 24; shift; shift -= 8)
			out8(COLOUR_DATA, (u8)(rgb[i] >> (shift - 8) & 0xff) >> 2);
	}
	return false;
}

static void set_font(const struct font *f)
{
	font = f;
	memset(known, 0xff, sizeof(known));
	load_font();
	number_colours();
}

static void draw(u32 row, u32 col, const u32 *cells, u32 n)
{
	volatile u16 *at = memory + row * display.cols + col;

	for (u32 i = 0; i < n; i++) {
		u32 place = place_of(CELL_CHAR(cells[i])), attr = CELL_ATTR(cells[i]);

		if (font && font->count > 256)
			attr = (attr & ~8u) | place >> 8 << 3;
		at[i] = (u16)((place & 255) | attr << 8);
	}
}

static void cursor(u32 row, u32 col, bool shown)
{
	u32 at = row * display.cols + col;

	set(CRTC, CRTC_CURSOR_HIGH, (u8)(at >> 8));
	set(CRTC, CRTC_CURSOR_LOW, (u8)at);
	set(CRTC, CRTC_CURSOR_START, shown ? 13 : CURSOR_OFF);
}

const struct display *vga_probe(const struct font *f)
{
	u32 cell;

	if (!is_there() || !in_text_mode() || !read_size(&display.rows, &display.cols, &cell))
		return NULL;
	memory = mmu_map_io(TEXT_MEMORY, TEXT_SIZE);
	plane = mmu_map_io(PLANE_MEMORY, PLANE_NEXT + 256 * PLANE_CELL);
	first_font = f;
	number_colours();
	display.cell = cell;
	if (f->count && f->rows == cell) {
		load_font();
		display.set_font = set_font;
	}
	set(CRTC, CRTC_START_HIGH, 0);
	set(CRTC, CRTC_START_LOW, 0);
	set(CRTC, CRTC_CURSOR_END, 14);
	display.name = "VGA text";
	display.draw = draw;
	display.cursor = cursor;
	display.set_colours = set_colours;
	return &display;
}
