/* What the tests of pid namespaces share. */
#pragma once
#include "check.h"

#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static char text[16384];

__attribute__((unused)) static char *file_text(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n, total = 0;

	while (fd >= 0 && (n = read(fd, text + total, sizeof(text) - 1 - total)) > 0)
		total += n;
	text[total] = '\0';
	close(fd);
	return text;
}

/* The line of a status file that begins so, without the name. */
__attribute__((unused)) static char *status_line(const char *path, const char *name)
{
	char *line = strstr(file_text(path), name);

	if (!line)
		return "none";
	line += strlen(name);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

__attribute__((unused)) static char *link_text(const char *path)
{
	static char to[2][64];
	static int which;
	char *out = to[which ^= 1];
	ssize_t n = readlink(path, out, 63);

	out[n < 0 ? 0 : n] = '\0';
	return out;
}

__attribute__((unused)) static long clone_flags(unsigned long flags)
{
	return syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

/* Runs body in the first process of a new namespace; the status is what waitpid gave. */
#define IN_NAMESPACE(...)                                 \
	({                                                \
		int in_status = -1;                       \
		pid_t in_pid = clone_flags(CLONE_NEWPID); \
		if (!in_pid) {                            \
			{                                 \
				__VA_ARGS__;              \
			}                                 \
			_exit(0);                         \
		}                                         \
		waitpid(in_pid, &in_status, 0);           \
		in_status;                                \
	})

#define FAIL_UNLESS(condition)                                                                \
	do {                                                                                  \
		errno = 0;                                                                    \
		if (!(condition)) {                                                           \
			dprintf(1, "# line %d: %s, errno %d\n", __LINE__, #condition, errno); \
			_exit(1);                                                             \
		}                                                                             \
	} while (0)

__attribute__((unused)) static char *number(const char *format, int n)
{
	static char out[128];

	snprintf(out, sizeof(out), format, n);
	return out;
}

__attribute__((unused)) static void wait_for_byte(int fd)
{
	char c;

	MUST(read(fd, &c, 1) == 1);
}

/* A child in a namespace of its own that says on a pipe that it is there, and stays. */
static pid_t start_namespace(void (*fn)(int ready))
{
	int ready[2];
	pid_t pid;

	MUST(!pipe(ready));
	pid = clone_flags(CLONE_NEWPID);
	if (!pid) {
		fn(ready[1]);
		_exit(99);
	}
	MUST(pid > 0);
	close(ready[1]);
	wait_for_byte(ready[0]);
	close(ready[0]);
	return pid;
}

__attribute__((unused)) static void say(int fd)
{
	MUST(write(fd, "x", 1) == 1);
}

__attribute__((unused)) static void stay(int ready)
{
	say(ready);
	for (;;)
		pause();
}

__attribute__((unused)) static void kill_and_wait(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static __attribute__((unused)) void *nothing(void *arg)
{
	return arg;
}

static volatile int from;

__attribute__((unused)) static void note_sender(int sig, siginfo_t *info, void *context)
{
	from = info->si_pid;
}
