/*
 * chacha.h - the ChaCha20 block function (RFC 8439, section 2.3).
 */
#pragma once
#include "kernel/lib/types.h"

#define CHACHA_BLOCK 64

/* One block of key stream for the key (8 words), block counter and nonce (3 words). */
void chacha_block(u32 out[16], const u32 key[8], u32 counter, const u32 nonce[3]);
