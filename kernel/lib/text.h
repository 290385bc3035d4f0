/*
 * text.h - a buffer that text is printed into and that remembers when it was too small.
 *
 * The one output type of everything that shows itself as a file: a `show` function prints into
 * a text and cannot fail; who owns the buffer sees `overflow` and calls it again with more room.
 */
#pragma once
#include "kernel/lib/types.h"

struct text {
	char *buf;     /* [I] */
	size_t size;   /* [I] */
	size_t len;    /* [o] bytes in buf, at most size */
	bool overflow; /* [o] something did not fit */
};

static inline void text_init(struct text *t, char *buf, size_t size)
{
	*t = (struct text){ .buf = buf, .size = size };
}

void text_printf(struct text *t, const char *fmt, ...) printf_like(2, 3);
void text_write(struct text *t, const void *bytes, size_t n);
void text_char(struct text *t, char c);
void text_string(struct text *t, const char *s);

/* As /proc does for paths: blank, tab, newline and backslash become \ooo. */
void text_escaped(struct text *t, const char *s);
