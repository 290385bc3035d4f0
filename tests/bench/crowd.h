/*
 * Many tasks that do nothing, cheaply: processes that share the memory of the one that makes them,
 * and processes of many threads.
 */
#pragma once
#include "bench.h"

#include <sys/mount.h>

#define CROWD_STACK 1024

static char *crowd_stacks;	/* of all that are alive */
static int crowd_asleep;	/* that have come to their sleep */
static int crowd_size;		/* that were made */
static pid_t *crowd_pids;	/* of processes */
static pid_t crowd_threads_pid; /* the process of many threads */
static int crowd_used;		/* stacks */

/* Ids of processes as text, where they are to be moved. */
static struct crowd_id {
	char text[12];
	int len;
} * crowd_ids;

static int crowd_sleep(void *arg)
{
	__atomic_add_fetch(&crowd_asleep, 1, __ATOMIC_RELAXED);
	for (;;)
		pause();
	return arg != NULL;
}

static void *crowd_stack(void)
{
	return crowd_stacks + ++crowd_used * (long)CROWD_STACK;
}

static void crowd_begin(int size)
{
	crowd_stacks = mmap(NULL, (size + 2L) * CROWD_STACK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	NEED(crowd_stacks != MAP_FAILED);
	/* Who forks does not pay for them. */
	NEED(!madvise(crowd_stacks, (size + 2L) * CROWD_STACK, MADV_DONTFORK));
	crowd_pids = calloc(size, sizeof(pid_t));
	NEED(crowd_pids);
	crowd_asleep = crowd_used = 0;
	crowd_size = size;
}

static void crowd_settle(void)
{
	while (__atomic_load_n(&crowd_asleep, __ATOMIC_RELAXED) < crowd_size)
		sched_yield();
}

/* size processes; their ids are in crowd_pids. */
__attribute__((unused)) static void crowd_processes(int size)
{
	crowd_begin(size);
	for (int i = 0; i < size; i++) {
		crowd_pids[i] = clone(crowd_sleep, crowd_stack(),
				      CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL);
		NEED(crowd_pids[i] > 0);
	}
	crowd_settle();
}

static int crowd_leader(void *unused)
{
	for (int i = 1; i < crowd_size; i++)
		if (clone(crowd_sleep, crowd_stack(),
			  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
				  CLONE_SYSVSEM,
			  NULL) < 0)
			_exit(1);
	return crowd_sleep(NULL);
}

/* One process of size threads; its id is in crowd_threads_pid. */
__attribute__((unused)) static void crowd_threads(int size)
{
	crowd_begin(size);
	crowd_threads_pid = clone(crowd_leader, malloc(16384) + 16384,
				  CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL);
	NEED(crowd_threads_pid > 0);
	crowd_pids[0] = crowd_threads_pid;
	crowd_settle();
}

__attribute__((unused)) static void crowd_end(void)
{
	for (int i = 0; i < crowd_size; i++)
		if (crowd_pids[i])
			kill(crowd_pids[i], SIGKILL);
	for (int i = 0; i < crowd_size; i++)
		if (crowd_pids[i])
			waitpid(crowd_pids[i], NULL, 0);
	munmap(crowd_stacks, (crowd_size + 2L) * CROWD_STACK);
	free(crowd_pids);
	free(crowd_ids);
	crowd_ids = NULL;
}

/* More tasks than a machine of one processor allows by default. */
__attribute__((unused)) static void crowd_allow(void)
{
	static const char *const files[] = { "/proc/sys/kernel/pid_max",
					     "/proc/sys/kernel/threads-max" };

	for (int i = 0; i < 2; i++) {
		int fd = open(files[i], O_WRONLY);

		NEED(fd >= 0 && write(fd, "400000", 6) == 6);
		close(fd);
	}
}

/* --- files of containers ---------------------------------------------------------------------- */

static void file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	NEED(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

__attribute__((unused)) static void file_write_pid(const char *path, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	file_write(path, text);
}

/* Before the first crowd_move: making the text is no part of moving. */
__attribute__((unused)) static void crowd_spell(void)
{
	crowd_ids = calloc(crowd_size, sizeof(*crowd_ids));
	NEED(crowd_ids);
	for (int i = 0; i < crowd_size; i++)
		crowd_ids[i].len =
			snprintf(crowd_ids[i].text, sizeof(crowd_ids[i].text), "%d", crowd_pids[i]);
}

/* Writes the id of process i into a file tasks or cgroup.procs. */
__attribute__((unused)) static void crowd_move(const char *path, int i)
{
	int fd = open(path, O_WRONLY);

	NEED(write(fd, crowd_ids[i].text, crowd_ids[i].len) == crowd_ids[i].len);
	close(fd);
}

/* How many bytes it has. */
__attribute__((unused)) static long file_read(const char *path)
{
	static char buffer[4096];
	int fd = open(path, O_RDONLY);
	long n, total = 0;

	NEED(fd >= 0);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		total += n;
	close(fd);
	return total;
}

__attribute__((unused)) static void hierarchy_mount(const char *at, const char *options)
{
	mkdir(at, 0755);
	NEED(!mount("none", at, "cgroup", 0, options));
}

__attribute__((unused)) static void hierarchy_unmount(const char *at)
{
	NEED(!umount(at) && !rmdir(at));
}

/* What leaves a container may still be on its way out. */
__attribute__((unused)) static void group_remove(const char *path)
{
	while (rmdir(path)) {
		NEED(errno == EBUSY);
		sched_yield();
	}
}
