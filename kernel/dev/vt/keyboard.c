/*
 * keyboard.c - what a key means: modifiers, locks, strings, consoles (keyboard.h).
 */
#include "kernel/dev/vt/keyboard.h"

#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"

#define MODIFIERS   8
#define NUMBER_NONE 0x110000u

static void emit(struct key_result *out, const char *text, size_t n)
{
	out->text = text;
	out->n = n;
}

static void emit_byte(struct key_result *out, u8 c)
{
	out->buf[0] = (char)c;
	emit(out, out->buf, 1);
}

/* A character in UTF-8, or in Latin-1 for a console that does not know it. */
static void emit_char(const struct key_state *s, struct key_result *out, u32 c)
{
	char *p = out->buf;
	size_t n = 0;

	if (c < 0x80 || (s->mode != KEY_UNICODE && c < 0x100)) {
		p[n++] = (char)c;
	} else if (s->mode != KEY_UNICODE || c >= NUMBER_NONE) {
		return;
	} else if (c < 0x800) {
		p[n++] = (char)(0xc0 | c >> 6);
		p[n++] = (char)(0x80 | (c & 63));
	} else if (c < 0x10000) {
		p[n++] = (char)(0xe0 | c >> 12);
		p[n++] = (char)(0x80 | (c >> 6 & 63));
		p[n++] = (char)(0x80 | (c & 63));
	} else {
		p[n++] = (char)(0xf0 | c >> 18);
		p[n++] = (char)(0x80 | (c >> 12 & 63));
		p[n++] = (char)(0x80 | (c >> 6 & 63));
		p[n++] = (char)(0x80 | (c & 63));
	}
	emit(out, p, n);
}

/* --- accents -----------------------------------------------------------------------------------
 */

/* What an accent makes of a letter: by accent, pairs of letter and character. */
static const struct {
	u8 accent;
	const char *letters;
	u8 made[12];
} accents[] = {
	{ '`', "AEIOUaeiou", { 192, 200, 204, 210, 217, 224, 232, 236, 242, 249 } },
	{ '\'', "AEIOUYaeiouy", { 193, 201, 205, 211, 218, 221, 225, 233, 237, 243, 250, 253 } },
	{ '^', "AEIOUaeiou", { 194, 202, 206, 212, 219, 226, 234, 238, 244, 251 } },
	{ '~', "ANOano", { 195, 209, 213, 227, 241, 245 } },
	{ '"', "AEIOUaeiouy", { 196, 203, 207, 214, 220, 228, 235, 239, 246, 252, 255 } },
	{ ',', "Cc", { 199, 231 } },
};

/* An accent that fits no letter comes before it, and alone with a blank. */
static void emit_accented(struct keyboard *k, const struct key_state *s, struct key_result *out,
			  u32 c)
{
	u8 accent = k->accent;
	const char *at;

	k->accent = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(accents); i++) {
		if (accents[i].accent != accent || c >= 128)
			continue;
		at = c ? strchr(accents[i].letters, (int)c) : NULL;
		if (at) {
			emit_char(s, out, accents[i].made[at - accents[i].letters]);
			return;
		}
	}
	emit_char(s, out, c == ' ' || c == accent ? accent : c);
}

static void on_char(struct keyboard *k, const struct key_state *s, struct key_result *out, u32 c)
{
	if (k->accent)
		emit_accented(k, s, out, c);
	else
		emit_char(s, out, c);
}

/* --- kinds of keys -----------------------------------------------------------------------------
 */

static void toggle(struct key_state *s, u8 led, struct key_result *out)
{
	s->leds ^= led;
	out->leds = true;
}

static void act(struct key_result *out, enum key_action action, int arg)
{
	out->action = action;
	out->arg = arg;
}

static void on_special(struct key_state *s, u8 value, bool repeated, struct key_result *out)
{
	switch (value) {
	case SPECIAL_ENTER:
		emit(out, s->line_mode ? "\r\n" : "\r", s->line_mode ? 2 : 1);
		break;
	case SPECIAL_CAPS:
		if (!repeated)
			toggle(s, LED_CAPS, out);
		break;
	case SPECIAL_NUM:
		if (s->keypad)
			emit(out, "\033OP", 3);
		else if (!repeated)
			toggle(s, LED_NUM, out);
		break;
	case SPECIAL_BARE_NUM:
		if (!repeated)
			toggle(s, LED_NUM, out);
		break;
	case SPECIAL_HOLD:
		if (!repeated)
			act(out, ACTION_HOLD, 0);
		break;
	case SPECIAL_LAST_CONSOLE:
		act(out, ACTION_LAST, 0);
		break;
	case SPECIAL_NEXT:
		act(out, ACTION_NEXT, 0);
		break;
	case SPECIAL_PREVIOUS:
		act(out, ACTION_PREVIOUS, 0);
		break;
	case SPECIAL_LOOK_BACK:
		act(out, ACTION_LOOK, 1);
		break;
	case SPECIAL_LOOK_FORWARD:
		act(out, ACTION_LOOK, -1);
		break;
	case SPECIAL_RESTART:
		act(out, ACTION_RESTART, 0);
		break;
	}
}

static void on_string(const struct keymap *map, u8 n, struct key_result *out)
{
	const char *text = map->strings[n];

	if (text)
		emit(out, text, strlen(text));
}

static void on_cursor(const struct key_state *s, u8 value, struct key_result *out)
{
	static const char letters[] = "BDCA";

	if (value >= 4)
		return;
	out->buf[0] = '\033';
	out->buf[1] = s->cursor_keys ? 'O' : '[';
	out->buf[2] = letters[value];
	emit(out, out->buf, 3);
}

/* The number pad: codes for programs that asked for them, else digits, else the keys beneath. */
static void on_pad(const struct keymap *map, const struct key_state *s, u8 value, bool shifted,
		   struct key_result *out)
{
	static const char digits[] = "0123456789+-*/\015,.?()#";
	static const char codes[] = "pqrstuvwxylSRQMnnmPQS";
	/* Beneath 0 to 9: a string's number, or a direction with the highest bit; then the dot. */
	static const u8 beneath[] = { 21, 23, 0x80, 25, 0x81, 30, 0x82, 20, 0x83, 24 };

	if (value >= sizeof(digits) - 1)
		return;
	if (s->keypad && !shifted) {
		out->buf[0] = '\033';
		out->buf[1] = 'O';
		out->buf[2] = codes[value];
		emit(out, out->buf, 3);
	} else if (!(s->leds & LED_NUM) && value < sizeof(beneath)) {
		if (value == 5)
			emit(out, "\033[G", 3);
		else if (beneath[value] & 0x80)
			on_cursor(s, beneath[value] & 3, out);
		else
			on_string(map, beneath[value], out);
	} else if (!(s->leds & LED_NUM) && (value == 15 || value == 16)) {
		on_string(map, 22, out);
	} else if (digits[value] == '\r' && s->line_mode) {
		emit(out, "\r\n", 2);
	} else {
		emit_byte(out, (u8)digits[value]);
	}
}

static void on_meta(const struct key_state *s, u8 c, struct key_result *out)
{
	if (s->meta_bit) {
		emit_byte(out, c | 0x80);
		return;
	}
	out->buf[0] = '\033';
	out->buf[1] = (char)c;
	emit(out, out->buf, 2);
}

static void on_number(struct keyboard *k, u8 value)
{
	u32 base = value < 10 ? 10 : 16;

	if (value >= 26)
		return;
	if (value >= 10)
		value -= 10;
	k->number = k->typing_number ? min(k->number * base + value, NUMBER_NONE) : value;
	k->typing_number = true;
}

/* Alt is released: the character whose number was typed with it comes now. */
static void on_modifier(struct keyboard *k, const struct key_state *s, u8 n, bool down,
			bool repeated, struct key_result *out)
{
	if (n >= MODIFIERS || repeated)
		return;
	if (down) {
		k->held[n]++;
		return;
	}
	if (k->held[n])
		k->held[n]--;
	if (k->held[n] || !k->typing_number)
		return;
	k->typing_number = false;
	emit_char(s, out, k->number);
}

u32 keyboard_modifiers(const struct keyboard *k)
{
	u32 mask = 0;

	for (unsigned i = 0; i < MODIFIERS; i++)
		mask |= k->held[i] ? 1u << i : 0;
	return mask;
}

static void on_dead(struct keyboard *k, u8 value)
{
	static const char marks[] = "`'^~\",";

	k->accent = value < sizeof(marks) - 1 ? (u8)marks[value] : 0;
}

static void press(struct keyboard *k, const struct keymap *map, struct key_state *s, u16 symbol,
		  bool repeated, struct key_result *out)
{
	u8 value = (u8)symbol;

	switch (symbol >> 8) {
	case KEY_LATIN:
	case KEY_LETTER:
		on_char(k, s, out, value);
		break;
	case KEY_FUNCTION:
		on_string(map, value, out);
		break;
	case KEY_SPECIAL:
		on_special(s, value, repeated, out);
		break;
	case KEY_PAD:
		on_pad(map, s, value, k->held[0], out);
		break;
	case KEY_DEAD:
		on_dead(k, value);
		break;
	case KEY_CONSOLE:
		act(out, ACTION_SWITCH, value);
		break;
	case KEY_CURSOR:
		on_cursor(s, value, out);
		break;
	case KEY_SHIFT:
		on_modifier(k, s, value, true, repeated, out);
		break;
	case KEY_META:
		on_meta(s, value, out);
		break;
	case KEY_ASCII:
		on_number(k, value);
		break;
	case KEY_LOCK:
		if (value < MODIFIERS && !repeated)
			s->locked ^= (u8)(1u << value);
		break;
	case KEY_STICKY:
		if (value < MODIFIERS)
			s->sticky |= (u8)(1u << value);
		break;
	default: /* a character of Unicode: its number with the top four bits turned */
		if (symbol >> 8 >= 0x10)
			on_char(k, s, out, symbol ^ 0xf000u);
	}
}

/* A set of modifiers without a table: what is held is counted anew. */
static void recount(struct keyboard *k, const struct keymap *map, struct key_state *s)
{
	memset(k->held, 0, sizeof(k->held));
	s->locked = 0;
	for (unsigned key = 0; key < KEYMAP_KEYS; key++) {
		u16 symbol = keymap_find(map, 0, key);

		if (bitmap_test(k->down, key) && symbol >> 8 == KEY_SHIFT &&
		    (symbol & 0xff) < MODIFIERS)
			k->held[symbol & 0xff]++;
	}
}

/* Letters with Caps Lock are those of the other table. */
static u16 symbol_of(const struct keyboard *k, const struct keymap *map, const struct key_state *s,
		     unsigned key)
{
	u32 modifiers = (keyboard_modifiers(k) | s->sticky) ^ s->locked;
	u16 symbol = keymap_find(map, modifiers, key);

	if (symbol >> 8 == KEY_LETTER && (s->leds & LED_CAPS))
		symbol = keymap_find(map, modifiers ^ MOD_SHIFT, key);
	return symbol;
}

/* The key as a number, for programs that read keys themselves. */
static void emit_medium_raw(struct key_result *out, unsigned key, bool down)
{
	u8 released = down ? 0 : 0x80;

	if (key < 128) {
		emit_byte(out, (u8)key | released);
		return;
	}
	out->buf[0] = (char)released;
	out->buf[1] = (char)(key >> 7 | 0x80);
	out->buf[2] = (char)(key | 0x80);
	emit(out, out->buf, 3);
}

void keyboard_key(struct keyboard *k, const struct keymap *map, struct key_state *s, unsigned key,
		  bool down, struct key_result *out)
{
	bool was_down;
	u16 symbol;

	*out = (struct key_result){};
	if (!key || key >= KEYMAP_KEYS)
		return;
	was_down = bitmap_test(k->down, key);
	if (down)
		bitmap_set(k->down, key);
	else
		bitmap_clear(k->down, key);
	symbol = symbol_of(k, map, s, key);
	if (s->mode == KEY_MEDIUM_RAW)
		emit_medium_raw(out, key, down);
	if (symbol == KEY_NO_MAP) {
		recount(k, map, s);
		return;
	}
	/* Modifiers are followed in every mode, and what a key released is, is what it meant. */
	if (symbol >> 8 == KEY_SHIFT) {
		if (down || was_down)
			on_modifier(k, s, (u8)symbol, down, down && was_down, out);
		return;
	}
	if (!down || (s->mode != KEY_XLATE && s->mode != KEY_UNICODE))
		return;
	press(k, map, s, symbol, was_down, out);
	if (symbol >> 8 != KEY_STICKY)
		s->sticky = 0;
}
