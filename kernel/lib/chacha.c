/*
 * chacha.c - the ChaCha20 block function.
 */
#include "kernel/lib/chacha.h"

static always_inline u32 rotate(u32 x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static always_inline void quarter_round(u32 *s, int a, int b, int c, int d)
{
	s[a] += s[b];
	s[d] = rotate(s[d] ^ s[a], 16);
	s[c] += s[d];
	s[b] = rotate(s[b] ^ s[c], 12);
	s[a] += s[b];
	s[d] = rotate(s[d] ^ s[a], 8);
	s[c] += s[d];
	s[b] = rotate(s[b] ^ s[c], 7);
}

void chacha_block(u32 out[16], const u32 key[8], u32 counter, const u32 nonce[3])
{
	u32 start[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, /* "expand 32-byte k" */
			  key[0],     key[1],	  key[2],     key[3],	  key[4],   key[5],
			  key[6],     key[7],	  counter,    nonce[0],	  nonce[1], nonce[2] };

	for (int i = 0; i < 16; i++)
		out[i] = start[i];
	for (int round = 0; round < 10; round++) {
		quarter_round(out, 0, 4, 8, 12);
		quarter_round(out, 1, 5, 9, 13);
		quarter_round(out, 2, 6, 10, 14);
		quarter_round(out, 3, 7, 11, 15);
		quarter_round(out, 0, 5, 10, 15);
		quarter_round(out, 1, 6, 11, 12);
		quarter_round(out, 2, 7, 8, 13);
		quarter_round(out, 3, 4, 9, 14);
	}
	for (int i = 0; i < 16; i++)
		out[i] += start[i];
}
