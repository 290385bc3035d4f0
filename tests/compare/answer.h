/*
 * What a program prints that is run on two kernels: lines "question = answer".
 *
 * A question is printed often; the tool numbers repetitions.  An answer never depends on time,
 * load, or on numbers that the kernel hands out (pids, inodes, addresses): who asks gives those a
 * name.
 */
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the questions that follow are about; printed before each of them. */
static char answer_topic[256];
static int answer_fd = 1;

__attribute__((format(printf, 1, 2), unused)) static void topic(const char *words, ...)
{
	va_list args;

	va_start(args, words);
	vsnprintf(answer_topic, sizeof(answer_topic), words, args);
	va_end(args);
}

static int answer_add(char *line, int n, int size, const char *text)
{
	for (; *text && n < size - 5; text++) {
		unsigned char c = *text;

		if (c == '\n')
			n += sprintf(line + n, "\\n");
		else if (c == '\t')
			n += sprintf(line + n, "\\t");
		else if (c < ' ' || c > '~' || (n && line[n - 1] == ' ' && !strncmp(text, "= ", 2)))
			n += sprintf(line + n, "\\x%02x", c);
		else
			line[n++] = c;
	}
	return n;
}

/* One write a line; what is no plain letter is escaped. */
__attribute__((format(printf, 2, 3), unused)) static void answer(const char *said,
								 const char *question, ...)
{
	char asked[1024], line[4096];
	va_list args;
	int n = 0;

	va_start(args, question);
	vsnprintf(asked, sizeof(asked), question, args);
	va_end(args);
	if (*answer_topic) {
		n = answer_add(line, n, sizeof(line), answer_topic);
		n = answer_add(line, n, sizeof(line), ": ");
	}
	n = answer_add(line, n, sizeof(line), asked);
	strcpy(line + n, " = ");
	n = answer_add(line, n + 3, sizeof(line), *said ? said : "(empty)");
	line[n++] = '\n';
	for (int done = 0, part; done < n; done += part)
		if ((part = write(answer_fd, line + done, n - done)) <= 0)
			break;
}

/* An answer made of several parts; good until the eighth call after it. */
__attribute__((format(printf, 1, 2), unused)) static const char *words(const char *format, ...)
{
	static char texts[8][4096];
	static int next;
	char *text = texts[next++ % 8];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(texts[0]), format, args);
	va_end(args);
	return text;
}

#define NAMED(error)          \
	{                     \
		error, #error \
	}
static const struct {
	int error;
	const char *name;
} error_names[] __attribute__((unused)) = {
	NAMED(EPERM),		NAMED(ENOENT),	     NAMED(ESRCH),
	NAMED(EINTR),		NAMED(EIO),	     NAMED(ENXIO),
	NAMED(E2BIG),		NAMED(ENOEXEC),	     NAMED(EBADF),
	NAMED(ECHILD),		NAMED(EAGAIN),	     NAMED(ENOMEM),
	NAMED(EACCES),		NAMED(EFAULT),	     NAMED(ENOTBLK),
	NAMED(EBUSY),		NAMED(EEXIST),	     NAMED(EXDEV),
	NAMED(ENOTDIR),		NAMED(EISDIR),	     NAMED(EINVAL),
	NAMED(ENFILE),		NAMED(EMFILE),	     NAMED(ENOTTY),
	NAMED(ETXTBSY),		NAMED(EFBIG),	     NAMED(ENOSPC),
	NAMED(ESPIPE),		NAMED(EROFS),	     NAMED(EMLINK),
	NAMED(EPIPE),		NAMED(ERANGE),	     NAMED(EDEADLK),
	NAMED(ENAMETOOLONG),	NAMED(ENOLCK),	     NAMED(ENOSYS),
	NAMED(ENOTEMPTY),	NAMED(ELOOP),	     NAMED(EOVERFLOW),
	NAMED(ENOTSOCK),	NAMED(EOPNOTSUPP),   NAMED(ENODATA),
	NAMED(ENOTCONN),	NAMED(EDESTADDRREQ), NAMED(EPROTONOSUPPORT),
	NAMED(EPROTOTYPE),	NAMED(ENOPROTOOPT),  NAMED(EMSGSIZE),
	NAMED(ETIMEDOUT),	NAMED(ECANCELED),    NAMED(EISCONN),
	NAMED(EADDRINUSE),	NAMED(EALREADY),     NAMED(ESTALE),
	NAMED(EINPROGRESS),	NAMED(EPROTO),	     NAMED(EADDRNOTAVAIL),
	NAMED(ESOCKTNOSUPPORT), NAMED(EILSEQ),	     NAMED(EBADMSG),
	NAMED(ENOSTR),		NAMED(ENOTUNIQ),     NAMED(EKEYREJECTED),
	NAMED(ENOKEY),		NAMED(ENODEV),	     NAMED(EDOM),
	NAMED(EAFNOSUPPORT),	NAMED(ECONNREFUSED), NAMED(EUSERS),
	NAMED(EPFNOSUPPORT),	NAMED(ENOPKG),	     NAMED(ETOOMANYREFS),
};

__attribute__((unused)) static const char *error_name(int error)
{
	for (unsigned i = 0; i < sizeof(error_names) / sizeof(error_names[0]); i++)
		if (error_names[i].error == error)
			return error_names[i].name;
	return words(error ? "errno %d" : "%d", error);
}

/* The number that a call gave, or the name of its error. */
__attribute__((unused)) static const char *result(long r)
{
	return r == -1 ? error_name(errno) : words("%ld", r);
}

/* The same of a call whose number has no meaning: "ok". */
__attribute__((unused)) static const char *outcome(long r)
{
	return r == -1 ? error_name(errno) : "ok";
}

/* A descriptor is closed again. */
__attribute__((unused)) static const char *opened(int fd)
{
	const char *said = outcome(fd);

	if (fd >= 0)
		close(fd);
	return said;
}

/* The question is the call as it stands in the source. */
#define CALL(call) answer(result((errno = 0, (long)(call))), "%s", #call)
#define OK(call)   answer(outcome((errno = 0, (long)(call))), "%s", #call)
#define OPEN(call) answer(opened((errno = 0, (call))), "%s", #call)

/* What waitpid gave. */
__attribute__((unused)) static const char *status_words(int status)
{
	if (WIFEXITED(status))
		return words("exit %d", WEXITSTATUS(status));
	if (WIFSIGNALED(status))
		return words("signal %d%s", WTERMSIG(status), WCOREDUMP(status) ? " core" : "");
	if (WIFSTOPPED(status))
		return words("stopped %d", WSTOPSIG(status));
	return WIFCONTINUED(status) ? "continued" : words("status %x", status);
}

/* Something without which nothing can be asked. */
#define MUST(condition)                                                                        \
	do {                                                                                   \
		if (!(condition)) {                                                            \
			dprintf(1, "failed: %s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, \
				strerror(errno));                                              \
			_exit(1);                                                              \
		}                                                                              \
	} while (0)

/* The text of a file, or the name of the error; good until the next call. */
__attribute__((unused)) static const char *file_text(const char *path)
{
	static char text[65536];
	int fd = open(path, O_RDONLY);
	ssize_t n, total = 0;

	if (fd < 0)
		return words("open %s", error_name(errno));
	while ((n = read(fd, text + total, sizeof(text) - 1 - total)) > 0)
		total += n;
	if (n < 0)
		snprintf(text, sizeof(text), "read %s", error_name(errno));
	else
		text[total] = '\0';
	close(fd);
	return text;
}

/* Writes a text to a file in one call: "ok" or the name of the error. */
__attribute__((unused)) static const char *file_put(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY);
	const char *said;

	if (fd < 0)
		return words("open %s", error_name(errno));
	said = outcome(write(fd, what, strlen(what)));
	close(fd);
	return said;
}

/* Waits until a process is in one of the states of its stat. */
__attribute__((unused)) static void wait_state(pid_t pid, const char *states)
{
	char path[32], *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	do {
		at = strrchr(file_text(path), ')');
		MUST(at);
	} while (!strchr(states, at[2]) && !usleep(1000));
}
