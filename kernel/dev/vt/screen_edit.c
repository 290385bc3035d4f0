/*
 * screen_edit.c - scrolling, erasing, inserting and deleting (screen.h).
 *
 * Lines that leave a screen that scrolls as a whole become its history; of a part that scrolls they
 * are lost, as on Linux.
 */
#include "kernel/dev/vt/screen.h"
#include "kernel/dev/vt/screen_line.h"
#include "kernel/lib/string.h"

static void change_from(struct screen *s, u32 row, u32 end)
{
	for (; row < end; row++)
		screen_change(s, row);
}

/* --- scrolling -----------------------------------------------------------------------------------
 */

static u32 **slot(struct screen *s, u32 row)
{
	return &s->lines[(s->first + row) % s->line_count];
}

/* The oldest line of the ring becomes the last row. */
static void scroll_into_history(struct screen *s)
{
	s->first = s->first + 1 == s->line_count ? 0 : s->first + 1;
	s->history = min(s->history + 1, SCREEN_HISTORY);
	if (s->view)
		s->view = min(s->view + 1, s->history);
	line_fill(screen_line(s, s->rows - 1), 0, s->width, s->erase);
}

/* Rows top .. bottom - 1 go up or down by n, at most their number. */
static void shift_up(struct screen *s, u32 top, u32 bottom, u32 n)
{
	while (n--) {
		u32 *line = *slot(s, top);

		for (u32 row = top; row + 1 < bottom; row++)
			*slot(s, row) = *slot(s, row + 1);
		*slot(s, bottom - 1) = line;
		line_fill(line, 0, s->width, s->erase);
	}
}

static void shift_down(struct screen *s, u32 top, u32 bottom, u32 n)
{
	while (n--) {
		u32 *line = *slot(s, bottom - 1);

		for (u32 row = bottom - 1; row > top; row--)
			*slot(s, row) = *slot(s, row - 1);
		*slot(s, top) = line;
		line_fill(line, 0, s->width, s->erase);
	}
}

void screen_scroll(struct screen *s, s64 n)
{
	u32 height = s->bottom - s->top;

	if (n > 0 && height == s->rows)
		for (s64 left = min(n, (s64)height); left; left--)
			scroll_into_history(s);
	else if (n > 0)
		shift_up(s, s->top, s->bottom, (u32)min(n, (s64)height));
	else if (n < 0)
		shift_down(s, s->top, s->bottom, (u32)min(-n, (s64)height));
	if (height == s->rows)
		screen_change_all(s);
	else
		change_from(s, s->top, s->bottom);
}

static bool in_region(const struct screen *s)
{
	return s->at.row >= s->top && s->at.row < s->bottom;
}

void screen_insert_lines(struct screen *s, u32 n)
{
	if (!in_region(s))
		return;
	shift_down(s, s->at.row, s->bottom, min(n, s->bottom - s->at.row));
	s->at.wrap = false;
	change_from(s, s->at.row, s->bottom);
}

void screen_delete_lines(struct screen *s, u32 n)
{
	if (!in_region(s))
		return;
	shift_up(s, s->at.row, s->bottom, min(n, s->bottom - s->at.row));
	s->at.wrap = false;
	change_from(s, s->at.row, s->bottom);
}

/* --- cells of a line -----------------------------------------------------------------------------
 */

void screen_insert_cells(struct screen *s, u32 n)
{
	u32 *line = screen_line(s, s->at.row), col = s->at.col;

	n = min(n, s->cols - col);
	memmove(line + col + n, line + col, (s->cols - col - n) * sizeof(*line));
	line_fill(line, col, col + n, s->erase);
	s->at.wrap = false;
	screen_change(s, s->at.row);
}

void screen_delete_cells(struct screen *s, u32 n)
{
	u32 *line = screen_line(s, s->at.row), col = s->at.col;

	n = min(n, s->cols - col);
	memmove(line + col, line + col + n, (s->cols - col - n) * sizeof(*line));
	line_fill(line, s->cols - n, s->cols, s->erase);
	s->at.wrap = false;
	screen_change(s, s->at.row);
}

void screen_erase(struct screen *s, u32 row, u32 col, u32 row_end, u32 col_end)
{
	row_end = min(row_end, s->rows);
	for (; row < s->rows && (row < row_end || (row == row_end && col < col_end)); row++) {
		u32 end = row < row_end ? s->cols : min(col_end, s->cols);

		line_fill(screen_line(s, row), min(col, s->cols), end, s->erase);
		screen_change(s, row);
		col = 0;
	}
	s->at.wrap = false;
}

void screen_fill(struct screen *s, u32 c)
{
	for (u32 row = 0; row < s->rows; row++)
		line_fill(screen_line(s, row), 0, s->cols, (s->erase & ~0xffffu) | CELL_CHAR(c));
	screen_change_all(s);
}
