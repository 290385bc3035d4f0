/*
 * escape_csi.c - control sequences with numbers: CSI ... letter (escape.h, console_codes(4)).
 */
#include "kernel/dev/vt/escape.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

/* The number at `i`; missing or 0: `otherwise`. */
static u32 number(const struct escape *e, u32 i, u32 otherwise)
{
	return i < e->count && e->numbers[i] ? e->numbers[i] : otherwise;
}

static void set_mode(struct escape *e, struct screen *s, bool on)
{
	for (u32 i = 0; i < e->count; i++) {
		switch (e->numbers[i]) {
		case 3:
			e->show_controls = on;
			break;
		case 4:
			s->insert = on;
			break;
		case 20:
			e->line_mode = on;
			break;
		}
	}
}

static void set_private_mode(struct escape *e, struct screen *s, bool on)
{
	for (u32 i = 0; i < e->count; i++) {
		switch (e->numbers[i]) {
		case 1:
			e->cursor_keys = on;
			break;
		case 5:
			s->inverse = on;
			screen_change_all(s);
			break;
		case 6:
			s->origin = on;
			screen_move(s, 0, 0);
			break;
		case 7:
			s->autowrap = on;
			break;
		case 25:
			s->cursor_hidden = !on;
			screen_move_by(s, 0, 0);
			break;
		}
	}
}

static void erase_display(struct screen *s, u32 how)
{
	u32 row = s->at.row, col = s->at.col;

	if (how == 0)
		screen_erase(s, row, col, s->rows, 0);
	else if (how == 1)
		screen_erase(s, 0, 0, row, col + 1);
	else if (how == 2 || how == 3)
		screen_erase(s, 0, 0, s->rows, 0);
	if (how == 3)
		screen_forget_history(s);
}

static void erase_line(struct screen *s, u32 how)
{
	u32 row = s->at.row, col = s->at.col;

	if (how <= 2)
		screen_erase(s, row, how == 0 ? col : 0, row, how == 1 ? col + 1 : s->cols);
}

static void answer(struct escape *e, const struct screen *s)
{
	char text[ESCAPE_REPLY];
	u32 row = s->at.row - (s->origin ? s->top : 0);
	int n = 0;

	if (number(e, 0, 0) == 5)
		n = format(text, sizeof(text), "\033[0n");
	else if (number(e, 0, 0) == 6)
		n = format(text, sizeof(text), "\033[%u;%uR", row + 1, s->at.col + 1);
	if ((u32)n > sizeof(e->reply) - e->reply_len)
		return;
	memcpy(e->reply + e->reply_len, text, (size_t)n);
	e->reply_len += (u32)n;
}

static void identify(struct escape *e)
{
	static const char text[] = "\033[?6c"; /* a VT102 */

	if (number(e, 0, 0) || sizeof(text) - 1 > sizeof(e->reply) - e->reply_len)
		return;
	memcpy(e->reply + e->reply_len, text, sizeof(text) - 1);
	e->reply_len += sizeof(text) - 1;
}

static void clear_tabs(const struct escape *e, struct screen *s)
{
	if (number(e, 0, 0) == 0)
		bitmap_clear(s->tabs, s->at.col);
	else if (e->numbers[0] == 3)
		memset(s->tabs, 0, sizeof(s->tabs));
}

static void move(const struct escape *e, struct screen *s, u8 letter)
{
	s64 n = number(e, 0, 1), row = (s64)s->at.row - (s->origin ? s->top : 0);

	switch (letter) {
	case 'A':
		screen_move_by(s, -n, 0);
		break;
	case 'B':
	case 'e':
		screen_move_by(s, n, 0);
		break;
	case 'C':
	case 'a':
		screen_move_by(s, 0, n);
		break;
	case 'D':
		screen_move_by(s, 0, -n);
		break;
	case 'E':
		screen_move(s, row + n, 0);
		break;
	case 'F':
		screen_move(s, row - n, 0);
		break;
	case 'G':
	case '`':
		screen_move(s, row, n - 1);
		break;
	case 'd':
		screen_move(s, n - 1, s->at.col);
		break;
	case 'H':
	case 'f':
		screen_move(s, n - 1, (s64)number(e, 1, 1) - 1);
		break;
	}
}

static void edit(struct escape *e, struct screen *s, u8 letter)
{
	u32 n = number(e, 0, 1);

	switch (letter) {
	case 'J':
		erase_display(s, number(e, 0, 0));
		break;
	case 'K':
		erase_line(s, number(e, 0, 0));
		break;
	case 'L':
		screen_insert_lines(s, n);
		break;
	case 'M':
		screen_delete_lines(s, n);
		break;
	case 'P':
		screen_delete_cells(s, n);
		break;
	case '@':
		screen_insert_cells(s, n);
		break;
	case 'X':
		screen_erase(s, s->at.row, s->at.col, s->at.row, s->at.col + n);
		break;
	case 'g':
		clear_tabs(e, s);
		break;
	case 'r':
		screen_set_region(s, number(e, 0, 1) - 1, number(e, 1, s->rows));
		break;
	case 's':
		escape_save(e, s);
		break;
	case 'u':
		escape_restore(e, s);
		break;
	}
}

void escape_csi(struct escape *e, struct screen *s, u8 letter)
{
	if (letter == 'h' || letter == 'l') {
		if (e->question == '?')
			set_private_mode(e, s, letter == 'h');
		else if (!e->question)
			set_mode(e, s, letter == 'h');
		return;
	}
	if (e->question)
		return;
	switch (letter) {
	case 'm':
		escape_select(e, s);
		break;
	case 'n':
		answer(e, s);
		break;
	case 'c':
		identify(e);
		break;
	default:
		move(e, s, letter);
		edit(e, s, letter);
	}
}
