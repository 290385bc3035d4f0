/* Every system call with NULL wherever a pointer may stand: as unprivileged user, a child each. */
#include "check.h"

#include <sys/time.h>

#define CALLS 450

static void again(int sig)
{
}

/* Calls that do not return, or return twice. */
static bool wanted(long number)
{
	return number != SYS_exit && number != SYS_exit_group && number != SYS_rt_sigreturn &&
	       number != SYS_fork && number != SYS_vfork && number != SYS_clone;
}

/* A timer ends the calls that wait. */
static void call(long number)
{
	static const long first[] = { 0, 1, 2, 7, -1, AT_FDCWD };
	struct itimerval often = { { 0, 20000 }, { 0, 20000 } };
	int null = open("/dev/null", O_RDWR);

	setsid();
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	MUST(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = again }, NULL);
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		for (long second = 0; second < 2; second++) {
			setitimer(ITIMER_REAL, &often, NULL);
			syscall(number, first[i], 0, 0, 0, 0, 0);
			syscall(number, first[i], second, second, second, 0, 0);
		}
	_exit(0);
}

int main(void)
{
	int ended = 0, status, all = 0;

	for (long number = 0; number < CALLS; number++) {
		if (!wanted(number))
			continue;
		all++;
		status = IN_CHILD(call(number));
		ended += WIFEXITED(status) || WIFSIGNALED(status);
	}
	CHECK_EQ(ended, all, "a call that is given NULL fails or does without");
	CHECK(!access("/proc/self/stat", R_OK), "and the machine still answers");
	CHECK_END();
}
