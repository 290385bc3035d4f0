/*
 * fdinfo.c - what /proc/PID/fdinfo says about kinds of files, and about locks; /proc/locks.
 */
#include "await.h"
#include "text.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

/* The lines behind the first four, which all files have. */
static const char *lines(int fd)
{
	char path[64], *at = text;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	MUST(text_read(path) > 0);
	for (int i = 0; i < 4; i++)
		at = strchr(at, '\n') + 1;
	return at;
}

static int event_number(int fd, unsigned long long *count)
{
	int id = -1;

	sscanf(lines(fd), "eventfd-count: %llx eventfd-id: %d", count, &id);
	return id;
}

static void test_events(void)
{
	int first = eventfd(0x1234, 0), second = eventfd(5, EFD_SEMAPHORE), ids[3];
	uint64_t add = 0xfffffffffffffffe - 0x1234;
	unsigned long long count;
	char want[128];

	ids[0] = event_number(first, &count);
	snprintf(want, sizeof(want), "eventfd-count: %16x\neventfd-id: %d\n", 0x1234, ids[0]);
	CHECK_STR(lines(first), want, "an eventfd tells its count");
	MUST(write(first, &add, 8) == 8);
	event_number(first, &count);
	CHECK(count == 0xfffffffffffffffe, "however great");
	ids[1] = event_number(second, &count);
	CHECK(ids[0] >= 0 && ids[1] > ids[0] && count == 5,
	      "and a number, the lowest that is free");
	close(first);
	first = eventfd(0, 0);
	CHECK_EQ(event_number(first, &count), ids[0], "or is free again");
	close(first);
	close(second);
}

static void test_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGKILL);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, 64);
	fd = signalfd(-1, &set, 0);
	CHECK_STR(lines(fd), "sigmask:\t8000000000000201\n", "a signalfd tells its signals");
	close(fd);
}

static void test_timers(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	struct itimerspec in = { { 0, 7 }, { 0, 1 } };
	long value, part;
	uint64_t ticks;

	CHECK_STR(
		lines(fd),
		"clockid: 1\nticks: 0\nsettime flags: 00\nit_value: (0, 0)\nit_interval: (0, 0)\n",
		"a timerfd tells its clock and that it is off");
	in.it_interval = (struct timespec){ 3000000, 4 };
	timerfd_settime(fd, 0, &in, NULL);
	AWAIT(strstr(lines(fd), "ticks: 1\n"));
	CHECK(strstr(text, "it_value: (0, 0)\nit_interval: (3000000, 4)\n"),
	      "its ticks and interval");
	MUST(read(fd, &ticks, 8) == 8);
	CHECK(sscanf(lines(fd),
		     "clockid: 1 ticks: 0 settime flags: 00 it_value: (%ld, %ld) it_interval:",
		     &value, &part) == 2 &&
		      value > 2000000 && value < 3000000,
	      "and when it will tick next");
	in.it_value.tv_sec = 4000000000;
	timerfd_settime(fd, TFD_TIMER_ABSTIME, &in, NULL);
	CHECK(strstr(lines(fd), "ticks: 0\nsettime flags: 01\nit_value: (39"),
	      "and how it was set");
	close(fd);
	fd = timerfd_create(CLOCK_BOOTTIME, 0);
	CHECK(strstr(lines(fd), "clockid: 7\n"), "its clock as it was asked for");
	close(fd);
	fd = timerfd_create(CLOCK_REALTIME, 0);
	in.it_value.tv_sec = 100;
	timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &in, NULL);
	AWAIT(strstr(lines(fd), "ticks: 1\n"));
	CHECK(strstr(text, "clockid: 0\nticks: 1\nsettime flags: 03\nit_value: (0, 0)\n"),
	      "and what is long past has ticked");
	close(fd);
}

static void test_watched(void)
{
	struct epoll_event event = { EPOLLIN | EPOLLET, { .u64 = 0x1122334455667788 } };
	int set = epoll_create1(0), file = open("/dev/null", O_RDWR), ends[2];
	char want[2][128];
	struct stat st;

	close(file);
	CHECK_STR(lines(set), "", "an epoll that watches nothing tells nothing");
	MUST(!pipe(ends) && !fstat(ends[1], &st) &&
	     !epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event));
	event = (struct epoll_event){ EPOLLOUT | EPOLLONESHOT, { .u64 = 5 } };
	MUST(!epoll_ctl(set, EPOLL_CTL_ADD, ends[1], &event));
	snprintf(want[0], sizeof(want[0]),
		 "tfd: %8d events: 80000019 data: 1122334455667788  pos:0 ino:%lx sdev:%lx\n",
		 ends[0], (long)st.st_ino, (long)st.st_dev);
	CHECK(strstr(lines(set), want[0]), "else what, for which events, with which data");
	snprintf(want[1], sizeof(want[1]),
		 "tfd: %8d events: 4000001c data:                5  pos:0 ino:%lx sdev:%lx\n",
		 ends[1], (long)st.st_ino, (long)st.st_dev);
	CHECK(strstr(lines(set), want[1]) &&
		      strlen(lines(set)) == strlen(want[0]) + strlen(want[1]),
	      "a line for each");
	MUST(epoll_wait(set, &event, 1, -1) == 1);
	CHECK(strstr(lines(set), " events: 40000000 data:                5 "),
	      "what was wanted once is wanted no more");
	close(set);
	close(ends[0]);
	close(ends[1]);
}

static int locked; /* the file */
static char place[64];

/* Is this a line about the file, in the text that was read last? */
static bool line(const char *head, const char *kind, int pid, const char *range)
{
	char want[256];

	snprintf(want, sizeof(want), "%s%s %d %s %s\n", head, kind, pid, place, range);
	return strstr(text, want) != NULL;
}

static int lock_range(int fd, int cmd, int type, long start, long len)
{
	struct flock l = { type, SEEK_SET, start, len, 0 };

	return fcntl(fd, cmd, &l);
}

static void test_locks_of_a_file(void)
{
	int me = getpid(), other = open("/tmp/locked", O_RDWR), status;

	CHECK_STR(lines(locked), "", "who has no locks is not told of any");
	MUST(!lock_range(locked, F_SETLK, F_RDLCK, 10, 20) &&
	     !lock_range(locked, F_OFD_SETLK, F_WRLCK, 100, 0) &&
	     !lock_range(locked, F_SETLK, F_WRLCK, 5, 2) && !flock(locked, LOCK_EX));
	lines(locked);
	CHECK(line("lock:\t1: ", "FLOCK  ADVISORY  WRITE", me, "0 EOF"),
	      "a lock of the whole file");
	CHECK(line("lock:\t2: ", "POSIX  ADVISORY  WRITE", me, "5 6") &&
		      line("lock:\t3: ", "POSIX  ADVISORY  READ", me, "10 29"),
	      "and those of ranges, by position");
	CHECK(line("lock:\t4: ", "OFDLCK ADVISORY  WRITE", -1, "100 EOF"),
	      "and those of the open file, which belong to nobody");
	CHECK_STR(lines(other), "", "of another open file they are not told");
	status = IN_CHILD(lines(locked);
			  _exit(!(line("lock:\t1: ", "FLOCK  ADVISORY  WRITE", me, "0 EOF") &&
				  line("lock:\t2: ", "OFDLCK ADVISORY  WRITE", -1, "100 EOF") &&
				  !strstr(text, "POSIX"))));
	CHECK(EXITED(status, 0), "of the same in a child, but those of its parent");
	MUST(!lock_range(locked, F_SETLK, F_RDLCK, 30, 10));
	lines(locked);
	CHECK(line("lock:\t3: ", "POSIX  ADVISORY  READ", me, "10 39"), "two that touch are one");
	MUST(!lock_range(locked, F_SETLK, F_UNLCK, 15, 5));
	lines(locked);
	CHECK(line("lock:\t3: ", "POSIX  ADVISORY  READ", me, "10 14") &&
		      line("lock:\t4: ", "POSIX  ADVISORY  READ", me, "20 39"),
	      "and become two where one is unlocked in its middle");
	close(other); /* and with it the locks of the process */
	lines(locked);
	CHECK(line("lock:\t1: ", "FLOCK  ADVISORY  WRITE", me, "0 EOF") && !strstr(text, "POSIX"),
	      "they go when any descriptor of the file is closed");
}

static void test_all_locks(void)
{
	int me = getpid(), other = open("/tmp/locked", O_RDWR);
	pid_t writer, sharer;
	struct flock l = { F_WRLCK, SEEK_SET, 21, 1, 0 };

	MUST(!lock_range(locked, F_SETLK, F_RDLCK, 10, 20));
	MUST(!lock_range(locked, F_SETLK, F_RDLCK, 30, 10));
	if (!(writer = fork()))
		_exit(close(locked) || fcntl(other, F_GETLK, &l) || l.l_start != 10 ||
		      l.l_len != 30 || lock_range(other, F_SETLKW, F_WRLCK, 5, 10));
	if (!(sharer = fork()))
		_exit(close(locked) || flock(other, LOCK_SH));
	await_asleep(writer);
	await_asleep(sharer);
	MUST(text_read("/proc/locks") > 0);
	CHECK(line(": ", "FLOCK  ADVISORY  WRITE", me, "0 EOF"), "/proc/locks has them all");
	CHECK(line(": ", "POSIX  ADVISORY  READ", me, "10 39"), "of ranges too");
	CHECK(line(": ", "OFDLCK ADVISORY  WRITE", -1, "100 EOF"), "and of open files");
	CHECK(line(": -> ", "POSIX  ADVISORY  WRITE", writer, "5 14"), "and who waits for a range");
	CHECK(line(": -> ", "FLOCK  ADVISORY  READ", sharer, "0 EOF"), "or for a file");
	close(locked);
	int status[2];
	waitpid(writer, &status[0], 0);
	waitpid(sharer, &status[1], 0);
	CHECK(EXITED(status[0], 0) && EXITED(status[1], 0), "who gets it when it is free");
	close(other);
	text_read("/proc/locks");
	CHECK(!strstr(text, place), "then none is told");
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Nothing else happens on that processor while they are told. */
static void test_many_locks(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_len = 1 };
	int fd = open("/tmp/locked", O_RDWR);
	pid_t waiting[16];
	long begin;

	for (int i = 0; i < 1000; i++) {
		l.l_start = 2 * i;
		MUST(!fcntl(fd, F_SETLK, &l));
	}
	for (int i = 0; i < 16; i++) {
		waiting[i] = fork();
		if (!waiting[i])
			_exit(fcntl(fd, F_SETLKW, &l) != 0);
		await_asleep(waiting[i]);
	}
	begin = now_ms();
	MUST(text_read("/proc/locks") > 0);
	CHECK(!clock_is_exact() || now_ms() - begin < 200,
	      "a thousand locks and who waits for the last are told in no time");
	l.l_type = F_UNLCK;
	l.l_start = l.l_len = 0;
	MUST(!fcntl(fd, F_SETLK, &l));
	for (int i = 0; i < 16; i++)
		waitpid(waiting[i], NULL, 0);
	close(fd);
}

int main(void)
{
	struct stat st;

	test_events();
	test_signals();
	test_timers();
	test_watched();
	locked = open("/tmp/locked", O_RDWR | O_CREAT, 0600);
	MUST(locked >= 0 && !fstat(locked, &st));
	snprintf(place, sizeof(place), "%02x:%02x:%lu", (int)(st.st_dev >> 8),
		 (int)(st.st_dev & 255), (long)st.st_ino);
	test_locks_of_a_file();
	test_all_locks();
	test_many_locks();
	unlink("/tmp/locked");
	CHECK_END();
}
