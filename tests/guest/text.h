/*
 * Files as text: read whole into one buffer, written in one call.
 */
#pragma once
#include "check.h"

static char text[131072] __attribute__((unused));

/* The whole file into text; its length, or -1 with errno and what came before the error. */
__attribute__((unused)) static ssize_t text_read(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n, total = 0;

	text[0] = '\0';
	if (fd < 0)
		return -1;
	while ((n = read(fd, text + total, sizeof(text) - 1 - total)) > 0)
		total += n;
	text[total] = '\0';
	int error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : total;
}

/* 0, or -1 with errno. */
__attribute__((unused)) static int text_write(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, what, strlen(what));
	int error = errno;
	close(fd);
	errno = error;
	return n == (ssize_t)strlen(what) ? 0 : -1;
}
