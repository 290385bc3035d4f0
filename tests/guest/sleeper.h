/*
 * A process that only sleeps, and ends with its parent.
 */
#pragma once
#include "check.h"

#include <sys/prctl.h>

static pid_t sleeper_start(void)
{
	pid_t pid = fork();

	MUST(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void sleeper_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
