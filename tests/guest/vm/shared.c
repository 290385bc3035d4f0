/* One address space on several CPUs: what one thread unmaps, protects or forks, the others see. */
#include "check.h"

#include <pthread.h>
#include <setjmp.h>

#define PAGE	4096L
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define WRITERS 3
#define ROUNDS	6

static volatile char *volatile target;
static volatile bool over;
static _Atomic long stores, faults;
static __thread sigjmp_buf escape;

static void fault(int sig)
{
	siglongjmp(escape, sig);
}

/* Stores into the target page for ever, whether it is there or not. */
static void *writer(void *number)
{
	long n = (long)number;

	while (!over) {
		if (sigsetjmp(escape, 1)) {
			faults++;
			continue;
		}
		target[64 * n] = target[64 * n] + 1;
		stores++;
	}
	return NULL;
}

static void settle(void)
{
	long before = stores + faults;

	while (stores + faults < before + 20)
		sched_yield();
}

static char *map(long pages)
{
	char *at = mmap(NULL, pages * PAGE, RW, ANON, -1, 0);

	MUST(at != MAP_FAILED);
	return at;
}

static bool still(const volatile char *at)
{
	char seen[WRITERS + 1];

	for (int i = 1; i <= WRITERS; i++)
		seen[i] = at[64 * i];
	for (int tries = 0; tries < 4; tries++) {
		sched_yield();
		for (int i = 1; i <= WRITERS; i++)
			if (at[64 * i] != seen[i])
				return false;
	}
	return true;
}

static void forking(void)
{
	bool good = true;

	for (int i = 0; i < ROUNDS; i++) {
		int status = IN_CHILD(_exit(still(target) ? 0 : 1));

		good &= EXITED(status, 0);
	}
	CHECK(good, "a child's memory stands still while its parent's threads store");
}

static void unmapping(void)
{
	char *at = map(1), *other;
	bool good = true;

	for (int i = 0; i < ROUNDS; i++) {
		target = at;
		settle();
		MUST(mmap(at, PAGE, PROT_NONE, ANON | MAP_FIXED, -1, 0) == at);
		other = mmap(NULL, 8 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		settle();
		for (long b = 0; b < 8 * PAGE; b++)
			good &= !other[b];
		munmap(other, 8 * PAGE);
		at = mmap(at, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	}
	CHECK(good, "pages that were replaced are not written when they are used again");
	CHECK(faults > 0, "and stores to them fault");
}

static void protecting(void)
{
	char *at = map(1);
	bool good = true;

	target = at;
	for (int i = 0; i < ROUNDS; i++) {
		settle();
		mprotect(at, PAGE, PROT_READ);
		good &= still(at);
		mprotect(at, PAGE, RW);
	}
	CHECK(good, "a page stands still while it is read-only");
}

static void moving(void)
{
	char *at = map(1), *to = map(1);
	bool good = true;

	target = at;
	for (int i = 0; i < ROUNDS; i++) {
		settle();
		MUST(mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
		good &= still(to);
		MUST(mremap(to, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at) == at);
	}
	CHECK(good, "a page that has moved is not written at its old place");
}

static void dropping(void)
{
	char *at = map(1);
	int fd = open("/tmp/shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *file, bytes[256] = { 0 };

	MUST(fd >= 0 && !ftruncate(fd, PAGE));
	target = at;
	for (int i = 0; i < ROUNDS; i++) {
		settle();
		madvise(at, PAGE, MADV_DONTNEED);
	}
	CHECK(true, "memory can be dropped under a program");
	file = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
	target = file;
	for (int i = 0; i < ROUNDS; i++) {
		settle();
		ftruncate(fd, 0);
		ftruncate(fd, PAGE);
		do { /* one writer alone comes back to 0 */
			settle();
			MUST(pread(fd, bytes, sizeof(bytes), 0) == sizeof(bytes));
		} while (!bytes[64] && !bytes[128] && !bytes[192]);
	}
	CHECK(true, "a file can be truncated under a program, which goes on with the new page");
	target = at;
	settle();
	munmap(file, PAGE);
	close(fd);
	unlink("/tmp/shared");
}

/* Each thread maps, touches and unmaps places of its own. */
static void *mapper(void *unused)
{
	long bad = 0;

	for (int i = 0; i < 400; i++) {
		long pages = 1 + i % 17;
		char *at = mmap(NULL, pages * PAGE, RW, ANON, -1, 0);

		for (long p = 0; p < pages; p++) {
			bad += at[p * PAGE] != 0;
			at[p * PAGE] = 1;
		}
		if (i % 3)
			bad += mprotect(at, PAGE, PROT_READ) != 0;
		bad += munmap(at, pages * PAGE) != 0;
	}
	return (void *)bad;
}

static void together(void)
{
	pthread_t threads[4];
	void *bad;
	long sum = 0;

	for (int i = 0; i < 4; i++)
		MUST(!pthread_create(&threads[i], NULL, mapper, NULL));
	for (int i = 0; i < 10; i++)
		IN_CHILD(mapper(NULL));
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &bad);
		sum += (long)bad;
	}
	CHECK_EQ(sum, 0, "threads map and unmap while another forks");
}

int main(void)
{
	struct sigaction action = { .sa_handler = fault, .sa_flags = SA_NODEFER };
	pthread_t threads[WRITERS];

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	target = map(1);
	for (long i = 0; i < WRITERS; i++)
		MUST(!pthread_create(&threads[i], NULL, writer, (void *)(i + 1)));
	forking();
	unmapping();
	protecting();
	moving();
	dropping();
	over = true;
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	together();
	CHECK_END();
}
