/* mmap, munmap, mprotect, mremap, madvise, brk: what maps where and who sees which bytes. */
#include "check.h"

#include <setjmp.h>
#include <sys/resource.h>

#define PAGE 4096L
#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static sigjmp_buf escape;

static void fault(int sig)
{
	siglongjmp(escape, sig);
}

/* The signal that a read or a store raises, or 0. */
static int reads(volatile char *at)
{
	int sig = sigsetjmp(escape, 1);

	if (!sig)
		(void)*at;
	return sig;
}

static int stores(volatile char *at)
{
	int sig = sigsetjmp(escape, 1);

	if (!sig)
		*at = 1;
	return sig;
}

static char *map(long pages, int prot, int flags)
{
	char *at = mmap(NULL, pages * PAGE, prot, flags, -1, 0);

	MUST(at != MAP_FAILED);
	return at;
}

static int file_of(const char *path, long size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	MUST(fd >= 0 && !ftruncate(fd, size));
	return fd;
}

static void anonymous(void)
{
	char *at = map(4, RW, ANON), *fixed;

	bool zero = true;
	for (long i = 0; i < 4 * PAGE; i++)
		zero &= !at[i];
	CHECK(zero, "anonymous memory is zero");
	CHECK(!((uintptr_t)at & (PAGE - 1)), "and aligned to pages");
	CHECK_OK(munmap(at + PAGE, PAGE), "a hole can be cut");
	CHECK(reads(at + PAGE) == SIGSEGV && !reads(at) && !reads(at + 2 * PAGE),
	      "which is gone, and only that");
	fixed = mmap(at + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	CHECK(fixed == at + PAGE && !stores(fixed), "MAP_FIXED fills it");
	at[0] = 5;
	CHECK(mmap(at, PAGE, RW, ANON | MAP_FIXED, -1, 0) == at && at[0] == 0,
	      "MAP_FIXED replaces what was there");
	CHECK_ERR(mmap(at, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST,
		  "MAP_FIXED_NOREPLACE does not: EEXIST");
	munmap(at, 4 * PAGE);
	CHECK_EQ(munmap(at, 4 * PAGE), 0, "unmapping what is not mapped succeeds");
	char *hint = mmap(at, PAGE, RW, ANON, -1, 0);
	CHECK(hint == at, "a hint that is free is taken");
	munmap(hint, PAGE);
	at = map(1 << 18, RW, ANON | MAP_NORESERVE);
	at[(1L << 30) - 1] = 1;
	CHECK_EQ(at[(1L << 30) - 1], 1, "a mapping of 1 GiB costs only what is touched");
	munmap(at, 1L << 30);
}

static void refused(void)
{
	int fd = file_of("/tmp/map", PAGE), rd = open("/tmp/map", O_RDONLY), fds[2];

	CHECK_ERR(mmap(NULL, 0, RW, ANON, -1, 0), EINVAL, "a length of 0 is EINVAL");
	CHECK_ERR(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL,
		  "neither shared nor private is EINVAL");
	CHECK_ERR(mmap((void *)1, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL,
		  "an odd fixed address is EINVAL");
	CHECK_ERR(mmap(NULL, PAGE, RW, MAP_PRIVATE, 99, 0), EBADF, "a bad descriptor is EBADF");
	CHECK_ERR(syscall(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, fd, 1), EINVAL,
		  "an odd offset is EINVAL");
	CHECK_ERR(mmap(NULL, PAGE, RW, MAP_SHARED, rd, 0), EACCES,
		  "a shared writable map of a read-only file is EACCES");
	CHECK(mmap(NULL, PAGE, RW, MAP_PRIVATE, rd, 0) != MAP_FAILED, "a private one is well");
	MUST(!pipe(fds));
	CHECK_ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fds[0], 0), ENODEV, "a pipe is ENODEV");
	CHECK_ERR(mmap(NULL, 1L << 47, RW, ANON, -1, 0), ENOMEM,
		  "more than the address space is ENOMEM");
	CHECK_ERR(mmap(NULL, -PAGE, RW, ANON, -1, 0), ENOMEM, "a length that wraps is ENOMEM");
	CHECK_ERR(mmap((void *)0xffff800000000000, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM,
		  "the kernel's half is ENOMEM");
	CHECK_ERR(munmap((void *)1, PAGE), EINVAL, "munmap of an odd address is EINVAL");
	CHECK_ERR(munmap((void *)PAGE, 0), EINVAL, "and of nothing");
	int dir = open("/tmp", O_RDONLY | O_DIRECTORY);
	CHECK_ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, dir, 0), ENODEV,
		  "a directory is ENODEV");
	int path = open("/tmp/map", O_PATH);
	CHECK_ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, path, 0), EBADF,
		  "an O_PATH descriptor is EBADF");
	close(dir);
	close(path);
	close(fd);
	close(rd);
	close(fds[0]);
	close(fds[1]);
	unlink("/tmp/map");
}

static void files(void)
{
	int fd = file_of("/tmp/map", 2 * PAGE + 100), status;
	char *shared = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0), *private, byte;

	MUST(shared != MAP_FAILED);
	private = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
	shared[10] = 'a';
	CHECK(pread(fd, &byte, 1, 10) == 1 && byte == 'a',
	      "a store to a shared map is in the file at once");
	MUST(pwrite(fd, "b", 1, PAGE) == 1);
	CHECK(shared[PAGE] == 'b' && private[PAGE] == 'b', "and a write to the file in the maps");
	private[10] = 'p';
	CHECK(shared[10] == 'a' && pread(fd, &byte, 1, 10) == 1 && byte == 'a',
	      "a store to a private map is private");
	shared[11] = 'q';
	CHECK_EQ(private[11], 0, "and from then on that page no longer follows the file");
	CHECK(!reads(shared + 2 * PAGE + 200) && !shared[2 * PAGE + 200],
	      "the last page is zero beyond the end");
	CHECK_EQ(reads(shared + 3 * PAGE), SIGBUS, "pages beyond the end are SIGBUS");
	close(fd);
	CHECK_EQ(shared[10], 'a', "a map outlives its descriptor");
	status = IN_CHILD(shared[20] = 'c'; private[20] = 'c');
	CHECK(shared[20] == 'c' && private[20] != 'c', "a child shares what is shared");
	unlink("/tmp/map");
	CHECK_EQ(shared[10], 'a', "and the file's name");
	CHECK_OK(msync(shared, PAGE, MS_SYNC), "msync succeeds");
	CHECK_ERR(msync(shared, PAGE, 77), EINVAL, "with proper flags");
	munmap(shared, 4 * PAGE);
	munmap(private, 4 * PAGE);

	fd = file_of("/tmp/map", 2 * PAGE);
	shared = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	shared[PAGE] = 'x';
	ftruncate(fd, PAGE);
	CHECK_EQ(reads(shared + PAGE), SIGBUS, "truncation takes mapped pages away");
	ftruncate(fd, 2 * PAGE);
	CHECK_EQ(shared[PAGE], 0, "and they come back zero");
	munmap(shared, 2 * PAGE);
	close(fd);
	unlink("/tmp/map");

	shared = map(1, RW, MAP_SHARED | MAP_ANONYMOUS);
	status = IN_CHILD(shared[0] = 7);
	CHECK_EQ(shared[0], 7, "shared anonymous memory is shared with children");
	munmap(shared, PAGE);
	(void)status;
}

static void copy_on_write(void)
{
	char *at = map(8, RW, ANON);
	int fds[2], status;
	char byte;

	memset(at, 'p', 8 * PAGE);
	MUST(!pipe(fds));
	pid_t pid = fork();
	if (!pid) {
		read(fds[0], &byte, 1);
		_exit(at[0] == 'p' && at[PAGE] == 'p' ? (at[PAGE] = 'c', 0) : 1);
	}
	at[0] = 'q';
	write(fds[1], "x", 1);
	CHECK(waitpid(pid, &status, 0) == pid && EXITED(status, 0),
	      "a child keeps what its parent changes");
	CHECK(at[0] == 'q' && at[PAGE] == 'p', "and the parent what the child changes");
	/* Three generations of the same page. */
	at[3] = 1;
	status = IN_CHILD({
		at[3] = 2;
		status = IN_CHILD(at[3] = 3);
		_exit(at[3] == 2 ? 0 : 1);
	});
	CHECK(EXITED(status, 0) && at[3] == 1, "through generations");
	pipe(fds);
	write(fds[1], "Z", 1);
	status = IN_CHILD(read(fds[0], at, 1); _exit(at[0] == 'Z' ? 0 : 1));
	CHECK(EXITED(status, 0) && at[0] == 'q', "a store by the kernel copies as well");
	munmap(at, 8 * PAGE);
}

static void protection(void)
{
	char *at = map(3, RW, ANON);
	static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
	int (*function)(void) = (int (*)(void))at;
	int sig;

	memcpy(at, code, sizeof(code));
	sig = sigsetjmp(escape, 1);
	if (!sig)
		function();
	CHECK_EQ(sig, SIGSEGV, "memory without PROT_EXEC is not executed");
	CHECK_OK(mprotect(at, PAGE, PROT_READ | PROT_EXEC), "mprotect makes it executable");
	CHECK_EQ(function(), 42, "and it is executed");
	CHECK_EQ(stores(at), SIGSEGV, "but no longer written");
	mprotect(at, PAGE, PROT_NONE);
	CHECK_EQ(reads(at), SIGSEGV, "PROT_NONE forbids reading");
	CHECK(!stores(at + PAGE), "neighbours are not touched");
	mprotect(at, PAGE, RW);
	CHECK_EQ((unsigned char)at[0], 0xb8, "the bytes are still there");
	CHECK_ERR(syscall(SYS_mprotect, at + 1, PAGE, RW), EINVAL, "an odd address is EINVAL");
	CHECK_EQ(mprotect(at, 0, RW), 0, "nothing is well");
	CHECK_ERR(mprotect(at, PAGE, 0x100), EINVAL, "unknown bits are EINVAL");
	munmap(at + PAGE, PAGE);
	CHECK_ERR(mprotect(at, 3 * PAGE, PROT_READ), ENOMEM, "a hole in the range is ENOMEM");
	CHECK_EQ(stores(at), SIGSEGV, "what lay before the hole is changed");
	munmap(at, 3 * PAGE);
	int fd = file_of("/tmp/map", PAGE), rd = open("/tmp/map", O_RDONLY);
	at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, rd, 0);
	CHECK_ERR(mprotect(at, PAGE, RW), EACCES,
		  "a shared map of a read-only file stays so: EACCES");
	munmap(at, PAGE);
	close(fd);
	close(rd);
	unlink("/tmp/map");

	/* Copy on write and read-only pages. */
	at = map(1, RW, ANON);
	at[0] = 1;
	int status = IN_CHILD(mprotect(at, PAGE, PROT_READ); signal(SIGSEGV, SIG_DFL);
			      *(volatile char *)at = 2);
	CHECK(KILLED(status, SIGSEGV), "a copied page that is read-only is not copied on a store");
	munmap(at, PAGE);
}

static void remapping(void)
{
	char *at = map(4, RW, ANON), *to, *target;

	for (int i = 0; i < 4; i++)
		at[i * PAGE] = 'a' + i;
	CHECK(mremap(at, 4 * PAGE, 2 * PAGE, 0) == at && reads(at + 2 * PAGE) == SIGSEGV,
	      "mremap shrinks");
	map(1, RW, ANON);
	mmap(at + 2 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	CHECK_ERR(mremap(at, 2 * PAGE, 8 * PAGE, 0), ENOMEM, "growing without room is ENOMEM");
	to = mremap(at, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
	CHECK(to != MAP_FAILED && to[0] == 'a' && to[PAGE] == 'b' && to[7 * PAGE] == 0,
	      "unless it may move, with its contents");
	CHECK_EQ(reads(at), SIGSEGV, "away from the old place");
	target = map(8, RW, ANON);
	CHECK(mremap(to, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target &&
		      target[PAGE] == 'b',
	      "MREMAP_FIXED moves to a place");
	CHECK_ERR(mremap(target, 8 * PAGE, 0, 0), EINVAL, "a new length of 0 is EINVAL");
	CHECK_ERR(mremap(target + 1, PAGE, PAGE, 0), EINVAL, "an odd address is EINVAL");
	CHECK_ERR(mremap((void *)PAGE, PAGE, 2 * PAGE, 0), EFAULT, "nothing mapped is EFAULT");
	CHECK_ERR(mremap(target, PAGE, PAGE, MREMAP_FIXED, at), EINVAL, "FIXED needs MAYMOVE");
	CHECK_ERR(mremap(target, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE),
		  EINVAL, "an overlap is EINVAL");
	munmap(target, 8 * PAGE);
	munmap(at + 2 * PAGE, PAGE);
}

static void advice(void)
{
	char *at = map(4, RW, ANON);
	unsigned char core[4] = { 9, 9, 9, 9 };

	at[0] = at[2 * PAGE] = 'x';
	CHECK(!mincore(at, 4 * PAGE, core) && (core[0] & 1) && !(core[1] & 1) && (core[2] & 1),
	      "mincore tells what is there");
	CHECK_OK(madvise(at, 4 * PAGE, MADV_DONTNEED), "MADV_DONTNEED drops pages");
	CHECK(at[0] == 0 && at[2 * PAGE] == 0, "which read as zero");
	CHECK_OK(madvise(at, 4 * PAGE, MADV_WILLNEED), "MADV_WILLNEED is advice");
	CHECK_OK(madvise(at, 4 * PAGE, MADV_FREE), "MADV_FREE too");
	CHECK_ERR(madvise(at, PAGE, 7777), EINVAL, "unknown advice is EINVAL");
	CHECK_ERR(madvise(at + 1, PAGE, MADV_NORMAL), EINVAL, "an odd address is EINVAL");
	munmap(at, 4 * PAGE);
	CHECK_ERR(madvise(at, PAGE, MADV_DONTNEED), ENOMEM, "nothing mapped is ENOMEM");
	CHECK_ERR(mincore(at, PAGE, core), ENOMEM, "mincore alike");
	at = map(1, RW, ANON);
	CHECK_OK(mlock(at, PAGE), "mlock succeeds");
	CHECK_OK(munlock(at, PAGE), "munlock too");
	CHECK_OK(madvise(at, PAGE, MADV_DONTFORK), "MADV_DONTFORK is accepted");
	int status = IN_CHILD(signal(SIGSEGV, SIG_DFL); *(volatile char *)at = 1);
	CHECK(KILLED(status, SIGSEGV), "and the child does not have it");
	munmap(at, PAGE);
}

static void heap(void)
{
	char *start = (char *)syscall(SYS_brk, 0), *top;

	CHECK((long)start > 0, "brk of 0 tells the end of the heap");
	top = (char *)syscall(SYS_brk, start + 3 * PAGE);
	CHECK(top == start + 3 * PAGE && !stores(start + 2 * PAGE), "brk grows it");
	start[2 * PAGE] = 'x';
	syscall(SYS_brk, start + PAGE);
	CHECK_EQ(reads(start + 2 * PAGE), SIGSEGV, "and shrinks it");
	syscall(SYS_brk, start + 3 * PAGE);
	CHECK_EQ(start[2 * PAGE], 0, "new memory is zero again");
	CHECK_EQ(syscall(SYS_brk, -1L), (long)start + 3 * PAGE,
		 "an impossible end changes nothing");
	CHECK_EQ(syscall(SYS_brk, 8), (long)start + 3 * PAGE, "nor one below the start");
	syscall(SYS_brk, start);
}

static int deep(int levels)
{
	volatile char here[1000];

	here[0] = here[999] = 1;
	return levels ? deep(levels - 1) + here[0] : 0;
}

static void stack(void)
{
	int status;

	CHECK_EQ(deep(4000), 4000, "the stack grows to 4 MB by itself");
	status = IN_CHILD(signal(SIGSEGV, SIG_DFL); deep(20000));
	CHECK(KILLED(status, SIGSEGV), "and not beyond its limit of 8 MiB");
	unsigned char code[] = { 0xc3 };
	void (*function)(void) = (void (*)(void))(void *)code;
	int sig = sigsetjmp(escape, 1);
	if (!sig)
		function();
	CHECK_EQ(sig, SIGSEGV, "the stack is not executable");
	CHECK_EQ(stores((char *)(uintptr_t)deep), SIGSEGV, "code is not writable");
}

int main(void)
{
	struct sigaction action = { .sa_handler = fault, .sa_flags = SA_NODEFER };
	static char alternative[65536];
	stack_t on = { .ss_sp = alternative, .ss_size = sizeof(alternative) };

	sigaltstack(&on, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	anonymous();
	refused();
	files();
	copy_on_write();
	protection();
	remapping();
	advice();
	heap();
	stack();
	CHECK_END();
}
