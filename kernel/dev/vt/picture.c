/*
 * picture.c - a picture in memory that the loader has set up (GRUB, mostly with UEFI): characters
 * are drawn into it with the kernel's own font.
 *
 * Locking: none; one thread paints, and a panic does not ask.
 */
#include "arch/boot.h"
#include "arch/mmu.h"
#include "arch/x86_64/loader.h"
#include "kernel/dev/vt/display.h"
#include "kernel/dev/vt/screen.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"

#define SIZE_MAX_BYTES (64ul << 20)
#define KNOWN	       512u /* characters whose picture is remembered */
#define CURSOR_ROWS    2u

static struct display display;
static const struct font *font, *first_font;
static u8 *memory;
static u32 colours[16]; /* as pixels */

/* The pictures of characters used lately. */
static struct {
	u32 c;
	const u8 *picture;
} known[KNOWN];

static const u8 *find_picture(u32 c)
{
	u32 slot = c % KNOWN;

	if (known[slot].c != c || !known[slot].picture) {
		const u8 *picture = font_find(font, c);

		known[slot].c = c;
		known[slot].picture = picture ?: font_find(font, GLYPH_UNKNOWN) ?: font_find(font, '?');
	}
	return known[slot].picture;
}

/* --- pixels ------------------------------------------------------------------------------------
 */

static u32 pixel_of(u32 rgb)
{
	const struct boot_screen *b = &boot.screen;

	return (rgb >> 16 & 0xff) >> (8 - b->red.size) << b->red.shift |
	       (rgb >> 8 & 0xff) >> (8 - b->green.size) << b->green.shift |
	       (rgb & 0xff) >> (8 - b->blue.size) << b->blue.shift;
}

/* Eight pixels of 32 bits, two at a time: pairs has the four combinations. */
static void draw_row_32(u8 *at, u8 bits, const u64 *pairs)
{
	volatile u64 *out = (volatile u64 *)at;

	out[0] = pairs[bits >> 6];
	out[1] = pairs[bits >> 4 & 3];
	out[2] = pairs[bits >> 2 & 3];
	out[3] = pairs[bits & 3];
}

static void draw_row(u8 *at, u8 bits, u32 front, u32 back)
{
	u32 bytes = boot.screen.bits / 8;

	for (u32 x = 0; x < GLYPH_WIDTH; x++, bits <<= 1) {
		u32 pixel = bits & 0x80 ? front : back;

		for (u32 byte = 0; byte < bytes; byte++, pixel >>= 8)
			*(volatile u8 *)at++ = (u8)pixel;
	}
}

static void draw_cell(u8 *at, u32 cell)
{
	u32 front = colours[CELL_ATTR(cell) & 15], back = colours[CELL_ATTR(cell) >> 4];
	const u64 pairs[4] = { back | (u64)back << 32, back | (u64)front << 32,
			       front | (u64)back << 32, front | (u64)front << 32 };
	const u8 *picture = find_picture(CELL_CHAR(cell));

	for (u32 y = 0; y < display.cell; y++, at += boot.screen.pitch) {
		u8 bits = picture && y < font->rows ? picture[y] : 0;

		if ((cell & CELL_CURSOR) && y >= display.cell - CURSOR_ROWS)
			bits = 0xff;
		if (boot.screen.bits == 32)
			draw_row_32(at, bits, pairs);
		else
			draw_row(at, bits, front, back);
	}
}

static void draw(u32 row, u32 col, const u32 *cells, u32 n)
{
	u32 step = GLYPH_WIDTH * boot.screen.bits / 8;
	u8 *at = memory + (size_t)row * display.cell * boot.screen.pitch + (size_t)col * step;

	for (u32 i = 0; i < n; i++, at += step)
		draw_cell(at, cells[i]);
}

static bool set_colours(const u32 *rgb)
{
	for (u32 i = 0; i < ARRAY_SIZE(colours); i++)
		colours[i] = pixel_of(rgb[i]);
	return true;
}

static void set_font(const struct font *f)
{
	font = f ?: first_font;
	memset(known, 0, sizeof(known));
}

const struct display *picture_probe(const struct font *f)
{
	const struct boot_screen *b = &boot.screen;
	u64 size = (u64)b->pitch * b->height;

	if (!b->width)
		return NULL;
	if (!f->count) {
		log_warn("screen: no font was built in, a picture can show no text");
		return NULL;
	}
	display.rows = min(b->height / f->rows, SCREEN_ROWS_MAX);
	display.cols = min(b->width / GLYPH_WIDTH, SCREEN_COLS_MAX);
	if (!screen_cells(display.rows, display.cols) || size > SIZE_MAX_BYTES ||
	    memory_overlaps(b->phys, b->phys + size)) {
		log_warn("screen: a picture of %ux%u at %lx is not used", b->width, b->height,
			 b->phys);
		return NULL;
	}
	log_info("screen: %ux%u pixels of %u bits", b->width, b->height, b->bits);
	font = first_font = f;
	memory = mmu_map_io(b->phys, size);
	display.name = "picture";
	display.cell = f->rows;
	display.draw = draw;
	display.set_colours = set_colours;
	display.set_font = set_font;
	return &display;
}
