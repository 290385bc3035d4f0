/* Tests of kernel/dev/vt: keyboard.h, keymap.h. */
#include "tests/unit/test.h"

#include <string.h>

#include "kernel/dev/vt/keyboard.h"

enum { LCTRL = 29, LSHIFT = 42, LALT = 56, CAPS = 58, RALT = 100 };

static u16 tables[KEYMAPS][KEYMAP_KEYS];
static struct keymap map;
static struct keyboard keyboard;
static struct key_state state;
static struct scancode scancode;
static struct key_result result;

static void begin(void)
{
	for (unsigned m = 0; m < KEYMAPS; m++) {
		map.maps[m] = keymap_is_default(m) ? tables[m] : NULL;
		for (unsigned key = 0; map.maps[m] && key < KEYMAP_KEYS; key++)
			tables[m][key] = keymap_default(m, key);
	}
	for (unsigned n = 0; n < KEY_STRINGS; n++)
		map.strings[n] = (char *)keymap_default_string(n);
	memset(&keyboard, 0, sizeof(keyboard));
	memset(&scancode, 0, sizeof(scancode));
	state = (struct key_state){ .mode = KEY_UNICODE };
}

static const char *text(void)
{
	static char copy[KEY_STRING_MAX + 1];

	memcpy(copy, result.n ? result.text : "", result.n);
	copy[result.n] = 0;
	return copy;
}

static const char *key(unsigned n, bool down)
{
	keyboard_key(&keyboard, &map, &state, n, down, &result);
	return text();
}

static const char *press(unsigned n)
{
	static char copy[KEY_STRING_MAX + 1];

	strcpy(copy, key(n, true));
	keyboard_key(&keyboard, &map, &state, n, false, &(struct key_result){});
	return copy;
}

static const char *with(unsigned modifier, unsigned n)
{
	const char *made;

	key(modifier, true);
	made = press(n);
	keyboard_key(&keyboard, &map, &state, modifier, false, &(struct key_result){});
	return made;
}

static unsigned bytes(const char *s, bool *down)
{
	unsigned n = 0;

	for (; *s; s++)
		n = scancode_key(&scancode, (u8)*s, down);
	return n;
}

TEST("scan codes are keys, with a prefix others, and Pause is one key")
{
	bool down;

	begin();
	check_eq(bytes("\x1e", &down), 30);
	check(down);
	check_eq(bytes("\x9e", &down), 30);
	check(!down);
	check_eq(bytes("\xe0\x48", &down), 103);
	check_eq(bytes("\xe0\xc8", &down), 103);
	check(!down);
	check_eq(bytes("\xe1\x1d\x45", &down), 0);
	check_eq(bytes("\xe1\x9d\xc5", &down), 119);
	check_eq(bytes("\xe0\x2a", &down), 0);
	check_eq(bytes("\x1e", &down), 30);
	for (unsigned first = 0; first < 256; first++)
		for (unsigned second = 0; second < 256; second++)
			check(scancode_key(&scancode, (u8)second, &down) < 128);
}

TEST("letters, Shift, Caps Lock and both")
{
	begin();
	check_str(press(30), "a");
	check_str(with(LSHIFT, 30), "A");
	check_str(with(LSHIFT, 2), "!");
	press(CAPS);
	check_eq(state.leds, LED_CAPS);
	check_str(press(30), "A");
	check_str(press(2), "1");
	check_str(with(LSHIFT, 30), "a");
	press(CAPS);
	check_str(press(30), "a");
}

TEST("Ctrl makes control characters and Alt puts ESC in front")
{
	begin();
	check_str(with(LCTRL, 46), "\003");
	check_str(with(LALT, 30), "\033a");
	state.meta_bit = true;
	check_str(with(LALT, 30), "\341");
	key(LCTRL, true);
	check_str(key(57, true), "");
	check_eq(result.n, 1); /* NUL */
	check_str(press(28), "\r");
}

TEST("keys without characters send what programs for Linux's console expect")
{
	begin();
	check_str(press(103), "\033[A");
	state.cursor_keys = true;
	check_str(press(108), "\033OB");
	check_str(press(59), "\033[[A");
	check_str(press(88), "\033[24~");
	check_str(press(102), "\033[1~");
	check_str(press(111), "\033[3~");
	check_str(press(104), "\033[5~");
	check_str(press(14), "\177");
	check_str(press(1), "\033");
	state.line_mode = true;
	check_str(press(28), "\r\n");
}

TEST("the number pad follows Num Lock and the program")
{
	begin();
	check_str(press(71), "\033[1~");
	check_str(press(72), "\033[A");
	check_str(press(83), "\033[3~");
	check_str(press(74), "-");
	press(69);
	check_str(press(71), "7");
	check_str(press(83), ".");
	check_str(press(96), "\r");
	state.keypad = true;
	check_str(press(71), "\033Ow");
	check_str(press(96), "\033OM");
}

TEST("Alt and F2 go to the second console, Shift and Page Up look back")
{
	begin();
	check_str(with(LALT, 60), "");
	key(LALT, true);
	key(60, true);
	check_eq(result.action, ACTION_SWITCH);
	check_eq(result.arg, 1);
	key(60, false);
	key(LALT, false);
	key(LSHIFT, true);
	key(104, true);
	check_eq(result.action, ACTION_LOOK);
	check_eq(result.arg, 1);
	key(LSHIFT, false);
	key(LCTRL, true);
	key(LALT, true);
	key(111, true);
	check_eq(result.action, ACTION_RESTART);
}

TEST("a key that is held comes again, a lock does not")
{
	begin();
	check_str(key(30, true), "a");
	check_str(key(30, true), "a");
	key(CAPS, true);
	key(CAPS, true);
	check_eq(state.leds, LED_CAPS);
}

TEST("modifiers that were lost are counted anew where there is no table")
{
	begin();
	key(LCTRL, true);
	key(RALT, true);
	check_str(key(30, true), ""); /* there is no table for Ctrl and AltGr */
	key(LCTRL, false);
	key(RALT, false);
	check_str(press(30), "a");
	key(LSHIFT, false);
	check_str(press(30), "a");
}

TEST("characters of other layouts come out in UTF-8, accents wait for their letter")
{
	begin();
	tables[0][26] = KEY_SYM(KEY_LETTER, 0xfc);
	tables[0][27] = 0x20ac ^ 0xf000;
	tables[0][40] = KEY_SYM(KEY_DEAD, 1);
	check_str(press(26), "\303\274");
	check_str(press(27), "\342\202\254");
	press(40);
	check_str(press(18), "\303\251");
	press(40);
	check_str(press(57), "'");
	press(40);
	check_str(press(45), "x");
	state.mode = KEY_XLATE;
	check_str(press(26), "\374");
	check_str(press(27), "");
}

TEST("a number typed with Alt on the pad is a character")
{
	begin();
	key(LALT, true);
	press(79);
	press(80);
	press(79); /* 121 */
	check_str(key(LALT, false), "y");
}

TEST("in raw modes only modifiers are followed")
{
	begin();
	state.mode = KEY_OFF;
	check_str(press(30), "");
	key(LALT, true);
	key(60, true);
	check_eq(result.action, ACTION_NONE);
	key(LALT, false);
	state.mode = KEY_MEDIUM_RAW;
	check_str(key(30, true), "\x1e");
	check_str(key(30, false), "\x9e");
}

TEST("any keys with any map stay within bounds")
{
	begin();
	for (int i = 0; i < 100000; i++) {
		if (!test_below(20))
			tables[0][test_below(KEYMAP_KEYS)] = (u16)test_random();
		if (!test_below(50))
			state.mode = (enum key_mode)test_below(5);
		state.keypad = test_below(2);
		key((unsigned)test_below(300), test_below(2));
		check(result.n <= KEY_STRING_MAX);
	}
}
