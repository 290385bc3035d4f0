/*
 * mark.c - marks of files that calls on descriptors set and get: hints, flags, freezing, watching.
 */
#include "check.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>

#define GET_FLAGS 0x80086601u
#define SET_FLAGS 0x40086602u
#define FREEZE	  0xc0045877u
#define THAW	  0xc0045878u
#define GET_HINT  1035
#define SET_HINT  1036

static int as_user(void)
{
	return setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000) ? -1 : 0;
}

static void test_hints(int file)
{
	uint64_t hint = 99;
	int status;

	CHECK(!fcntl(file, GET_HINT, &hint) && !hint, "a file has no hint at first");
	hint = 3;
	CHECK_OK(fcntl(file, SET_HINT, &hint), "it gets one");
	hint = 99;
	CHECK(!fcntl(file, GET_HINT, &hint) && hint == 3, "which is told");
	hint = 6;
	CHECK_ERR(fcntl(file, SET_HINT, &hint), EINVAL, "there are six");
	CHECK_ERR(fcntl(file, SET_HINT, 8), EFAULT, "which are read");
	CHECK_ERR(fcntl(file, GET_HINT, 8), EFAULT, "and written");
	status = IN_CHILD(MUST(!as_user()); hint = 2; _exit(fcntl(file, SET_HINT, &hint) != 0));
	CHECK(EXITED(status, 0) && !fcntl(file, GET_HINT, &hint) && hint == 2,
	      "whoever has the file open may set it");
}

static void test_flags(int file, int other)
{
	int flags = 99, status;

	CHECK(!ioctl(file, GET_FLAGS, &flags) && !flags, "a file has no flags");
	CHECK_OK(ioctl(file, SET_FLAGS, &flags), "and may be told so");
	status = IN_CHILD(MUST(!as_user());
			  _exit(!(ioctl(file, SET_FLAGS, &flags) == -1 && errno == EPERM)));
	CHECK(EXITED(status, 0), "by its owner");
	CHECK_ERR(ioctl(file, GET_FLAGS, 8), EFAULT, "they are written");
	CHECK_ERR(ioctl(other, GET_FLAGS, &flags), ENOTTY, "a device has none");
}

static void test_freezing(int file, int other)
{
	int status;

	CHECK_ERR(ioctl(file, FREEZE, 0), EOPNOTSUPP, "what has no disk is not frozen");
	CHECK_ERR(ioctl(other, FREEZE, 0), EOPNOTSUPP, "by whichever file");
	CHECK_ERR(ioctl(file, THAW, 0), EINVAL, "nor thawed");
	status =
		IN_CHILD(MUST(!as_user()); _exit(!(ioctl(file, FREEZE, 0) == -1 && errno == EPERM &&
						   ioctl(file, THAW, 0) == -1 && errno == EPERM)));
	CHECK(EXITED(status, 0), "users may not even ask");
}

static void test_watching(int file)
{
	CHECK_OK(fcntl(file, F_NOTIFY, 0), "nobody watches any more");
	CHECK_OK(fcntl(file, F_NOTIFY, 0x80000000u), "for ever");
	CHECK_ERR(fcntl(file, F_NOTIFY, 1), ENOTDIR, "a file cannot be watched");
}

static void test_random(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int set = epoll_create1(0), fd = open("/dev/urandom", O_RDONLY);

	CHECK_ERR(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), EPERM, "urandom is always ready");
	CHECK_ERR(ioctl(fd, TIOCGWINSZ, &event), EINVAL, "and no terminal");
	close(fd);
	fd = open("/dev/random", O_RDONLY);
	CHECK_OK(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), "random may have to be waited for");
	close(fd);
	close(set);
}

int main(void)
{
	int file = open("/tmp/marked", O_RDWR | O_CREAT, 0644), null = open("/dev/null", O_RDWR);

	MUST(file >= 0 && null >= 0);
	test_hints(file);
	test_flags(file, null);
	test_freezing(file, null);
	test_watching(file);
	test_random();
	unlink("/tmp/marked");
	CHECK_END();
}
