/*
 * bits.c - searching bitmaps of many words.
 */
#include "kernel/lib/bits.h"

/* First bit set in map ^ flip, at or after `from`. */
static always_inline size_t next_bit(const u64 *map, size_t bits, size_t from, u64 flip)
{
	size_t i = from / 64;
	u64 word;

	if (from >= bits)
		return bits;
	word = (map[i] ^ flip) & (~0ul << (from % 64));
	while (!word) {
		if (++i * 64 >= bits)
			return bits;
		word = map[i] ^ flip;
	}
	return min(i * 64 + (size_t)bits_first(word), bits);
}

size_t bitmap_next_clear(const u64 *map, size_t bits, size_t from)
{
	return next_bit(map, bits, from, ~0ul);
}

size_t bitmap_next_set(const u64 *map, size_t bits, size_t from)
{
	return next_bit(map, bits, from, 0);
}
