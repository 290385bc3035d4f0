/*
 * How often in a second workers do what they do, each for itself, at the same time.
 *
 *	parallel WORKERS
 *
 * Prints "rate OPERATION TIMES" for each operation.
 */
#include "bench.h"

#define WORKERS_MAX 64
#define SECOND	    1000000000LL

static int *go;
static long *counts;

static void null_call(void)
{
	for (int i = 0; i < 100; i++)
		syscall(SYS_getppid);
}

static void fork_exit_wait(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void page_touch(void)
{
	char *at =
		mmap(NULL, 64 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < 64; i++)
		at[i * 4096] = 1;
	munmap(at, 64 * 4096);
}

static void pipe_self(void)
{
	static int fds[2];
	char byte = 0;

	if (!fds[1])
		NEED(!pipe(fds));
	for (int i = 0; i < 50; i++)
		NEED(write(fds[1], &byte, 1) == 1 && read(fds[0], &byte, 1) == 1);
}

static void open_close(void)
{
	for (int i = 0; i < 20; i++)
		close(open("/proc/self/stat", O_RDONLY));
}

static const struct {
	const char *name;
	void (*run)(void);
} jobs[] = { { "getppid", null_call },
	     { "fork", fork_exit_wait },
	     { "page-touch", page_touch },
	     { "pipe", pipe_self },
	     { "open", open_close } };

static void work(int job, int worker)
{
	int64_t end;

	while (!__atomic_load_n(go, __ATOMIC_ACQUIRE))
		sched_yield();
	end = bench_now() + SECOND;
	while (bench_now() < end) {
		jobs[job].run();
		counts[worker * 8]++;
	}
	_exit(0);
}

static long measure(int job, int workers)
{
	long total = 0;

	*go = 0;
	for (int i = 0; i < workers; i++) {
		counts[i * 8] = 0;
		if (!fork())
			work(job, i);
	}
	__atomic_store_n(go, 1, __ATOMIC_RELEASE);
	for (int i = 0; i < workers; i++)
		wait(NULL);
	for (int i = 0; i < workers; i++)
		total += counts[i * 8];
	return total;
}

int main(int argc, char **argv)
{
	int workers = argc > 1 ? atoi(argv[1]) : 1;

	NEED(workers > 0 && workers <= WORKERS_MAX);
	counts = mmap(NULL, WORKERS_MAX * 64 + 4096, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	NEED(counts != MAP_FAILED);
	go = (int *)(counts + WORKERS_MAX * 8);
	for (unsigned i = 0; i < sizeof(jobs) / sizeof(*jobs); i++) {
		printf("rate %s %ld\n", jobs[i].name, measure(i, workers));
		fflush(stdout);
	}
	return 0;
}
