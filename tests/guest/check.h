/*
 * What a guest test prints: one line for each sentence it tests, "ok - sentence" or
 * "not ok - sentence (why)", and "1..N" when it came to its end.
 *
 * A test is a Linux program first: each sentence holds on Debian's kernel too.
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int check_count __attribute__((unused));

/* One write a line, so that lines of several processes do not mix. */
__attribute__((format(printf, 3, 4), unused)) static bool check_say(bool good, const char *sentence,
								    const char *why, ...)
{
	char line[512];
	int n = snprintf(line, sizeof(line), good ? "ok - %s" : "not ok - %s (", sentence);
	va_list args;

	if (!good) {
		va_start(args, why);
		n += vsnprintf(line + n, sizeof(line) - n - 3, why, args);
		va_end(args);
		if (n > (int)sizeof(line) - 3)
			n = sizeof(line) - 3;
		line[n++] = ')';
	}
	line[n++] = '\n';
	for (int done = 0, part; done < n; done += part)
		if ((part = write(1, line + done, n - done)) <= 0)
			break;
	check_count++;
	return good;
}

/* The condition holds. */
#define CHECK(condition, sentence)                                                                \
	({                                                                                        \
		errno = 0;                                                                        \
		bool check_good = (condition);                                                    \
		int check_errno = errno;                                                          \
		check_say(check_good, sentence, "line %d: %s; errno %d %s", __LINE__, #condition, \
			  check_errno, strerror(check_errno));                                    \
	})

/* Two integers are equal. */
#define CHECK_EQ(actual, expected, sentence)                                               \
	({                                                                                 \
		errno = 0;                                                                 \
		long long check_a = (long long)(actual), check_e = (long long)(expected);  \
		int check_errno = errno;                                                   \
		check_say(check_a == check_e, sentence,                                    \
			  "line %d: %s is %lld, not %lld; errno %d %s", __LINE__, #actual, \
			  check_a, check_e, check_errno, strerror(check_errno));           \
	})

/* A call that follows the convention of -1 and errno succeeds. */
#define CHECK_OK(call, sentence)                                                                \
	({                                                                                      \
		errno = 0;                                                                      \
		long check_r = (long)(call);                                                    \
		int check_errno = errno;                                                        \
		check_say(check_r != -1, sentence, "line %d: %s: errno %d %s", __LINE__, #call, \
			  check_errno, strerror(check_errno));                                  \
		check_r;                                                                        \
	})

/* A call fails with this errno. */
#define CHECK_ERR(call, expected, sentence)                                                    \
	({                                                                                     \
		errno = 0;                                                                     \
		long check_r = (long)(call);                                                   \
		int check_errno = errno;                                                       \
		check_say(check_r == -1 && check_errno == (expected), sentence,                \
			  "line %d: %s is %ld, errno %d %s, not %s", __LINE__, #call, check_r, \
			  check_errno, strerror(check_errno), #expected);                      \
	})

/* Two strings are equal. */
#define CHECK_STR(actual, expected, sentence)                                                 \
	({                                                                                    \
		const char *check_a = (actual), *check_e = (expected);                        \
		check_say(!strcmp(check_a, check_e), sentence, "line %d: \"%s\", not \"%s\"", \
			  __LINE__, check_a, check_e);                                        \
	})

/* The last line of main. */
#define CHECK_END()                                 \
	({                                          \
		dprintf(1, "1..%d\n", check_count); \
		return 0;                           \
	})

/* Something a test cannot go on without. */
#define MUST(condition)                                                                           \
	do {                                                                                      \
		if (!(condition)) {                                                               \
			dprintf(1, "not ok - set-up at line %d: %s (%s)\n", __LINE__, #condition, \
				strerror(errno));                                                 \
			_exit(1);                                                                 \
		}                                                                                 \
	} while (0)

__attribute__((unused)) static bool on_corral(void)
{
	struct utsname name;

	return !uname(&name) && (strstr(name.version, "orral") || strstr(name.release, "orral"));
}

#define EXITED(status, code) (WIFEXITED(status) && WEXITSTATUS(status) == (code))
#define KILLED(status, sig)  (WIFSIGNALED(status) && WTERMSIG(status) == (sig))
