/*
 * Pages that go to another memory node while the program runs: move_pages and migrate_pages.
 *
 * guest: cpus=4 nodes=2
 */
#include "numa.h"

#include <pthread.h>
#include <sched.h>

#define PAGES	64
#define WRITERS 2
#define ROUNDS	4 /* there and back while threads write */

static const int to_first[PAGES], to_second[PAGES] = { [0 ... PAGES - 1] = 1 };

static void name_pages(void **pages, char *p)
{
	for (int i = 0; i < PAGES; i++)
		pages[i] = p + i * PAGE;
}

static int count_on(char *p, int node)
{
	int n = 0;

	for (int i = 0; i < PAGES; i++)
		n += node_of(p + i * PAGE) == node;
	return n;
}

static void fill(char *p)
{
	for (int i = 0; i < PAGES; i++)
		memset(p + i * PAGE, i + 1, PAGE);
}

static bool is_filled(const char *p)
{
	for (int i = 0; i < PAGES; i++)
		for (unsigned at = 0; at < PAGE; at += 512)
			if (p[i * PAGE + at] != i + 1)
				return false;
	return true;
}

static void test_single(void)
{
	char *p = map_pages(PAGES);
	void *pages[PAGES];
	int status[PAGES], node[1];

	name_pages(pages, p);
	pages[2] = (void *)4096;
	(void)*(volatile char *)p;
	p[PAGE] = 1;
	CHECK_OK(move_pages(0, 3, pages, NULL, status, 0),
		 "move_pages without nodes asks for them");
	CHECK_EQ(status[1], 0, "a page is where the processor was");
	CHECK_EQ(status[0], -EFAULT, "one that was only read is none yet");
	CHECK_EQ(status[2], -EFAULT, "nor is there one where nothing is mapped");
	CHECK_EQ(move_pages(0, 2, pages, to_second, status, MPOL_MF_MOVE), 0, "pages are moved");
	CHECK(status[0] == -EFAULT && status[1] == 1 && node_of(p + PAGE) == 1,
	      "and the status tells where they are now");
	node[0] = 5;
	CHECK_ERR(move_pages(0, 1, pages, node, status, MPOL_MF_MOVE), ENODEV,
		  "there is no node 5");
	node[0] = -1;
	CHECK_ERR(move_pages(0, 1, pages, node, status, MPOL_MF_MOVE), ENODEV, "nor a node -1");
	CHECK_ERR(move_pages(0, 1, pages, node, status, 1), EINVAL,
		  "MPOL_MF_STRICT is no flag of it");
	CHECK_ERR(move_pages(0, 1, (void *)8, to_first, status, 0), EFAULT, "addresses are read");
	CHECK_ERR(move_pages(0, 1, pages, (void *)8, status, 0), EFAULT, "nodes are read");
	CHECK_ERR(move_pages(0, 1, pages, NULL, NULL, 0), EFAULT, "the status is written");
	CHECK_ERR(move_pages(999999, 1, pages, NULL, status, 0), ESRCH, "the process must exist");
	CHECK_ERR(move_pages(2, 1, pages, NULL, status, 0), EINVAL, "and have memory");
	munmap(p, PAGES * PAGE);
}

static void test_contents(void)
{
	char *p = map_pages(PAGES);
	void *pages[PAGES];
	int status[PAGES];

	name_pages(pages, p);
	fill(p);
	CHECK_EQ(move_pages(0, PAGES, pages, to_second, status, MPOL_MF_MOVE), 0,
		 "many pages are moved with one call");
	CHECK(count_on(p, 1) == PAGES && is_filled(p), "with all that is in them");
	mprotect(p, PAGES * PAGE, PROT_NONE);
	CHECK_EQ(migrate(0, 2, 1), 0, "migrate_pages moves all that a program has on a node");
	mprotect(p, PAGES * PAGE, PROT_READ);
	CHECK(count_on(p, 0) == PAGES && is_filled(p), "pages without rights too");
	munmap(p, PAGES * PAGE);
}

static void test_shared(void)
{
	char *p = map_pages(PAGES);
	void *pages[PAGES];
	int status[PAGES], result = 0;

	name_pages(pages, p);
	fill(p);
	if (!fork()) {
		CHECK(!move_pages(0, 1, pages, to_second, status, MPOL_MF_MOVE) &&
			      status[0] == -EACCES && node_of(p) == 0,
		      "a page that fork left common is not moved");
		CHECK(!move_pages(0, PAGES, pages, to_second, status, MPOL_MF_MOVE_ALL) &&
			      status[0] == 1 && count_on(p, 1) == PAGES,
		      "but by MPOL_MF_MOVE_ALL");
		p[0] = 99;
		CHECK(p[0] == 99 && p[1] == 1, "and still is copied when it is written");
		MUST(!setuid(99));
		CHECK_ERR(move_pages(0, 1, pages, to_first, status, MPOL_MF_MOVE_ALL), EPERM,
			  "which takes a privilege");
		CHECK_ERR(mbind_pages(p, PAGE, MPOL_DEFAULT, NULL, 0, MPOL_MF_MOVE_ALL), EPERM,
			  "of mbind too");
		CHECK_ERR(migrate(getppid(), 1, 2), EPERM, "another user's program is not moved");
		_exit(check_count);
	}
	wait(&result);
	check_count = WEXITSTATUS(result);
	CHECK(is_filled(p), "the other program keeps what it had");
	munmap(p, PAGES * PAGE);
}

static void test_file(void)
{
	int fd = open("/tmp/move", O_RDWR | O_CREAT | O_TRUNC, 0600), status = 0;
	char *p, byte = 0;

	MUST(!ftruncate(fd, PAGES * PAGE));
	p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	fill(p);
	if (!fork()) {
		MUST(is_filled(p));
		CHECK_EQ(migrate(0, 1, 2), 0, "pages of a file are moved");
		CHECK(count_on(p, 1) == PAGES && is_filled(p), "wherever they are mapped");
		_exit(check_count);
	}
	wait(&status);
	check_count = WEXITSTATUS(status);
	CHECK(count_on(p, 1) == PAGES && is_filled(p), "for all who have the file");
	p[5 * PAGE] = 77;
	CHECK(pread(fd, &byte, 1, 5 * PAGE) == 1 && byte == 77,
	      "what is written through a mapping afterwards is in the file");
	munmap(p, PAGES * PAGE);
	close(fd);
	unlink("/tmp/move");
}

static void test_errors(void)
{
	CHECK_ERR(migrate(0, 1, 0), EINVAL, "migrate_pages needs somewhere to go");
	CHECK_ERR(migrate(0, 1, 4), EINVAL, "that is there");
	CHECK_EQ(migrate(0, 0, 1), 0, "from nowhere nothing comes");
	CHECK_ERR(migrate(999999, 1, 2), ESRCH, "the program must exist");
	CHECK_ERR(migrate(2, 1, 2), EINVAL, "and have memory");
}

/* --- while it runs --------------------------------------------------------------------------- */

static volatile bool over;
static char *field;

/* Counts in its own word of each page: a lost write or a stale page shows as a wrong count. */
static void *counter(void *number)
{
	long n = (long)number;

	for (unsigned long round = 1;; round++) {
		for (int i = 0; i < PAGES; i++) {
			volatile unsigned long *word = (void *)(field + i * PAGE + 64 * n);

			if (*word != round - 1)
				return (void *)1;
			*word = round;
		}
		if (over)
			return NULL;
	}
}

static void race(const char *sentence, char *p, int (*shift)(int to))
{
	pthread_t thread[WRITERS];
	void *bad, *any = NULL;

	field = p;
	over = false;
	memset(p, 0, PAGES * PAGE);
	for (long i = 0; i < WRITERS; i++)
		MUST(!pthread_create(&thread[i], NULL, counter, (void *)i));
	for (int i = 0; i < ROUNDS; i++)
		if (shift(i % 2 ? 0 : 1) < 0)
			any = (void *)2;
	over = true;
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(thread[i], &bad);
		any = any ?: bad;
	}
	CHECK(!any, sentence);
	munmap(p, PAGES * PAGE);
}

static int shift_all(int to)
{
	return migrate(0, 1 << !to, 1 << to);
}

static int shift_field(int to)
{
	void *pages[PAGES];
	int status[PAGES];

	name_pages(pages, field);
	return move_pages(0, PAGES, pages, to ? to_second : to_first, status, MPOL_MF_MOVE);
}

static int shift_forked(int to)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	shift_all(to);
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static char *map_shared(void)
{
	return mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

int main(void)
{
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	MUST(!sched_setaffinity(0, sizeof(cpu), &cpu));
	test_single();
	test_contents();
	test_shared();
	test_file();
	test_errors();
	memset(&cpu, 0xff, sizeof(cpu));
	MUST(!sched_setaffinity(0, sizeof(cpu), &cpu));
	race("threads lose no write while their pages are moved one by one", map_pages(PAGES),
	     shift_field);
	race("nor while the whole program is", map_pages(PAGES), shift_all);
	race("nor when fork has just made the pages common", map_pages(PAGES), shift_forked);
	race("nor in shared memory", map_shared(), shift_all);
	CHECK_END();
}
