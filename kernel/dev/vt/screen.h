/*
 * screen.h - a screen of text: its cells, its cursor, the lines that have left it at the top.
 *
 * It knows nothing of displays, terminals or locks; whoever owns it has them.  What programs write
 * goes through escape.c, which calls the functions below.
 *
 * All positions count from 0.  The lines lie in a ring of pointers, so scrolling moves no cells.
 * Nothing here trusts its caller with a position or a count: all are cut to the screen.
 */
#pragma once
#include "kernel/lib/types.h"

#define SCREEN_COLS_MAX	 512u
#define SCREEN_ROWS_MAX	 256u
#define SCREEN_HISTORY	 240u /* lines kept above the screen */
#define SCREEN_LINES_MAX (SCREEN_ROWS_MAX + SCREEN_HISTORY)

/* A cell: a character below U+10000, a colour of 16 for it and one for what lies behind it. */
#define CELL(c, attr) ((u32)(c) | (u32)(attr) << 16)
#define CELL_CHAR(x)  ((x)&0xffff)
#define CELL_ATTR(x)  ((x) >> 16 & 0xff) /* background << 4 | foreground */
#define CELL_CURSOR   0x1000000u	 /* set by who paints */
#define CELL_BLANK    CELL(' ', 0x07)

struct screen_place {
	u32 row, col;
	bool wrap; /* behind the last column: the next character begins a new line */
};

struct screen {
	u32 rows, cols;		     /* of the part in use */
	u32 width;		     /* cells of a line */
	struct screen_place at;	     /* the cursor */
	u32 top, bottom;	     /* rows top .. bottom - 1 scroll */
	u32 fill;		     /* a blank with the current attributes */
	u32 erase;		     /* what erasing leaves */
	bool autowrap, insert;	     /* modes */
	bool origin;		     /* rows count from the top of what scrolls */
	bool cursor_hidden, inverse; /* modes */

	u32 *lines[SCREEN_LINES_MAX]; /* a ring */
	u32 line_count, first;	      /* used length; which one is row 0 */
	u32 history;		      /* lines above row 0 that hold something */
	u32 view;		      /* lines that the view is scrolled back */
	u64 tabs[SCREEN_COLS_MAX / 64];
	u64 changed[SCREEN_ROWS_MAX / 64]; /* rows, cleared by who paints */
};

/* cells: rows + SCREEN_HISTORY lines of cols cells each, for ever.  False: no size for a screen. */
bool screen_init(struct screen *s, u32 rows, u32 cols, u32 *cells);
size_t screen_cells(u32 rows, u32 cols); /* how many that is; 0: no size for a screen */
void screen_reset(struct screen *s);	 /* blank, and all modes as at first; history stays */
bool screen_resize(struct screen *s, u32 rows, u32 cols); /* to a part of the first size */

/* A character at the cursor.  run: of n of them, none special, the number taken (at least 1). */
void screen_put(struct screen *s, u32 c);
size_t screen_put_run(struct screen *s, const u8 *text, size_t n);

void screen_move(struct screen *s, s64 row, s64 col); /* from the origin */
void screen_move_by(struct screen *s, s64 rows, s64 cols);
void screen_line_feed(struct screen *s);
void screen_reverse_feed(struct screen *s);
void screen_backspace(struct screen *s);
void screen_tab(struct screen *s, s64 n); /* forward, or back */
void screen_return(struct screen *s);
void screen_set_region(struct screen *s, u32 top, u32 bottom);

/* From cell (row, col) up to, not including, another one in reading order. */
void screen_erase(struct screen *s, u32 row, u32 col, u32 row_end, u32 col_end);
void screen_forget_history(struct screen *s);
/* At the cursor; in lines only within what scrolls. */
void screen_insert_cells(struct screen *s, u32 n);
void screen_delete_cells(struct screen *s, u32 n);
void screen_insert_lines(struct screen *s, u32 n);
void screen_delete_lines(struct screen *s, u32 n);
void screen_scroll(struct screen *s, s64 n); /* the region, up or down */
void screen_fill(struct screen *s, u32 c);

/* The view of somebody who looks back. */
void screen_look(struct screen *s, s64 lines_back); /* added to what it is */
const u32 *screen_row_seen(const struct screen *s, u32 row);
const u32 *screen_row(const struct screen *s, u32 row);
void screen_change_all(struct screen *s);
