/*
 * What the tests of containers share: files read whole, values written, membership.
 */
#pragma once
#include "check.h"

#include <sys/mount.h>

static char group_text[65536] __attribute__((unused));

/* The whole file into group_text; its length, or -1 with errno. */
__attribute__((unused)) static ssize_t group_read(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n, total = 0;

	group_text[0] = '\0';
	if (fd < 0)
		return -1;
	while ((n = read(fd, group_text + total, sizeof(group_text) - 1 - total)) > 0)
		total += n;
	group_text[total] = '\0';
	int error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : total;
}

/* 0, or -1 with errno. */
__attribute__((unused)) static int group_write(const char *path, const char *what)
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

__attribute__((unused)) static int group_write_pid(const char *path, pid_t pid)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", pid);
	return group_write(path, number);
}

/* How many ids the file lists. */
__attribute__((unused)) static int group_count(const char *path)
{
	int n = 0;

	if (group_read(path) < 0)
		return -1;
	for (char *c = group_text; *c; c++)
		n += *c == '\n';
	return n;
}

/* The framework's own examination; true where there is none (Linux).  What it says is in
 * group_text. */
__attribute__((unused)) static bool group_selfcheck(void)
{
	const char *at = "/tmp/selfcheck";
	bool good;

	mkdir(at, 0700);
	if (mount("none", at, "cgroup", 0, "debug"))
		return errno == EINVAL;
	good = group_read("/tmp/selfcheck/debug.selfcheck") > 0 && !strcmp(group_text, "ok\n");
	umount(at);
	rmdir(at);
	return good;
}
