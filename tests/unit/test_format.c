/* Tests of kernel/lib/format.h, text.h and parse.h. */
#include "tests/unit/test.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/format.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/text.h"

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-overflow"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

#define same_as_c(size, ...)                                   \
	do {                                                   \
		char ours[128], theirs[128];                   \
		int n = format(ours, (size), __VA_ARGS__);     \
		int m = snprintf(theirs, (size), __VA_ARGS__); \
		check_eq(n, m);                                \
		check_str(ours, theirs);                       \
	} while (0)

static const u64 values[] = { 0,
			      1,
			      7,
			      8,
			      9,
			      10,
			      42,
			      127,
			      128,
			      255,
			      256,
			      32767,
			      32768,
			      65535,
			      0x7fffffff,
			      0x80000000,
			      0xffffffff,
			      0x100000000,
			      0x7fffffffffffffff,
			      0x8000000000000000,
			      0xffffffffffffffff,
			      0xdeadbeef12345678 };

TEST("random conversions of integers print what the C library prints")
{
	static const char *const lengths[] = { "", "h", "hh", "l", "ll", "z" };

	for (int round = 0; round < 60000; round++) {
		char fmt[40];
		int n = 0;
		size_t size = test_below(8) ? 128 : 1 + test_below(24);
		const char *length = lengths[test_below(6)];
		u64 value = values[test_below(ARRAY_SIZE(values))];

		fmt[n++] = '<';
		fmt[n++] = '%';
		for (u64 flags = test_below(32), i = 0; i < 5; i++)
			if (flags >> i & 1)
				fmt[n++] = "-0+ #"[i];
		if (test_below(2))
			n += snprintf(fmt + n, 10, "%d", (int)test_below(30));
		if (test_below(2))
			n += snprintf(fmt + n, 10, ".%d", (int)test_below(25));
		n += snprintf(fmt + n, 10, "%s%c>", length, "diuxXo"[test_below(6)]);
		if (length[0] == 'l' || length[0] == 'z')
			same_as_c(size, fmt, value);
		else
			same_as_c(size, fmt, (u32)value);
	}
}

TEST("strings, characters, stars and pointers print what the C library prints")
{
	same_as_c(128, "[%s] [%10s] [%-10s] [%.2s] [%-5.1s] [%5.0s]", "abc", "abc", "abc", "abc",
		  "abc", "abc");
	same_as_c(128, "[%c] [%3c] [%-3c] %%", 'x', 'y', 'z');
	same_as_c(128, "[%*d] [%-*d] [%*d] [%.*d] [%.*s]", 6, 1, 6, 2, -6, 3, 4, 5, 2, "xyz");
	same_as_c(128, "[%.*d]", -1, 7);
	same_as_c(128, "%p %20p", (void *)0x1234, (void *)0xffff888000000000);
	same_as_c(5, "%s", "abcdefgh");
	same_as_c(1, "%d", 12345);
	same_as_c(128, "%s", (char *)NULL);
	check_eq(format(NULL, 0, "%d %s", 10, "abc"), 6);
}

TEST("an unknown or unfinished conversion is printed as it stands")
{
	char buf[32];

	format(buf, sizeof(buf), "a%yb");
	check_str(buf, "a%yb");
	format(buf, sizeof(buf), "100%");
	check_str(buf, "100%");
}

TEST("a text remembers that something did not fit and never writes beyond its buffer")
{
	char *buf = malloc(8);
	struct text t;

	text_init(&t, buf, 8);
	text_printf(&t, "%d", 1234);
	text_string(&t, "ab");
	text_char(&t, 'c');
	check(t.len == 7 && !t.overflow);
	text_char(&t, 'd');
	check(t.len == 8 && !t.overflow);
	text_printf(&t, "%s", "");
	check(!t.overflow);
	text_write(&t, "xyz", 0);
	check(!t.overflow && !__builtin_memcmp(buf, "1234abcd", 8));
	text_char(&t, 'e');
	check(t.len == 8 && t.overflow);
	text_init(&t, buf, 8);
	text_printf(&t, "%s", "123456789");
	check(t.overflow && t.len <= 8);
	text_init(&t, buf, 8);
	text_write(&t, "1234567890", 10);
	check(t.overflow && t.len == 8);
	free(buf);
}

TEST("paths are escaped as in /proc/mounts")
{
	char buf[64] = "";
	struct text t;

	text_init(&t, buf, sizeof(buf));
	text_escaped(&t, "/a b\tc\nd\\e\xc3\xa4");
	text_char(&t, 0);
	check_str(buf, "/a\\040b\\011c\\012d\\134e\xc3\xa4");
}

static int u64_of(const char *s, u64 wanted)
{
	u64 value = wanted + 1;
	int error = parse_u64(s, &value);

	check(error || value == wanted);
	return error;
}

TEST("sizes have units, and a number that does not fit is the largest")
{
	check_eq(parse_bytes("64M"), 64ul << 20);
	check_eq(parse_bytes("0x10k,"), 16384);
	check_eq(parse_bytes("010"), 8);
	check_eq(parse_bytes("7x"), 7);
	check_eq(parse_bytes("15e"), 15ul << 60);
	check_eq(parse_bytes("16E"), ~0ul);
	check_eq(parse_bytes("18446744073709551616"), ~0ul);
	check_eq(parse_bytes(""), 0);
	check_eq(parse_bytes("M"), 0);
	check_eq(parse_bytes("-1"), 0);
}

TEST("modes are octal and keep their permission bits, an owner is any but the last number")
{
	u64 n;

	check_eq(parse_mode("1777", &n), 0);
	check_eq(n, 01777);
	check_eq(parse_mode("017777", &n), 0);
	check_eq(n, 07777);
	check_eq(parse_mode("", &n), -EINVAL);
	check_eq(parse_mode("8", &n), -EINVAL);
	check_eq(parse_mode("700 ", &n), -EINVAL);
	check_eq(parse_mode("7777777", &n), -EINVAL);
	check_eq(parse_id("4294967294", &n), 0);
	check_eq(n, 4294967294);
	check_eq(parse_id("4294967295", &n), -EINVAL);
	check_eq(parse_id("root", &n), -EINVAL);
}

TEST("unsigned numbers are read as kstrtoull reads them")
{
	check_eq(u64_of("0", 0), 0);
	check_eq(u64_of("42\n", 42), 0);
	check_eq(u64_of("+42", 42), 0);
	check_eq(u64_of("010", 8), 0);
	check_eq(u64_of("0x1F", 31), 0);
	check_eq(u64_of("0Xff", 255), 0);
	check_eq(u64_of("18446744073709551615", -1), 0);
	check_eq(u64_of("0xffffffffffffffff\n", -1), 0);
	check_eq(u64_of("18446744073709551616", 0), -ERANGE);
	check_eq(u64_of("99999999999999999999999x", 0), -ERANGE);
	check_eq(u64_of("0x10000000000000000", 0), -ERANGE);
	for (const char *const *s =
		     (const char *const[]){ "", "\n", "+", "-1", " 1", "1 ", "1\n\n", "x", "08",
					    "0x", "0xg", "1_0", "++1", "+-1", "1,", NULL };
	     *s; s++)
		check_eq(u64_of(*s, 0), -EINVAL);
}

static int s64_of(const char *s, s64 wanted)
{
	s64 value = wanted ^ 1;
	int error = parse_s64(s, &value);

	check(error || value == wanted);
	return error;
}

TEST("signed numbers have their range and one sign")
{
	check_eq(s64_of("-1", -1), 0);
	check_eq(s64_of("-0", 0), 0);
	check_eq(s64_of("+5\n", 5), 0);
	check_eq(s64_of("-0x10", -16), 0);
	check_eq(s64_of("9223372036854775807", INT64_MAX), 0);
	check_eq(s64_of("-9223372036854775808", INT64_MIN), 0);
	check_eq(s64_of("9223372036854775808", 0), -ERANGE);
	check_eq(s64_of("-9223372036854775809", 0), -ERANGE);
	check_eq(s64_of("-18446744073709551615", 0), -ERANGE);
	check_eq(s64_of("--1", 0), -EINVAL);
	check_eq(s64_of("-+1", 0), -EINVAL);
	check_eq(s64_of("-", 0), -EINVAL);
}

static int list_of(const char *s, unsigned limit, u64 wanted)
{
	u64 mask = ~wanted;
	int error = parse_list(s, limit, &mask);

	check(error || mask == wanted);
	return error;
}

TEST("lists are read as Linux reads cpu lists")
{
	check_eq(list_of("", 4, 0), 0);
	check_eq(list_of("\n", 4, 0), 0);
	check_eq(list_of("0-2,3\n", 4, 15), 0);
	check_eq(list_of("1,,2", 4, 6), 0);
	check_eq(list_of(",1", 4, 2), 0);
	check_eq(list_of("1 2", 4, 6), 0);
	check_eq(list_of("1,2,", 4, 6), 0);
	check_eq(list_of("1\xa0\v2", 4, 6), 0); /* a blank of Latin 1 */
	check_eq(list_of(" 1 ", 4, 2), 0);
	check_eq(list_of("all", 4, 15), 0);
	check_eq(list_of("ALL", 64, -1), 0);
	check_eq(list_of("N", 4, 8), 0);
	check_eq(list_of("1-N", 4, 14), 0);
	check_eq(list_of("0-7:1/2", 8, 0x55), 0);
	check_eq(list_of("0-7:2/3", 8, 0xdb), 0);
	check_eq(list_of("all:1/4", 8, 0x11), 0);
	check_eq(list_of("1\n2", 4, 2), 0);
	check_eq(list_of("0-63", 64, -1), 0);
	check_eq(list_of("4", 4, 0), -ERANGE);
	check_eq(list_of("0-9", 4, 0), -ERANGE);
	check_eq(list_of("64", 64, 0), -ERANGE);
	check_eq(list_of("64", 1024, 0), -EINVAL);
	check_eq(list_of("0,60-70", 1024, 0), -EINVAL);
	check_eq(list_of("0,60-70:4/8", 1024, 0), -EINVAL);
	check_eq(list_of("60-67:4/8", 1024, 0xful << 60), 0);
	check_eq(list_of("1024", 1024, 0), -ERANGE);
	check_eq(list_of("4294967296", 1024, 0), -EOVERFLOW);
	check_eq(list_of("99999999999", 4, 0), -EOVERFLOW);
	for (const char *const *s = (const char *const[]){ "1-", "-1", "2-1", "0x1", "+1", "1-2-3",
							   "a", "al", "0-3:1", "0-3:1/", "0-3:1/0",
							   "0-3:3/2", "1:1", "1;2", "n", NULL };
	     *s; s++)
		check_eq(list_of(*s, 4, 0), -EINVAL);
}

static const char *shown(u64 mask, unsigned bits)
{
	static char buf[256];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	if (bits)
		text_mask(&t, mask, bits);
	else
		text_list(&t, mask);
	text_char(&t, 0);
	return buf;
}

TEST("masks are shown as lists and as hex words")
{
	check_str(shown(0, 0), "");
	check_str(shown(6, 0), "1-2");
	check_str(shown(0x2d, 0), "0,2-3,5");
	check_str(shown(-1, 0), "0-63");
	check_str(shown(1ul << 63, 0), "63");
	check_str(shown(15, 4), "f");
	check_str(shown(1, 8), "01");
	check_str(shown(5, 32), "00000005");
	check_str(shown(-1, 64), "ffffffff,ffffffff");
	check_str(shown(1, 33), "0,00000001");
}

TEST("what text_list prints parse_list reads back")
{
	for (int round = 0; round < 20000; round++) {
		u64 mask = test_random() & test_random() & (test_random() | test_random());

		check_eq(list_of(shown(mask, 0), 64, mask), 0);
	}
}
