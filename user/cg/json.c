/*
 * json.c - writes JSON: commas where they belong, strings quoted.  A tool that gives up closes what
 * is open, so what it wrote is JSON whatever happens.
 */
#include "cg.h"

static FILE *out;
static bool comma;    /* something stands before at this level */
static char *closing; /* the brackets that close what is open, outermost first */
static size_t depth, room;

void json_to(FILE *file)
{
	out = file;
}

/* The bytes of the UTF-8 character at c; 0: there is none. */
static size_t character(const unsigned char *c)
{
	size_t n = *c < 0x80   ? 1
		   : *c < 0xc2 ? 0
		   : *c < 0xe0 ? 2
		   : *c < 0xf0 ? 3
		   : *c < 0xf5 ? 4
			       : 0;

	for (size_t i = 1; i < n; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	if ((*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) ||
	    (*c == 0xf0 && c[1] < 0x90) || (*c == 0xf4 && c[1] > 0x8f))
		return 0;
	return n;
}

/* Names of files and commands are bytes; those that are no text become U+FFFD. */
static void quoted(const char *text)
{
	size_t n;

	putc('"', out);
	for (const unsigned char *c = (const unsigned char *)text; *c; c += n ? n : 1) {
		n = character(c);
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c == '\n')
			fputs("\\n", out);
		else if (*c == '\t')
			fputs("\\t", out);
		else if (*c < ' ')
			fprintf(out, "\\u%04x", *c);
		else if (n)
			fwrite(c, 1, n, out);
		else
			fputs("\\ufffd", out);
	}
	putc('"', out);
}

static void begin(const char *key)
{
	if (!out)
		out = stdout;
	if (comma)
		putc(',', out);
	comma = true;
	if (key) {
		quoted(key);
		putc(':', out);
	}
}

static void close_all(void)
{
	if (!depth)
		return;
	while (depth)
		json_close(closing[depth - 1]);
	json_end();
}

void json_open(const char *key, char bracket)
{
	static bool registered;

	if (!registered)
		registered = !atexit(close_all);
	begin(key);
	putc(bracket, out);
	if (depth == room && !(closing = realloc(closing, room += 64)))
		abort();
	closing[depth++] = bracket == '[' ? ']' : '}';
	comma = false;
}

void json_close(char bracket)
{
	putc(bracket, out);
	depth--;
	comma = true;
}

void json_end(void)
{
	putc('\n', out);
	comma = false;
}

void json_string(const char *key, const char *value)
{
	begin(key);
	if (value)
		quoted(value);
	else
		fputs("null", out);
}

void json_number(const char *key, long long value)
{
	begin(key);
	fprintf(out, "%lld", value);
}

void json_real(const char *key, double value)
{
	begin(key);
	fprintf(out, "%.2f", value);
}

void json_value(const char *key, const char *value)
{
	const char *digits = value + (*value == '-');
	size_t n = strspn(digits, "0123456789");

	if (n && !digits[n] && n < 19 && (n == 1 || *digits != '0'))
		json_number(key, atoll(value));
	else
		json_string(key, value);
}
