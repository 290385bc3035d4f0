/*
 * vt.c - virtual consoles as terminals (vt.h): what programs and the log write to them.
 *
 * Nothing is painted here: a write changes cells, and the task of paint.c brings the display up to
 * date, some fifty times a second at most.  So a program that prints much pays for its characters
 * and not for pictures that nobody would have seen.
 */
#include "kernel/dev/vt/vt.h"

#include "arch/boot.h"
#include "arch/trap.h"
#include "fs/device.h"
#include "fs/poll.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/life.h"

#define ROOM 8192u /* what a write may bring at a time: a screen takes anything at once */

struct spinlock vt_lock = SPINLOCK_INIT(RANK_UART);
const struct display *vt_display;
u32 vt_foreground;

static struct vt *vts[VTS]; /* [v], and [a] for vt_find() */

static struct vt *vt_of(struct tty *t)
{
	return t->port;
}

/* --- what the terminal asks for ----------------------------------------------------------------
 */

static void vt_write(struct tty *t, const u8 *bytes, size_t n)
{
	struct vt *v = vt_of(t);

	spin_lock(&vt_lock);
	escape_write(&v->escape, &v->screen, bytes, n);
	v->keys.cursor_keys = v->escape.cursor_keys;
	v->keys.keypad = v->escape.keypad;
	v->keys.line_mode = v->escape.line_mode;
	v->log_line = false;
	spin_unlock(&vt_lock);
	vt_changed();
}

static size_t vt_room(struct tty *t)
{
	return READ_ONCE(vt_of(t)->held) ? 0 : ROOM;
}

static size_t vt_pending(struct tty *t)
{
	return 0;
}

static void vt_flush(struct tty *t)
{
}

static void vt_hold(struct tty *t, bool hold)
{
	WRITE_ONCE(vt_of(t)->held, hold);
	if (!hold)
		waitq_wake_n(&t->can_write, ~0u, POLLOUT | POLLWRNORM);
}

static void vt_send(struct tty *t, u8 c)
{
}

/* A keyboard cannot be stopped: what finds no room is lost. */
static void vt_throttle(struct tty *t, bool stop)
{
}

static void vt_settings(struct tty *t)
{
}

static int vt_resize(struct tty *t, const struct winsize *size)
{
	struct vt *v = vt_of(t);
	bool done;

	spin_lock(&vt_lock);
	done = screen_resize(&v->screen, size->row, size->col);
	spin_unlock(&vt_lock);
	vt_changed();
	return done ? 0 : -EINVAL;
}

static const struct tty_driver vt_driver = {
	.write = vt_write,
	.room = vt_room,
	.pending = vt_pending,
	.flush = vt_flush,
	.hold = vt_hold,
	.send = vt_send,
	.throttle = vt_throttle,
	.settings = vt_settings,
	.resize = vt_resize,
	.ioctl = vt_ioctl,
};

/* --- consoles ------------------------------------------------------------------------------------
 */

static void free_vt(struct vt *v, u32 *cells)
{
	kfree(cells);
	kfree(v);
}

static struct vt *create(u32 index)
{
	static const char *const names[VTS] = { "tty1", "tty2", "tty3", "tty4",
						"tty5", "tty6", "tty7", "tty8" };
	const struct display *d = vt_display;
	struct vt *v = kzalloc(sizeof(*v)), *other;
	u32 *cells = kmalloc_array(screen_cells(d->rows, d->cols), sizeof(*cells));

	if (!v || !cells) {
		free_vt(v, cells);
		return NULL;
	}
	v->index = index;
	v->wanted = -1;
	screen_init(&v->screen, d->rows, d->cols, cells);
	escape_reset(&v->escape, &v->screen);
	v->keys.mode = KEY_UNICODE;
	tty_init(&v->tty, &vt_driver, v, names[index], device_number(4, index + 1));
	v->tty.termios.iflag |= IUTF8;
	v->tty.termios.cflag = B38400 | CS8 | CREAD | HUPCL;
	v->tty.termios.ispeed = v->tty.termios.ospeed = 38400;
	v->tty.winsize = (struct winsize){ .row = (u16)d->rows, .col = (u16)d->cols };
	spin_lock(&vt_lock);
	other = vts[index];
	if (!other)
		__atomic_store_n(&vts[index], v, __ATOMIC_RELEASE);
	spin_unlock(&vt_lock);
	if (other)
		free_vt(v, cells);
	return other ?: v;
}

struct vt *vt_find(u32 index)
{
	return index < VTS ? __atomic_load_n(&vts[index], __ATOMIC_ACQUIRE) : NULL;
}

struct vt *vt_get(u32 index)
{
	if (!vt_display || index >= VTS)
		return NULL;
	return vt_find(index) ?: create(index);
}

struct vt *vt_front(void)
{
	return vt_find(READ_ONCE(vt_foreground));
}

bool vt_exists(void)
{
	return vt_display;
}

struct tty *vt_tty(u32 number)
{
	struct vt *v = number ? vt_get(number - 1) : vt_front();

	return v ? &v->tty : NULL;
}

/* --- the log -------------------------------------------------------------------------------------
 */

/* The log's lines begin at the left and have no colours.  A terminal's escape sequences do not
   concern them, and theirs are no escape sequences. */
static void log_text(struct vt *v, const char *text, size_t n)
{
	struct screen *s = &v->screen;
	u32 fill = s->fill, erase = s->erase;

	s->fill = s->erase = CELL_BLANK;
	if (!v->log_line && s->at.col) {
		screen_return(s);
		screen_line_feed(s);
	}
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n') {
			screen_return(s);
			screen_line_feed(s);
		} else {
			screen_put(s,
				   text[i] >= ' ' && text[i] < 127 ? (u32)text[i] : GLYPH_UNKNOWN);
		}
	}
	v->log_line = n && text[n - 1] != '\n';
	s->fill = fill;
	s->erase = erase;
}

void vt_log(void *number, const char *text, size_t n)
{
	u32 index = (u32)(u64)number;
	struct vt *v;

	spin_lock(&vt_lock);
	v = vt_find(index ? index - 1 : vt_foreground);
	if (v)
		log_text(v, text, n);
	spin_unlock(&vt_lock);
	vt_changed();
}

/* --- boot ----------------------------------------------------------------------------------------
 */

void vt_init(void)
{
	const struct font *font = display_font();

	vt_display = picture_probe(font) ?: vga_probe(font);
	if (!vt_display)
		return;
	if (!vt_paint_init() || !vt_keymap_init() || !vt_get(0)) {
		log_error("screen: no memory");
		vt_display = NULL;
		return;
	}
	console_also_polled(vt_panic_write);
	log_info("screen: %s, %u rows of %u%s", vt_display->name, vt_display->rows,
		 vt_display->cols, i8042_init(vt_key_byte) ? ", with a keyboard" : "");
}

void vt_start(void)
{
	if (vt_display && IS_ERR(task_create_kernel("screen", vt_paint_task, NULL)))
		panic("no memory for the task of the screen");
}
