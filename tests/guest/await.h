/*
 * Waiting for what another task does, however long the host lets it take: only a fault makes one of
 * these endless.
 */
#pragma once
#include "check.h"

/* Waits until the condition holds; what sees to that runs meanwhile. */
#define AWAIT(condition)              \
	do {                          \
		while (!(condition))  \
			usleep(1000); \
	} while (0)

/* The letter of /proc/TID/stat, of a process or a thread; '\0' when it is gone. */
__attribute__((unused)) static char await_look(pid_t tid)
{
	char path[64], line[512], *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return '\0';
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	line[n > 0 ? n : 0] = '\0';
	end = strrchr(line, ')');
	return end ? end[2] : '\0';
}

/* Waits until it sleeps in the call that it is on its way to. */
__attribute__((unused)) static void await_asleep(pid_t tid)
{
	AWAIT(await_look(tid) == 'S');
}

/* Waits until the process has ended; it is left to be waited for. */
__attribute__((unused)) static void await_end(pid_t pid)
{
	siginfo_t info;

	while (waitid(P_PID, pid, &info, WEXITED | WNOWAIT) && errno == EINTR)
		;
}

/*
 * Whether times can be compared from above as well: the harness gives a machine with one processor
 * a clock that counts instructions.  Elsewhere the host may stop everything at any time.
 */
__attribute__((unused)) static bool clock_is_exact(void)
{
	return on_corral() && sysconf(_SC_NPROCESSORS_ONLN) == 1;
}
