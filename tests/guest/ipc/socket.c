/*
 * socket.c - sockets of one machine: streams, datagrams, packets, names, descriptors, credentials.
 */
#include "descriptors.h"

#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static int pair[2];
static char buf[400000];

static void make_pair(int type)
{
	MUST(!socketpair(AF_UNIX, type, 0, pair));
}

static void close_pair(void)
{
	close(pair[0]);
	close(pair[1]);
}

static int ready(int fd, int events)
{
	struct pollfd p = { fd, events, 0 };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

static void test_kinds(void)
{
	CHECK_ERR(socket(AF_UNIX, 77, 0), EINVAL, "there is no type 77");
	CHECK_ERR(socket(AF_UNIX, 4, 0), ESOCKTNOSUPPORT, "nor type 4 here");
	CHECK_ERR(socket(AF_UNIX, SOCK_STREAM, 17), EPROTONOSUPPORT, "nor protocol 17");
	CHECK_ERR(socket(-1, SOCK_STREAM, 0), EAFNOSUPPORT, "nor family -1");
	CHECK_ERR(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 1), EFAULT,
		  "a pair needs a place");
	CHECK_ERR(listen(0, 1), ENOTSOCK, "a file is no socket");
	CHECK_ERR(listen(-1, 1), EBADF, "nothing is none");
	MUST((pair[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) >= 0);
	CHECK(fcntl(pair[0], F_GETFD) == FD_CLOEXEC &&
		      fcntl(pair[0], F_GETFL) == (O_RDWR | O_NONBLOCK),
	      "flags go along with the type");
	CHECK_ERR(write(pair[0], "x", 1), ENOTCONN, "a socket alone cannot be written to");
	CHECK_ERR(read(pair[0], buf, 1), EINVAL, "nor read");
	CHECK_ERR(lseek(pair[0], 0, SEEK_SET), ESPIPE, "it has no position");
	CHECK_EQ(ready(pair[0], POLLIN | POLLOUT), POLLOUT | POLLHUP, "poll calls it hung up");
	close(pair[0]);
}

static void test_stream(void)
{
	struct stat st;
	int n = 0;

	make_pair(SOCK_STREAM);
	MUST(!fstat(pair[0], &st));
	CHECK(S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0777, "fstat shows a socket");
	CHECK_EQ(write(pair[0], "hello", 5) + write(pair[0], "world", 5), 10,
		 "a stream takes bytes");
	CHECK(!ioctl(pair[1], FIONREAD, &n) && n == 10, "FIONREAD counts them");
	CHECK(recv(pair[1], buf, 7, MSG_PEEK) == 7 && !memcmp(buf, "hellowo", 7),
	      "a peek sees them");
	CHECK(read(pair[1], buf, 8) == 8 && !memcmp(buf, "hellowor", 8),
	      "a read goes over the borders of writes");
	CHECK_EQ(recv(pair[1], buf, 8, MSG_DONTWAIT), 2, "the rest comes then");
	CHECK_ERR(recv(pair[1], buf, 8, MSG_DONTWAIT), EAGAIN, "and then nothing");
	CHECK_EQ(ready(pair[1], POLLIN | POLLOUT), POLLOUT, "poll agrees");
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	for (n = 0; n < 10000000;) {
		int part = write(pair[0], buf, 10000);

		if (part < 0)
			break;
		n += part;
	}
	CHECK(n > 100000 && n < 1000000, "a buffer fills up");
	CHECK(!(ready(pair[0], POLLOUT) & POLLOUT), "then poll says so");
	for (int got = 0, part; got < n; got += part)
		MUST((part = read(pair[1], buf, sizeof(buf))) > 0);
	CHECK_EQ(ready(pair[0], POLLOUT), POLLOUT, "reading makes room");
	MUST(!shutdown(pair[0], SHUT_WR));
	CHECK_EQ(read(pair[1], buf, 1), 0, "after a shutdown comes the end");
	CHECK_EQ(write(pair[1], "x", 1), 1, "the other way stays open");
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERR(write(pair[0], "x", 1), EPIPE, "who shut down cannot write");
	close(pair[0]);
	CHECK(ready(pair[1], POLLIN | POLLRDHUP) & POLLHUP, "a closed peer hangs up");
	CHECK_ERR(read(pair[1], buf, 1), ECONNRESET, "what he left unread is a reset, once");
	CHECK_EQ(read(pair[1], buf, 1), 0, "then the end");
	CHECK_ERR(write(pair[1], "x", 1), EPIPE, "and nobody to write to");
	close(pair[1]);
	signal(SIGPIPE, SIG_DFL);
	make_pair(SOCK_STREAM);
	close(pair[0]);
	int status = IN_CHILD(write(pair[1], "x", 1));
	CHECK(KILLED(status, SIGPIPE), "SIGPIPE kills a writer");
	status = IN_CHILD(_exit(send(pair[1], "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE));
	CHECK(EXITED(status, 1), "but not with MSG_NOSIGNAL");
	close(pair[1]);
}

static void *late_writer(void *arg)
{
	usleep(1000);
	send(pair[0], "abc", 3, 0);
	send(pair[0], "def", 3, 0);
	return NULL;
}

static void test_waiting(void)
{
	struct timeval tv = { 0, 20000 }, got;
	socklen_t len = sizeof(got);
	pthread_t thread;

	make_pair(SOCK_STREAM);
	pthread_create(&thread, NULL, late_writer, NULL);
	CHECK(recv(pair[1], buf, 6, MSG_WAITALL) == 6 && !memcmp(buf, "abcdef", 6),
	      "MSG_WAITALL waits for all");
	pthread_join(thread, NULL);
	MUST(!setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	CHECK_ERR(read(pair[1], buf, 1), EAGAIN, "a read ends with its time");
	CHECK(!getsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &got, &len) && len == sizeof(got) &&
		      got.tv_usec == 20000,
	      "which can be asked for");
	close_pair();
}

static void test_packets(void)
{
	struct iovec iov = { buf, 3 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	make_pair(SOCK_SEQPACKET);
	MUST(write(pair[0], "hello", 5) == 5 && write(pair[0], "x", 1) == 1);
	CHECK_EQ(recvmsg(pair[1], &msg, 0), 3, "a packet is read as far as there is room");
	CHECK_EQ(msg.msg_flags, MSG_TRUNC, "and the rest is gone");
	CHECK_EQ(recv(pair[1], buf, 10, MSG_PEEK | MSG_TRUNC), 1, "the next comes by itself");
	CHECK_EQ(recv(pair[1], buf, 10, 0), 1, "also after a peek");
	close(pair[0]);
	CHECK_EQ(recv(pair[1], buf, 10, 0), 0, "the end is an empty packet");
	close(pair[1]);
	make_pair(SOCK_DGRAM);
	CHECK_EQ(send(pair[0], "", 0, 0), 0, "a datagram may be empty");
	CHECK_EQ(recv(pair[1], buf, 10, 0), 0, "and arrives so");
	MUST(send(pair[0], "hello", 5, 0) == 5);
	CHECK_EQ(recv(pair[1], buf, 2, MSG_TRUNC), 5, "MSG_TRUNC tells the whole length");
	CHECK_ERR(recv(pair[1], buf, 2, MSG_DONTWAIT), EAGAIN, "of what is gone");
	CHECK_ERR(send(pair[0], buf, 390000, 0), EMSGSIZE, "a datagram fits into the buffer");
	close(pair[1]);
	CHECK_ERR(send(pair[0], "x", 1, 0), ECONNREFUSED, "a closed one takes none");
	close(pair[0]);
}

static socklen_t make_name(struct sockaddr_un *name, const char *path)
{
	*name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strcpy(name->sun_path, path);
	return sizeof(name->sun_family) + strlen(path) + 1;
}

static void test_names(void)
{
	struct sockaddr_un name, got;
	socklen_t len = make_name(&name, "/tmp/socket"), got_len = sizeof(got);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), client, server;
	struct ucred cred;
	struct stat st;

	CHECK_ERR(listen(listener, 5), EINVAL, "who has no name cannot listen");
	umask(022);
	CHECK_OK(bind(listener, (void *)&name, len), "a socket gets a path");
	CHECK(!stat("/tmp/socket", &st) && st.st_mode == (S_IFSOCK | 0755), "which is a file");
	CHECK_ERR(open("/tmp/socket", O_RDWR), ENXIO, "that cannot be opened");
	CHECK_ERR(bind(listener, (void *)&name, len), EADDRINUSE, "it is there now");
	make_name(&name, "/tmp/socke2");
	CHECK_ERR(bind(listener, (void *)&name, len), EINVAL, "a socket has one name");
	CHECK_ERR(stat("/tmp/socke2", &st), ENOENT, "and leaves no other file");
	make_name(&name, "/tmp/socket");
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_ERR(bind(client, (void *)&name, len), EADDRINUSE, "which is its own");
	CHECK_ERR(connect(client, (void *)&name, len), ECONNREFUSED, "nobody listens yet");
	MUST(!listen(listener, 1));
	CHECK_OK(connect(client, (void *)&name, len), "now somebody does");
	CHECK_ERR(connect(client, (void *)&name, len), EISCONN, "once is enough");
	CHECK_EQ(ready(listener, POLLIN), POLLIN, "the listener has something to accept");
	CHECK_EQ(write(client, "early", 5), 5, "bytes may be sent before");
	server = accept4(listener, (void *)&got, &got_len, SOCK_CLOEXEC);
	CHECK(server >= 0 && got_len == 2 && got.sun_family == AF_UNIX, "who connects has no name");
	CHECK(read(server, buf, 10) == 5 && !memcmp(buf, "early", 5), "they have arrived");
	got_len = sizeof(got);
	CHECK(!getpeername(client, (void *)&got, &got_len) && got_len == len &&
		      !strcmp(got.sun_path, "/tmp/socket"),
	      "he knows the listener's");
	got_len = sizeof(cred);
	CHECK(!getsockopt(client, SOL_SOCKET, SO_PEERCRED, &cred, &got_len) &&
		      cred.pid == getpid() && cred.uid == 0,
	      "and who it was");
	fcntl(listener, F_SETFL, O_NONBLOCK);
	CHECK_ERR(accept(listener, NULL, NULL), EAGAIN, "there is no second one");
	close(server);
	CHECK_EQ(read(client, buf, 1), 0, "the server's end is the client's");
	close(client);
	MUST(!unlink("/tmp/socket"));
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_ERR(connect(client, (void *)&name, len), ENOENT, "without its file it is gone");
	CHECK_ERR(connect(client, (void *)&name, 2), EINVAL, "a name is more than a family");
	make_name(&name, "/dev/null");
	CHECK_ERR(connect(client, (void *)&name, sizeof(name)), ECONNREFUSED,
		  "what is no socket refuses");
	make_name(&name, "/tmp/dsocket");
	server = socket(AF_UNIX, SOCK_DGRAM, 0);
	MUST(!bind(server, (void *)&name, sizeof(name)));
	CHECK_ERR(connect(client, (void *)&name, sizeof(name)), EPROTOTYPE, "types must agree");
	close(server);
	unlink("/tmp/dsocket");
	close(client);
	close(listener);
}

static void test_backlog(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "\0abstract" };
	socklen_t len = 2 + 9, got_len = sizeof(name);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), a = socket(AF_UNIX, SOCK_STREAM, 0),
	    b = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), c = socket(AF_UNIX, SOCK_DGRAM, 0);

	MUST(!bind(listener, (void *)&name, len) && !listen(listener, 0));
	CHECK_ERR(connect(c, (void *)&name, len), ECONNREFUSED, "each type has its own names");
	CHECK_OK(connect(a, (void *)&name, len), "one may always wait");
	CHECK_ERR(connect(b, (void *)&name, len), EAGAIN, "a full listener takes no more");
	close(listener);
	CHECK_ERR(read(a, buf, 1), ECONNRESET, "who was never accepted is reset");
	CHECK_ERR(connect(b, (void *)&name, len), ECONNREFUSED, "the name has gone");
	CHECK_OK(bind(c, (void *)&name, 2), "a name is found for who wants any");
	CHECK(!getsockname(c, (void *)&name, &got_len) && got_len == 8 && !name.sun_path[0],
	      "of five digits");
	close(a);
	close(b);
	close(c);
}

static void test_datagrams(void)
{
	struct sockaddr_un to, from;
	socklen_t len = make_name(&to, "/tmp/datagram"), from_len = sizeof(from);
	int server = socket(AF_UNIX, SOCK_DGRAM, 0), client = socket(AF_UNIX, SOCK_DGRAM, 0);

	MUST(!bind(server, (void *)&to, len) && !bind(client, (void *)&to, 2));
	CHECK_EQ(sendto(client, "ping", 4, 0, (void *)&to, len), 4, "a datagram goes to a name");
	CHECK_EQ(recvfrom(server, buf, 10, 0, (void *)&from, &from_len), 4, "and arrives");
	CHECK_EQ(sendto(server, "pong", 4, 0, (void *)&from, from_len), 4, "with where it is from");
	CHECK_EQ(recv(client, buf, 10, 0), 4, "so it is answered");
	CHECK_ERR(send(client, "x", 1, 0), ENOTCONN, "without a name there is nobody");
	MUST(!connect(client, (void *)&to, len));
	CHECK_EQ(send(client, "x", 1, 0), 1, "but for the one that it has");
	MUST(recv(server, buf, 10, 0) == 1);
	from.sun_family = AF_UNSPEC;
	CHECK_OK(connect(client, (void *)&from, sizeof(from)), "it can be given up");
	CHECK_ERR(send(client, "x", 1, 0), ENOTCONN, "then there is none");
	CHECK_ERR(listen(server, 1), EOPNOTSUPP, "datagrams have no connections");
	close(server);
	close(client);
	unlink("/tmp/datagram");
}

static union {
	struct cmsghdr h;
	char space[256];
} control;

static int receive(int s, int room, int flags, struct msghdr *msg)
{
	static struct iovec iov;

	iov = (struct iovec){ buf, 100 };
	*msg = (struct msghdr){
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = room
	};
	memset(&control, 0, sizeof(control));
	return recvmsg(s, msg, flags);
}

static void test_rights(void)
{
	struct msghdr msg;
	int fds[300], *got = (int *)CMSG_DATA(&control.h), file;
	struct stat a, b;

	make_pair(SOCK_STREAM);
	MUST((file = open("/etc/passwd", O_RDONLY)) >= 0);
	for (int i = 0; i < 300; i++)
		fds[i] = file;
	MUST(write(pair[0], "abc", 3) == 3);
	CHECK_EQ(send_fds(pair[0], fds, 1, 0), 1, "a descriptor is sent");
	MUST(write(pair[0], "d", 1) == 1);
	CHECK_EQ(receive(pair[1], sizeof(control), MSG_CMSG_CLOEXEC, &msg), 4,
		 "its byte comes with those before, not with those behind");
	CHECK(control.h.cmsg_len == CMSG_LEN(4) && control.h.cmsg_type == SCM_RIGHTS &&
		      !fstat(*got, &a) && !fstat(file, &b) && a.st_ino == b.st_ino,
	      "it is the same file");
	CHECK_EQ(fcntl(*got, F_GETFD), FD_CLOEXEC, "closed by exec if that is wanted");
	close(*got);
	MUST(read(pair[1], buf, 10) == 1);
	MUST(send_fds(pair[0], fds, 3, 0) == 1);
	CHECK_EQ(receive(pair[1], CMSG_LEN(8), 0, &msg), 1, "three in the room of two");
	CHECK(msg.msg_flags == MSG_CTRUNC && control.h.cmsg_len == CMSG_LEN(8), "are cut");
	close(got[0]);
	close(got[1]);
	CHECK_ERR(send_fds(pair[0], fds, 254, 0), EINVAL, "254 are too many");
	fds[1] = 9999;
	CHECK_ERR(send_fds(pair[0], fds, 2, 0), EBADF, "one that is not open stops all");
	fds[1] = file;
	MUST(send_fds(pair[0], fds, 200, 0) == 1);
	close_pair();
	make_pair(SOCK_STREAM);
	MUST(send_fds(pair[0], pair, 1, 0) == 1 && send_fds(pair[1], fds, 5, 0) == 1);
	CHECK_EQ(receive(pair[1], 0, 0, &msg), 1, "descriptors that nobody wants are closed");
	CHECK_EQ(msg.msg_flags, MSG_CTRUNC, "and the reader is told");
	close_pair();
	close(file);
}

static void test_credentials(void)
{
	struct ucred *got = (struct ucred *)CMSG_DATA(&control.h);
	struct msghdr msg;
	int on = 1, status;

	make_pair(SOCK_DGRAM);
	MUST(!setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	status = IN_CHILD(if (!setgid(7) && !setuid(8)) send(pair[0], "x", 1, 0));
	MUST(EXITED(status, 0));
	CHECK_EQ(receive(pair[1], sizeof(control), 0, &msg), 1, "a message comes");
	CHECK(control.h.cmsg_type == SCM_CREDENTIALS && control.h.cmsg_len == CMSG_LEN(12),
	      "with credentials");
	CHECK(got->pid > 1 && got->uid == 8 && got->gid == 7, "of who sent it");
	close_pair();
}

static void test_many(void)
{
	struct iovec iov[3] = { { "a", 1 }, { "bc", 2 }, { "def", 3 } };
	struct mmsghdr out[3] = {}, in[5] = {};
	struct iovec space[5];
	static char text[5][10];

	make_pair(SOCK_DGRAM);
	for (int i = 0; i < 5; i++) {
		space[i] = (struct iovec){ text[i], 10 };
		in[i].msg_hdr = (struct msghdr){ .msg_iov = &space[i], .msg_iovlen = 1 };
		if (i < 3)
			out[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	CHECK_EQ(syscall(SYS_sendmmsg, pair[0], out, 3, 0), 3, "several are sent at once");
	CHECK_EQ(out[2].msg_len, 3, "each with its length");
	CHECK_EQ(syscall(SYS_recvmmsg, pair[1], in, 5, MSG_WAITFORONE, NULL), 3,
		 "and received as far as they are there");
	CHECK(in[1].msg_len == 2 && !memcmp(text[2], "def", 3), "in order");
	close_pair();
}

int main(void)
{
	test_kinds();
	test_stream();
	test_waiting();
	test_packets();
	test_names();
	test_backlog();
	test_datagrams();
	test_rights();
	test_credentials();
	test_many();
	CHECK_END();
}
