/*
 * Every system call with wild arguments, as an unprivileged user, in children with a time limit.
 * The seed is printed; give it as an argument to repeat a run.
 */
#include "check.h"

#include <poll.h>
#include <sys/resource.h>

static unsigned long state;

static unsigned long next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static char *page, *edge;

static unsigned long argument(void)
{
	static const unsigned long odd[] = { 0,
					     1,
					     2,
					     3,
					     4096,
					     -1UL,
					     -2UL,
					     0x7fffffff,
					     0x80000000,
					     0xffffffff,
					     0x7fffffffffff,
					     0x7ffffffff000,
					     0x800000000000,
					     0x7fffffffffffffff,
					     0x8000000000000000,
					     0xffff800000000000,
					     0xffffffff81000000,
					     0xfffffffffffff000 };

	switch (next() % 8) {
	case 0:
		return odd[next() % (sizeof(odd) / sizeof(odd[0]))];
	case 1:
		return next() % 64;
	case 2:
		return (unsigned long)page + next() % 4096;
	case 3:
		return (unsigned long)edge - next() % 64;
	case 4:
		return next();
	case 5:
		return 1UL << (next() % 64);
	case 6:
		return (unsigned int)-100 + (next() & 1 ? 0xffffffff00000000 : 0);
	default:
		return next() % 8;
	}
}

/* Calls that would only end or stop the child itself, or sleep for long, are left out. */
static bool wanted(long number)
{
	switch (number) {
	case SYS_exit:
	case SYS_exit_group:
	case SYS_rt_sigreturn:
	case SYS_pause:
	case SYS_vfork:
	case SYS_fork:
	case SYS_clone:
	case SYS_clone3:
	case SYS_kill:
	case SYS_tkill:
	case SYS_tgkill:
	case SYS_rt_sigsuspend:
	case SYS_reboot:
	case SYS_syslog:
		return false;
	}
	return number < 450;
}

static void shake(unsigned long seed, int calls)
{
	struct rlimit as = { 256 << 20, 256 << 20 }, files = { 64, 64 },
		      size = { 1 << 20, 1 << 20 };
	int null = open("/dev/null", O_RDWR);

	setsid();
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	setrlimit(RLIMIT_AS, &as);
	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_FSIZE, &size);
	MUST(!chdir("/tmp/fuzz") && !setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
	for (int sig = 1; sig < 65; sig++)
		signal(sig, sig == SIGALRM ? SIG_DFL : SIG_IGN);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	state = seed * 2654435761UL + 88172645463325252UL;
	edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(edge + 4096, 4096);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 4096; i++)
		page[i] = edge[i] = next();
	edge += 4096;
	alarm(1);
	for (int i = 0; i < calls; i++) {
		long number = next() % 450;

		if (wanted(number))
			syscall(number, argument(), argument(), argument(), argument(), argument(),
				argument());
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned long seed = argc > 1 ? strtoul(argv[1], NULL, 0) : (unsigned long)time(NULL);
	int rounds = argc > 2 ? atoi(argv[2]) : 40, status, ended = 0;
	struct timespec start, now;

	printf("seed %lu\n", seed);
	fflush(stdout);
	mkdir("/tmp/fuzz", 0777);
	chmod("/tmp/fuzz", 0777);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int round = 0; round < rounds; round++) {
		pid_t pid = fork();

		if (!pid)
			shake(seed + round, 2000);
		for (int ms = 0; ms < 3000 && !(ended = waitpid(pid, &status, WNOHANG)); ms++)
			poll(NULL, 0, 1);
		if (!ended) {
			kill(pid, SIGKILL);
			ended = waitpid(pid, &status, 0);
		}
		if (ended != pid)
			break;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (argc <= 2 && now.tv_sec - start.tv_sec > 5)
			break;
	}
	CHECK(ended > 0, "wild arguments to every call leave the machine as it was");
	CHECK(!syscall(SYS_getppid) == 0 && !access("/proc/self/stat", R_OK),
	      "and it still answers");
	system("chmod -R u+rwx /tmp/fuzz 2>/dev/null; rm -rf /tmp/fuzz");
	CHECK_END();
}
