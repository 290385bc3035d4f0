/*
 * screen.c - cells and cursor (screen.h); screen_edit.c has what moves and erases cells.
 */
#include "kernel/dev/vt/screen.h"

#include "kernel/dev/vt/screen_line.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"

#define TAB 8

void screen_change_all(struct screen *s)
{
	memset(s->changed, 0xff, sizeof(s->changed));
}

size_t screen_cells(u32 rows, u32 cols)
{
	if (rows < 2 || cols < 2 || rows > SCREEN_ROWS_MAX || cols > SCREEN_COLS_MAX)
		return 0;
	return (size_t)(rows + SCREEN_HISTORY) * cols;
}

bool screen_init(struct screen *s, u32 rows, u32 cols, u32 *cells)
{
	*s = (struct screen){ .width = cols, .line_count = rows + SCREEN_HISTORY };
	if (!screen_cells(rows, cols))
		return false;
	for (u32 i = 0; i < s->line_count; i++)
		s->lines[i] = cells + (size_t)i * cols;
	s->rows = rows;
	s->cols = cols;
	screen_reset(s);
	return true;
}

void screen_reset(struct screen *s)
{
	s->at = (struct screen_place){};
	s->top = 0;
	s->bottom = s->rows;
	s->fill = s->erase = CELL_BLANK;
	s->autowrap = true;
	s->insert = s->origin = s->cursor_hidden = s->inverse = false;
	memset(s->tabs, 0, sizeof(s->tabs));
	for (u32 col = TAB; col < SCREEN_COLS_MAX; col += TAB)
		bitmap_set(s->tabs, col);
	for (u32 row = 0; row < s->rows; row++)
		line_fill(screen_line(s, row), 0, s->width, s->erase);
	screen_change_all(s);
}

bool screen_resize(struct screen *s, u32 rows, u32 cols)
{
	if (rows < 2 || cols < 2 || rows > s->line_count - SCREEN_HISTORY || cols > s->width)
		return false;
	/* What stood below the new end is blank when it comes back. */
	for (u32 row = min(rows, s->rows); row < max(rows, s->rows); row++)
		line_fill(screen_line(s, row), 0, s->width, CELL_BLANK);
	for (u32 row = 0; row < rows; row++)
		line_fill(screen_line(s, row), min(cols, s->cols), s->width, CELL_BLANK);
	s->rows = rows;
	s->cols = cols;
	s->top = 0;
	s->bottom = rows;
	s->at.row = min(s->at.row, rows - 1);
	s->at.col = min(s->at.col, cols - 1);
	s->at.wrap = false;
	s->view = 0;
	screen_change_all(s);
	return true;
}

/* --- the cursor --------------------------------------------------------------------------------
 */

static s64 clamp(s64 value, s64 low, s64 high)
{
	return value < low ? low : value > high ? high : value;
}

void screen_move(struct screen *s, s64 row, s64 col)
{
	s64 low = s->origin ? s->top : 0, high = s->origin ? s->bottom - 1 : s->rows - 1;

	screen_change(s, s->at.row);
	s->at.row = (u32)clamp(row + low, low, high);
	s->at.col = (u32)clamp(col, 0, s->cols - 1);
	s->at.wrap = false;
	screen_change(s, s->at.row);
}

/* As with screen_move(), but up and down the edge of what scrolls stops the cursor only in origin
   mode. */
void screen_move_by(struct screen *s, s64 rows, s64 cols)
{
	screen_move(s, (s64)s->at.row - (s->origin ? s->top : 0) + rows, (s64)s->at.col + cols);
}

void screen_line_feed(struct screen *s)
{
	screen_change(s, s->at.row);
	s->at.wrap = false;
	if (s->at.row + 1 == s->bottom)
		screen_scroll(s, 1);
	else if (s->at.row + 1 < s->rows)
		s->at.row++;
	screen_change(s, s->at.row);
}

void screen_reverse_feed(struct screen *s)
{
	screen_change(s, s->at.row);
	s->at.wrap = false;
	if (s->at.row == s->top)
		screen_scroll(s, -1);
	else if (s->at.row)
		s->at.row--;
	screen_change(s, s->at.row);
}

void screen_backspace(struct screen *s)
{
	if (s->at.col)
		s->at.col--;
	s->at.wrap = false;
	screen_change(s, s->at.row);
}

void screen_return(struct screen *s)
{
	s->at.col = 0;
	s->at.wrap = false;
	screen_change(s, s->at.row);
}

void screen_tab(struct screen *s, s64 n)
{
	u32 col = s->at.col;

	for (; n > 0 && col < s->cols - 1; n--)
		do
			col++;
		while (col < s->cols - 1 && !bitmap_test(s->tabs, col));
	for (; n < 0 && col; n++)
		do
			col--;
		while (col && !bitmap_test(s->tabs, col));
	s->at.wrap &= col == s->at.col;
	s->at.col = col;
	screen_change(s, s->at.row);
}

void screen_set_region(struct screen *s, u32 top, u32 bottom)
{
	if (top + 1 >= bottom || bottom > s->rows)
		return;
	s->top = top;
	s->bottom = bottom;
	screen_move(s, 0, 0);
}

/* --- characters --------------------------------------------------------------------------------
 */

static void wrap(struct screen *s)
{
	if (!s->at.wrap)
		return;
	screen_return(s);
	screen_line_feed(s);
}

/* n cells of the line were filled. */
static void advance(struct screen *s, u32 n)
{
	screen_change(s, s->at.row);
	s->at.col += n;
	if (s->at.col < s->cols)
		return;
	s->at.col = s->cols - 1;
	s->at.wrap = s->autowrap;
}

void screen_put(struct screen *s, u32 c)
{
	wrap(s);
	if (s->insert)
		screen_insert_cells(s, 1);
	screen_line(s, s->at.row)[s->at.col] = (s->fill & ~0xffffu) | CELL_CHAR(c);
	advance(s, 1);
}

size_t screen_put_run(struct screen *s, const u8 *text, size_t n)
{
	u32 attr = s->fill & ~0xffffu, *cell;

	if (s->insert || !n) {
		screen_put(s, n ? *text : ' ');
		return 1;
	}
	wrap(s);
	n = min(n, (size_t)(s->cols - s->at.col));
	cell = screen_line(s, s->at.row) + s->at.col;
	for (size_t i = 0; i < n; i++)
		cell[i] = attr | text[i];
	advance(s, (u32)n);
	return n;
}

/* --- looking back --------------------------------------------------------------------------------
 */

void screen_look(struct screen *s, s64 lines_back)
{
	u32 view = (u32)clamp((s64)s->view + lines_back, 0, s->history);

	if (view == s->view)
		return;
	s->view = view;
	screen_change_all(s);
}

void screen_forget_history(struct screen *s)
{
	s->history = s->view = 0;
	screen_change_all(s);
}

const u32 *screen_row(const struct screen *s, u32 row)
{
	return screen_line(s, row);
}

const u32 *screen_row_seen(const struct screen *s, u32 row)
{
	return s->lines[(s->first + row + s->line_count - s->view) % s->line_count];
}
