/* sigaction(2) while memory runs out.
   guest: only=corral */
#include "check.h"

static void count(int sig)
{
}

int main(void)
{
	int fail = open("/proc/thread-self/fail-nth", O_RDWR), error;
	struct sigaction old;

	MUST(fail >= 0 && pwrite(fail, "0", 1, 0) == 1 && pwrite(fail, "1", 1, 0) == 1);
	error = signal(SIGUSR1, count) == SIG_ERR ? errno : 0;
	MUST(pwrite(fail, "0", 1, 0) == 1);
	CHECK_EQ(error, ENOMEM, "a program's first action needs memory");
	CHECK(!sigaction(SIGUSR1, NULL, &old) && old.sa_handler == SIG_DFL,
	      "without it nothing has changed");
	CHECK(signal(SIGUSR1, count) == SIG_DFL, "and it can be tried again");
	MUST(pwrite(fail, "1", 1, 0) == 1);
	error = signal(SIGUSR2, count) == SIG_ERR ? errno : 0;
	CHECK(!error && pwrite(fail, "0", 1, 0) == -1, "all others need none");
	MUST(pwrite(fail, "0", 1, 0) == 1);
	CHECK_END();
}
