/*
 * Containers with many members: a process of 100,000 threads, a container of 10,000 processes; and
 * what of the machine's memory a task, a container and a css_set take.
 *
 *	crowd [THREADS [PROCESSES]]
 */
#include "crowd.h"

#define ROOT "/tmp/bench.c"

/* MemFree in bytes.  Linux's counters are per processor: they are summed up first. */
static long memory_free(void)
{
	char text[512] = "", *at;
	int fd = open("/proc/sys/vm/stat_refresh", O_WRONLY);

	if (fd >= 0) {
		NEED(write(fd, "1", 1) == 1);
		close(fd);
	}
	fd = open("/proc/meminfo", O_RDONLY);
	NEED(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	at = strstr(text, "MemFree:");
	NEED(at);
	return atol(at + 8) * 1024;
}

static void many_threads(int size)
{
	int64_t start = bench_now();
	long lines = 0;

	crowd_threads(size);
	bench_print("crowd-create", (bench_now() - start) / size);
	for (int i = 0; i < 3; i++) {
		start = bench_now();
		file_write_pid(i & 1 ? ROOT "/b/cgroup.procs" : ROOT "/a/cgroup.procs",
			       crowd_threads_pid);
		start = bench_now() - start;
	}
	bench_print("crowd-attach", start / size);
	start = bench_now();
	lines = file_read(ROOT "/a/tasks");
	bench_print("crowd-read", (bench_now() - start) / size);
	NEED(lines > size * 2L);
	start = bench_now();
	crowd_end();
	bench_print("crowd-end", (bench_now() - start) / size);
}

static void drain(const char *path, int size)
{
	int64_t start = bench_now();

	for (int i = 0; i < size; i++)
		crowd_move(path, i);
	bench_print("drain-10000", (bench_now() - start) / size);
}

static void many_processes(int size)
{
	long before = memory_free();
	int64_t start;

	crowd_processes(size);
	bench_print("bytes-task", (before - memory_free()) / size);
	crowd_spell();
	for (int i = 0; i < size; i++)
		crowd_move(ROOT "/a/tasks", i);
	start = bench_now();
	file_read(ROOT "/a/tasks");
	bench_print("read-10000", bench_now() - start);
	drain(ROOT "/b/tasks", size);
	crowd_end();
}

/* A grid of containers in two hierarchies: a task in each pair, so as many sets. */
static void many_sets(int width)
{
	char path[64];
	long before;

	hierarchy_mount(ROOT "2", "none,name=bench2");
	for (int i = 0; i < width; i++) {
		snprintf(path, sizeof(path), ROOT "2/%d", i);
		NEED(!mkdir(path, 0755));
	}
	crowd_processes(width * width);
	for (int i = 0; i < width * width; i++) {
		snprintf(path, sizeof(path), ROOT "/%d/tasks", i / width);
		file_write_pid(path, crowd_pids[i]);
	}
	before = memory_free();
	for (int i = 0; i < width * width; i++) {
		snprintf(path, sizeof(path), ROOT "2/%d/tasks", i % width);
		file_write_pid(path, crowd_pids[i]);
	}
	bench_print("bytes-css_set", (before - memory_free()) / (width * width));
	crowd_end();
	for (int i = 0; i < width; i++) {
		snprintf(path, sizeof(path), ROOT "2/%d", i);
		group_remove(path);
	}
}

static void many_containers(int size)
{
	char path[64];
	long before = memory_free();

	for (int i = 0; i < size; i++) {
		snprintf(path, sizeof(path), ROOT "/%d", i);
		NEED(!mkdir(path, 0755));
	}
	bench_print("bytes-container", (before - memory_free()) / size);
}

int main(int argc, char **argv)
{
	crowd_allow();
	hierarchy_mount(ROOT, "cpu,cpuacct,devices,freezer,pids");
	NEED(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/b", 0755));
	/* Memory first: what a crowd has left behind is freed by and by on Linux. */
	many_containers(4000);
	many_processes(argc > 2 ? atoi(argv[2]) : 10000);
	many_sets(64);
	many_threads(argc > 1 ? atoi(argv[1]) : 100000);
	return 0;
}
