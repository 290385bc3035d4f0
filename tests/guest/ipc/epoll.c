/* epoll: what is reported when, epolls in epolls, files that end; eventfd and timerfd beside it. */
#include "await.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

static struct epoll_event event, got[8];

static int add(int ep, int fd, unsigned events)
{
	event = (struct epoll_event){ .events = events, .data.fd = fd };
	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
}

static int ready(int ep)
{
	return epoll_wait(ep, got, 8, 0);
}

static void bump(int fd)
{
	uint64_t one = 1;

	write(fd, &one, 8);
}

static void drain(int fd)
{
	uint64_t value;

	read(fd, &value, 8);
}

static void modes(void)
{
	int ep = epoll_create1(EPOLL_CLOEXEC), fd = eventfd(0, EFD_NONBLOCK), copy;

	CHECK(ep >= 0 && fcntl(ep, F_GETFD) == FD_CLOEXEC, "epoll_create1 makes a descriptor");
	CHECK_OK(add(ep, fd, EPOLLIN), "a file is added");
	CHECK_ERR(add(ep, fd, EPOLLIN), EEXIST, "once: EEXIST");
	CHECK_EQ(ready(ep), 0, "not ready, no event");
	bump(fd);
	CHECK(ready(ep) == 1 && got[0].data.fd == fd && got[0].events == EPOLLIN,
	      "ready, one event with its data");
	CHECK_EQ(ready(ep), 1, "and again, as long as it is");
	event.events = EPOLLIN | EPOLLET;
	CHECK_OK(epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event), "it can be made edge-triggered");
	CHECK(ready(ep) == 1 && ready(ep) == 0, "then it is told once");
	bump(fd);
	CHECK(ready(ep) == 1 && ready(ep) == 0, "and once more for each write");
	event.events = EPOLLIN | EPOLLONESHOT;
	epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event);
	CHECK(ready(ep) == 1 && ready(ep) == 0, "one-shot is told once");
	bump(fd);
	CHECK_EQ(ready(ep), 0, "and nothing more");
	epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event);
	CHECK_EQ(ready(ep), 1, "until it is armed again");
	copy = dup(fd);
	add(ep, copy, EPOLLIN);
	close(copy);
	CHECK_EQ(ready(ep), 1, "a closed descriptor is told of while its file is open");
	close(fd);
	CHECK_EQ(ready(ep), 0, "and gone with the file");
	close(ep);
}

static void errors(void)
{
	int ep = epoll_create1(0), fd = eventfd(0, 0), file = open("/bin/busybox", O_RDONLY);

	CHECK_ERR(epoll_create1(1), EINVAL, "a wrong flag is EINVAL");
	CHECK_ERR(syscall(SYS_epoll_create, 0), EINVAL, "a size of 0 is EINVAL");
	CHECK_ERR(add(ep, file, EPOLLIN), EPERM, "a file that is always ready is EPERM");
	CHECK_ERR(add(ep, ep, EPOLLIN), EINVAL, "an epoll in itself is EINVAL");
	CHECK_ERR(add(ep, 99, EPOLLIN), EBADF, "a closed descriptor is EBADF");
	CHECK_ERR(add(fd, ep, EPOLLIN), EINVAL, "what is no epoll is EINVAL");
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL), ENOENT, "what was not added is ENOENT");
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event), ENOENT, "here too");
	CHECK_ERR(epoll_ctl(ep, 9, fd, &event), EINVAL, "an operation that is none is EINVAL");
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_ADD, fd, (void *)8), EFAULT, "a wild pointer is EFAULT");
	CHECK_ERR(epoll_wait(ep, got, 0, 0), EINVAL, "no room for events is EINVAL");
	add(ep, fd, EPOLLIN);
	bump(fd);
	CHECK_ERR(syscall(SYS_epoll_wait, ep, 4096, 1, 0), EFAULT, "events to nowhere are EFAULT");
	CHECK_EQ(ready(ep), 1, "and are not lost");
	event.events = EPOLLIN | EPOLLEXCLUSIVE;
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event), EINVAL,
		  "EPOLLEXCLUSIVE is for adding only");
	close(file);
	close(fd);
	close(ep);
}

static void nested(void)
{
	int a = epoll_create1(0), b = epoll_create1(0), c = epoll_create1(0),
	    fd = eventfd(0, EFD_NONBLOCK), chain[12];
	struct pollfd p = { a, POLLIN, 0 };
	int i, error;

	add(c, fd, EPOLLIN);
	add(b, c, EPOLLIN);
	CHECK_OK(add(a, b, EPOLLIN), "an epoll can be watched by another");
	CHECK_ERR(add(c, a, EPOLLIN), ELOOP, "but not in a ring: ELOOP");
	CHECK_EQ(ready(a), 0, "nothing is ready");
	bump(fd);
	CHECK(ready(a) == 1 && got[0].data.fd == b, "an event below is an event above");
	CHECK(poll(&p, 1, 0) == 1 && p.revents == POLLIN, "poll sees it as well");
	drain(fd);
	CHECK(ready(a) == 0 && poll(&p, 1, 0) == 0, "and it goes as it came");
	pid_t pid = fork();
	if (!pid) {
		usleep(50000);
		bump(fd);
		_exit(0);
	}
	CHECK_EQ(epoll_wait(a, got, 8, -1), 1, "who waits above is woken");
	waitpid(pid, NULL, 0);
	for (i = 0; i < 12; i++) {
		chain[i] = epoll_create1(0);
		if (i && add(chain[i], chain[i - 1], EPOLLIN))
			break;
	}
	error = errno;
	CHECK(i < 12 && error == ELOOP, "a long chain is refused");
	for (int k = 0; k <= i && k < 12; k++)
		close(chain[k]);
	close(c);
	CHECK_EQ(ready(a), 0, "an epoll that ends is watched no more");
	close(a);
	close(b);
	close(fd);
}

/* Threads that add, remove, wake and close at the same time. */
static int shared_ep, shared_fd[8];
static volatile int stop;

static void *churn(void *arg)
{
	unsigned seed = (unsigned)(long)arg;
	struct epoll_event e = { .events = EPOLLIN };

	while (!stop) {
		int fd = shared_fd[rand_r(&seed) % 8], mine;

		switch (rand_r(&seed) % 5) {
		case 0:
			epoll_ctl(shared_ep, EPOLL_CTL_ADD, fd, &e);
			break;
		case 1:
			epoll_ctl(shared_ep, EPOLL_CTL_DEL, fd, NULL);
			break;
		case 2:
			bump(fd);
			drain(fd);
			break;
		case 3:
			mine = eventfd(1, EFD_NONBLOCK);
			epoll_ctl(shared_ep, EPOLL_CTL_ADD, mine, &e);
			close(mine);
			break;
		case 4:
			mine = epoll_create1(0);
			epoll_ctl(mine, EPOLL_CTL_ADD, fd, &e);
			epoll_ctl(shared_ep, EPOLL_CTL_ADD, mine, &e);
			bump(fd);
			close(mine);
			break;
		}
	}
	return NULL;
}

static void *wait_events(void *arg)
{
	struct epoll_event out[4];

	while (!stop)
		epoll_wait(shared_ep, out, 4, 5);
	return NULL;
}

static void storm(void)
{
	pthread_t threads[6];

	shared_ep = epoll_create1(0);
	for (int i = 0; i < 8; i++)
		shared_fd[i] = eventfd(0, EFD_NONBLOCK);
	for (long i = 0; i < 6; i++)
		pthread_create(&threads[i], NULL, i < 4 ? churn : wait_events, (void *)i);
	usleep(500000);
	stop = 1;
	for (int i = 0; i < 6; i++)
		pthread_join(threads[i], NULL);
	close(shared_ep);
	for (int i = 0; i < 8; i++)
		close(shared_fd[i]);
	CHECK(1, "adding, removing, waking and closing at once ends well");
}

static void events(void)
{
	int fd = eventfd(3, EFD_NONBLOCK | EFD_SEMAPHORE);
	uint64_t value = 0;

	CHECK(read(fd, &value, 8) == 8 && value == 1, "a semaphore gives one at a time");
	drain(fd);
	drain(fd);
	CHECK_ERR(read(fd, &value, 8), EAGAIN, "and then none");
	value = ~0ull - 1;
	CHECK_EQ(write(fd, &value, 8), 8, "the counter can be filled");
	value = 1;
	CHECK_ERR(write(fd, &value, 8), EAGAIN, "no more fits");
	value = ~0ull;
	CHECK_ERR(write(fd, &value, 8), EINVAL, "its greatest number is none: EINVAL");
	CHECK_ERR(read(fd, &value, 4), EINVAL, "less than 8 bytes is EINVAL");
	close(fd);
}

static void timers(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct itimerspec set = { { 0, 10000000 }, { 0, 10000000 } }, now;
	struct pollfd p = { fd, POLLIN, 0 };
	uint64_t ticks = 0;

	CHECK_ERR(read(fd, &ticks, 8), EAGAIN, "a timer that is not set has not expired");
	CHECK_OK(timerfd_settime(fd, 0, &set, NULL), "it is set");
	CHECK(poll(&p, 1, -1) == 1, "poll waits for it");
	usleep(45000);
	CHECK(read(fd, &ticks, 8) == 8 && ticks >= 4 && (ticks < 7 || !clock_is_exact()),
	      "expirations are counted");
	CHECK(!timerfd_gettime(fd, &now) && now.it_interval.tv_nsec == 10000000 &&
		      now.it_value.tv_nsec <= 10000000,
	      "what is left can be asked for");
	set.it_value.tv_nsec = 0;
	CHECK(!timerfd_settime(fd, 0, &set, &now) && now.it_value.tv_nsec,
	      "setting it to 0 stops it");
	usleep(20000);
	CHECK_ERR(read(fd, &ticks, 8), EAGAIN, "it does not expire any more");
	clock_gettime(CLOCK_MONOTONIC, &set.it_value);
	set.it_interval.tv_nsec = 0;
	CHECK(!timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, NULL) && poll(&p, 1, -1) == 1 &&
		      read(fd, &ticks, 8) == 8 && ticks == 1,
	      "a time that has passed expires once, at once");
	close(fd);
	fd = timerfd_create(CLOCK_REALTIME, 0);
	clock_gettime(CLOCK_REALTIME, &set.it_value);
	set.it_value.tv_sec++;
	timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, NULL);
	CHECK(!timerfd_gettime(fd, &now) && (now.it_value.tv_sec == 0 || now.it_value.tv_nsec == 0),
	      "a time of the wall clock is kept too");
	set.it_value.tv_nsec = 1000000000;
	CHECK_ERR(timerfd_settime(fd, 0, &set, NULL), EINVAL, "too many nanoseconds are EINVAL");
	CHECK_ERR(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0), EINVAL,
		  "not every clock has timers: EINVAL");
	CHECK_ERR(timerfd_gettime(0, &now), EINVAL, "what is no timer is EINVAL");
	close(fd);
}

int main(void)
{
	modes();
	errors();
	nested();
	events();
	timers();
	storm();
	CHECK_END();
}
