/*
 * Calls with a time limit that are stopped or interrupted: they go on with the time that is left.
 * The machine's clock counts instructions, so that it is told apart from the whole time again.
 *
 * guest: icount
 */
#include "await.h"

#define THIRD ((struct timespec){ .tv_nsec = 300000000 })

static volatile int restarted;

static void count_restart(int sig)
{
	restarted++;
}

static int futex_wait(void)
{
	struct timespec third = THIRD;
	int word = 0;

	return syscall(SYS_futex, &word, 0, 0, &third, NULL, 0) ? errno : 0;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void stopped(void)
{
	long begin = now_ms(), ms;
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(futex_wait() == ETIMEDOUT ? 0 : 1);
	for (int i = 0; i < 3; i++) {
		usleep(30000);
		await_asleep(pid);
		kill(pid, SIGSTOP);
		waitpid(pid, &status, WUNTRACED);
		kill(pid, SIGCONT);
	}
	CHECK(waitpid(pid, &status, 0) == pid && EXITED(status, 0),
	      "a futex wait goes on after a stop");
	ms = now_ms() - begin;
	CHECK(ms >= 300 && ms < 380, "and ends at the time that was asked for");
}

static void handled(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct sigaction a = { .sa_handler = count_restart, .sa_flags = SA_RESTART };

		sigaction(SIGUSR1, &a, NULL);
		_exit(futex_wait() == EINTR && restarted == 1 ? 0 : 1);
	}
	usleep(50000);
	await_asleep(pid);
	kill(pid, SIGUSR1);
	CHECK(waitpid(pid, &status, 0) == pid && EXITED(status, 0),
	      "a handler ends a futex wait with a time-out: EINTR");
	CHECK_ERR(syscall(SYS_restart_syscall), EINTR, "restart_syscall has nothing to restart");
}

int main(void)
{
	stopped();
	handled();
	CHECK_END();
}
