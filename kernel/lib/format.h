/*
 * format.h - printf for the kernel: %d %i %u %x %X %o %c %s %p %% with flags - 0 space + #, width,
 * precision, and h hh l ll z.  No floating point.
 */
#pragma once
#include "kernel/lib/types.h"

/* Returns the length that the whole text would have; writes at most size - 1 bytes and a NUL. */
int format_va(char *buf, size_t size, const char *fmt, va_list args);
int format(char *buf, size_t size, const char *fmt, ...) printf_like(3, 4);
