/*
 * hash.h - hash functions; and a hash table is an array of list heads.
 */
#pragma once
#include "kernel/lib/types.h"

/* Fibonacci hashing: the upper `bits` bits of a product with 2^64 over the golden ratio. */
static inline u32 hash_u64(u64 value, unsigned bits)
{
	return (u32)((value * 0x9e3779b97f4a7c15ul) >> (64 - bits));
}

/* FNV-1a. */
static inline u64 hash_bytes(const void *bytes, size_t n, u64 seed)
{
	const u8 *p = bytes;

	seed ^= 0xcbf29ce484222325ul;
	while (n--)
		seed = (seed ^ *p++) * 0x100000001b3ul;
	return seed;
}
