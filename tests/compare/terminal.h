/*
 * Pseudo-terminals for the questions about terminals.
 *
 * What one end writes has reached the other when a read there would block: on Linux too, where a
 * worker carries it.
 */
#pragma once

#include "answer.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

struct pair {
	int master, slave;
};

static struct termios usual; /* what a fresh terminal has */

__attribute__((unused)) static const char *slave_name(int master)
{
	static char name[32];
	int number = -1;

	MUST(!ioctl(master, TIOCGPTN, &number));
	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	return name;
}

__attribute__((unused)) static int master_open(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK), unlock = 0;

	MUST(fd >= 0 && !ioctl(fd, TIOCSPTLCK, &unlock));
	return fd;
}

__attribute__((unused)) static struct pair pair_open(void)
{
	struct pair pair = { .master = master_open() };

	pair.slave = open(slave_name(pair.master), O_RDWR | O_NOCTTY | O_NONBLOCK);
	MUST(pair.slave >= 0 && !tcgetattr(pair.slave, &usual));
	return pair;
}

__attribute__((unused)) static void pair_close(struct pair *pair)
{
	close(pair->slave);
	close(pair->master);
}

/* Reads until there is no more: the pieces with a bar between them, or without for bytes. */
__attribute__((unused)) static const char *drain(int fd, bool pieces)
{
	static char texts[4][8192];
	static int next;
	char *text = texts[next++ % 4];
	size_t used = 0;
	int ends = 0;
	ssize_t n;

	text[0] = '\0';
	while (used < 8000 && (n = read(fd, text + used, pieces ? 4096 : 8100 - used)) >= 0) {
		for (size_t i = used; i < used + n; i++)
			if (!text[i])
				text[i] = '@'; /* a text ends at a NUL */
		used += n;
		if (pieces)
			used += sprintf(text + used, n ? "|" : "EOF|");
		if (!n && ++ends == 4)
			break;
	}
	text[used] = '\0';
	if (n < 0 && errno != EAGAIN && used < 8000)
		sprintf(text + used, "%s", error_name(errno));
	return text;
}

__attribute__((unused)) static const char *events(int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLPRI, 0 };

	return poll(&p, 1, 0) < 0
		       ? error_name(errno)
		       : words("%s%s%s%s%s", p.revents ? "" : "none",
			       p.revents & POLLIN ? "in " : "", p.revents & POLLOUT ? "out " : "",
			       p.revents & POLLPRI ? "pri " : "",
			       p.revents & (POLLHUP | POLLERR) ? "hup" : "");
}

static volatile int heard[65]; /* signals, how often */

static void hear(int signo)
{
	heard[signo]++;
}

__attribute__((unused)) static void forget_signals(void)
{
	for (int signo = 0; signo < 65; signo++)
		heard[signo] = 0;
}

/* Asks in a child that leads a session without a terminal, so that this shell keeps its own. */
__attribute__((unused)) static int in_session(void (*ask)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		MUST(setsid() > 0);
		for (int signo = 1; signo < 32; signo++)
			signal(signo, hear);
		signal(SIGCHLD, SIG_DFL);
		ask();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status != 0;
}
