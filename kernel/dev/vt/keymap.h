/*
 * keymap.h - what each key means with each combination of modifiers, in the numbers of Linux's
 * linux/keyboard.h, as loadkeys and busybox's loadkmap change them.
 *
 * A key symbol is type << 8 | value.  Table `m` is for the modifiers whose bits m has; those that
 * the US layout does not use are missing until somebody fills them.
 */
#pragma once
#include "kernel/lib/types.h"

#define KEYMAPS	       256 /* sets of modifiers: SHIFT, ALTGR, CTRL, ALT and four more */
#define KEYMAP_KEYS    256
#define KEY_STRINGS    256
#define KEY_STRING_MAX 512 /* with the NUL */

enum key_type {
	KEY_LATIN,    /* the character itself */
	KEY_FUNCTION, /* a string */
	KEY_SPECIAL,  /* enum key_special */
	KEY_PAD,      /* of the number pad */
	KEY_DEAD,     /* an accent for the next one */
	KEY_CONSOLE,  /* goes to a console */
	KEY_CURSOR,   /* down, left, right, up */
	KEY_SHIFT,    /* a modifier while it is held */
	KEY_META,     /* ESC and the character */
	KEY_ASCII,    /* a digit of a character's number */
	KEY_LOCK,     /* a modifier until it is pressed again */
	KEY_LETTER,   /* like LATIN, and Caps Lock acts on it */
	KEY_STICKY,   /* a modifier for the next key */
	KEY_TYPES = 15
};

enum key_special {
	SPECIAL_HOLE = 0,
	SPECIAL_ENTER = 1,
	SPECIAL_LAST_CONSOLE = 6,
	SPECIAL_CAPS = 7,
	SPECIAL_NUM = 8,
	SPECIAL_HOLD = 9,
	SPECIAL_LOOK_FORWARD = 10,
	SPECIAL_LOOK_BACK = 11,
	SPECIAL_RESTART = 12,
	SPECIAL_PREVIOUS = 16,
	SPECIAL_NEXT = 17,
	SPECIAL_BARE_NUM = 19,
	SPECIAL_NO_MAP = 0x7f,
};

#define KEY_SYM(type, value) ((u16)((type) << 8 | (value)))
#define KEY_HOLE	     KEY_SYM(KEY_SPECIAL, SPECIAL_HOLE)
#define KEY_NO_MAP	     KEY_SYM(KEY_SPECIAL, SPECIAL_NO_MAP)

#define MOD_SHIFT 1u
#define MOD_ALTGR 2u
#define MOD_CTRL  4u
#define MOD_ALT	  8u

struct keymap {
	u16 *maps[KEYMAPS];	    /* of KEYMAP_KEYS symbols; NULL: none */
	char *strings[KEY_STRINGS]; /* NULL: none */
};

/* The US layout. */
bool keymap_is_default(unsigned modifiers); /* it has a table for these */
u16 keymap_default(unsigned modifiers, unsigned key);
const char *keymap_default_string(unsigned n); /* NULL: none */

static inline u16 keymap_find(const struct keymap *k, unsigned modifiers, unsigned key)
{
	const u16 *map = k->maps[modifiers % KEYMAPS];

	return map && key < KEYMAP_KEYS ? map[key] : KEY_NO_MAP;
}
