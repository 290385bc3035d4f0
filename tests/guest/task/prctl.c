/*
 * prctl.c - options of prctl(2) that few programs use: PR_SET_MM and those without an effect here.
 */
#include "text.h"

#include <sys/prctl.h>

#define MM(what, at, size) prctl(PR_SET_MM, (long)(what), (long)(at), (long)(size), 0L)

static int as_user(void)
{
	return setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000) ? -1 : 0;
}

static void test_memory_errors(void)
{
	CHECK_EQ(prctl(PR_MCE_KILL_GET, 0L, 0L, 0L, 0L), PR_MCE_KILL_DEFAULT,
		 "who dies of bad memory when is as for all");
	CHECK_OK(prctl(PR_MCE_KILL, 1L, (long)PR_MCE_KILL_EARLY, 0L, 0L), "it can be chosen");
	CHECK_EQ(prctl(PR_MCE_KILL_GET, 0L, 0L, 0L, 0L), PR_MCE_KILL_EARLY, "and is kept");
	CHECK(EXITED(IN_CHILD(_exit(prctl(PR_MCE_KILL_GET, 0L, 0L, 0L, 0L))), 1), "and inherited");
	CHECK_ERR(prctl(PR_MCE_KILL, 1L, 3L, 0L, 0L), EINVAL, "there are three choices");
	CHECK_ERR(prctl(PR_MCE_KILL, 2L, 0L, 0L, 0L), EINVAL, "and two commands");
	CHECK_ERR(prctl(PR_MCE_KILL, 0L, 1L, 0L, 0L), EINVAL, "one of them alone");
	CHECK_ERR(prctl(PR_MCE_KILL_GET, 0L, 0L, 0L, 1L), EINVAL, "all arguments are looked at");
	CHECK(!prctl(PR_MCE_KILL, 0L, 0L, 0L, 0L) &&
		      prctl(PR_MCE_KILL_GET, 0L, 0L, 0L, 0L) == PR_MCE_KILL_DEFAULT,
	      "a choice is taken back");
}

static void test_speculation(void)
{
	CHECK_EQ(prctl(PR_GET_SPECULATION_CTRL, 0L, 0L, 0L, 0L), 0, "stores are not bypassed");
	CHECK_ERR(prctl(PR_SET_SPECULATION_CTRL, 0L, 4L, 0L, 0L), ENXIO, "nor can be kept from it");
	CHECK_EQ(prctl(PR_GET_SPECULATION_CTRL, 1L, 0L, 0L, 0L), 2, "branches are speculated on");
	CHECK_OK(prctl(PR_SET_SPECULATION_CTRL, 1L, 2L, 0L, 0L), "as one may wish");
	CHECK_ERR(prctl(PR_SET_SPECULATION_CTRL, 1L, 4L, 0L, 0L), EPERM, "and always are");
	CHECK_ERR(prctl(PR_SET_SPECULATION_CTRL, 1L, 3L, 0L, 0L), ERANGE, "there are few ways");
	CHECK_EQ(prctl(PR_GET_SPECULATION_CTRL, 2L, 0L, 0L, 0L), 8, "no cache is flushed");
	CHECK_ERR(prctl(PR_SET_SPECULATION_CTRL, 2L, 2L, 0L, 0L), EPERM, "for anybody");
	CHECK_ERR(prctl(PR_GET_SPECULATION_CTRL, 3L, 0L, 0L, 0L), ENODEV, "that is all there is");
	CHECK_ERR(prctl(PR_GET_SPECULATION_CTRL, 0L, 1L, 0L, 0L), EINVAL, "nothing else is asked");
}

static void test_flusher(void)
{
	int status;

	CHECK_EQ(prctl(PR_GET_IO_FLUSHER, 0L, 0L, 0L, 0L), 0, "nobody flushes at first");
	CHECK_OK(prctl(PR_SET_IO_FLUSHER, 1L, 0L, 0L, 0L), "root may");
	CHECK_EQ(prctl(PR_GET_IO_FLUSHER, 0L, 0L, 0L, 0L), 1, "and is told so");
	CHECK_ERR(prctl(PR_SET_IO_FLUSHER, 2L, 0L, 0L, 0L), EINVAL, "or not");
	CHECK_ERR(prctl(PR_GET_IO_FLUSHER, 1L, 0L, 0L, 0L), EINVAL, "without arguments");
	MUST(!prctl(PR_SET_IO_FLUSHER, 0L, 0L, 0L, 0L));
	status = IN_CHILD(MUST(!as_user()); _exit(!(
		prctl(PR_SET_IO_FLUSHER, 7L, 0L, 0L, 0L) == -1 && errno == EPERM &&
		prctl(PR_GET_IO_FLUSHER, 7L, 0L, 0L, 0L) == -1 && errno == EPERM)));
	CHECK(EXITED(status, 0), "users may not, whatever they ask");
}

static void test_places(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	strcpy(page, "called otherwise");
	CHECK_OK(MM(PR_SET_MM_ARG_START, page, 0), "arguments may begin elsewhere");
	CHECK_OK(MM(PR_SET_MM_ARG_END, page + 17, 0), "and end there");
	CHECK(text_read("/proc/self/cmdline") == 17 && !strcmp(text, "called otherwise"),
	      "so that is what /proc shows");
	CHECK_ERR(MM(PR_SET_MM_ARG_END, page - 1, 0), EINVAL, "not before they begin");
	CHECK_ERR(MM(PR_SET_MM_START_CODE, page, 0), EINVAL, "nor does code");
	CHECK_ERR(MM(PR_SET_MM_ARG_START, 4096, 0), EINVAL, "what is too low is refused");
	CHECK_ERR(MM(PR_SET_MM_ARG_START, 1L << 60, 0), EINVAL, "as is what is too high");
	CHECK_ERR(MM(0, page, 0), EINVAL, "and what is no place");
	CHECK_ERR(MM(PR_SET_MM_ARG_START, page, 1), EINVAL, "a place has no size");
	CHECK_ERR(prctl(PR_SET_MM, (long)PR_SET_MM_ARG_START, page, 0L, 1L), EINVAL, "and no more");
	CHECK_ERR(MM(PR_SET_MM_EXE_FILE, 99, 0), EBADF, "the program's file is a descriptor");
	CHECK_ERR(MM(PR_SET_MM_EXE_FILE, open("/dev/null", O_RDONLY), 0), EACCES, "of a program");
	CHECK_ERR(MM(PR_SET_MM_EXE_FILE, open("/bin/busybox", O_RDONLY), 0), EBUSY,
		  "while the old one is not in use");
	munmap(page, 8192);
}

static void test_vector(void)
{
	unsigned long vector[4] = { 6, 4096, 25, 7 };

	CHECK_OK(MM(PR_SET_MM_AUXV, vector, 32), "the auxiliary vector can be another");
	CHECK(text_read("/proc/self/auxv") >= 32 && !memcmp(text, vector, 32), "which /proc shows");
	CHECK_ERR(MM(PR_SET_MM_AUXV, vector, 8 * 48 + 1), EINVAL, "it has a size");
	CHECK_ERR(MM(PR_SET_MM_AUXV, 8, 16), EFAULT, "and is read");
}

static void test_map(void)
{
	struct prctl_mm_map map = { .exe_fd = -1 };
	unsigned size = 0;
	int status;

	CHECK(!MM(PR_SET_MM_MAP_SIZE, &size, 0) && size == sizeof(map), "all at once have a size");
	CHECK_ERR(MM(PR_SET_MM_MAP_SIZE, 8, 0), EFAULT, "that is told");
	CHECK_ERR(MM(PR_SET_MM_MAP, &map, size - 8), EINVAL, "it has to be right");
	CHECK_ERR(MM(PR_SET_MM_MAP, 8, size), EFAULT, "as the address");
	CHECK_ERR(MM(PR_SET_MM_MAP, &map, size), EINVAL, "and each place");
	unsigned long *at = (unsigned long *)&map;
	for (int i = 0; i < 11; i++)
		at[i] = (long)&map + i;
	status = IN_CHILD(MUST(!as_user()); _exit(!(
		!MM(PR_SET_MM_MAP, &map, size) && MM(PR_SET_MM_ARG_START, &map, 0) == -1 &&
		errno == EPERM && MM(PR_SET_MM_AUXV, 8, 16) == -1 && errno == EPERM &&
		MM(PR_SET_MM_MAP_SIZE, 8, 0) == -1 && errno == EFAULT)));
	CHECK(EXITED(status, 0), "users may set all at once, and none alone");
	map.exe_fd = 0;
	status = IN_CHILD(MUST(!as_user());
			  _exit(!(MM(PR_SET_MM_MAP, &map, size) == -1 && errno == EPERM)));
	CHECK(EXITED(status, 0), "but not the program's file");
	map.exe_fd = -1;
	map.auxv_size = 16;
	CHECK_ERR(MM(PR_SET_MM_MAP, &map, size), EINVAL, "a vector has an address");
}

int main(void)
{
	test_memory_errors();
	test_speculation();
	test_flusher();
	test_map();
	test_vector();
	test_places();
	CHECK_END();
}
