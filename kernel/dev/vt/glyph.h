/*
 * glyph.h - characters and their pictures: the sets of old terminals, the PC's 256 characters, and
 * a font in the PSF1 form of Linux's console.
 */
#pragma once
#include "kernel/lib/types.h"

#define GLYPH_UNKNOWN 0xfffdu
#define GLYPH_WIDTH   8

u32 glyph_graphics(u8 c); /* the character that c stands for among VT100's line graphics */
u32 glyph_pc(u8 c);	  /* code page 437 */
u8 glyph_to_pc(u32 c);	  /* the other way; what it does not have is '?' */
u32 glyph_width(u32 c);	  /* cells: 0 for combining and invisible characters, 1, 2 */

/* A font that lies in memory: `rows` bytes a picture, the highest bit leftmost. */
struct font {
	const u8 *pictures;
	u32 rows, count;
	const u8 *table, *end; /* which characters each one is for; empty: they are in order */
	/* The same by character: the number of its picture + 1, 0 for none.  NULL: walk the table.
	 */
	const u16 *places;
};

#define FONT_PLACES 0x10000u

/* Reads the head of a PSF1 file; false: it is none. */
bool font_init(struct font *f, const u8 *file, size_t size);
/* The picture of a character, or NULL. */
const u8 *font_find(const struct font *f, u32 c);
