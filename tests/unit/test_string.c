/* Tests of kernel/lib/string.h. */
#include "tests/unit/test.h"

#include "kernel/lib/string.h"

#define AREA 512

static void fill(u8 *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (u8)test_random();
}

TEST("memmove copies any length between any overlapping places and touches nothing else")
{
	static u8 area[AREA], model[AREA], copy[AREA];

	for (int round = 0; round < 20000; round++) {
		size_t n = test_below(round % 2 ? 48 : 200);
		size_t from = test_below(AREA - n), to = test_below(AREA - n);

		if (round % 3 == 0) {
			to = from + test_below(16);
			to = min(to, AREA - n);
		}
		fill(area, AREA);
		for (size_t i = 0; i < AREA; i++)
			copy[i] = model[i] = area[i];
		for (size_t i = 0; i < n; i++)
			model[to + i] = copy[from + i];
		check(memmove(area + to, area + from, n) == area + to);
		for (size_t i = 0; i < AREA; i++)
			check_eq(area[i], model[i]);
	}
}

TEST("memcpy and memset of every length up to 300 write exactly that many bytes")
{
	static u8 from[AREA], to[AREA];

	for (size_t n = 0; n <= 300; n++) {
		for (size_t shift = 1; shift < 9; shift++) {
			fill(from, AREA);
			for (size_t i = 0; i < AREA; i++)
				to[i] = 0x77;
			check(memcpy(to + shift, from + 3, n) == to + shift);
			for (size_t i = 0; i < AREA; i++)
				check_eq(to[i],
					 i >= shift && i < shift + n ? from[i - shift + 3] : 0x77);
			check(memset(to + shift, 0x1ab, n) == to + shift);
			for (size_t i = 0; i < AREA; i++)
				check_eq(to[i], i >= shift && i < shift + n ? 0xab : 0x77);
		}
	}
}

TEST("memcmp orders by the first byte that differs, unsigned")
{
	u8 a[40], b[40];

	for (int round = 0; round < 5000; round++) {
		size_t n = test_below(sizeof(a)), at;

		fill(a, sizeof(a));
		memcpy(b, a, sizeof(a));
		check_eq(memcmp(a, b, n), 0);
		if (!n)
			continue;
		at = test_below(n);
		b[at] ^= (u8)(1 + test_below(255));
		b[n - 1] ^= at < n - 1 ? 0x80 : 0;
		check_eq(memcmp(a, b, n) < 0, a[at] < b[at]);
		check(memcmp(a, b, n) != 0);
	}
}

TEST("searching finds the first, the last and nothing")
{
	const char *s = "a/bc/bcd";

	check(memchr(s, '/', 8) == s + 1);
	check(!memchr(s, 'd', 7));
	check(strchr(s, 'b') == s + 2);
	check(strchr(s, 0) == s + 8);
	check(!strchr(s, 'x'));
	check(strrchr(s, '/') == s + 4);
	check(strrchr(s, 0) == s + 8);
	check(!strrchr(s, 'x'));
	check(strstr(s, "bcd") == s + 5);
	check(strstr(s, "") == s);
	check(!strstr(s, "bce"));
}

TEST("lengths and comparisons stop at the NUL or at the limit")
{
	char not_ended[3] = { 'a', 'b', 'c' };

	check_eq(strlen(""), 0);
	check_eq(strlen("abc"), 3);
	check_eq(strnlen(not_ended, 3), 3);
	check_eq(strnlen("ab", 10), 2);
	check(strcmp("abc", "abc") == 0 && strcmp("ab", "abc") < 0 && strcmp("b", "abc") > 0);
	check(strcmp("\xff", "a") > 0);
	check(strncmp(not_ended, "abd", 2) == 0 && strncmp(not_ended, "abd", 3) < 0);
	check(strncmp("a", "a", 100) == 0 && strncmp("x", "y", 0) == 0);
}

TEST("strcopy cuts, ends with NUL and tells the whole length")
{
	char buf[4] = "xxx";

	check_eq(strcopy(buf, "abcdef", sizeof(buf)), 6);
	check_str(buf, "abc");
	check_eq(strcopy(buf, "a", sizeof(buf)), 1);
	check_str(buf, "a");
	check_eq(strcopy(buf, "zz", 0), 2);
	check_str(buf, "a");
}

TEST("str_trim takes blanks from both ends and leaves those inside")
{
	char a[] = " \t a b\n\r ", b[] = "   ", c[] = "";

	check_str(str_trim(a), "a b");
	check_str(str_trim(b), "");
	check_str(str_trim(c), "");
}
