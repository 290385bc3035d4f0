/*
 * paint.c - brings the display up to date with the screen in front.
 *
 * A task compares the rows that have changed with what the display shows and draws the cells that
 * differ.  Then it rests for a moment, however much is written meanwhile.  Writers may hold any
 * lock, the log's among them, so they wake it through a deferred interrupt.
 *
 * Locking: vt_lock while a row is copied; drawing is done without, by the task alone.  A panic
 * paints without asking anybody.
 */
#include "arch/clock.h"
#include "arch/trap.h"
#include "kernel/dev/vt/vt.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define REST_NS (20 * NS_PER_MSEC)

static struct waitq painter = WAITQ_INIT(painter);
static bool wanted; /* [a] */
struct mutex vt_font_lock;
static u32 *shown; /* what the display shows, by the painter alone */

#define INVERT(attr) (((attr)&0x88) | ((attr) >> 4 & 7) | ((attr)&7) << 4)

void vt_changed(void)
{
	if (!__atomic_exchange_n(&wanted, true, __ATOMIC_ACQ_REL) && !panic_active())
		irq_defer();
}

static void wake(void)
{
	waitq_wake(&painter);
}

static bool cursor_seen(const struct screen *s)
{
	return !s->cursor_hidden && !s->view;
}

/* One row as it should look.  vt_lock held, or a panic. */
static void look_at(const struct vt *v, u32 row, u32 *cells)
{
	const struct screen *s = &v->screen;
	u32 cols = vt_display->cols, used = row < s->rows ? s->cols : 0;

	if (used)
		memcpy(cells, screen_row_seen(s, row), used * sizeof(*cells));
	for (u32 col = used; col < cols; col++)
		cells[col] = CELL_BLANK;
	for (u32 col = 0; s->inverse && col < used; col++)
		cells[col] = CELL(CELL_CHAR(cells[col]), INVERT(CELL_ATTR(cells[col])));
	if (!vt_display->cursor && cursor_seen(s) && row == s->at.row)
		cells[s->at.col] |= CELL_CURSOR;
}

/* Draws the runs of cells that differ from what is shown. */
static void draw_row(u32 row, const u32 *cells)
{
	u32 cols = vt_display->cols, *old = shown + row * cols;

	for (u32 col = 0, end; col < cols; col = end + 1) {
		while (col < cols && cells[col] == old[col])
			col++;
		for (end = col; end < cols && cells[end] != old[end]; end++)
			old[end] = cells[end];
		if (end > col)
			vt_display->draw(row, col, cells + col, end - col);
	}
}

/* False: nobody paints now, or the row is as it was. */
static bool take_row(u32 row, u32 *cells)
{
	struct vt *v;
	bool take;

	spin_lock(&vt_lock);
	v = vt_front();
	take = !v->graphics && bitmap_test(v->screen.changed, row);
	if (take) {
		bitmap_clear(v->screen.changed, row);
		look_at(v, row, cells);
	}
	spin_unlock(&vt_lock);
	return take;
}

static void place_cursor(void)
{
	const struct screen *s;
	struct screen_place at;
	bool seen;

	if (!vt_display->cursor)
		return;
	spin_lock(&vt_lock);
	s = &vt_front()->screen;
	at = s->at;
	seen = cursor_seen(s);
	spin_unlock(&vt_lock);
	vt_display->cursor(at.row, at.col, seen);
}

/* The colours are those of the console in front. */
static void show_colours(void)
{
	static u32 lit[16];
	u32 wanted_now[16];

	spin_lock(&vt_lock);
	memcpy(wanted_now, vt_front()->escape.colours, sizeof(wanted_now));
	spin_unlock(&vt_lock);
	if (!memcmp(lit, wanted_now, sizeof(lit)))
		return;
	memcpy(lit, wanted_now, sizeof(lit));
	if (!vt_display->set_colours(lit))
		return;
	spin_lock(&vt_lock);
	vt_paint_all();
	spin_unlock(&vt_lock);
}

static void paint(void)
{
	static u32 cells[SCREEN_COLS_MAX]; /* too large for a stack */

	mutex_lock(&vt_font_lock);
	show_colours();
	for (u32 row = 0; row < vt_display->rows; row++) {
		if (take_row(row, cells))
			draw_row(row, cells);
		sched_relax();
	}
	place_cursor();
	mutex_unlock(&vt_font_lock);
}

/* The keyboard's lights are those of the console in front. */
static void show_leds(void)
{
	static u8 lit;
	u8 leds = READ_ONCE(vt_front()->keys.leds);

	if (leds == lit)
		return;
	lit = leds;
	i8042_set_leds(leds);
}

/* Zero is no cell: everything will be drawn. */
void vt_paint_all(void)
{
	memset(shown, 0, sizeof(*shown) * vt_display->rows * vt_display->cols);
	screen_change_all(&vt_front()->screen);
}

bool vt_paint_init(void)
{
	shown = kzalloc(sizeof(*shown) * vt_display->rows * vt_display->cols);
	mutex_init(&vt_font_lock, RANK_FILE);
	irq_defer_connect(wake);
	return shown;
}

void vt_paint_task(void *unused)
{
	for (;;) {
		(void)wait_event_state(&painter, READ_ONCE(wanted), THREAD_SLEEPING, false,
				       WAIT_FOREVER);
		__atomic_store_n(&wanted, false, __ATOMIC_SEQ_CST);
		for (u32 i = 0; i < VTS; i++)
			if (vt_find(i))
				vt_answer(vt_find(i));
		paint();
		show_leds();
		if (sleep_until(clock_now() + REST_NS))
			continue;
	}
}

/* Whatever a program has made of the screen, its font and its colours, a panic can be read. */
static void prepare_panic(struct vt *v)
{
	struct screen *s = &v->screen;

	v->graphics = false;
	if (vt_display->set_font)
		vt_display->set_font(NULL);
	vt_display->set_colours(escape_first_colours);
	screen_resize(s, vt_display->rows, vt_display->cols);
	s->autowrap = true;
	s->insert = s->origin = s->inverse = false;
	s->fill = s->erase = CELL_BLANK;
	vt_paint_all();
}

/* From a panic: other CPUs stand still or soon will, so no lock is taken. */
void vt_panic_write(const char *text, size_t n)
{
	static u32 cells[SCREEN_COLS_MAX];
	static struct vt *v;

	if (!panic_active())
		return;
	if (!v) {
		v = vt_front();
		prepare_panic(v);
	}
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n') {
			screen_return(&v->screen);
			screen_line_feed(&v->screen);
		} else {
			screen_put(&v->screen, (u8)text[i]);
		}
	}
	for (u32 row = 0; n && text[n - 1] == '\n' && row < vt_display->rows; row++) {
		look_at(v, row, cells);
		draw_row(row, cells);
	}
}
