/*
 * string.h - the parts of the C library's <string.h> that the kernel needs.
 */
#pragma once
#include "kernel/lib/types.h"

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t limit);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);

/* Copies at most size - 1 bytes and always ends with NUL.  Returns strlen(src). */
size_t strcopy(char *dst, const char *src, size_t size);

/* Cuts blanks at both ends, in place; returns the new start. */
char *str_trim(char *s);
