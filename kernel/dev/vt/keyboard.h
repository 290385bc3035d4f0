/*
 * keyboard.h - from the bytes of a PS/2 keyboard to keys, and from keys to what a terminal gets.
 * No hardware and no locks: vt.c has them.
 */
#pragma once
#include "kernel/dev/vt/keymap.h"

/* --- keys: scancode.c --- */

/* Set 1 as the controller translates it; keys have Linux's numbers (linux/input-event-codes.h). */
struct scancode {
	u8 prefix; /* 0xe0 or 0xe1 came */
	u8 skip;   /* bytes of the Pause key that are still to come */
};

/* The key that the byte ends, 0: none yet.  *down: pressed, or held; else released. */
unsigned scancode_key(struct scancode *s, u8 byte, bool *down);

/* --- meaning: keyboard.c --- */

enum key_mode { KEY_RAW, KEY_XLATE, KEY_MEDIUM_RAW, KEY_UNICODE, KEY_OFF }; /* KDSKBMODE */

#define LED_SCROLL 1u
#define LED_NUM	   2u
#define LED_CAPS   4u

/* What belongs to one console. */
struct key_state {
	enum key_mode mode;
	u8 leds;	  /* LED_* that are on, which are also the locks */
	u8 locked;	  /* modifiers locked by KEY_LOCK */
	u8 sticky;	  /* for the next key only */
	bool meta_bit;	  /* Alt sets the eighth bit, and does not send ESC */
	bool cursor_keys; /* as programs have set it by escape sequences */
	bool keypad, line_mode;
};

/* What belongs to the keyboard. */
struct keyboard {
	u8 held[8];		    /* how many keys hold each modifier */
	u64 down[KEYMAP_KEYS / 64]; /* keys */
	u32 number;		    /* a character's number that is being typed with Alt */
	bool typing_number;
	u8 accent; /* of a dead key, for the next letter; 0: none */
};

enum key_action {
	ACTION_NONE,
	ACTION_SWITCH, /* to console arg */
	ACTION_LAST,   /* to the one before */
	ACTION_NEXT,
	ACTION_PREVIOUS,
	ACTION_LOOK, /* arg half screens back, or forward when negative */
	ACTION_RESTART,
	ACTION_HOLD, /* Scroll Lock: stops or goes on */
};

struct key_result {
	const char *text; /* n bytes for the program; buf, or a string of the map */
	size_t n;
	char buf[8];
	enum key_action action;
	int arg;
	bool leds; /* they have changed */
};

u32 keyboard_modifiers(const struct keyboard *k); /* that are held: MOD_* */
/* A key went down, is repeated (down already), or up. */
void keyboard_key(struct keyboard *k, const struct keymap *map, struct key_state *s, unsigned key,
		  bool down, struct key_result *out);
