/*
 * string.c - memory and strings.
 *
 * The compiler calls memcpy, memmove, memset and memcmp on its own, so their names and meanings
 * are those of C.  Up to 32 bytes everything is loaded before anything is stored, with words that
 * may overlap: no loop, and no question of direction.  Above, the string instructions move eight
 * bytes for the price of one instruction.
 */
#include "kernel/lib/string.h"

/* Words at any address, of any object. */
struct word64 {
	u64 v;
} packed __attribute__((may_alias));

struct word32 {
	u32 v;
} packed __attribute__((may_alias));

struct word16 {
	u16 v;
} packed __attribute__((may_alias));

#define LOAD(bits, p)	  (((const struct word##bits *)(p))->v)
#define STORE(bits, p, x) (((struct word##bits *)(p))->v = (x))

/* n <= 32, areas may overlap. */
static always_inline void move_small(u8 *d, const u8 *s, size_t n)
{
	if (n >= 16) {
		u64 a = LOAD(64, s), b = LOAD(64, s + 8);
		u64 c = LOAD(64, s + n - 16), e = LOAD(64, s + n - 8);

		STORE(64, d, a);
		STORE(64, d + 8, b);
		STORE(64, d + n - 16, c);
		STORE(64, d + n - 8, e);
	} else if (n >= 8) {
		u64 a = LOAD(64, s), b = LOAD(64, s + n - 8);

		STORE(64, d, a);
		STORE(64, d + n - 8, b);
	} else if (n >= 4) {
		u32 a = LOAD(32, s), b = LOAD(32, s + n - 4);

		STORE(32, d, a);
		STORE(32, d + n - 4, b);
	} else if (n >= 2) {
		u16 a = LOAD(16, s), b = LOAD(16, s + n - 2);

		STORE(16, d, a);
		STORE(16, d + n - 2, b);
	} else if (n) {
		*d = *s;
	}
}

/* n > 32; the destination lies below the source or they do not overlap. */
static always_inline void move_up(u8 *d, const u8 *s, size_t n)
{
	u64 tail = LOAD(64, s + n - 8);
	u8 *last = d + n - 8;
	size_t words = n / 8;

	__asm__ volatile("rep movsq" : "+D"(d), "+S"(s), "+c"(words) : : "memory");
	STORE(64, last, tail);
}

/* n > 32; the destination overlaps the source from above. */
static void move_down(u8 *d, const u8 *s, size_t n)
{
	u64 head = LOAD(64, s);
	const u8 *from = s + n - 8;
	u8 *to = d + n - 8;
	size_t words = n / 8;

	__asm__ volatile("std; rep movsq; cld" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	STORE(64, d, head);
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	if (n <= 32)
		move_small(dst, src, n);
	else
		move_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	if (n <= 32)
		move_small(dst, src, n);
	else if ((u64)dst - (u64)src >= n)
		move_up(dst, src, n);
	else
		move_down(dst, src, n);
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	u64 pattern = (u8)c * 0x0101010101010101ul;
	u8 *d = dst;

	if (n >= 8) {
		size_t words = n / 8;

		STORE(64, d + n - 8, pattern);
		if (n <= 32) {
			STORE(64, d, pattern);
			STORE(64, d + (n >= 16 ? 8 : 0), pattern);
			STORE(64, d + (n >= 24 ? 16 : 0), pattern);
		} else {
			__asm__ volatile("rep stosq"
					 : "+D"(d), "+c"(words)
					 : "a"(pattern)
					 : "memory");
		}
	} else if (n >= 4) {
		STORE(32, d, (u32)pattern);
		STORE(32, d + n - 4, (u32)pattern);
	} else if (n) {
		d[0] = d[n / 2] = d[n - 1] = (u8)c;
	}
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	for (; n >= 8; p += 8, q += 8, n -= 8) {
		u64 x = LOAD(64, p), y = LOAD(64, q);

		if (x != y)
			return __builtin_bswap64(x) < __builtin_bswap64(y) ? -1 : 1;
	}
	if (n >= 4) {
		u32 x = LOAD(32, p), y = LOAD(32, q);

		if (x != y)
			return __builtin_bswap32(x) < __builtin_bswap32(y) ? -1 : 1;
		p += 4, q += 4, n -= 4;
	}
	for (; n; p++, q++, n--)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; p++, n--)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t limit)
{
	size_t n = 0;

	while (n < limit && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; a++, b++, n--)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *found = NULL;

	do {
		if (*s == (char)c)
			found = s;
	} while (*s++);
	return (char *)found;
}

char *strstr(const char *s, const char *what)
{
	size_t n = strlen(what);

	for (; strncmp(s, what, n) != 0; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

size_t strcopy(char *dst, const char *src, size_t size)
{
	size_t n = strlen(src);

	if (size) {
		size_t fits = min(n, size - 1);

		memcpy(dst, src, fits);
		dst[fits] = '\0';
	}
	return n;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char *str_trim(char *s)
{
	size_t n;

	while (is_blank(*s))
		s++;
	n = strlen(s);
	while (n && is_blank(s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}
