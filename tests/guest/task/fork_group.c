/* A signal to a group and the children that its members make meanwhile: none escapes. */
#include "check.h"

#include <sys/prctl.h>

/* Makes children that only wait, until the limit or the signal. */
__attribute__((noreturn)) static void breed(int ready)
{
	setpgid(0, 0);
	for (int i = 0; i < 60; i++) {
		if (syscall(SYS_fork) == 0) /* fork(3) would block signals */
			for (;;)
				pause();
		if (i == 3)
			(void)!write(ready, "", 1);
	}
	for (;;)
		pause();
}

/* How many of a group live still when everybody who was killed has been waited for. */
static int survivors(int signo, bool all)
{
	int ready[2], left = 0, status;
	pid_t pid;
	char byte;

	MUST(!pipe(ready));
	pid = fork();
	if (!pid) {
		close(ready[0]);
		if (all)
			MUST(!setresuid(4321, 4321, 4321));
		breed(ready[1]);
	}
	close(ready[1]);
	MUST(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	if (all) {
		pid_t killer = fork();

		if (!killer) {
			MUST(!setresuid(4321, 4321, 4321));
			kill(-1, signo);
			_exit(0);
		}
		waitpid(killer, &status, 0);
	} else {
		kill(-pid, signo);
	}
	while ((pid = waitpid(-1, &status, 0)) > 0)
		left += !KILLED(status, signo);
	return left;
}

int main(void)
{
	int left = 0;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < 15; i++)
		left += survivors(SIGKILL, false);
	CHECK_EQ(left, 0, "SIGKILL to a group that forks reaches everybody in it");
	for (int i = 0; i < 15; i++)
		left += survivors(SIGTERM, false);
	CHECK_EQ(left, 0, "so does SIGTERM");
	for (int i = 0; i < 15; i++)
		left += survivors(SIGTERM, true);
	CHECK_EQ(left, 0, "and one to all that a user has");
	CHECK_END();
}
