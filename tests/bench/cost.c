/*
 * What calls, processes, memory and signals cost.
 */
#include "bench.h"

#include <pthread.h>

#define FILE_NAME  "/tmp/bench.file"
#define FILE_PAGES 512

static char *self;
static int zero, null;

/* --- calls --------------------------------------------------------------------------------- */

static void null_call(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void open_devices(int unused)
{
	zero = open("/dev/zero", O_RDONLY);
	null = open("/dev/null", O_WRONLY);
	NEED(zero >= 0 && null >= 0);
}

static void read_byte(int n)
{
	char byte;

	while (n--)
		NEED(read(zero, &byte, 1) == 1);
}

static void write_byte(int n)
{
	char byte = 0;

	while (n--)
		NEED(write(null, &byte, 1) == 1);
}

static void make_file(int unused)
{
	static char page[4096];
	int fd = open(FILE_NAME, O_RDWR | O_CREAT, 0600);

	NEED(fd >= 0);
	for (int i = 0; i < FILE_PAGES; i++)
		NEED(write(fd, page, sizeof(page)) == sizeof(page));
	close(fd);
}

static void open_close(int n)
{
	while (n--)
		close(open(FILE_NAME, O_RDONLY));
}

static void stat_file(int n)
{
	struct stat st;

	while (n--)
		NEED(!stat(FILE_NAME, &st));
}

/* --- processes and threads ------------------------------------------------------------------ */

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

static void vfork_exec_exit_wait(int n)
{
	char *argv[] = { self, "exit", NULL }, *envp[] = { NULL };

	while (n--) {
		pid_t pid = vfork();

		if (!pid) {
			execve(self, argv, envp);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
	}
}

static void *thread_body(void *arg)
{
	return arg;
}

static void thread_create_join(int n)
{
	while (n--) {
		pthread_t t;

		NEED(!pthread_create(&t, NULL, thread_body, NULL));
		pthread_join(t, NULL);
	}
}

/* --- memory -------------------------------------------------------------------------------- */

static char *map_pages(int n, int flags, int fd)
{
	char *at = mmap(NULL, n * 4096L, PROT_READ | PROT_WRITE, flags, fd, 0);

	NEED(at != MAP_FAILED);
	madvise(at, n * 4096L, MADV_NOHUGEPAGE);
	return at;
}

static void page_touch(int n)
{
	char *at = map_pages(n, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	for (int i = 0; i < n; i++)
		at[i * 4096L] = 1;
	munmap(at, n * 4096L);
}

static void file_touch(int n)
{
	int fd = open(FILE_NAME, O_RDWR);
	volatile char *at = map_pages(n, MAP_PRIVATE, fd);

	for (int i = 0; i < n; i++)
		(void)at[i * 4096L];
	munmap((char *)at, n * 4096L);
	close(fd);
}

/* The child writes to what it shares with its parent; only that is measured. */
static void cow_touch(int n)
{
	int64_t *took = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *at = map_pages(n, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	pid_t pid;

	for (int i = 0; i < n; i++)
		at[i * 4096L] = 1;
	pid = fork();
	if (!pid) {
		int64_t start = bench_now();

		for (int i = 0; i < n; i++)
			at[i * 4096L] = 2;
		*took = bench_now() - start;
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	bench_took = *took;
	munmap(at, n * 4096L);
	munmap(took, 4096);
}

static void mmap_munmap(int n)
{
	while (n--)
		munmap(map_pages(16, MAP_PRIVATE | MAP_ANONYMOUS, -1), 16 * 4096);
}

/* --- signals ------------------------------------------------------------------------------- */

static void handler(int sig)
{
}

static void handle_signal(int unused)
{
	signal(SIGUSR1, handler);
}

static void signal_self(int n)
{
	pid_t pid = getpid();

	while (n--)
		kill(pid, SIGUSR1);
}

/* What is free of the machine's memory, by /proc/meminfo, in KiB. */
static void print_memory(void)
{
	char text[512] = "", *at;
	int fd = open("/proc/meminfo", O_RDONLY);

	NEED(read(fd, text, sizeof(text) - 1) > 0);
	at = strstr(text, "MemFree:");
	NEED(at);
	printf("memory-free %ld\n", atol(at + 8));
	close(fd);
}

static const struct op ops[] = {
	{ "getppid", null_call, 10000 },
	{ "read-byte", read_byte, 5000, open_devices },
	{ "write-byte", write_byte, 5000, open_devices },
	{ "open+close", open_close, 2000, make_file },
	{ "stat", stat_file, 3000, make_file },
	{ "fork+exit+wait", fork_exit_wait, 100 },
	{ "fork+exec+exit+wait", fork_exec_exit_wait, 50 },
	{ "vfork+exec+exit+wait", vfork_exec_exit_wait, 50 },
	{ "thread-create+join", thread_create_join, 200 },
	{ "page-touch", page_touch, 2000 },
	{ "page-touch-file", file_touch, FILE_PAGES, make_file },
	{ "page-touch-cow", cow_touch, 1000 },
	{ "mmap+munmap", mmap_munmap, 1000 },
	{ "signal", signal_self, 2000, handle_signal },
	{},
};

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "exit"))
		_exit(0);
	if (argc == 2 && !strcmp(argv[1], "memory")) {
		print_memory();
		return 0;
	}
	self = argv[0];
	return bench_main(ops, argc, argv);
}
