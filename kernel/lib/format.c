/*
 * format.c - printf for the kernel.
 *
 * As C's snprintf, less floating point, %n and wide characters.  %p prints 0x and the address;
 * a NULL string prints (null).  An unknown conversion is printed as it stands.
 */
#include "kernel/lib/format.h"

#include "kernel/lib/string.h"

struct output {
	char *buf;
	size_t size; /* room for the text, without the NUL */
	size_t len;  /* length of the whole text, what did not fit included */
};

enum { LEFT = 1, ZERO = 2, PLUS = 4, BLANK = 8, ALTERNATE = 16, UPPER = 32, SIGNED = 64 };

struct spec {
	unsigned flags;
	unsigned base;
	int width;
	int precision; /* -1: none */
	int length;    /* bytes of the argument */
};

static void put_bytes(struct output *out, const char *s, size_t n)
{
	if (out->len < out->size)
		memcpy(out->buf + out->len, s, min(n, out->size - out->len));
	out->len += n;
}

static void put_padding(struct output *out, char c, int n)
{
	if (n <= 0)
		return;
	if (out->len < out->size)
		memset(out->buf + out->len, c, min((size_t)n, out->size - out->len));
	out->len += (size_t)n;
}

/* Writes the digits backwards, ending before `end`; returns where they begin. */
static char *digits(char *end, u64 value, unsigned base, bool upper)
{
	const char *alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	if (base == 10) {
		for (; value; value /= 10)
			*--end = (char)('0' + value % 10);
	} else {
		unsigned shift = base == 16 ? 4 : 3;

		for (; value; value >>= shift)
			*--end = alphabet[value & (base - 1)];
	}
	return end;
}

/* Sign or base mark that goes before the digits; returns its length. */
static int prefix(char *out, const struct spec *s, u64 value, bool negative)
{
	int n = 0;

	if (negative)
		out[n++] = '-';
	else if ((s->flags & SIGNED) && (s->flags & (PLUS | BLANK)))
		out[n++] = s->flags & PLUS ? '+' : ' ';
	if ((s->flags & ALTERNATE) && s->base == 16 && value) {
		out[n++] = '0';
		out[n++] = s->flags & UPPER ? 'X' : 'x';
	}
	return n;
}

static void put_number(struct output *out, struct spec *s, u64 value)
{
	bool negative = (s->flags & SIGNED) && (s64)value < 0;
	char text[24], mark[4];
	char *end = text + sizeof(text), *start;
	int count, zeros, marks, pad;

	if (negative)
		value = -value;
	start = digits(end, value, s->base, s->flags & UPPER);
	count = (int)(end - start);
	marks = prefix(mark, s, value, negative);
	zeros = (s->precision < 0 ? 1 : s->precision) - count;
	if ((s->flags & ALTERNATE) && s->base == 8 && zeros < 1)
		zeros = 1; /* what is padded with zeros begins with one already */
	if (zeros < 0)
		zeros = 0;
	if ((s->flags & (ZERO | LEFT)) == ZERO && s->precision < 0)
		zeros = max(zeros, s->width - marks - count);
	pad = s->width - marks - zeros - count;
	if (!(s->flags & LEFT))
		put_padding(out, ' ', pad);
	put_bytes(out, mark, (size_t)marks);
	put_padding(out, '0', zeros);
	put_bytes(out, start, (size_t)count);
	if (s->flags & LEFT)
		put_padding(out, ' ', pad);
}

static void put_string(struct output *out, const struct spec *s, const char *str, size_t n)
{
	int pad = s->width - (int)n;

	if (!(s->flags & LEFT))
		put_padding(out, ' ', pad);
	put_bytes(out, str, n);
	if (s->flags & LEFT)
		put_padding(out, ' ', pad);
}

static const char *read_flags(const char *fmt, struct spec *s)
{
	for (;; fmt++) {
		switch (*fmt) {
		case '-':
			s->flags |= LEFT;
			break;
		case '0':
			s->flags |= ZERO;
			break;
		case '+':
			s->flags |= PLUS;
			break;
		case ' ':
			s->flags |= BLANK;
			break;
		case '#':
			s->flags |= ALTERNATE;
			break;
		default:
			return fmt;
		}
	}
}

static const char *read_count(const char *fmt, int *count)
{
	int n = 0;

	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		n = n < 100000 ? n * 10 + (*fmt - '0') : n;
	*count = n;
	return fmt;
}

static const char *read_length(const char *fmt, struct spec *s)
{
	s->length = sizeof(int);
	switch (*fmt) {
	case 'h':
		s->length = fmt[1] == 'h' ? 1 : 2;
		return fmt + (fmt[1] == 'h' ? 2 : 1);
	case 'l':
		s->length = sizeof(long);
		return fmt + (fmt[1] == 'l' ? 2 : 1);
	case 'z':
	case 't':
	case 'j':
		s->length = sizeof(long);
		return fmt + 1;
	default:
		return fmt;
	}
}

/* The argument's value, cut to its declared length and extended to 64 bits. */
static u64 cut_argument(u64 value, const struct spec *s)
{
	unsigned unused = 64 - 8 * (unsigned)s->length;

	value <<= unused;
	return s->flags & SIGNED ? (u64)((s64)value >> unused) : value >> unused;
}

/* True when `c` is a conversion of an integer; fills in its base and flags. */
static bool number_spec(char c, struct spec *s)
{
	switch (c) {
	case 'd':
	case 'i':
		s->base = 10;
		s->flags |= SIGNED;
		return true;
	case 'u':
		s->base = 10;
		return true;
	case 'o':
		s->base = 8;
		return true;
	case 'X':
		s->flags |= UPPER;
		s->base = 16;
		return true;
	case 'p':
		s->flags |= ALTERNATE;
		s->length = sizeof(void *);
		s->base = 16;
		return true;
	case 'x':
		s->base = 16;
		return true;
	default:
		return false;
	}
}

/* A va_list that can be passed by reference. */
struct arguments {
	va_list list;
};

/* What stands between % and the conversion; returns where that is. */
static const char *read_spec(const char *fmt, struct spec *s, struct arguments *args)
{
	*s = (struct spec){ .precision = -1 };
	fmt = read_flags(fmt, s);
	if (*fmt == '*') {
		s->width = va_arg(args->list, int);
		s->flags |= s->width < 0 ? LEFT : 0;
		s->width = s->width < 0 ? -s->width : s->width;
		fmt++;
	} else {
		fmt = read_count(fmt, &s->width);
	}
	if (*fmt == '.' && fmt[1] == '*') {
		s->precision = va_arg(args->list, int);
		fmt += 2;
	} else if (*fmt == '.') {
		fmt = read_count(fmt + 1, &s->precision);
	}
	return read_length(fmt, s);
}

/* False when `c` is no conversion. */
static bool convert(struct output *out, char c, struct spec *s, struct arguments *args)
{
	if (number_spec(c, s)) {
		u64 value = s->length == sizeof(long) ? va_arg(args->list, u64)
						      : va_arg(args->list, u32);

		put_number(out, s, cut_argument(value, s));
	} else if (c == 's') {
		const char *str = va_arg(args->list, const char *) ?: "(null)";
		bool cut = s->precision >= 0;

		put_string(out, s, str, cut ? strnlen(str, (size_t)s->precision) : strlen(str));
	} else if (c == 'c') {
		char character = (char)va_arg(args->list, int);

		put_string(out, s, &character, 1);
	} else if (c == '%') {
		put_bytes(out, &c, 1);
	} else {
		return false;
	}
	return true;
}

int format_va(char *buf, size_t size, const char *fmt, va_list list)
{
	struct output out = { .buf = buf, .size = size ? size - 1 : 0 };
	struct arguments args;
	struct spec s;

	va_copy(args.list, list);
	for (;;) {
		const char *start = fmt;

		while (*fmt && *fmt != '%')
			fmt++;
		put_bytes(&out, start, (size_t)(fmt - start));
		if (!*fmt)
			break;
		start = fmt;
		fmt = read_spec(fmt + 1, &s, &args);
		if (!convert(&out, *fmt, &s, &args))
			put_bytes(&out, start, (size_t)(fmt - start) + (*fmt != 0));
		fmt += *fmt != 0;
	}
	va_end(args.list);
	if (size)
		buf[min(out.len, out.size)] = '\0';
	return (int)out.len;
}

int format(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = format_va(buf, size, fmt, args);
	va_end(args);
	return n;
}
