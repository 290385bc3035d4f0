/*
 * scancode.c - which key the bytes of a PS/2 keyboard stand for (keyboard.h).
 *
 * In set 1 the highest bit says "released", the others are the key.  0xe0 in front makes another
 * key of it; Pause alone sends six bytes, and nothing when it is released.
 */
#include "kernel/dev/vt/keyboard.h"

#define PREFIX	     0xe0
#define PREFIX_PAUSE 0xe1
#define RELEASED     0x80
#define PLAIN_LAST   0x58 /* up to F12 keys have the number of their code */
#define PAUSE_KEY    119

static const struct {
	u8 code, key;
} prefixed[] = {
	{ 0x1c, 96 },  { 0x1d, 97 },  { 0x35, 98 },  { 0x37, 99 },  { 0x38, 100 },
	{ 0x46, 119 }, { 0x47, 102 }, { 0x48, 103 }, { 0x49, 104 }, { 0x4b, 105 },
	{ 0x4d, 106 }, { 0x4f, 107 }, { 0x50, 108 }, { 0x51, 109 }, { 0x52, 110 },
	{ 0x53, 111 }, { 0x5b, 125 }, { 0x5c, 126 }, { 0x5d, 127 }, { 0x5e, 116 },
};

/* Keys of other layouts. */
static const struct {
	u8 code, key;
} plain[] = { { 0x73, 89 }, { 0x79, 92 }, { 0x7b, 94 }, { 0x7d, 124 }, { 0x7e, 121 } };

static unsigned find_plain(u8 code)
{
	if (code <= PLAIN_LAST && code != 0x54 + 1)
		return code;
	for (unsigned i = 0; i < ARRAY_SIZE(plain); i++)
		if (plain[i].code == code)
			return plain[i].key;
	return 0;
}

static unsigned find_prefixed(u8 code)
{
	for (unsigned i = 0; i < ARRAY_SIZE(prefixed); i++)
		if (prefixed[i].code == code)
			return prefixed[i].key;
	return 0; /* 0x2a and 0x36: a shift that the keyboard pretends */
}

unsigned scancode_key(struct scancode *s, u8 byte, bool *down)
{
	u8 prefix = s->prefix;

	*down = !(byte & RELEASED);
	if (s->skip) {
		if (--s->skip)
			return 0;
		return *down ? 0 : PAUSE_KEY;
	}
	s->prefix = 0;
	if (byte == PREFIX) {
		s->prefix = byte;
		return 0;
	}
	if (byte == PREFIX_PAUSE) {
		s->skip = 2;
		return 0;
	}
	byte &= ~RELEASED;
	return prefix ? find_prefixed(byte) : find_plain(byte);
}
