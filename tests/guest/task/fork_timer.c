/*
 * fork and signals that come faster than it can be done.  The machine's clock counts instructions,
 * so that the timer is as fast on every host.
 *
 * guest: icount
 */
#include "check.h"

#include <sys/time.h>

#define PAGES 600

static volatile unsigned long ticks;

static void tick(int signo)
{
	ticks++;
}

static void set_timer(long us)
{
	struct itimerval every = { { 0, us }, { 0, us } };

	setitimer(ITIMER_REAL, &every, NULL);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* fork(3) would block the signal meanwhile. */
static pid_t fork_plain(void)
{
	return syscall(SYS_fork);
}

/* ns that a fork takes with all those pages. */
static long long cost(void)
{
	long long start = now();
	pid_t pid = fork_plain();

	if (!pid)
		_exit(0);
	start = now() - start;
	waitpid(pid, NULL, 0);
	return start;
}

int main(void)
{
	char *at = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);
	struct sigaction action = { .sa_handler = tick, .sa_flags = SA_RESTART };
	int good = 0, status;
	long us;

	memset(at, 1, PAGES * 4096);
	cost();
	us = cost() / 2000;
	CHECK(us >= 10, "a fork of many pages takes a while");
	sigaction(SIGALRM, &action, NULL);
	for (int i = 0; i < 20; i++) {
		pid_t pid;

		set_timer(us);
		pid = fork_plain();
		if (!pid)
			_exit(0);
		set_timer(0);
		good += waitpid(pid, &status, 0) == pid && EXITED(status, 0);
	}
	CHECK_EQ(good, 20, "fork succeeds under a timer that is twice as fast");
	CHECK(ticks >= 20, "whose handler runs meanwhile");
	CHECK_END();
}
