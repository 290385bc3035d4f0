/* Pipes and FIFOs. */
#include "check.h"

#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>

static char buffer[1 << 17];

static void basics(void)
{
	int fds[2], n;
	struct stat st;

	MUST(!pipe(fds));
	CHECK(write(fds[1], "hello", 5) == 5 && read(fds[0], buffer, 100) == 5 &&
		      !memcmp(buffer, "hello", 5),
	      "what is written is read");
	CHECK(!fstat(fds[0], &st) && S_ISFIFO(st.st_mode), "a pipe is a FIFO");
	write(fds[1], "abc", 3);
	write(fds[1], "def", 3);
	CHECK(!ioctl(fds[0], FIONREAD, &n) && n == 6, "FIONREAD counts the bytes");
	CHECK(read(fds[0], buffer, 4) == 4 && read(fds[0], buffer, 4) == 2,
	      "a read takes what there is");
	CHECK_ERR(read(fds[1], buffer, 1), EBADF, "the writing end is not read");
	CHECK_ERR(write(fds[0], buffer, 1), EBADF, "the reading end not written");
	close(fds[1]);
	CHECK_EQ(read(fds[0], buffer, 1), 0, "without writers it reads as 0");
	close(fds[0]);
	MUST(!pipe(fds));
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERR(write(fds[1], "x", 1), EPIPE, "without readers a write is EPIPE");
	signal(SIGPIPE, SIG_DFL);
	CHECK(KILLED(IN_CHILD(write(fds[1], "x", 1)), SIGPIPE), "and SIGPIPE");
	close(fds[1]);
	CHECK_ERR(pipe2(fds, 0x77), EINVAL, "pipe2 refuses unknown flags");
	MUST(!pipe2(fds, O_CLOEXEC | O_NONBLOCK));
	CHECK(fcntl(fds[0], F_GETFD) == FD_CLOEXEC && (fcntl(fds[1], F_GETFL) & O_NONBLOCK),
	      "and takes known ones");
	CHECK_ERR(read(fds[0], buffer, 1), EAGAIN, "an empty pipe that does not block is EAGAIN");
	CHECK_EQ(write(fds[1], buffer, sizeof(buffer)), 65536, "a pipe holds 64 KiB");
	CHECK_ERR(write(fds[1], buffer, 1), EAGAIN, "a full one is EAGAIN");
	CHECK(read(fds[0], buffer, 4095) == 4095 && write(fds[1], buffer, 4096) == -1,
	      "a write up to PIPE_BUF is whole or nothing");
	CHECK_EQ(fcntl(fds[0], F_GETPIPE_SZ), 65536, "F_GETPIPE_SZ tells the size");
	CHECK(fcntl(fds[0], F_SETPIPE_SZ, 1 << 17) == 1 << 17, "F_SETPIPE_SZ changes it");
	close(fds[0]);
	close(fds[1]);
}

static void streaming(void)
{
	long total = 0, sum = 0, expected = 0;
	int fds[2], status;

	MUST(!pipe(fds));
	for (long i = 0; i < 300000; i++)
		expected += (unsigned char)(i * 31);
	pid_t pid = fork();
	if (!pid) {
		close(fds[0]);
		for (long i = 0; i < 300000;) {
			char piece[777];
			int n = 300000 - i < 777 ? 300000 - i : 777;

			for (int j = 0; j < n; j++)
				piece[j] = (i + j) * 31;
			if (write(fds[1], piece, n) != n)
				_exit(1);
			i += n;
		}
		_exit(0);
	}
	close(fds[1]);
	for (ssize_t n; (n = read(fds[0], buffer, 1000)) > 0; total += n)
		for (int j = 0; j < n; j++)
			sum += (unsigned char)buffer[j];
	waitpid(pid, &status, 0);
	CHECK(total == 300000 && sum == expected && EXITED(status, 0),
	      "300,000 bytes come through, all and in order");
	close(fds[0]);

	/* Writers at once: pieces up to PIPE_BUF do not mix. */
	MUST(!pipe(fds));
	for (int w = 0; w < 4; w++)
		if (!fork()) {
			char piece[100];

			memset(piece, 'A' + w, sizeof(piece));
			for (int i = 0; i < 200; i++)
				write(fds[1], piece, sizeof(piece));
			_exit(0);
		}
	close(fds[1]);
	bool whole = true;
	total = 0;
	for (;;) {
		ssize_t n = 0, got;

		while (n < 100 && (got = read(fds[0], buffer + n, 100 - n)) > 0)
			n += got;
		if (!n)
			break;
		total += n;
		for (int j = 1; j < n; j++)
			whole &= buffer[j] == buffer[0];
	}
	while (wait(NULL) > 0)
		;
	CHECK(whole && total == 4 * 200 * 100, "small writes of several writers do not mix");
	close(fds[0]);
}

static void fifos(void)
{
	int fd, writer, status;
	struct stat st;

	unlink("/tmp/fifo");
	CHECK_OK(mkfifo("/tmp/fifo", 0600), "mkfifo makes a FIFO");
	CHECK(!stat("/tmp/fifo", &st) && S_ISFIFO(st.st_mode), "which stat knows");
	CHECK_ERR(open("/tmp/fifo", O_WRONLY | O_NONBLOCK), ENXIO,
		  "a writer without a reader is ENXIO if it may not wait");
	fd = open("/tmp/fifo", O_RDONLY | O_NONBLOCK);
	CHECK(fd >= 0, "a reader need not wait");
	CHECK_EQ(read(fd, buffer, 1), 0, "and reads 0 without a writer");
	writer = open("/tmp/fifo", O_WRONLY);
	CHECK(writer >= 0 && write(writer, "x", 1) == 1 && read(fd, buffer, 1) == 1,
	      "then both ends work");
	CHECK_ERR(read(fd, buffer, 1), EAGAIN, "with a writer, nothing is EAGAIN");
	close(writer);
	close(fd);
	pid_t pid = fork();
	if (!pid) {
		fd = open("/tmp/fifo", O_WRONLY);
		_exit(write(fd, "late", 4) == 4 ? 0 : 1);
	}
	fd = open("/tmp/fifo", O_RDONLY);
	CHECK(fd >= 0 && read(fd, buffer, 10) == 4, "open waits for the other end");
	waitpid(pid, &status, 0);
	close(fd);
	fd = open("/tmp/fifo", O_RDWR);
	CHECK(fd >= 0 && write(fd, "y", 1) == 1 && read(fd, buffer, 1) == 1, "O_RDWR is both ends");
	close(fd);
	unlink("/tmp/fifo");
}

int main(void)
{
	basics();
	streaming();
	fifos();
	CHECK_END();
}
