/*
 * screen_line.h - what screen.c and screen_edit.c share.
 */
#pragma once
#include "kernel/dev/vt/screen.h"
#include "kernel/lib/bits.h"

static inline u32 *screen_line(const struct screen *s, u32 row)
{
	u32 at = s->first + row;

	return s->lines[at >= s->line_count ? at - s->line_count : at];
}

static inline void screen_change(struct screen *s, u32 row)
{
	bitmap_set(s->changed, row);
}

static inline void line_fill(u32 *line, u32 from, u32 to, u32 cell)
{
	for (u32 i = from; i < to; i++)
		line[i] = cell;
}
