/*
 * keymap.c - the US layout (keymap.h), made of rules where Linux has tables.
 */
#include "kernel/dev/vt/keymap.h"

#define NONE KEY_HOLE

enum {
	ESC_KEY = 1,
	BACKSPACE_KEY = 14,
	TAB_KEY = 15,
	ENTER_KEY = 28,
	SPACE_KEY = 57,
	LESS_KEY = 86
};

/* Keys that follow each other and print something, alone and with Shift. */
static const struct {
	u8 first;
	const char *plain, *shifted;
} rows[] = {
	{ 2, "1234567890-=", "!@#$%^&*()_+" },
	{ 16, "qwertyuiop[]", "QWERTYUIOP{}" },
	{ 30, "asdfghjkl;'`", "ASDFGHJKL:\"~" },
	{ 43, "\\zxcvbnm,./", "|ZXCVBNM<>?" },
	{ SPACE_KEY, " ", " " },
	{ LESS_KEY, "<", ">" },
};

/* Keys that mean the same whatever is held, but for what changes[] says. */
static const struct {
	u8 key;
	u16 symbol;
} others[] = {
	{ ENTER_KEY, 0x201 }, { 29, 0x702 },  { 42, 0x700 },  { 54, 0x700 },  { 55, 0x30c },
	{ 56, 0x703 },	      { 58, 0x207 },  { 69, 0x208 },  { 70, 0x209 },  { 74, 0x30b },
	{ 78, 0x30a },	      { 83, 0x310 },  { 84, 0x206 },  { 96, 0x30e },  { 97, 0x702 },
	{ 98, 0x30d },	      { 99, 0x01c },  { 100, 0x701 }, { 101, 0x205 }, { 102, 0x114 },
	{ 103, 0x603 },	      { 104, 0x118 }, { 105, 0x601 }, { 106, 0x602 }, { 107, 0x117 },
	{ 108, 0x600 },	      { 109, 0x119 }, { 110, 0x115 }, { 111, 0x116 }, { 112, 0x11a },
	{ 113, 0x10c },	      { 114, 0x10d }, { 115, 0x11b }, { 116, 0x11c }, { 117, 0x110 },
	{ 118, 0x311 },	      { 119, 0x11d },
};

#define SHIFT_CTRL (MOD_SHIFT | MOD_CTRL)
#define CTRL_ALT   (MOD_CTRL | MOD_ALT)

static const struct {
	u8 modifiers, key;
	u16 symbol;
} changes[] = {
	{ MOD_SHIFT, 69, 0x213 },
	{ MOD_SHIFT, 70, 0x203 },
	{ MOD_SHIFT, 99, NONE },
	{ MOD_SHIFT, 104, 0x20b },
	{ MOD_SHIFT, 109, 0x20a },
	{ MOD_ALTGR, 3, '@' },
	{ MOD_ALTGR, 5, '$' },
	{ MOD_ALTGR, 8, '{' },
	{ MOD_ALTGR, 9, '[' },
	{ MOD_ALTGR, 10, ']' },
	{ MOD_ALTGR, 11, '}' },
	{ MOD_ALTGR, 12, '\\' },
	{ MOD_ALTGR, 27, '~' },
	{ MOD_ALTGR, 70, 0x202 },
	{ MOD_ALTGR, LESS_KEY, '|' },
	{ MOD_ALTGR, 99, NONE },
	{ MOD_CTRL, 3, 0 },
	{ MOD_CTRL, 4, 27 },
	{ MOD_CTRL, 5, 28 },
	{ MOD_CTRL, 6, 29 },
	{ MOD_CTRL, 7, 30 },
	{ MOD_CTRL, 8, 31 },
	{ MOD_CTRL, 9, 127 },
	{ MOD_CTRL, 12, 31 },
	{ MOD_CTRL, BACKSPACE_KEY, 8 },
	{ MOD_CTRL, 26, 27 },
	{ MOD_CTRL, 27, 29 },
	{ MOD_CTRL, 40, 7 },
	{ MOD_CTRL, 41, 0 },
	{ MOD_CTRL, 43, 28 },
	{ MOD_CTRL, 52, 0x20e },
	{ MOD_CTRL, 53, 127 },
	{ MOD_CTRL, SPACE_KEY, 0 },
	{ MOD_CTRL, 70, 0x204 },
	{ SHIFT_CTRL, 3, 0 },
	{ SHIFT_CTRL, 12, 31 },
	{ SHIFT_CTRL, 70, NONE },
	{ SHIFT_CTRL, 99, NONE },
	{ MOD_ALT, ENTER_KEY, 0x80d },
	{ MOD_ALT, 105, 0x210 },
	{ MOD_ALT, 106, 0x211 },
	{ CTRL_ALT, 70, NONE },
	{ CTRL_ALT, 83, 0x20c },
	{ CTRL_ALT, 99, NONE },
	{ CTRL_ALT, 111, 0x20c },
};

bool keymap_is_default(unsigned modifiers)
{
	return modifiers <= MOD_ALTGR || modifiers == MOD_CTRL || modifiers == SHIFT_CTRL ||
	       modifiers == MOD_ALT || modifiers == CTRL_ALT;
}

static bool is_letter(u16 c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* What the key prints: 0: nothing. */
static u16 printed(unsigned key, bool shifted)
{
	if (key == ESC_KEY)
		return 27;
	if (key == BACKSPACE_KEY)
		return 127;
	if (key == TAB_KEY)
		return '\t';
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		for (unsigned at = 0; rows[i].plain[at]; at++)
			if (rows[i].first + at == key)
				return (u8)(shifted ? rows[i].shifted : rows[i].plain)[at];
	return 0;
}

static u16 of_printed(unsigned modifiers, u16 c)
{
	bool letter = is_letter(c);

	switch (modifiers) {
	case 0:
	case MOD_SHIFT:
		return letter ? KEY_SYM(KEY_LETTER, c) : c;
	case MOD_ALTGR:
		if (c >= 'a' && c <= 'f') /* hexadecimal digits of a character's number */
			return KEY_SYM(KEY_ASCII, 20 + c - 'a');
		return letter ? KEY_SYM(KEY_LETTER, c) : NONE;
	case MOD_ALT:
		return KEY_SYM(KEY_META, c);
	case CTRL_ALT:
		return letter ? KEY_SYM(KEY_META, c & 31) : NONE;
	default:
		return letter ? c & 31 : NONE;
	}
}

/* F1 is number 0. */
static u16 of_function(unsigned modifiers, unsigned n)
{
	switch (modifiers) {
	case MOD_SHIFT:
		return KEY_SYM(KEY_FUNCTION, n < 10 ? n + 10 : n);
	case MOD_ALTGR:
		return KEY_SYM(KEY_CONSOLE, n + 12);
	case MOD_ALT:
	case CTRL_ALT:
		return KEY_SYM(KEY_CONSOLE, n);
	case SHIFT_CTRL:
		return NONE;
	default:
		return KEY_SYM(KEY_FUNCTION, n);
	}
}

/* With Alt the digits of the number pad make the number of a character. */
static u16 of_digit(unsigned modifiers, unsigned digit)
{
	if (modifiers == MOD_ALT)
		return KEY_SYM(KEY_ASCII, digit);
	return modifiers == MOD_ALTGR ? KEY_SYM(KEY_ASCII, 10 + digit) : KEY_SYM(KEY_PAD, digit);
}

u16 keymap_default(unsigned modifiers, unsigned key)
{
	static const s8 digits[] = { 7, 8, 9, -1, 4, 5, 6, -1, 1, 2, 3, 0 }; /* from key 71 */
	u16 c = printed(key, modifiers == MOD_SHIFT);

	for (unsigned i = 0; i < ARRAY_SIZE(changes); i++)
		if (changes[i].modifiers == modifiers && changes[i].key == key)
			return changes[i].symbol;
	if (c)
		return of_printed(modifiers, c);
	if (key >= 59 && key <= 68)
		return of_function(modifiers, key - 59);
	if (key == 87 || key == 88)
		return of_function(modifiers, key - 87 + 10);
	if (key >= 71 && key < 71 + ARRAY_SIZE(digits) && digits[key - 71] >= 0)
		return of_digit(modifiers, (unsigned)digits[key - 71]);
	for (unsigned i = 0; i < ARRAY_SIZE(others); i++)
		if (others[i].key == key)
			return others[i].symbol;
	return NONE;
}

const char *keymap_default_string(unsigned n)
{
	/* F1 to F20, then Home, Insert, Delete, End, Page Up, Page Down, Macro, Help, Do, Pause. */
	static const char *const strings[] = {
		"\033[[A",  "\033[[B",	"\033[[C",  "\033[[D",	"\033[[E",  "\033[17~",
		"\033[18~", "\033[19~", "\033[20~", "\033[21~", "\033[23~", "\033[24~",
		"\033[25~", "\033[26~", "\033[28~", "\033[29~", "\033[31~", "\033[32~",
		"\033[33~", "\033[34~", "\033[1~",  "\033[2~",	"\033[3~",  "\033[4~",
		"\033[5~",  "\033[6~",	"\033[M",   NULL,	NULL,	    "\033[P",
	};

	return n < ARRAY_SIZE(strings) ? strings[n] : NULL;
}
