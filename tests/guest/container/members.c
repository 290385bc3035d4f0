/* Reading tasks and cgroup.procs: sorted and whole whatever the order in which members came, how
   many css_sets they are spread over and how they are read. */
#include "group.h"

#include <sched.h>

#define ROOT  "/tmp/mem"
#define OTHER "/tmp/mem2"
#define COUNT 300

static pid_t pids[COUNT];
static char whole[65536];

static int sleeper(void *arg)
{
	for (;;)
		pause();
	return 0;
}

static int by_number(const void *a, const void *b)
{
	return *(const pid_t *)a - *(const pid_t *)b;
}

static void start_all(void)
{
	char *stacks = mmap(NULL, COUNT * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	for (int i = 0; i < COUNT; i++) {
		pids[i] = clone(sleeper, stacks + (i + 1) * 4096,
				CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL);
		MUST(pids[i] > 0);
	}
	qsort(pids, COUNT, sizeof(*pids), by_number); /* numbers may have begun anew */
}

static void end_all(void)
{
	for (int i = 0; i < COUNT; i++)
		kill(pids[i], SIGKILL);
	for (int i = 0; i < COUNT; i++)
		waitpid(pids[i], NULL, 0);
}

/* The text of all pids, which are sorted. */
static const char *expected(void)
{
	char *at = whole;

	for (int i = 0; i < COUNT; i++)
		at += sprintf(at, "%d\n", pids[i]);
	return whole;
}

static bool lists_all(const char *path)
{
	return text_read(path) > 0 && !strcmp(text, expected());
}

/* In pieces of so many bytes. */
static bool lists_all_by(const char *path, size_t piece)
{
	int fd = open(path, O_RDONLY);
	ssize_t n, total = 0;

	while ((n = read(fd, text + total, piece)) > 0)
		total += n;
	text[total] = 0;
	close(fd);
	return !strcmp(text, expected());
}

/* Every position once, from the back. */
static bool positions_agree(const char *path)
{
	int fd = open(path, O_RDONLY);
	size_t len = strlen(expected());
	bool good = true;
	char byte;

	for (size_t at = len; good && at; at -= at < 97 ? at : 97)
		good = pread(fd, &byte, 1, at - 1) == 1 && byte == whole[at - 1];
	good = good && pread(fd, &byte, 1, len) == 0;
	close(fd);
	return good;
}

static void join(const char *dir, int first, int step)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/tasks", dir);
	for (int i = first; i >= 0 && i < COUNT; i += step)
		MUST(!group_write_pid(path, pids[i]));
}

int main(void)
{
	mkdir(ROOT, 0755);
	mkdir(OTHER, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "none,name=mem"));
	MUST(!mount("none", OTHER, "cgroup", 0, "none,name=mem2"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/b", 0755) && !mkdir(OTHER "/x", 0755) &&
	     !mkdir(OTHER "/y", 0755));
	start_all();
	join(ROOT "/a", COUNT - 1, -1);
	CHECK(lists_all(ROOT "/a/tasks"), "those who came in falling order are listed in rising");
	CHECK(lists_all(ROOT "/a/cgroup.procs"), "so they are in cgroup.procs");
	join(ROOT "/b", 1, 2);
	join(ROOT "/b", 0, 2);
	CHECK(lists_all(ROOT "/b/tasks"), "two rising runs become one");
	join(OTHER "/x", 0, 3);
	join(OTHER "/y", COUNT - 1, -3);
	CHECK(lists_all(ROOT "/b/tasks"), "members of three css_sets are listed together, sorted");
	CHECK(lists_all_by(ROOT "/b/tasks", 1) && lists_all_by(ROOT "/b/tasks", 7) &&
		      lists_all_by(ROOT "/b/tasks", 511),
	      "pieces of any size join to the same text");
	CHECK(positions_agree(ROOT "/b/tasks"), "a seek to any position finds what was there");
	CHECK_EQ(text_read(ROOT "/a/tasks"), 0, "an empty container has an empty list");
	end_all();
	while (group_count(ROOT "/b/tasks"))
		sched_yield();
	CHECK(!rmdir(ROOT "/a") && !rmdir(ROOT "/b") && !rmdir(OTHER "/x") && !rmdir(OTHER "/y"),
	      "the containers can be removed afterwards");
	umount(ROOT);
	umount(OTHER);
	rmdir(ROOT);
	rmdir(OTHER);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
