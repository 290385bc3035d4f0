/*
 * random.c - the random number generator: ChaCha20, a key per CPU that is replaced before each use.
 *
 * Whatever is handed out comes from a key that is gone by then, so who reads the kernel's memory
 * learns nothing of the past.  The keys of the CPUs come from one seed, which is stirred with time
 * and the processor's own generator at boot, at times afterwards, and with what programs write.
 * Nothing waits for entropy: the seed is as good at the first read as it will ever be.
 *
 * Locking: a CPU's key is used with interrupts off; seed_lock guards the seed.
 *
 *   [p] this CPU only    [s] seed_lock
 */
#include "kernel/lib/random.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/chacha.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"

#define KEY_WORDS 8
#define RESEED_NS (60 * NS_PER_SEC)

static struct spinlock seed_lock = SPINLOCK_INIT(RANK_LEAF);
static u32 seed[KEY_WORDS]; /* [s] */
static u32 seed_uses;	    /* [s] keys made of it */
static u32 generation = 1;  /* [a] goes up when the seed is stirred from outside */

static struct {
	u32 key[KEY_WORDS]; /* [p] */
	u32 generation;	    /* [p] of the seed that it came from; 0: none yet */
	u64 made;	    /* [p] clock_now() then */
} generators[NCPU];

/* What the compiler may not leave out. */
static void wipe(void *p, size_t n)
{
	memset(p, 0, n);
	__asm__ volatile("" ::"r"(p) : "memory");
}

/* Mixes words into the seed: the next one is a block of the old one with them as the nonce. */
static void stir(const u32 words[3])
{
	u32 block[16];

	assert_held(&seed_lock);
	chacha_block(block, seed, seed_uses++, words);
	memcpy(seed, block, sizeof(seed));
	wipe(block, sizeof(block));
}

static void stir_time(void)
{
	u64 noise = cpu_entropy(), now = clock_now();
	u32 words[3] = { (u32)noise, (u32)(noise >> 32), (u32)now };

	stir(words);
}

/* A fresh key for this CPU. */
static void reseed(u32 *key)
{
	u32 block[16], nonce[3] = { (u32)cpu_id(), 0, 0 };

	spin_lock(&seed_lock);
	stir_time();
	chacha_block(block, seed, seed_uses++, nonce);
	spin_unlock(&seed_lock);
	for (int i = 0; i < KEY_WORDS; i++)
		key[i] ^= block[KEY_WORDS + i];
	wipe(block, sizeof(block));
}

/* 32 random bytes; the other half of the block becomes the key. */
static void next_bytes(u32 out[KEY_WORDS])
{
	static const u32 nonce[3];
	u32 block[16], now_generation = __atomic_load_n(&generation, __ATOMIC_RELAXED);
	u64 now = clock_now();
	int cpu;

	irq_disable();
	cpu = cpu_id();
	if (generators[cpu].generation != now_generation ||
	    now - generators[cpu].made > RESEED_NS) {
		reseed(generators[cpu].key);
		generators[cpu].generation = now_generation;
		generators[cpu].made = now;
	}
	chacha_block(block, generators[cpu].key, 0, nonce);
	memcpy(generators[cpu].key, block, sizeof(generators[cpu].key));
	irq_restore();
	memcpy(out, block + KEY_WORDS, KEY_WORDS * sizeof(u32));
	wipe(block, sizeof(block));
}

/* More than a few bytes come from a key of their own, that is forgotten afterwards. */
static void stream(u8 *out, size_t n)
{
	static const u32 nonce[3];
	u32 key[KEY_WORDS], block[16];

	next_bytes(key);
	for (u32 counter = 0; n; counter++) {
		size_t part = min(n, sizeof(block));

		chacha_block(block, key, counter, nonce);
		memcpy(out, block, part);
		out += part;
		n -= part;
	}
	wipe(block, sizeof(block));
	wipe(key, sizeof(key));
}

void random_bytes(void *buf, size_t n)
{
	u32 words[KEY_WORDS];

	if (n > sizeof(words)) {
		stream(buf, n);
		return;
	}
	next_bytes(words);
	memcpy(buf, words, n);
	wipe(words, sizeof(words));
}

void random_stir(const void *bytes, size_t n)
{
	u32 words[3] = { 0 };

	memcpy(words, bytes, min(n, sizeof(words)));
	spin_lock(&seed_lock);
	stir(words);
	spin_unlock(&seed_lock);
	__atomic_fetch_add(&generation, 1, __ATOMIC_RELAXED);
}

void random_init(void)
{
	spin_lock(&seed_lock);
	for (int i = 0; i < 16; i++)
		stir_time();
	spin_unlock(&seed_lock);
}
