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

/* Every line that scrolls in is filled, so eight cells go at a time. */
static inline void line_fill(u32 *line, u32 from, u32 to, u32 cell)
{
	u64 two = cell | (u64)cell << 32;
	u32 i = from;

	for (; i + 8 <= to; i += 8) {
		__builtin_memcpy(line + i, &two, sizeof(two));
		__builtin_memcpy(line + i + 2, &two, sizeof(two));
		__builtin_memcpy(line + i + 4, &two, sizeof(two));
		__builtin_memcpy(line + i + 6, &two, sizeof(two));
	}
	for (; i < to; i++)
		line[i] = cell;
}
