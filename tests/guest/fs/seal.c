/*
 * seal.c - F_ADD_SEALS: what a sealed file of memory refuses, and running one.
 */
#include "check.h"

#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#define SEALABLE 2u
#define FUTURE	 16 /* F_SEAL_FUTURE_WRITE */

static int memory(size_t size)
{
	int fd = syscall(SYS_memfd_create, "sealed", SEALABLE);

	MUST(fd >= 0 && !ftruncate(fd, size));
	return fd;
}

/* Once more, with other rights. */
static int again(int fd, int flags)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return open(link, flags);
}

static char *map(int fd, int prot, int flags)
{
	char *at = mmap(NULL, 4096, prot, flags, fd, 0);

	return at == MAP_FAILED ? NULL : at;
}

static void test_adding(void)
{
	int fd = memory(4096), plain = syscall(SYS_memfd_create, "plain", 0), only, ends[2];
	int file = open("/tmp/sealed", O_RDWR | O_CREAT | O_TRUNC, 0600), proc;

	CHECK_EQ(fcntl(fd, F_GET_SEALS), 0, "a file of memory has no seals if it may get some");
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, 0), 0, "adding none is fine");
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK), 0, "some are added");
	CHECK_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_GROW | F_SEAL_SHRINK, "and told");
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, 64), EINVAL, "unknown ones are refused");
	CHECK_ERR(syscall(SYS_fcntl, fd, F_ADD_SEALS, 1ul << 32 | 2), EINVAL, "in all 64 bits");
	only = again(fd, O_RDONLY);
	CHECK_EQ(fcntl(only, F_GET_SEALS), F_SEAL_GROW | F_SEAL_SHRINK, "the file has them");
	CHECK_ERR(fcntl(only, F_ADD_SEALS, 64), EPERM, "who may only read adds none");
	CHECK_ERR(syscall(SYS_fcntl, only, F_ADD_SEALS, 1ul << 32), EINVAL,
		  "but is told of too many bits first");
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), 0, "a seal keeps others away");
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EPERM, "so none is added");
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, 0), EPERM, "not even nothing");
	CHECK_EQ(fcntl(plain, F_GET_SEALS), F_SEAL_SEAL, "files that may get none have that one");
	CHECK_ERR(fcntl(plain, F_ADD_SEALS, F_SEAL_WRITE), EPERM, "and get none");
	CHECK_EQ(fcntl(file, F_GET_SEALS), F_SEAL_SEAL, "files with a name too");
	CHECK_ERR(fcntl(file, F_ADD_SEALS, F_SEAL_WRITE), EPERM, "and no other");
	MUST(!pipe(ends) && (proc = open("/proc/self/comm", O_RDONLY)) >= 0);
	CHECK_ERR(fcntl(ends[0], F_GET_SEALS), EINVAL, "pipes have no seals");
	CHECK_ERR(fcntl(ends[0], F_ADD_SEALS, 0), EPERM, "nor get one from their reader");
	CHECK_ERR(fcntl(ends[1], F_ADD_SEALS, 0), EINVAL, "or their writer");
	CHECK_ERR(fcntl(proc, F_GET_SEALS), EINVAL, "nor files of /proc");
	unlink("/tmp/sealed");
	for (int i = fd; i < fd + 20; i++)
		close(i);
}

static void test_size(void)
{
	int fd = memory(8192), other;
	static char much[12288];

	MUST(!fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	CHECK_ERR(ftruncate(fd, 8191), EPERM, "what is sealed against it does not shrink");
	CHECK_OK(ftruncate(fd, 8192), "it stays");
	CHECK_ERR(again(fd, O_RDWR | O_TRUNC), EPERM, "and is not emptied by opening");
	CHECK_OK(ftruncate(fd, 8193), "but grows");
	CHECK_EQ(fallocate(fd, 3, 0, 4096), 0, "and gets holes");
	close(fd);
	fd = memory(8192);
	MUST(!fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
	CHECK_ERR(ftruncate(fd, 8193), EPERM, "what is sealed against it does not grow");
	CHECK_ERR(fallocate(fd, 0, 8192, 1), EPERM, "by allocating");
	CHECK_ERR(fallocate(fd, 1, 8191, 2), EPERM, "even where the size would stay");
	CHECK_OK(fallocate(fd, 0, 0, 8192), "within its size it is allocated");
	CHECK_EQ(pwrite(fd, much, 12288, 0), 8192, "a write stops at the end");
	CHECK_EQ(pwrite(fd, much, 12288, 4000), 4192, "wherever it begins");
	CHECK_ERR(pwrite(fd, much, 1, 8192), EPERM, "and does not begin there");
	CHECK_OK(ftruncate(fd, 5000), "it shrinks");
	CHECK_EQ(pwrite(fd, much, 8192, 1), 4095, "whole parts of pages are written");
	CHECK_ERR(pwrite(fd, much, 1000, 4096), EPERM, "or nothing of it");
	CHECK_EQ(pwrite(fd, much, 904, 4096), 904, "up to the end");
	other = again(fd, O_WRONLY | O_APPEND);
	CHECK_ERR(write(other, much, 1), EPERM, "nothing is appended");
	close(other);
	close(fd);
}

static void test_writing(void)
{
	int fd = memory(8192), only = again(fd, O_RDONLY), ends[2];
	char *at = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED), text[8] = "";

	MUST(at && !pipe(ends) && write(ends[1], "x", 1) == 1);
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY, "a writer's mapping is in the way");
	CHECK_EQ(fcntl(fd, F_GET_SEALS), 0, "so there is no seal");
	mprotect(at, 4096, PROT_READ);
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW), EBUSY,
		  "even one that now only reads");
	munmap(at, 4096);
	at = map(fd, PROT_READ, MAP_SHARED);
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY, "or only ever did");
	munmap(at, 4096);
	at = map(only, PROT_READ, MAP_SHARED);
	CHECK(at && !fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), "if its file may be written");
	CHECK_ERR(mprotect(at, 4096, PROT_READ | PROT_WRITE), EACCES, "others may not");
	munmap(at, 4096);
	CHECK_ERR(write(fd, "x", 1), EPERM, "then it is not written");
	CHECK_EQ(write(fd, "", 0), 0, "but nothing can be");
	CHECK_ERR(splice(ends[0], NULL, fd, NULL, 1, 0), EPERM, "nor spliced to");
	CHECK_ERR(fallocate(fd, 3, 0, 1), EPERM, "nor gets holes");
	CHECK_EQ(ftruncate(fd, 4096) ?: ftruncate(fd, 8192), 0, "its size may change");
	CHECK_ERR((long)mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0), EPERM, "nor mapped to be");
	CHECK((at = map(fd, PROT_READ, MAP_SHARED)) != NULL, "but mapped to be read");
	CHECK_ERR(mprotect(at, 4096, PROT_READ | PROT_WRITE), EACCES, "and no more than that");
	munmap(at, 4096);
	at = map(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	CHECK(at && (*at = 'p') && pread(fd, text, 1, 0) == 1 && !*text, "and a copy is private");
	munmap(at, 4096);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL), 0, "the seal may come twice");
	for (int i = fd; i < fd + 20; i++)
		close(i);
}

static void test_mappings_of_others(void)
{
	int fd = memory(8192), ends[2], status;
	char *at = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED), c;
	pid_t pid;

	MUST(at && !pipe(ends));
	pid = fork();
	if (!pid) {
		close(ends[1]);
		_exit(read(ends[0], &c, 1) != 0);
	}
	munmap(at, 4096);
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY, "a child's mapping is in the way");
	close(ends[1]);
	waitpid(pid, &status, 0);
	at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MUST(at != MAP_FAILED && !mprotect(at, 4096, PROT_READ));
	munmap(at, 4096);
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY, "so is what is left of a mapping");
	at = mremap(at + 4096, 4096, 8192, MREMAP_MAYMOVE);
	MUST(at != MAP_FAILED);
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY, "and one that has moved");
	munmap(at, 8192);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0, "and when all have gone, nothing");
	close(fd);
	close(ends[0]);
}

static void test_future(void)
{
	int fd = memory(8192);
	char *at = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED), *later, c = 0;

	MUST(at);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, FUTURE), 0,
		 "future writes are sealed off beside a mapping");
	*at = 'm';
	CHECK(pread(fd, &c, 1, 0) == 1 && c == 'm', "which is still written");
	CHECK_ERR(madvise(at, 4096, MADV_REMOVE), EPERM, "but makes no holes");
	CHECK_ERR(pwrite(fd, "x", 1, 0), EPERM, "others do not write");
	CHECK_ERR(fallocate(fd, 3, 0, 4096), EPERM, "nor make holes");
	CHECK_ERR((long)mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0), EPERM, "nor map to write");
	later = map(fd, PROT_READ, MAP_SHARED);
	CHECK(later && *later == 'm', "but to read");
	CHECK_ERR(mprotect(later, 4096, PROT_READ | PROT_WRITE), EACCES, "for ever");
	CHECK_ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY, "the first is in the way of more");
	munmap(at, 4096);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0, "and the other is not");
	munmap(later, 4096);
	CHECK_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_WRITE | FUTURE, "and both are told");
	close(fd);
}

/* As programs do that must not be changed while they run, runc for one. */
static void test_running(void)
{
	int self = open("/proc/self/exe", O_RDONLY), fd = memory(0), only, status;
	char *argv[] = { "seal", "sealed", NULL }, *env[] = { NULL };
	struct stat st;

	MUST(self >= 0 && !fstat(self, &st));
	CHECK(sendfile(fd, self, NULL, st.st_size) == st.st_size && !fcntl(fd, F_ADD_SEALS, 15) &&
		      fcntl(fd, F_GET_SEALS) == 15,
	      "a program's copy is sealed");
	status = IN_CHILD(fexecve(fd, argv, env));
	CHECK(EXITED(status, 42), "and runs, and knows it");
	only = again(fd, O_RDONLY);
	close(fd);
	status = IN_CHILD(syscall(SYS_execveat, only, "", argv, env, 0x1000));
	CHECK(EXITED(status, 42), "by any descriptor");
	close(only);
	close(self);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "sealed")) {
		int self = open("/proc/self/exe", O_RDONLY);

		return fcntl(self, F_GET_SEALS) == 15 ? 42 : 1;
	}
	test_adding();
	test_size();
	test_writing();
	test_mappings_of_others();
	test_future();
	test_running();
	CHECK_END();
}
