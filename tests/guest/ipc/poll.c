/* poll, select, epoll and eventfd. */
#include "check.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>

static int fds[2];

static void noted(int sig)
{
}
static char byte;

static short polled(int fd, short events, int timeout)
{
	struct pollfd p = { .fd = fd, .events = events, .revents = 0x5555 };

	return poll(&p, 1, timeout) < 0 ? -1 : p.revents;
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void fill(int fd)
{
	static char block[65536];

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (write(fd, block, sizeof(block)) > 0)
		;
}

static void polling(void)
{
	struct pollfd p[3];
	int64_t start;

	MUST(!pipe(fds));
	CHECK_EQ(polled(fds[0], POLLIN, 0), 0, "an empty pipe is not readable");
	CHECK_EQ(polled(fds[1], POLLOUT, 0), POLLOUT, "but writable");
	write(fds[1], "x", 1);
	CHECK_EQ(polled(fds[0], POLLIN, 0), POLLIN, "with a byte it is readable");
	read(fds[0], &byte, 1);
	start = now();
	CHECK(polled(fds[0], POLLIN, 30) == 0 && now() - start >= 30,
	      "poll waits as long as it is told");
	CHECK_EQ(polled(99, POLLIN, 0), POLLNVAL, "a closed descriptor is POLLNVAL");
	CHECK_EQ(polled(-1, POLLIN, 0), 0, "a negative one is passed over");
	if (!fork()) {
		usleep(20000);
		write(fds[1], "y", 1);
		_exit(0);
	}
	CHECK_EQ(polled(fds[0], POLLIN, -1), POLLIN, "a write wakes a poll");
	wait(NULL);
	read(fds[0], &byte, 1);
	p[0] = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	p[1] = (struct pollfd){ .fd = fds[1], .events = POLLOUT };
	p[2] = (struct pollfd){ .fd = 99, .events = 0 };
	CHECK(poll(p, 3, -1) == 2 && !p[0].revents && p[1].revents == POLLOUT &&
		      p[2].revents == POLLNVAL,
	      "poll counts the descriptors that have something to tell");
	fill(fds[1]);
	CHECK_EQ(polled(fds[1], POLLOUT, 0), 0, "a full pipe is not writable");
	close(fds[1]);
	CHECK_EQ(polled(fds[0], POLLIN, 0), POLLIN | POLLHUP, "a pipe without writers hangs up");
	close(fds[0]);
	MUST(!pipe(fds));
	close(fds[0]);
	CHECK_EQ(polled(fds[1], POLLOUT, 0), POLLOUT | POLLERR, "one without readers is an error");
	close(fds[1]);
	int file = open("/etc/passwd", O_RDONLY);
	CHECK_EQ(polled(file, POLLIN | POLLOUT, 0), POLLIN | POLLOUT, "files are always ready");
	close(file);
	CHECK_ERR(syscall(SYS_poll, p, 1u << 30, 0), EINVAL,
		  "more descriptors than the limit is EINVAL");
	struct timespec t = { .tv_nsec = 10000000 };
	CHECK_EQ(ppoll(NULL, 0, &t, NULL), 0, "ppoll takes a timespec");
	sigset_t none, usr1;
	sigemptyset(&none);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	struct sigaction action = { .sa_handler = noted };
	sigaction(SIGUSR1, &action, NULL);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	kill(getpid(), SIGUSR1);
	t = (struct timespec){ .tv_sec = 5 };
	CHECK_ERR(ppoll(NULL, 0, &t, &none), EINTR, "and lets signals in while it waits");
	alarm(0);
	signal(SIGUSR1, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &usr1, NULL);
}

static void selecting(void)
{
	struct timeval t = { .tv_usec = 20000 };
	fd_set in, out;

	MUST(!pipe(fds));
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fds[0], &in);
	FD_SET(fds[1], &out);
	CHECK(select(fds[1] + 1, &in, &out, NULL, NULL) == 1 && !FD_ISSET(fds[0], &in) &&
		      FD_ISSET(fds[1], &out),
	      "select tells which are ready");
	write(fds[1], "x", 1);
	FD_SET(fds[0], &in);
	CHECK(select(fds[1] + 1, &in, &out, NULL, NULL) == 2 && FD_ISSET(fds[0], &in),
	      "and counts them");
	read(fds[0], &byte, 1);
	FD_SET(fds[0], &in);
	CHECK(select(fds[0] + 1, &in, NULL, NULL, &t) == 0 && !FD_ISSET(fds[0], &in),
	      "none after its time");
	FD_SET(20, &in);
	CHECK_ERR(select(21, &in, NULL, NULL, &t), EBADF, "a closed descriptor is EBADF");
	CHECK_ERR(select(-1, NULL, NULL, NULL, &t), EINVAL, "a negative count is EINVAL");
	t.tv_usec = -1;
	CHECK_ERR(syscall(SYS_select, 0, 0, 0, 0, &t), EINVAL, "a negative time is EINVAL");
	struct timespec ts = { .tv_nsec = 1000000 };
	CHECK_EQ(pselect(0, NULL, NULL, NULL, &ts, NULL), 0, "pselect sleeps");
	close(fds[0]);
	close(fds[1]);
}

static void events(void)
{
	int fd = eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC);
	uint64_t value = 0;

	CHECK(read(fd, &value, 8) == 8 && value == 3, "an eventfd gives its count");
	CHECK_ERR(read(fd, &value, 8), EAGAIN, "and is then empty");
	CHECK_EQ(polled(fd, POLLIN | POLLOUT, 0), POLLOUT, "which poll sees");
	value = 5;
	MUST(write(fd, &value, 8) == 8 && write(fd, &value, 8) == 8);
	CHECK(polled(fd, POLLIN, 0) == POLLIN && read(fd, &value, 8) == 8 && value == 10,
	      "writes add up");
	value = -1;
	CHECK_ERR(write(fd, &value, 8), EINVAL, "the largest number is EINVAL");
	value = -2;
	MUST(write(fd, &value, 8) == 8);
	value = 1;
	CHECK_ERR(write(fd, &value, 8), EAGAIN, "a full one is EAGAIN");
	CHECK_ERR(read(fd, &value, 4), EINVAL, "less than eight bytes is EINVAL");
	close(fd);
	fd = eventfd(2, EFD_SEMAPHORE);
	CHECK(read(fd, &value, 8) == 8 && value == 1 && read(fd, &value, 8) == 8 && value == 1,
	      "EFD_SEMAPHORE counts down");
	if (!fork()) {
		usleep(10000);
		value = 1;
		write(fd, &value, 8);
		_exit(0);
	}
	CHECK_EQ(read(fd, &value, 8), 8, "an empty one waits");
	wait(NULL);
	close(fd);
	CHECK_ERR(eventfd(0, 0x77), EINVAL, "unknown flags are EINVAL");
}

static void epolling(void)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = 0x1122334455667788 }, got[4];
	int ep = epoll_create1(EPOLL_CLOEXEC), more[2];

	MUST(ep >= 0 && !pipe(fds) && !pipe(more));
	CHECK(fcntl(ep, F_GETFD) == FD_CLOEXEC, "epoll_create1 sets close-on-exec");
	CHECK_OK(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &e), "EPOLL_CTL_ADD adds");
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &e), EEXIST, "once");
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_MOD, fds[1], &e), ENOENT, "what is not there is ENOENT");
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_ADD, 99, &e), EBADF, "what is closed is EBADF");
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &e), EINVAL, "itself is EINVAL");
	int file = open("/etc/passwd", O_RDONLY);
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_ADD, file, &e), EPERM, "a file is EPERM");
	close(file);
	CHECK_ERR(epoll_ctl(ep, 9, fds[0], &e), EINVAL, "an unknown request is EINVAL");
	CHECK_EQ(epoll_wait(ep, got, 4, 0), 0, "nothing is ready");
	write(fds[1], "x", 1);
	CHECK(epoll_wait(ep, got, 4, 0) == 1 && got[0].events == EPOLLIN &&
		      got[0].data.u64 == e.data.u64,
	      "then one is, with its data");
	CHECK_EQ(epoll_wait(ep, got, 4, 0), 1, "and again, until it is read");
	CHECK_EQ(polled(ep, POLLIN, 0), POLLIN, "an epoll can be polled");
	read(fds[0], &byte, 1);
	CHECK_EQ(epoll_wait(ep, got, 4, 20), 0, "a wait ends at its time");
	e.events = EPOLLIN | EPOLLET;
	epoll_ctl(ep, EPOLL_CTL_MOD, fds[0], &e);
	write(fds[1], "x", 1);
	CHECK(epoll_wait(ep, got, 4, 0) == 1 && epoll_wait(ep, got, 4, 0) == 0,
	      "EPOLLET tells a change once");
	write(fds[1], "x", 1);
	CHECK_EQ(epoll_wait(ep, got, 4, 0), 1, "and the next one");
	e.events = EPOLLIN | EPOLLONESHOT;
	epoll_ctl(ep, EPOLL_CTL_MOD, fds[0], &e);
	CHECK(epoll_wait(ep, got, 4, 0) == 1 && write(fds[1], "x", 1) == 1 &&
		      epoll_wait(ep, got, 4, 0) == 0,
	      "EPOLLONESHOT tells once");
	epoll_ctl(ep, EPOLL_CTL_MOD, fds[0], &e);
	CHECK_EQ(epoll_wait(ep, got, 4, 0), 1, "until it is armed again");
	e = (struct epoll_event){ .events = EPOLLOUT, .data.fd = more[1] };
	epoll_ctl(ep, EPOLL_CTL_ADD, more[1], &e);
	CHECK(epoll_wait(ep, got, 4, 0) == 1 && got[0].data.fd == more[1],
	      "several descriptors are told apart");
	CHECK_ERR(epoll_wait(ep, got, 0, 0), EINVAL, "room for no event is EINVAL");
	CHECK_ERR(epoll_wait(fds[0], got, 4, 0), EINVAL, "what is no epoll is EINVAL");
	CHECK_OK(epoll_ctl(ep, EPOLL_CTL_DEL, more[1], NULL), "EPOLL_CTL_DEL takes one away");
	CHECK_EQ(epoll_wait(ep, got, 4, 0), 0, "and it tells no more");
	e = (struct epoll_event){ .events = EPOLLIN };
	epoll_ctl(ep, EPOLL_CTL_MOD, fds[0], &e);
	close(fds[0]);
	CHECK_EQ(epoll_wait(ep, got, 4, 0), 0, "a closed descriptor leaves by itself");
	MUST(!pipe(fds));
	epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &e);
	if (!fork()) {
		usleep(20000);
		write(fds[1], "x", 1);
		_exit(0);
	}
	CHECK_EQ(epoll_wait(ep, got, 4, -1), 1, "a write wakes a wait");
	wait(NULL);
	close(fds[1]);
	CHECK(epoll_wait(ep, got, 4, 0) == 1 && (got[0].events & EPOLLHUP),
	      "EPOLLHUP is told unasked");
	int outer = epoll_create1(0);
	e = (struct epoll_event){ .events = EPOLLIN };
	CHECK(!epoll_ctl(outer, EPOLL_CTL_ADD, ep, &e) && epoll_wait(outer, got, 4, 0) == 1,
	      "an epoll may watch another");
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_ADD, outer, &e), ELOOP, "but not in a circle: ELOOP");
	close(outer);
	close(ep);
}

int main(void)
{
	polling();
	selecting();
	events();
	epolling();
	CHECK_END();
}
