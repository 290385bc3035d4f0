/*
 * A process of several threads that only wait, to be moved about.
 */
#pragma once
#include "check.h"

#include <pthread.h>

static int parked_tell[2] = { -1, -1 };

static void *park(void *arg)
{
	pid_t tid = gettid();

	write(parked_tell[1], &tid, sizeof(tid));
	for (;;)
		pause();
	return arg;
}

/* The number of whoever has just come to park(). */
__attribute__((unused)) static pid_t parked_next(void)
{
	pid_t tid;

	MUST(read(parked_tell[0], &tid, sizeof(tid)) == sizeof(tid));
	return tid;
}

/* A process of so many threads; their numbers, the leader's first.  leader_ends: it becomes a
   zombie and its threads live on. */
__attribute__((unused)) static pid_t parked_start(int threads, pid_t *tids, bool leader_ends)
{
	pid_t pid;

	MUST(parked_tell[0] >= 0 || !pipe(parked_tell));
	pid = fork();
	MUST(pid >= 0);
	if (!pid) {
		pthread_t t;

		for (int i = 1; i < threads; i++)
			MUST(!pthread_create(&t, NULL, park, NULL));
		if (leader_ends) {
			write(parked_tell[1], &(pid_t){ getpid() }, sizeof(pid_t));
			syscall(SYS_exit, 0);
		}
		park(NULL);
	}
	for (int i = 0, have = 1; i < threads; i++) {
		pid_t tid = parked_next();

		if (tid != pid && have < threads)
			tids[have++] = tid;
	}
	tids[0] = pid;
	return pid;
}

__attribute__((unused)) static void parked_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
