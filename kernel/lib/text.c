/*
 * text.c - a buffer that text is printed into.
 */
#include "kernel/lib/text.h"

#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

/* The NUL that format_va writes needs room too: text that would fill the buffer to its last byte
   counts as too long. */
void text_printf(struct text *t, const char *fmt, ...)
{
	size_t room = t->size - t->len;
	va_list args;
	size_t n;

	va_start(args, fmt);
	n = (size_t)format_va(t->buf + t->len, room, fmt, args);
	va_end(args);
	if (unlikely(n >= room && n)) {
		t->overflow = true;
		n = room ? room - 1 : 0;
	}
	t->len += n;
}

void text_write(struct text *t, const void *bytes, size_t n)
{
	size_t room = t->size - t->len;

	if (unlikely(n > room)) {
		t->overflow = true;
		n = room;
	}
	memcpy(t->buf + t->len, bytes, n);
	t->len += n;
}

void text_char(struct text *t, char c)
{
	if (likely(t->len < t->size))
		t->buf[t->len++] = c;
	else
		t->overflow = true;
}

void text_string(struct text *t, const char *s)
{
	text_write(t, s, strlen(s));
}

void text_escaped(struct text *t, const char *s)
{
	for (; *s; s++) {
		if (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\\') {
			char octal[4] = { '\\', (char)('0' + (*s >> 6)),
					  (char)('0' + (*s >> 3 & 7)), (char)('0' + (*s & 7)) };

			text_write(t, octal, sizeof(octal));
		} else {
			text_char(t, *s);
		}
	}
}
