/*
 * splice.c - splice, tee and sendfile lose no byte when the other side fails.
 */
#include "check.h"

#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>

static int in[2], full[2];

static int left(int fd)
{
	int n = -1;

	ioctl(fd, FIONREAD, &n);
	return n;
}

static void test_failure(void)
{
	int file, n;
	char buf[16];
	struct rlimit limit = { 0, RLIM_INFINITY };

	MUST(write(in[1], "hello", 5) == 5);
	CHECK_ERR(splice(in[0], NULL, full[1], NULL, 5, 0), EAGAIN, "a full pipe takes nothing");
	CHECK_EQ(left(in[0]), 5, "and the bytes stay where they were");
	file = open("/tmp/splice", O_RDWR | O_CREAT | O_TRUNC, 0600);
	signal(SIGXFSZ, SIG_IGN);
	MUST(!setrlimit(RLIMIT_FSIZE, &limit));
	CHECK_ERR(splice(in[0], NULL, file, NULL, 5, 0), EFBIG, "nor does a file at its limit");
	limit.rlim_cur = RLIM_INFINITY;
	MUST(!setrlimit(RLIMIT_FSIZE, &limit));
	CHECK_EQ(left(in[0]), 5, "they stay then, too");
	CHECK_EQ(splice(in[0], NULL, file, NULL, 2, 0), 2, "a part can be moved");
	n = read(in[0], buf, sizeof(buf));
	CHECK(n == 3 && !memcmp(buf, "llo", 3), "and the rest is read");
	CHECK_ERR(sendfile(full[1], file, NULL, 2), EAGAIN, "sendfile says so even at the end");
	MUST(lseek(file, 0, SEEK_SET) == 0);
	CHECK_ERR(sendfile(full[1], file, NULL, 2), EAGAIN, "sendfile to a full pipe");
	CHECK_EQ(lseek(file, 0, SEEK_CUR), 0, "leaves the position alone");
	CHECK_ERR(splice(in[0], NULL, file, NULL, 2, SPLICE_F_NONBLOCK), EAGAIN,
		  "SPLICE_F_NONBLOCK does not wait for an empty pipe");
	close(file);
	unlink("/tmp/splice");
}

static void test_tee(void)
{
	char buf[8192];
	int out[2];

	MUST(!pipe(out));
	MUST(write(in[1], buf, 5000) == 5000);
	CHECK_EQ(tee(in[0], out[1], 6000, 0), 5000, "tee copies what there is");
	CHECK_EQ(left(in[0]), 5000, "and leaves it");
	CHECK_EQ(left(out[0]), 5000, "to both");
	CHECK_EQ(tee(in[0], out[1], 100, 0), 100, "or a part of it");
	CHECK_EQ(left(out[0]), 5100, "behind what was there");
	CHECK_ERR(tee(in[0], full[1], 100, SPLICE_F_NONBLOCK), EAGAIN, "a full pipe gets nothing");
	CHECK_ERR(tee(in[0], in[1], 100, 0), EINVAL, "a pipe does not tee into itself");
	CHECK_ERR(tee(0, out[1], 100, 0), EINVAL, "what is no pipe cannot be teed");
	MUST(read(in[0], buf, sizeof(buf)) == 5000);
	CHECK_ERR(tee(in[0], out[1], 100, SPLICE_F_NONBLOCK), EAGAIN, "an empty pipe has nothing");
	close(out[0]);
	signal(SIGPIPE, SIG_IGN);
	MUST(write(in[1], buf, 10) == 10);
	CHECK_ERR(splice(in[0], NULL, out[1], NULL, 10, 0), EPIPE, "nobody reads the target");
	CHECK_EQ(left(in[0]), 10, "and the bytes stay");
	MUST(read(in[0], buf, sizeof(buf)) == 10);
	close(out[1]);
	signal(SIGPIPE, SIG_DFL);
}

static int out[2];

static void *splicer(void *arg)
{
	return (void *)splice(in[0], NULL, full[1], NULL, 10, 0);
}

/* A splice that waits for room holds the bytes it wants to move: another reader waits for it. */
static void test_order(void)
{
	pthread_t thread;
	static char buf[65536];
	void *result;
	int n = 0;

	fcntl(full[1], F_SETFL, 0);
	MUST(write(in[1], "0123456789", 10) == 10);
	pthread_create(&thread, NULL, splicer, NULL);
	while (n < 65536)
		n += read(full[0], buf, 65536 - n);
	pthread_join(thread, &result);
	CHECK_EQ((long)result, 10, "a splice that waited moves its bytes");
	CHECK(read(full[0], buf, 20) == 10 && !memcmp(buf, "0123456789", 10), "in order");
	CHECK_EQ(left(in[0]), 0, "and they are gone from where they were");
}

static siginfo_t seen;

static void on_signal(int signo, siginfo_t *info, void *context)
{
	seen = *info;
}

static void test_sigpipe(void)
{
	struct sigaction act = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	MUST(!pipe(out) && !sigaction(SIGPIPE, &act, NULL));
	close(out[0]);
	CHECK_ERR(write(out[1], "x", 1), EPIPE, "a write that nobody reads fails");
	CHECK(seen.si_signo == SIGPIPE && seen.si_code == SI_USER && seen.si_pid == getpid() &&
		      seen.si_uid == getuid(),
	      "its signal looks as if the writer had sent it");
	close(out[1]);
}

int main(void)
{
	static char buf[65536];

	MUST(!pipe(in) && !pipe2(full, O_NONBLOCK) && write(full[1], buf, 65536) == 65536);
	fcntl(full[0], F_SETFL, 0);
	test_failure();
	test_tee();
	test_order();
	test_sigpipe();
	CHECK_END();
}
