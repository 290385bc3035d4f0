/*
 * What the programs that measure share.  Under -icount shift=0 a nanosecond of the machine's clock
 * is one guest instruction, so a figure does not depend on the host.  Run them with one CPU.
 *
 *	PROGRAM			every operation of the program: lines "cost NAME FIGURE"
 *	PROGRAM NAME...		only these
 *	PROGRAM -n TIMES NAME	this one so many times, for a profile; prints how often in all
 *
 * A figure is the least of several rounds, so that the tick of a timer does not disturb it.
 */
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct op {
	const char *name;
	void (*run)(int n);  /* the operation, n times */
	int n;		     /* in one round */
	void (*up)(int arg); /* before the rounds; NULL: nothing */
	int arg;
	void (*down)(void); /* after them; NULL: nothing */
	int rounds;	    /* 0: five, and one before that to warm up */
};

/* Something an operation cannot go on without. */
#define NEED(condition)                                                                    \
	do {                                                                               \
		if (!(condition)) {                                                        \
			fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, \
				strerror(errno));                                          \
			exit(1);                                                           \
		}                                                                          \
	} while (0)

static int64_t bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* What run found out by itself, where the whole round is not what is measured; 0: it is. */
static int64_t bench_took __attribute__((unused));

static void bench_print(const char *name, int64_t figure)
{
	printf("cost %s %lld\n", name, (long long)figure);
	fflush(stdout);
}

static void bench_measure(const struct op *op)
{
	int64_t best = INT64_MAX;
	int rounds = op->rounds ? op->rounds : 6;

	if (op->up)
		op->up(op->arg);
	for (int i = 0; i < rounds; i++) {
		int64_t start = bench_now(), took;

		bench_took = 0;
		op->run(op->n);
		took = bench_took ? bench_took : bench_now() - start;
		if (took < best && (i || op->rounds))
			best = took;
	}
	bench_print(op->name, best / op->n);
	if (op->down)
		op->down();
}

static int bench_wanted(const struct op *op, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], op->name))
			return 1;
	return argc == 1;
}

__attribute__((unused)) static int bench_main(const struct op *ops, int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "-n")) {
		for (; ops->name && strcmp(ops->name, argv[3]);)
			ops++;
		NEED(ops->name);
		if (ops->up)
			ops->up(ops->arg);
		for (int i = atoi(argv[2]); i--;)
			ops->run(ops->n);
		printf("ran %d\n", atoi(argv[2]) * ops->n);
		return 0;
	}
	for (; ops->name; ops++)
		if (bench_wanted(ops, argc, argv))
			bench_measure(ops);
	return 0;
}
