/*
 * What tests of failing operations share: an operation is tried with its first allocation failing,
 * then with its second, until it succeeds; after each failure everything must be as before.
 *
 * "Everything" is debug.digest: membership, sets, links, references, flags, options and the number
 * of objects of kernel memory in use.  It is read with the operation's own directory entries
 * settled, so an operation leaves no new names in caches when it fails.
 */
#pragma once
#include "digest.h"
#include "group.h"

#define FAILURE_ROOT "/tmp/failure.debug"
#define FAILURE_MAX  2000

static int failure_nth = -1;
static struct digest failure_before;

__attribute__((unused)) static void failure_end(void)
{
	close(failure_nth);
	MUST(!umount(FAILURE_ROOT) && !rmdir(FAILURE_ROOT));
}

static void failure_note(void)
{
	digest_read(FAILURE_ROOT "/debug.digest", &failure_before);
}

/* Sets the count down; the write itself must not be what fails. */
static void failure_arm(int n)
{
	char number[16];
	int length = snprintf(number, sizeof(number), "%d", n);

	MUST(pwrite(failure_nth, number, length, 0) == length);
}

/* How many allocations are left until one fails: 0, it has happened.  Disarmed afterwards. */
static long failure_left(void)
{
	char number[16] = "";
	/* Where the operation made fewer allocations than planned, reading may be what fails. */
	long left = pread(failure_nth, number, sizeof(number) - 1, 0) > 0 ? atol(number) : 1;

	if (pwrite(failure_nth, "0", 1, 0) != 1)
		MUST(pwrite(failure_nth, "0", 1, 0) == 1);
	return left;
}

/* The running thread is the one whose allocations fail. */
static void failure_open(void)
{
	failure_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	MUST(failure_nth >= 0);
	failure_left(); /* the first use allocates a buffer, which stays */
}

/* Mounts the debug subsystem for this test. */
__attribute__((unused)) static void failure_begin(void)
{
	signal(SIGUSR1, SIG_DFL); /* the first action, which system() sets, allocates a table */
	mkdir(FAILURE_ROOT, 0755);
	MUST(!mount("none", FAILURE_ROOT, "cgroup", 0, "debug"));
	failure_open();
}

/* As it was when failure_note was called last. */
static bool failure_unchanged(void)
{
	return digest_same(FAILURE_ROOT "/debug.digest", &failure_before);
}

/*
 * Fails each allocation of step(arg) in turn: how many there were.  step gives 0, or -1 with errno.
 * -1: after a failure something was left, or the errno was not ENOMEM.  The successful step at the
 * end stays.
 */
__attribute__((unused)) static int failure_each(int (*step)(void *arg), void *arg)
{
	failure_note();
	for (int n = 1; n < FAILURE_MAX; n++) {
		int result, error;
		long left;

		failure_arm(n);
		result = step(arg);
		error = errno;
		left = failure_left();
		if (!result)
			return n - 1;
		if (error != ENOMEM || left > 0) {
			dprintf(1, "# allocation %d: errno %d, %ld left\n", n, error, left);
			return -1;
		}
		if (!failure_unchanged()) {
			dprintf(1, "# after the failure of allocation %d\n", n);
			return -1;
		}
		if (text_read(FAILURE_ROOT "/debug.selfcheck") <= 0 || strcmp(text, "ok\n"))
			return -1;
	}
	return -1;
}
