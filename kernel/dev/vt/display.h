/*
 * display.h - what shows a screen: the text mode of a VGA card, or a picture that the loader has
 * set up.  One of them at most; paint.c alone calls it, but for a panic.
 */
#pragma once
#include "kernel/dev/vt/glyph.h"
#include "kernel/lib/types.h"

struct display {
	const char *name;
	u32 rows, cols; /* [I] */
	u32 cell;	/* [I] rows of pixels that a character has */
	/* n cells of screen.h at a place within the display. */
	void (*draw)(u32 row, u32 col, const u32 *cells, u32 n);
	/* NULL: who paints marks the cell with CELL_CURSOR. */
	void (*cursor)(u32 row, u32 col, bool shown);
	/* 0xRRGGBB, by VGA's numbers.  True: what is shown must be drawn again. */
	bool (*set_colours)(const u32 colours[16]);
	/* font->rows <= cell; NULL: the first one.  All must be drawn again. */
	void (*set_font)(const struct font *font);
};

/* At boot; NULL: there is none.  font: may be empty, then a picture shows nothing. */
const struct display *vga_probe(const struct font *font);
const struct display *picture_probe(const struct font *font);

/* font.c: what the build has put into the kernel; empty without one. */
extern const struct font *display_font(void);
