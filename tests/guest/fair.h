/*
 * What the tests of shared time have in common: busy processes that start together, and how much
 * of a while each of them ran.
 *
 * The programs are run under -icount: each figure is the same in every run, however busy the host
 * is.  They burn in long stretches of nops, which cost the emulator next to nothing, so a second
 * that is counted in instructions passes in a fraction of one of the host's; and they pause now and
 * then, for it runs one processor at a time and turns to the next one there.  An argument sets the
 * while in ms; then the figures are printed beside what is allowed.
 */
#pragma once
#include "check.h"

#include <sched.h>
#include <sys/resource.h>

#define FAIR_MAX 64

/* Who is to burn: where, how, and in which container (a path of `tasks`; NULL: where we are). */
struct burner {
	unsigned long cpus; /* 0: wherever it may */
	int nice;
	const char *tasks;
	pid_t pid;
	double used; /* ms */
};

static int fair_window = 1000; /* ms */
static bool fair_verbose;
static int fair_gate[2];
static double fair_passed; /* ms between the two looks */

__attribute__((unused)) static void fair_arguments(int argc, char **argv)
{
	fair_verbose = argc > 1;
	if (fair_verbose)
		fair_window = atoi(argv[1]);
}

static double fair_clock(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t))
		return 0;
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double fair_used(pid_t pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) ? 0 : fair_clock(clock);
}

static void fair_sleep(double ms)
{
	struct timespec t = { (long)ms / 1000, (long)(ms * 1e6) % 1000000000 };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static void fair_bind(unsigned long cpus)
{
	if (cpus)
		MUST(!syscall(SYS_sched_setaffinity, 0, sizeof(cpus), &cpus));
}

static void fair_join(const char *tasks)
{
	int fd = open(tasks, O_WRONLY);

	MUST(fd >= 0 && write(fd, "0", 1) == 1);
	close(fd);
}

__attribute__((noreturn)) static void fair_burn(const struct burner *b)
{
	char byte;

	close(fair_gate[1]);
	if (b->nice)
		MUST(!setpriority(PRIO_PROCESS, 0, b->nice));
	if (b->tasks)
		fair_join(b->tasks);
	fair_bind(b->cpus);
	MUST(read(fair_gate[0], &byte, 1) == 0);
	for (;;) {
		for (int i = 0; i < 10; i++)
			__asm__ volatile(".rept 2000; nop; .endr");
		__asm__ volatile("pause");
	}
}

/* All wait at the gate when this returns, and burn from fair_open on. */
static void fair_start(struct burner *b, int n)
{
	MUST(!pipe(fair_gate));
	for (int i = 0; i < n; i++) {
		b[i].pid = fork();
		if (!b[i].pid)
			fair_burn(&b[i]);
		MUST(b[i].pid > 0);
	}
	close(fair_gate[0]);
	fair_sleep(5);
}

static void fair_end(struct burner *b, int n)
{
	for (int i = 0; i < n; i++)
		kill(b[i].pid, SIGKILL);
	for (int i = 0; i < n; i++)
		waitpid(b[i].pid, NULL, 0);
}

/* Lets them burn for a while and fills in b->used. */
__attribute__((unused)) static void fair_run(struct burner *b, int n, int window)
{
	double start;

	fair_start(b, n);
	for (int i = 0; i < n; i++)
		b[i].used = -fair_used(b[i].pid);
	start = fair_clock(CLOCK_MONOTONIC);
	close(fair_gate[1]);
	fair_sleep(window);
	fair_passed = fair_clock(CLOCK_MONOTONIC) - start;
	for (int i = 0; i < n; i++)
		b[i].used += fair_used(b[i].pid);
	fair_end(b, n);
}

/* How far `is` lies from what it should be, in percent of that. */
__attribute__((unused)) static double fair_off(double is, double should)
{
	double off = (is / should - 1) * 100;

	return off < 0 ? -off : off;
}

/* The figure may be as large as `bound`. */
__attribute__((unused)) static void fair_tell(const char *name, double figure, double bound,
					      const char *unit, const char *sentence)
{
	if (fair_verbose)
		dprintf(1, "fair %s %.2f %.2f %s\n", name, figure, bound, unit);
	check_say(figure <= bound, sentence, "%s: %.2f %s, allowed %.2f", name, figure, unit,
		  bound);
}
