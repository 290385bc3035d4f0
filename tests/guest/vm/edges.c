/* The errors of the memory calls and their order, regions as /proc/self/maps shows them, limits. */
#include "check.h"

#include <sys/resource.h>

#ifndef MADV_POPULATE_READ /* newer than some C libraries */
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

#define PAGE 4096L
#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* An address with n free pages, and free pages on both sides. */
static char *free_place(long n)
{
	char *at = mmap(NULL, (n + 64) * PAGE, PROT_NONE, ANON, -1, 0);

	MUST(at != MAP_FAILED && !munmap(at, (n + 64) * PAGE));
	return at + 32 * PAGE;
}

static char *map_at(char *at, long n, int prot, int flags)
{
	at = mmap(at, n * PAGE, prot, flags | MAP_FIXED, -1, 0);
	MUST(at != MAP_FAILED);
	return at;
}

/* Lines of maps that touch [at, at + n pages). */
static int regions(char *at, long n)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long from, to;
	char line[512];
	int count = 0;

	MUST(maps);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &from, &to) == 2 && (char *)from < at + n * PAGE &&
		    (char *)to > at)
			count++;
	fclose(maps);
	return count;
}

static void order_of_mmap(void)
{
	int fd = open("/tmp/edges", O_RDWR | O_CREAT | O_TRUNC, 0600), rd, wr;

	MUST(fd >= 0 && !ftruncate(fd, PAGE));
	rd = open("/tmp/edges", O_RDONLY);
	wr = open("/tmp/edges", O_WRONLY);
	CHECK_ERR(mmap(NULL, 0, RW, MAP_SHARED, rd, 0), EINVAL, "no length comes before no right");
	CHECK_ERR(mmap(NULL, 0, RW, MAP_SHARED, 77, 0), EBADF,
		  "a bad descriptor comes before no length");
	CHECK_ERR(syscall(SYS_mmap, 0, 0, RW, MAP_SHARED, 77, 5), EINVAL,
		  "an odd offset before everything");
	CHECK_ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, wr, 0), EACCES,
		  "a file must be open for reading");
	CHECK_ERR(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, wr, 0), EACCES, "to be written as well");
	CHECK_ERR(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE, rd, 0), EACCES,
		  "MAP_SHARED_VALIDATE is shared");
	CHECK_ERR(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE | (1 << 25), fd, 0), EOPNOTSUPP,
		  "and knows its flags");
	CHECK_ERR(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0), EINVAL,
		  "but is not for anonymous memory");
	CHECK_ERR(mmap(NULL, PAGE, RW, MAP_SHARED | MAP_GROWSDOWN, fd, 0), EINVAL,
		  "a file does not grow downwards");
	CHECK_ERR(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_HUGETLB, fd, 0), EINVAL,
		  "nor is it made of huge pages");
	CHECK_ERR(mmap(NULL, PAGE, RW, MAP_TYPE, fd, 0), EINVAL, "an unknown type is EINVAL");
	CHECK_ERR(syscall(SYS_mmap, 0, 2 * PAGE, RW, MAP_PRIVATE, fd, -PAGE), EOVERFLOW,
		  "an end beyond all offsets is EOVERFLOW");
	CHECK_ERR(mmap((char *)0x7ffffffff000, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM,
		  "the last page is not for programs");
	CHECK(mmap((char *)0x7ffffffff000, PAGE, RW, ANON, -1, 0) != MAP_FAILED,
	      "as a hint it does not matter");
	CHECK(mmap((char *)1, PAGE, RW, ANON, -1, 0) != MAP_FAILED, "nor does an odd hint");
	CHECK((long)mmap(NULL, PAGE, RW, ANON | MAP_32BIT, -1, 0) < 1L << 31,
	      "MAP_32BIT is below 2 GiB");
	char *at = free_place(4);
	map_at(at, 1, PROT_READ, ANON);
	CHECK(mmap(at - PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == at - PAGE,
	      "MAP_FIXED_NOREPLACE takes what is free");
	CHECK_ERR(mmap(at - PAGE, 4 * PAGE, RW, MAP_SHARED | MAP_FIXED_NOREPLACE, rd, 0), EEXIST,
		  "EEXIST comes before EACCES");
	CHECK_ERR(mmap(at + 1, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EINVAL,
		  "EINVAL before EEXIST");
	close(fd);
	close(rd);
	close(wr);
	unlink("/tmp/edges");
}

static void joining(void)
{
	char *at = free_place(8);

	map_at(at, 2, RW, ANON);
	map_at(at + 2 * PAGE, 2, RW, ANON);
	CHECK_EQ(regions(at, 4), 1, "neighbours that are alike are one");
	mprotect(at + PAGE, PAGE, PROT_READ);
	CHECK_EQ(regions(at, 4), 3, "mprotect cuts");
	mprotect(at + PAGE, PAGE, RW);
	CHECK_EQ(regions(at, 4), 1, "and joins");
	munmap(at + PAGE, PAGE);
	CHECK_EQ(regions(at, 4), 2, "munmap cuts");
	map_at(at + PAGE, 1, RW, ANON);
	CHECK_EQ(regions(at, 4), 1, "and a new map joins");
	madvise(at, PAGE, MADV_DONTFORK);
	CHECK_EQ(regions(at, 4), 2, "advice about fork cuts");
	madvise(at, PAGE, MADV_DOFORK);
	CHECK_EQ(regions(at, 4), 1, "and joins");
	mlock(at + 3 * PAGE, PAGE);
	CHECK_EQ(regions(at, 4), 2, "mlock cuts");
	munlock(at + 3 * PAGE, PAGE);
	munmap(at, 4 * PAGE);
}

static void order_of_mprotect(void)
{
	char *at = free_place(8);

	map_at(at, 2, RW, ANON);
	CHECK_ERR(mprotect(at, PAGE, PROT_GROWSDOWN | PROT_GROWSUP | RW), EINVAL,
		  "mprotect up and down is EINVAL");
	CHECK_ERR(mprotect(at, PAGE, PROT_GROWSUP | RW), EINVAL, "up too, here");
	CHECK_ERR(mprotect(at, PAGE, PROT_GROWSDOWN | RW), EINVAL, "and down what is no stack");
	CHECK_ERR(mprotect(at - PAGE, PAGE, RW), ENOMEM, "nothing mapped is ENOMEM");
	CHECK_ERR(mprotect(at, -PAGE, RW), ENOMEM, "an end that wraps is ENOMEM");
	CHECK_ERR(mprotect(at - PAGE, PAGE, 0x100), EINVAL, "unknown rights come before");
	CHECK_EQ(mprotect(at - PAGE, 0, 0x100), 0, "but nothing is well with any");
	munmap(at, 2 * PAGE);
}

static void order_of_mremap(void)
{
	char *at = free_place(16), *to = at + 8 * PAGE;

	map_at(at, 2, RW, ANON);
	map_at(at + 2 * PAGE, 2, PROT_READ, ANON);
	strcpy(at, "first");
	CHECK_ERR(mremap(at, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE), EFAULT,
		  "mremap of two regions is EFAULT");
	CHECK_ERR(mremap(at, 0, PAGE, MREMAP_MAYMOVE), EINVAL, "private memory is not doubled");
	CHECK_ERR(mremap(at, PAGE, PAGE, 8), EINVAL, "unknown flags are EINVAL");
	CHECK_ERR(mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + 1), EINVAL,
		  "an odd target is EINVAL");
	CHECK_ERR(mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (char *)-PAGE), EINVAL,
		  "one beyond the end too");
	CHECK_ERR(mremap(at, PAGE, 1L << 46, MREMAP_MAYMOVE), ENOMEM, "too much is ENOMEM");
	CHECK_ERR(mremap(at, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP), EINVAL,
		  "MREMAP_DONTUNMAP keeps the size");
	CHECK_EQ((long)mremap(at + 2 * PAGE, PAGE, PAGE, 0), (long)at + 2 * PAGE,
		 "the same size changes nothing");
	CHECK(mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to &&
		      !strcmp(to, "first"),
	      "a part can be moved");
	CHECK_EQ(regions(at, 4), 2, "and leaves a hole");
	at = mremap(to, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	CHECK(at != MAP_FAILED && at != to && !strcmp(at, "first") && !*to,
	      "MREMAP_DONTUNMAP leaves empty memory behind");
	char *shared = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0), *twin;
	twin = mremap(shared, 0, PAGE, MREMAP_MAYMOVE);
	CHECK(twin != MAP_FAILED && (shared[5] = 'x') == twin[5],
	      "shared memory is doubled by an old size of 0");
}

static void order_of_madvise(void)
{
	char *at = free_place(8), *shared;

	map_at(at, 1, RW, ANON);
	map_at(at + 2 * PAGE, 1, RW, ANON);
	memset(at, 'x', PAGE);
	memset(at + 2 * PAGE, 'x', PAGE);
	CHECK_ERR(madvise(at, 3 * PAGE, MADV_DONTNEED), ENOMEM, "advice over a hole is ENOMEM");
	CHECK(!at[0] && !at[2 * PAGE], "and given on both sides");
	CHECK_EQ(madvise(at + PAGE, 0, MADV_NORMAL), 0, "no length is well anywhere");
	CHECK_ERR(madvise(at, -1L, MADV_NORMAL), EINVAL, "a length that wraps is EINVAL");
	CHECK_ERR(madvise(at, -5 * PAGE, MADV_NORMAL), EINVAL, "an end that wraps too");
	mlock(at, PAGE);
	CHECK_ERR(madvise(at, PAGE, MADV_DONTNEED), EINVAL, "locked memory is needed");
	CHECK_EQ(madvise(at, PAGE, MADV_WIPEONFORK), 0, "MADV_WIPEONFORK is accepted");
	at[0] = 'w';
	int status = IN_CHILD(_exit(at[0]));
	CHECK(EXITED(status, 0) && at[0] == 'w', "and the child finds zeros");
	shared = mmap(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK_ERR(madvise(shared, PAGE, MADV_WIPEONFORK), EINVAL, "not for shared memory");
	CHECK_ERR(madvise(shared, PAGE, MADV_FREE), EINVAL, "which is not freed either");
	CHECK_ERR(madvise(at, PAGE, MADV_REMOVE), EINVAL, "MADV_REMOVE is not for locked memory");
	munlock(at, PAGE);
	CHECK_ERR(madvise(at, PAGE, MADV_REMOVE), EINVAL, "nor for what is no file");
	shared[0] = 'x';
	CHECK(!madvise(shared, PAGE, MADV_REMOVE) && !shared[0], "it clears shared memory");
	CHECK_EQ(madvise(shared, 2 * PAGE, MADV_POPULATE_WRITE), 0, "MADV_POPULATE_WRITE fetches");
	mprotect(shared, PAGE, PROT_READ);
	CHECK_ERR(madvise(shared, 2 * PAGE, MADV_POPULATE_WRITE), EINVAL, "what may be written");
	mprotect(shared, PAGE, PROT_NONE);
	CHECK_ERR(madvise(shared, 2 * PAGE, MADV_POPULATE_READ), EINVAL, "or read");
	munmap(shared, PAGE);
	CHECK_ERR(madvise(shared, 2 * PAGE, MADV_POPULATE_READ), ENOMEM, "or is there");
}

static void order_of_the_rest(void)
{
	char *at = free_place(8);
	unsigned char core[4];

	map_at(at, 1, RW, ANON);
	map_at(at + 2 * PAGE, 1, RW, ANON);
	CHECK_ERR(msync(at + 1, PAGE, 0), EINVAL, "msync of an odd address is EINVAL");
	CHECK_ERR(msync(at, PAGE, MS_ASYNC | MS_SYNC), EINVAL, "so is both ways at once");
	CHECK_ERR(msync(at, 3 * PAGE, MS_ASYNC), ENOMEM, "a hole is ENOMEM");
	CHECK_ERR(msync(at, -PAGE, MS_ASYNC), ENOMEM, "an end that wraps too");
	CHECK_EQ(msync(at + PAGE, 0, MS_SYNC), 0, "nothing is well");
	mlock(at, PAGE);
	CHECK_ERR(msync(at, PAGE, MS_INVALIDATE), EBUSY, "locked memory is not invalidated");
	CHECK_ERR(mincore(at + 1, PAGE, core), EINVAL, "mincore of an odd address is EINVAL");
	CHECK_ERR(mincore(at, PAGE, (void *)-1), EFAULT, "a bad vector is EFAULT");
	CHECK_ERR(mincore((void *)-PAGE, PAGE, core), ENOMEM, "a bad range is ENOMEM");
	CHECK_ERR(mlock(at, 3 * PAGE), ENOMEM, "mlock of a hole is ENOMEM");
	CHECK_ERR(mlock(at, -5 * PAGE), EINVAL, "an end that wraps is EINVAL");
	CHECK_EQ(mlock(at + 5 * PAGE, 0), 0, "nothing is well");
	CHECK_ERR(syscall(SYS_mlock2, at, PAGE, 2), EINVAL, "mlock2 knows its flags");
	CHECK_ERR(mlockall(0), EINVAL, "mlockall needs some");
	CHECK_ERR(mlockall(MCL_CURRENT | 64), EINVAL, "that it knows");
	CHECK_ERR(munmap((void *)0x7ffffffff000, PAGE), EINVAL, "munmap beyond the end is EINVAL");
	CHECK_ERR(munmap(at, -PAGE), EINVAL, "so is too much");
	munmap(at, 3 * PAGE);
}

static void limits(void)
{
	struct rlimit none = { 0, 0 };
	int status;

	CHECK_ERR(mmap(NULL, 1L << 44, RW, ANON, -1, 0), ENOMEM, "more than there is, is refused");
	CHECK(mmap(NULL, 1L << 44, RW, ANON | MAP_NORESERVE, -1, 0) != MAP_FAILED,
	      "unless it need not be kept");
	CHECK(mmap(NULL, 1L << 44, PROT_READ, ANON, -1, 0) != MAP_FAILED, "or is not written");
	status = IN_CHILD(
		setrlimit(RLIMIT_AS, &none);
		_exit(mmap(NULL, PAGE, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM ? 7 : 0));
	CHECK(EXITED(status, 7), "RLIMIT_AS ends mmap with ENOMEM");
	status = IN_CHILD(setrlimit(RLIMIT_DATA, &none); char *brk = (char *)syscall(SYS_brk, 0);
			  int good = mmap(NULL, PAGE, RW, ANON, -1, 0) == MAP_FAILED &&
				     errno == ENOMEM;
			  good &= mmap(NULL, PAGE, PROT_READ, ANON, -1, 0) != MAP_FAILED;
			  good &= (char *)syscall(SYS_brk, brk + PAGE) == brk; _exit(good ? 7 : 0));
	CHECK(EXITED(status, 7), "RLIMIT_DATA that of writable memory, and brk");
	status = IN_CHILD(setrlimit(RLIMIT_MEMLOCK, &none); MUST(!setuid(1234));
			  char *at = map_at(free_place(1), 1, RW, ANON);
			  int good = mlock(at, PAGE) < 0 && errno == EPERM;
			  good &= syscall(SYS_mmap, 0, PAGE, RW, ANON | MAP_LOCKED, -1, 0) < 0 &&
				  errno == EPERM;
			  good &= mlockall(MCL_CURRENT) < 0 && errno == EPERM; _exit(good ? 7 : 0));
	CHECK(EXITED(status, 7), "a user who may lock nothing gets EPERM");
	struct rlimit some = { 2 * PAGE, 2 * PAGE };
	status = IN_CHILD(setrlimit(RLIMIT_MEMLOCK, &some); MUST(!setuid(1234));
			  char *at = map_at(free_place(4), 4, RW, ANON);
			  int good = !mlock(at, 2 * PAGE);
			  good &= mlock(at, 3 * PAGE) < 0 && errno == ENOMEM;
			  good &= mmap(NULL, PAGE, RW, ANON | MAP_LOCKED, -1, 0) == MAP_FAILED &&
				  errno == EAGAIN;
			  _exit(good ? 7 : 0));
	CHECK(EXITED(status, 7), "too much is ENOMEM for mlock and EAGAIN for mmap");
	char *below = free_place(600), *stack = below + 300 * PAGE;
	map_at(below, 1, RW, ANON);
	map_at(stack, 1, RW, ANON | MAP_GROWSDOWN);
	status = IN_CHILD(*(volatile char *)(stack - PAGE) = 1;
			  *(volatile char *)(below + 257 * PAGE) = 1);
	CHECK(EXITED(status, 0), "MAP_GROWSDOWN grows");
	status = IN_CHILD(*(volatile char *)(below + 256 * PAGE) = 1);
	CHECK(KILLED(status, SIGSEGV), "but keeps 256 pages away from its neighbour");
}

int main(void)
{
	order_of_mmap();
	joining();
	order_of_mprotect();
	order_of_mremap();
	order_of_madvise();
	order_of_the_rest();
	limits();
	CHECK_END();
}
