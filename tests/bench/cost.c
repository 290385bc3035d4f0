/*
 * What operations cost, in guest instructions: under -icount shift=0 a nanosecond of the machine's
 * clock is one instruction.  Each figure is the least of several rounds.  Run it with one CPU.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char *self;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void null_call(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void fork_exit_wait(int n)
{
	while (n--) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

static void fork_exec_exit_wait(int n)
{
	char *argv[] = { self, "exit", NULL }, *envp[] = { NULL };

	while (n--) {
		pid_t pid = fork();

		if (!pid) {
			execve(self, argv, envp);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
	}
}

static int there[2], back[2];

static void pipe_round_trip(int n)
{
	char byte = 0;

	while (n--)
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			abort();
}

static pid_t echo_start(void)
{
	pid_t pid;
	char byte;

	if (pipe(there) || pipe(back))
		abort();
	pid = fork();
	if (pid)
		return pid;
	close(there[1]);
	close(back[0]);
	while (read(there[0], &byte, 1) == 1)
		write(back[1], &byte, 1);
	_exit(0);
}

static void page_touch(int n)
{
	char *at =
		mmap(NULL, n * 4096L, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(at, n * 4096L, MADV_NOHUGEPAGE);
	for (int i = 0; i < n; i++)
		at[i * 4096L] = 1;
	munmap(at, n * 4096L);
}

static void measure(const char *name, void (*run)(int), int n)
{
	int64_t best = INT64_MAX;

	run(n);
	for (int i = 0; i < 5; i++) {
		int64_t start = now(), took;

		run(n);
		took = (now() - start) / n;
		if (took < best)
			best = took;
	}
	printf("cost %s %lld\n", name, (long long)best);
}

int main(int argc, char **argv)
{
	pid_t pid;

	if (argc > 1)
		_exit(0);
	self = argv[0];
	measure("getppid", null_call, 10000);
	measure("fork+exit+wait", fork_exit_wait, 100);
	measure("fork+exec+exit+wait", fork_exec_exit_wait, 50);
	pid = echo_start();
	measure("pipe-round-trip", pipe_round_trip, 1000);
	close(there[1]);
	waitpid(pid, NULL, 0);
	measure("page-touch", page_touch, 2000);
	return 0;
}
