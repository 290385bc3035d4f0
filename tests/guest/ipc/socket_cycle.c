/*
 * socket_cycle.c - sockets that only messages hold: what cannot be reached is freed, what can be
 * stays, and descriptors on their way are limited.
 *
 * A pipe whose writing end travels along tells when messages are freed: its reader sees the end.
 */
#include "descriptors.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#define USER 1234

static int pair[2], bell[2]; /* two sockets; a pipe that ends with what holds bell[1] */

static int send_fd(int s, int fd)
{
	return send_fds(s, &fd, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* With the bell. */
static int send_bell(int s, int fd)
{
	int fds[2] = { fd, bell[1] };

	return send_fds(s, fds, 2, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The first descriptor of the next message; others are closed.  -1: none. */
static int take_fd(int s, int flags)
{
	union {
		struct cmsghdr h;
		char space[CMSG_SPACE(sizeof(int) * 8)];
	} control = {};
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	int *fds = (int *)CMSG_DATA(&control.h);

	if (recvmsg(s, &msg, MSG_DONTWAIT | flags) != 1 || control.h.cmsg_len < CMSG_LEN(4))
		return -1;
	for (unsigned i = 1; CMSG_LEN(sizeof(int) * i) < control.h.cmsg_len; i++)
		close(fds[i]);
	return fds[0];
}

static void begin(int type)
{
	MUST(!socketpair(AF_UNIX, type, 0, pair) && !pipe(bell));
}

/* The end of any socket makes the kernel look. */
static void nudge(void)
{
	close(socket(AF_UNIX, SOCK_DGRAM, 0));
}

/* All that held the bell has gone, or goes soon. */
static bool rings(void)
{
	struct pollfd p = { bell[0], 0, 0 };

	close(bell[1]);
	do
		nudge();
	while (!poll(&p, 1, 100));
	close(bell[0]);
	return p.revents == POLLHUP;
}

static int listener_at(const char *name, int *client)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(at.sun_path + 1, name);
	*client = socket(AF_UNIX, SOCK_STREAM, 0);
	MUST(!bind(s, (void *)&at, sizeof(at)) && !listen(s, 5));
	MUST(!connect(*client, (void *)&at, sizeof(at)));
	return s;
}

/* --- what cannot be reached -------------------------------------------------------------------*/

static void test_self(int type, const char *sentence)
{
	begin(type);
	MUST(send_bell(pair[1], pair[0]) == 1);
	close(pair[0]);
	close(pair[1]);
	CHECK(rings(), sentence);
}

static void test_each_other(void)
{
	begin(SOCK_STREAM);
	MUST(send_bell(pair[0], pair[0]) == 1 && send_bell(pair[1], pair[1]) == 1);
	close(pair[0]);
	close(pair[1]);
	CHECK(rings(), "two sockets that hold each other are freed");
}

static void test_ring(void)
{
	int first[2], last[2];

	begin(SOCK_DGRAM);
	memcpy(first, pair, sizeof(first));
	for (int i = 0; i < 100; i++) {
		MUST(!socketpair(AF_UNIX, SOCK_DGRAM, 0, last));
		MUST(send_fd(last[1], pair[0]) == 1); /* last[0] holds pair[0] */
		close(pair[0]);
		if (i)
			close(pair[1]);
		memcpy(pair, last, sizeof(last));
	}
	MUST(send_bell(first[1], pair[0]) == 1);
	close(pair[0]);
	close(pair[1]);
	close(first[1]);
	CHECK(rings(), "so is a ring of a hundred");
}

static void test_listeners(void)
{
	int clients[2], a, b;

	MUST(!pipe(bell));
	a = listener_at("corral-cycle-a", &clients[0]);
	b = listener_at("corral-cycle-b", &clients[1]);
	MUST(send_bell(clients[0], b) == 1 && send_bell(clients[1], a) == 1);
	close(a);
	close(b);
	CHECK_EQ(send(clients[0], "x", 1, 0), 1, "a listener that waits in messages is open still");
	close(clients[0]);
	close(clients[1]);
	CHECK(rings(), "listeners whose pending connections hold each other are freed");
}

static void test_hang_up(void)
{
	struct pollfd p;
	int other[2];

	begin(SOCK_STREAM);
	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, other));
	MUST(send_fd(pair[1], other[1]) == 1 && send_bell(pair[1], pair[0]) == 1);
	close(other[1]);
	close(pair[0]);
	close(pair[1]);
	CHECK(rings(), "a cycle is freed with all that its messages hold");
	p = (struct pollfd){ other[0], POLLIN, 0 };
	CHECK(poll(&p, 1, -1) == 1 && p.revents & POLLHUP, "the peer of a socket in it is told");
	close(other[0]);
}

/* --- what can ---------------------------------------------------------------------------------*/

static void test_alive(void)
{
	struct pollfd p;
	int chain[3][2], s, t, u = -1;
	char byte;

	begin(SOCK_STREAM);
	for (int i = 0; i < 3; i++)
		MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, chain[i]));
	MUST(write(chain[2][0], "z", 1) == 1);
	MUST(send_bell(chain[0][0], chain[0][1]) == 1); /* a cycle on the way */
	MUST(send_fd(chain[0][0], chain[1][1]) == 1 && send_fd(chain[1][0], chain[2][1]) == 1);
	MUST(send_fd(pair[0], chain[0][1]) == 1);
	for (int i = 0; i < 3; i++)
		close(chain[i][1]);
	close(chain[0][0]);
	close(bell[1]);
	for (int i = 0; i < 10; i++)
		nudge();
	p = (struct pollfd){ bell[0], 0, 0 };
	CHECK(poll(&p, 1, 50) == 0, "a cycle that a queue leads to stays");
	MUST((s = take_fd(pair[1], MSG_PEEK)) >= 0);
	CHECK((t = take_fd(s, 0)) >= 0, "who peeks at it gets it");
	close(t);
	CHECK(poll(&p, 1, -1) == 1, "which opens the cycle");
	CHECK((t = take_fd(s, 0)) >= 0 && (u = take_fd(t, 0)) >= 0, "so do all behind it");
	CHECK(read(u, &byte, 1) == 1 && byte == 'z', "with what they have to read");
	close(s);
	close(t);
	close(u);
	for (int i = 0; i < 2; i++) {
		close(pair[i]);
		close(chain[i + 1][0]);
	}
	close(bell[0]);
}

static void test_alive_pending(void)
{
	int client, s = listener_at("corral-cycle-c", &client), accepted, got;

	begin(SOCK_STREAM);
	MUST(send_fd(client, pair[1]) == 1 && send_fd(client, s) == 1);
	close(pair[1]);
	nudge();
	MUST((accepted = accept(s, NULL, NULL)) >= 0);
	close(s);
	nudge();
	CHECK((got = take_fd(accepted, 0)) >= 0 && write(pair[0], "x", 1) == 1,
	      "what a pending connection holds stays");
	close(got);
	CHECK((got = take_fd(accepted, 0)) >= 0 && !listen(got, 1), "the listener too");
	close(got);
	close(accepted);
	close(client);
	close(pair[0]);
	close(bell[0]);
	close(bell[1]);
}

/* --- limits -----------------------------------------------------------------------------------*/

static void become_user(int files)
{
	struct rlimit limit = { files, files };

	MUST(!setrlimit(RLIMIT_NOFILE, &limit) && !setgid(USER) && !setuid(USER));
}

static int send_many(int s, int fd, int most)
{
	int n = 0;

	while (n < most && send_fd(s, fd) == 1)
		n++;
	return n;
}

static void limits_of_user(void)
{
	int status, fd, n;

	become_user(30);
	n = send_many(pair[0], bell[0], 100);
	CHECK_EQ(n, 31, "a user has one descriptor more than the limit on its way");
	CHECK_ERR(send_fd(pair[0], bell[0]), ETOOMANYREFS, "and not another");
	CHECK_EQ(write(pair[0], "x", 1), 1, "bytes go on");
	status = IN_CHILD(_exit(send_fd(pair[0], bell[0]) == -1 && errno == ETOOMANYREFS));
	CHECK(EXITED(status, 1), "nor have all processes of the user together");
	close(take_fd(pair[1], 0));
	fd = take_fd(pair[1], MSG_PEEK);
	close(fd);
	CHECK_EQ(send_many(pair[0], bell[0], 100), 1, "one that has been received makes room");
}

/* Each may be sent only once the one before it has been freed. */
static void cycles_of_user(void)
{
	enum { CYCLES = 200 };
	int pairs[CYCLES][2], made = 0;

	for (int i = 0; i < CYCLES; i++)
		MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]));
	become_user(0);
	while (made < CYCLES) { /* Linux may take its time */
		if (send_fd(pairs[made][0], pairs[made][1]) == 1) {
			close(pairs[made][1]);
			close(pairs[made][0]);
			made++;
		} else if (errno != ETOOMANYREFS || on_corral()) {
			break;
		}
	}
	CHECK_EQ(made, CYCLES, "what is freed makes room");
}

static void test_limits(void)
{
	struct rlimit old, low;
	int status;

	begin(SOCK_STREAM);
	status = IN_CHILD(limits_of_user());
	MUST(EXITED(status, 0));
	close(pair[0]);
	close(pair[1]);
	status = IN_CHILD(cycles_of_user());
	MUST(EXITED(status, 0));
	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	MUST(!getrlimit(RLIMIT_NOFILE, &old));
	low = (struct rlimit){ 30, old.rlim_max };
	MUST(!setrlimit(RLIMIT_NOFILE, &low));
	CHECK_EQ(send_many(pair[0], bell[0], 100), 100, "root has no limit");
	MUST(!setrlimit(RLIMIT_NOFILE, &old));
	close(pair[0]);
	close(pair[1]);
	close(bell[0]);
	close(bell[1]);
}

static void test_depth(void)
{
	int next[2], depth = 0;

	begin(SOCK_STREAM);
	for (int i = 0; i < 20; i++) {
		MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, next));
		depth += send_fd(next[0], pair[1]) == 1;
		close(pair[0]);
		close(pair[1]);
		memcpy(pair, next, sizeof(pair));
	}
	CHECK_EQ(depth, 20, "messages in messages are sent at any depth");
	MUST(send_bell(pair[0], pair[1]) == 1);
	close(pair[0]);
	close(pair[1]);
	CHECK(rings(), "and are freed");
}

/* --- all at once ------------------------------------------------------------------------------*/

#define STORM	  2000
#define SOCKETS	  12
#define PROCESSES 4

static unsigned random_next(unsigned *state, unsigned n)
{
	*state = *state * 1103515245 + 12345;
	return (*state >> 16) % n;
}

static void replace(int *slot, int fd)
{
	if (fd >= 0) {
		close(*slot);
		*slot = fd;
	}
}

static void connect_somewhere(int *slot, unsigned where)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(at.sun_path + 1, 20, "corral-storm-%u", where);
	if (bind(s, (void *)&at, sizeof(at)) || listen(s, 3))
		connect(s, (void *)&at, sizeof(at));
	replace(slot, s);
}

static void make_pair(int *a, int *b, int type)
{
	int fresh[2];

	MUST(!socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fresh));
	replace(a, fresh[0]);
	replace(b, fresh[1]);
}

/* The sockets are those of all processes at first. */
static void storm(int *fds, unsigned seed)
{
	for (int i = 0; i < STORM; i++) {
		int *a = &fds[random_next(&seed, SOCKETS)], *b = &fds[random_next(&seed, SOCKETS)];
		int two[2] = { *b, bell[1] };

		switch (random_next(&seed, 12)) {
		case 0:
			make_pair(a, b, i & 1 ? SOCK_STREAM : SOCK_DGRAM);
			break;
		case 1:
			connect_somewhere(a, seed & 1);
			break;
		case 2:
			replace(b, accept(*a, NULL, NULL));
			break;
		case 3:
		case 4:
			replace(b, take_fd(*a, i & 1 ? MSG_PEEK : 0));
			break;
		case 5:
			send_fds(*a, two, 2, MSG_DONTWAIT | MSG_NOSIGNAL);
			break;
		default:
			send_fd(*a, *b);
			break;
		}
		if (i % (STORM / 2) == STORM / 4)
			MUST(EXITED(IN_CHILD(close(fds[0]); send_fd(fds[1], fds[2])), 0));
	}
}

static void test_storm(void)
{
	int fds[SOCKETS], keep[2], kept[2], got;
	char byte;

	begin(SOCK_STREAM);
	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, keep) &&
	     !socketpair(AF_UNIX, SOCK_DGRAM, 0, kept));
	MUST(write(kept[0], "k", 1) == 1 && send_fd(pair[0], kept[1]) == 1);
	MUST(send_fd(keep[0], pair[1]) == 1);
	close(kept[1]);
	close(pair[1]);
	for (int i = 0; i < SOCKETS; i += 2)
		MUST(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, &fds[i]));
	for (unsigned i = 0; i < PROCESSES; i++)
		if (!fork()) {
			storm(fds, i * 7919 + 1);
			_exit(0);
		}
	for (int i = 0; i < SOCKETS; i++)
		close(fds[i]);
	for (int i = 0, status = 0; i < PROCESSES; i++)
		MUST(wait(&status) > 0 && EXITED(status, 0));
	if (on_corral())
		CHECK(rings(), "after a storm of several processes nothing is left");
	else /* 6.1 keeps some */
		close(bell[0]);
	CHECK((got = take_fd(keep[1], 0)) >= 0 && (pair[1] = take_fd(got, 0)) >= 0 &&
		      read(pair[1], &byte, 1) == 1 && byte == 'k',
	      "but what was reachable all the time");
	close(got);
	close(keep[0]);
	close(keep[1]);
	close(kept[0]);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	test_self(SOCK_DGRAM, "a datagram socket that holds itself is freed");
	test_self(SOCK_STREAM, "a stream too");
	test_each_other();
	test_ring();
	test_listeners();
	test_hang_up();
	test_alive();
	test_alive_pending();
	test_limits();
	test_depth();
	test_storm();
	nudge();
	CHECK_END();
}
