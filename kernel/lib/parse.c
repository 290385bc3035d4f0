/*
 * parse.c - numbers and lists as Linux's files read them.
 *
 * Checked against Linux 6.1: the order of the errors (a number too large is reported before the
 * rubbish that follows it) and what separates the parts of a list are as there.
 */
#include "kernel/lib/parse.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

/* The value of a digit in any base up to 16; 16 when it is none. */
static unsigned digit_value(char c)
{
	char lower = (char)(c | 0x20);

	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (lower >= 'a' && lower <= 'f')
		return (unsigned)(lower - 'a') + 10;
	return 16;
}

/* Reads digits.  Returns the first character that is none; NULL when the value does not fit. */
static const char *read_digits(const char *s, unsigned base, u64 *out)
{
	bool fits = true;
	u64 value = 0;

	for (; digit_value(*s) < base; s++) {
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit_value(*s), &value))
			fits = false;
	}
	*out = value;
	return fits ? s : NULL;
}

/* *s moves behind a 0x. */
static unsigned read_base(const char **s)
{
	if ((*s)[0] != '0')
		return 10;
	if (((*s)[1] | 0x20) != 'x' || digit_value((*s)[2]) >= 16)
		return 8;
	*s += 2;
	return 16;
}

static int parse_unsigned(const char *s, u64 *out)
{
	unsigned base = read_base(&s);
	const char *end;
	u64 value;

	end = read_digits(s, base, &value);
	if (!end)
		return -ERANGE;
	if (end == s)
		return -EINVAL;
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	*out = value;
	return 0;
}

int parse_u64(const char *s, u64 *out)
{
	return parse_unsigned(*s == '+' ? s + 1 : s, out);
}

int parse_s64(const char *s, s64 *out)
{
	bool negative = *s == '-';
	u64 value;
	int error = negative ? parse_unsigned(s + 1, &value) : parse_u64(s, &value);

	if (error)
		return error;
	if (value > (negative ? 1ul << 63 : (1ul << 63) - 1))
		return -ERANGE;
	*out = (s64)(negative ? -value : value);
	return 0;
}

u64 parse_bytes(const char *s)
{
	static const char units[] = "kmgtpe";
	unsigned base = read_base(&s), shift = 0;
	const char *unit, *end;
	u64 value;

	end = read_digits(s, base, &value);
	if (!end)
		return ~0ul;
	unit = *end ? strchr(units, *end | 0x20) : NULL;
	if (unit)
		shift = 10 * (unsigned)(unit - units + 1);
	return value > ~0ul >> shift ? ~0ul : value << shift;
}

int parse_mode(const char *s, u64 *out)
{
	*out = 0;
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '7' || *out > 07777)
			return -EINVAL;
		*out = *out * 8 + (u64)(*s - '0');
	}
	*out &= 07777;
	return 0;
}

int parse_id(const char *s, u64 *out)
{
	return parse_u64(s, out) || *out >= 0xffffffffu ? -EINVAL : 0;
}

int parse_bool(const char *s, bool *out)
{
	char c = (char)(s[0] | 0x20);

	if (c == 'o') {
		c = (char)(s[1] | 0x20);
		*out = c == 'n';
		return c == 'n' || c == 'f' ? 0 : -EINVAL;
	}
	*out = s[0] == '1' || c == 'y' || c == 't';
	return *out || s[0] == '0' || c == 'n' || c == 'f' ? 0 : -EINVAL;
}

/* start-end:used/group - of each `group` numbers the first `used`. */
struct region {
	unsigned start, end, used, group;
};

static bool is_end(char c)
{
	return c == '\0' || c == '\n';
}

static bool is_separator(char c)
{
	return c == ',' || c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0';
}

/* A decimal number or N, the last one.  *s moves behind it. */
static int read_number(const char **s, unsigned last, unsigned *out)
{
	const char *end;
	u64 value;

	if (**s == 'N') {
		*out = last;
		++*s;
		return 0;
	}
	end = read_digits(*s, 10, &value);
	if (end == *s)
		return -EINVAL;
	if (!end || value > (u32)-1)
		return -EOVERFLOW;
	*out = (unsigned)value;
	*s = end;
	return 0;
}

static bool starts_with_all(const char *s)
{
	return (s[0] | 0x20) == 'a' && (s[1] | 0x20) == 'l' && (s[2] | 0x20) == 'l';
}

static int read_range(const char **s, unsigned last, struct region *r)
{
	int error;

	if (starts_with_all(*s)) {
		r->start = 0;
		r->end = last;
		*s += 3;
		return 0;
	}
	error = read_number(s, last, &r->start);
	if (error)
		return error;
	r->end = r->start;
	if (**s == '-') {
		++*s;
		return read_number(s, last, &r->end);
	}
	return is_separator(**s) || is_end(**s) ? 0 : -EINVAL;
}

static int read_region(const char **s, unsigned last, struct region *r)
{
	int error = read_range(s, last, r);

	if (error)
		return error;
	r->used = r->group = r->end + 1;
	if (is_separator(**s) || is_end(**s))
		return 0;
	if (*(*s)++ != ':')
		return -EINVAL;
	error = read_number(s, last, &r->used);
	if (error)
		return error;
	if (*(*s)++ != '/')
		return -EINVAL;
	return read_number(s, last, &r->group);
}

int parse_list(const char *s, unsigned limit, u64 *mask)
{
	bool beyond = false;
	u64 result = 0;

	while (is_separator(*s))
		s++;
	while (!is_end(*s)) {
		struct region r;
		int error = read_region(&s, limit - 1, &r);

		if (error)
			return error;
		if (r.start > r.end || r.group == 0 || r.used > r.group)
			return -EINVAL;
		if (r.end >= limit)
			return -ERANGE;
		for (unsigned n = r.start; n <= r.end; n++) {
			bool used = (n - r.start) % r.group < r.used;

			beyond |= used && n >= 64;
			result |= used && n < 64 ? BIT(n) : 0;
		}
		if (is_end(*s))
			break;
		while (is_separator(*s))
			s++;
	}
	if (beyond)
		return -EINVAL;
	*mask = result;
	return 0;
}

void text_list(struct text *out, u64 mask)
{
	bool first = true;

	while (mask) {
		int start = bits_first(mask);
		u64 behind = ~(mask >> start);
		int length = behind ? bits_first(behind) : 64;

		text_printf(out, length > 1 ? "%s%d-%d" : "%s%d", first ? "" : ",", start,
			    start + length - 1);
		mask &= start + length < 64 ? ~0ul << (start + length) : 0;
		first = false;
	}
}

void text_mask(struct text *out, u64 mask, unsigned bits)
{
	unsigned upper;

	for (; bits > 64; bits -= 32)
		text_string(out, "00000000,");
	upper = bits > 32 ? bits - 32 : 0;
	if (upper)
		text_printf(out, "%0*x,%08x", (int)(upper + 3) / 4, (u32)(mask >> 32), (u32)mask);
	else
		text_printf(out, "%0*x", (int)(bits + 3) / 4, (u32)mask);
}
