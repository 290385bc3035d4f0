/*
 * random.h - random bytes for keys, stack addresses and AT_RANDOM; the generator is
 * kernel/dev/random.c, because it has to be seeded from devices.
 */
#pragma once
#include "kernel/lib/types.h"

/* Unpredictable bytes.  Any context, from random_init() on. */
void random_bytes(void *buf, size_t n);

static inline u64 random_u64(void)
{
	u64 value;

	random_bytes(&value, sizeof(value));
	return value;
}
