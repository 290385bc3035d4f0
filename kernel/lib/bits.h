/*
 * bits.h - bits of a word, and bitmaps of many words.
 */
#pragma once
#include "kernel/lib/types.h"

#define BIT(n)		   (1ul << (n))
#define BITMAP_WORDS(bits) (((bits) + 63) / 64)

static inline int bits_first(u64 word) /* word must not be 0 */
{
	return __builtin_ctzl(word);
}

static inline int bits_last(u64 word) /* word must not be 0 */
{
	return 63 - __builtin_clzl(word);
}

static inline int bits_count(u64 word)
{
	word -= (word >> 1) & 0x5555555555555555ul;
	word = (word & 0x3333333333333333ul) + ((word >> 2) & 0x3333333333333333ul);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0ful;
	return (int)((word * 0x0101010101010101ul) >> 56);
}

#define for_each_bit(bit, mask)                                                          \
	for (u64 rest_##bit = (mask); rest_##bit && ((bit) = bits_first(rest_##bit), 1); \
	     rest_##bit &= rest_##bit - 1)

static inline bool bitmap_test(const u64 *map, size_t bit)
{
	return map[bit / 64] & BIT(bit % 64);
}

/* The processor's own instructions for bits find the word of the map by themselves. */
#define BITMAP_OF(map) (*(u64(*)[])(map))

static inline void bitmap_set(u64 *map, size_t bit)
{
	__asm__("btsq %1, %0" : "+m"(BITMAP_OF(map)) : "r"(bit) : "cc");
}

static inline void bitmap_clear(u64 *map, size_t bit)
{
	__asm__("btrq %1, %0" : "+m"(BITMAP_OF(map)) : "r"(bit) : "cc");
}

/* Sets it: was it set? */
static inline bool bitmap_test_and_set(u64 *map, size_t bit)
{
	bool was_set;

	__asm__("btsq %2, %0" : "+m"(BITMAP_OF(map)), "=@ccc"(was_set) : "r"(bit));
	return was_set;
}

static inline void bitmap_assign(u64 *map, size_t bit, bool value)
{
	if (value)
		bitmap_set(map, bit);
	else
		bitmap_clear(map, bit);
}

/* First bit at or after `from` that is clear (set); `bits` when there is none. */
size_t bitmap_next_clear(const u64 *map, size_t bits, size_t from);
size_t bitmap_next_set(const u64 *map, size_t bits, size_t from);
