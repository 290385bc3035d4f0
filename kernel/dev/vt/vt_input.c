/*
 * vt_input.c - from the keyboard to the terminal in front, and what keys do besides (vt.h).
 *
 * All but vt_answer() runs in the keyboard's interrupt, which comes to one CPU.
 */
#include "kernel/dev/vt/vt.h"
#include "kernel/lib/string.h"
#include "kernel/task/cad.h"

static struct scancode scancode; /* by the interrupt alone */
static struct keyboard keyboard; /* [v] */

u32 vt_modifiers(void)
{
	u32 held;

	spin_lock(&vt_lock);
	held = keyboard_modifiers(&keyboard);
	spin_unlock(&vt_lock);
	return held;
}

static void give(struct tty *t, const char *text, size_t n)
{
	spin_lock(&t->lock);
	for (size_t i = 0; i < n && tty_receive_ready(t); i++)
		tty_receive(t, (u8)text[i], TTY_NORMAL);
	spin_unlock(&t->lock);
	tty_receive_done(t);
}

void vt_answer(struct vt *v)
{
	char text[ESCAPE_REPLY];
	size_t n;

	spin_lock(&vt_lock);
	n = v->escape.reply_len;
	memcpy(text, v->escape.reply, n);
	v->escape.reply_len = 0;
	spin_unlock(&vt_lock);
	if (n)
		give(&v->tty, text, n);
}

/* --- what keys do besides ------------------------------------------------------------------------
 */

/* To the next console that is there, in either direction. */
static void step(int by)
{
	u32 index = READ_ONCE(vt_foreground);

	for (u32 i = 0; i < VTS; i++) {
		index = (index + VTS + (u32)by) % VTS;
		if (vt_find(index))
			break;
	}
	vt_switch(index);
}

static void look(struct vt *v, int halves)
{
	spin_lock(&vt_lock);
	screen_look(&v->screen, (s64)halves * (v->screen.rows / 2));
	spin_unlock(&vt_lock);
	vt_changed();
}

static void toggle_hold(struct tty *t)
{
	spin_lock(&t->lock);
	tty_hold(t, !t->stopped);
	spin_unlock(&t->lock);
}

static void act(struct vt *v, const struct key_result *r)
{
	switch (r->action) {
	case ACTION_NONE:
		break;
	case ACTION_SWITCH:
		vt_switch((u32)r->arg);
		break;
	case ACTION_LAST:
		vt_switch(READ_ONCE(vt_last));
		break;
	case ACTION_NEXT:
	case ACTION_PREVIOUS:
		step(r->action == ACTION_NEXT ? 1 : -1);
		break;
	case ACTION_LOOK:
		look(v, r->arg);
		break;
	case ACTION_RESTART:
		cad_pressed();
		break;
	case ACTION_HOLD:
		toggle_hold(&v->tty);
		break;
	}
}

/* --- keys ----------------------------------------------------------------------------------------
 */

/* What the byte means for v, copied out of the map; text has room for KEY_STRING_MAX. */
static void read_key(struct vt *v, u8 byte, struct key_result *r, char *text)
{
	bool down;
	unsigned key = scancode_key(&scancode, byte, &down);

	keyboard_key(&keyboard, &vt_keymap, &v->keys, key, down, r);
	if (v->keys.mode == KEY_RAW) {
		r->buf[0] = (char)byte;
		r->text = r->buf;
		r->n = 1;
	}
	r->n = min(r->n, (size_t)KEY_STRING_MAX);
	memcpy(text, r->text, r->n);
	if (r->n)
		screen_look(&v->screen, -(s64)v->screen.view);
}

void vt_key_byte(u8 byte)
{
	static char text[KEY_STRING_MAX];
	struct key_result result;
	struct vt *v;

	spin_lock(&vt_lock);
	v = vt_front();
	read_key(v, byte, &result, text);
	spin_unlock(&vt_lock);
	if (result.n)
		give(&v->tty, text, result.n);
	if (result.n || result.leds)
		vt_changed();
	act(v, &result);
}
