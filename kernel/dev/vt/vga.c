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

#define GRAPHICS_MISC  0x06
#define MISC_GRAPHICS  1u
#define MISC_MAP       0x0cu
#define MISC_MAP_B8000 0x0cu

#define TEXT_MEMORY  0xb8000
#define TEXT_SIZE    0x8000u
#define PLANE_MEMORY 0xa0000
#define PLANE_CELL   32u /* bytes of a picture in the plane */

static struct display display;
static volatile u16 *memory;

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

/* Planes one behind the other at PLANE_MEMORY, of which number 2 is written. */
static void open_plane(void)
{
	set(SEQUENCER, 0, 1);
	set(SEQUENCER, 2, 4);
	set(SEQUENCER, 4, 7);
	set(SEQUENCER, 0, 3);
	set(GRAPHICS, 4, 2);
	set(GRAPHICS, 5, 0);
	set(GRAPHICS, GRAPHICS_MISC, 4);
}

/* Characters and colours in turn at TEXT_MEMORY, as text mode has them. */
static void close_plane(void)
{
	set(SEQUENCER, 0, 1);
	set(SEQUENCER, 2, 3);
	set(SEQUENCER, 4, 3);
	set(SEQUENCER, 0, 3);
	set(GRAPHICS, 4, 0);
	set(GRAPHICS, 5, 0x10);
	set(GRAPHICS, GRAPHICS_MISC, 0x0e);
}

static void load_font(const struct font *font, u32 cell)
{
	volatile u8 *plane;

	if (!font->count || font->rows != cell)
		return;
	plane = mmu_map_io(PLANE_MEMORY, 256 * PLANE_CELL);
	open_plane();
	for (u32 c = 0; c < 256; c++) {
		const u8 *picture = font_find(font, glyph_pc((u8)c));

		for (u32 row = 0; picture && row < cell; row++)
			plane[c * PLANE_CELL + row] = picture[row];
	}
	close_plane();
}

/* --- what paint.c calls ------------------------------------------------------------------------
 */

static void draw(u32 row, u32 col, const u32 *cells, u32 n)
{
	volatile u16 *at = memory + row * display.cols + col;

	for (u32 i = 0; i < n; i++)
		at[i] = (u16)(glyph_to_pc(CELL_CHAR(cells[i])) | CELL_ATTR(cells[i]) << 8);
}

static void cursor(u32 row, u32 col, bool shown)
{
	u32 at = row * display.cols + col;

	set(CRTC, CRTC_CURSOR_HIGH, (u8)(at >> 8));
	set(CRTC, CRTC_CURSOR_LOW, (u8)at);
	set(CRTC, CRTC_CURSOR_START, shown ? 13 : CURSOR_OFF);
}

const struct display *vga_probe(const struct font *font)
{
	u32 cell;

	if (!is_there() || !in_text_mode() || !read_size(&display.rows, &display.cols, &cell))
		return NULL;
	load_font(font, cell);
	memory = mmu_map_io(TEXT_MEMORY, TEXT_SIZE);
	set(CRTC, CRTC_START_HIGH, 0);
	set(CRTC, CRTC_START_LOW, 0);
	set(CRTC, CRTC_CURSOR_END, 14);
	display.name = "VGA text";
	display.draw = draw;
	display.cursor = cursor;
	return &display;
}
