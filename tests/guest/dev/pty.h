/* What the tests of pseudo-terminals share. */
#pragma once
#include "check.h"

#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <termios.h>

#define PTS "/dev/pts"

static int master, slave;
static char slave_name[32];

static int number_of(int fd)
{
	int n = -1;

	return ioctl(fd, TIOCGPTN, &n) ? -1 : n;
}

static int open_master(void)
{
	return open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static void unlock_it(int fd)
{
	int zero = 0;

	MUST(!ioctl(fd, TIOCSPTLCK, &zero));
}

/* Reads until `end` has come; what has come. */
static const char *read_until(int fd, const char *end)
{
	static char text[65536];
	size_t n = 0;
	ssize_t part;

	text[0] = '\0';
	while (n < sizeof(text) - 1 && !strstr(text, end)) {
		part = read(fd, text + n, sizeof(text) - 1 - n);
		if (part <= 0)
			break;
		n += part;
		text[n] = '\0';
	}
	return text;
}

/* Where devpts is not mounted yet, it is now. */
static void pts_mount(void)
{
	struct statfs fs;

	signal(SIGPIPE, SIG_IGN);
	mkdir(PTS, 0755);
	if (statfs(PTS, &fs) || fs.f_type != 0x1cd1)
		MUST(!mount("devpts", PTS, "devpts", 0, "gid=5,mode=620,ptmxmode=666"));
}
