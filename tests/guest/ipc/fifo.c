/* FIFOs: who waits for whom in open, packets, sizes, many readers and writers at once. */
#include "check.h"

#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

#define F_SET_SIZE 1031
#define F_GET_SIZE 1032

static const char *const name = "/tmp/fifo.test";
static char buffer[1 << 17];

static bool waits(pid_t pid)
{
	int status;

	usleep(30000);
	return waitpid(pid, &status, WNOHANG) == 0;
}

static pid_t opener(int flags, int code)
{
	pid_t pid = fork();

	if (!pid)
		_exit(open(name, flags) >= 0 ? code : 99);
	return pid;
}

static void opens(void)
{
	int status, fd, other;
	struct pollfd p;
	pid_t pid;

	pid = opener(O_RDONLY, 1);
	CHECK(waits(pid), "a reader waits in open for a writer");
	fd = open(name, O_WRONLY);
	waitpid(pid, &status, 0);
	CHECK(fd >= 0 && EXITED(status, 1), "until one comes");
	close(fd);
	pid = opener(O_WRONLY, 2);
	CHECK(waits(pid), "a writer waits for a reader");
	fd = open(name, O_RDONLY | O_NONBLOCK);
	waitpid(pid, &status, 0);
	CHECK(fd >= 0 && EXITED(status, 2), "even one that does not wait");
	CHECK_EQ(read(fd, buffer, 1), 0, "which reads the end when no writer is left");
	close(fd);
	CHECK_ERR(open(name, O_WRONLY | O_NONBLOCK), ENXIO, "a writer that does not wait is ENXIO");
	fd = open(name, O_RDONLY | O_NONBLOCK);
	p = (struct pollfd){ fd, POLLIN, 0 };
	CHECK(poll(&p, 1, 0) == 0, "before the first writer nothing hangs up");
	other = open(name, O_WRONLY | O_NONBLOCK);
	CHECK_ERR(read(fd, buffer, 1), EAGAIN, "with a writer an empty FIFO is EAGAIN");
	close(other);
	CHECK(poll(&p, 1, 0) == 1 && p.revents == POLLHUP, "after the last one it has hung up");
	close(fd);
	fd = open(name, O_RDWR);
	CHECK(fd >= 0 && write(fd, "x", 1) == 1 && read(fd, buffer, 1) == 1,
	      "one that does both waits for nobody");
	close(fd);
	pid = opener(O_RDONLY, 3);
	usleep(30000);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	CHECK(KILLED(status, SIGTERM), "a signal ends the wait");
}

static void packets(void)
{
	int ends[2], n;

	MUST(!pipe2(ends, O_DIRECT | O_NONBLOCK));
	CHECK(write(ends[1], "one", 3) == 3 && write(ends[1], "second", 6) == 6,
	      "O_DIRECT makes packets");
	CHECK(read(ends[0], buffer, 100) == 3, "a read takes one");
	CHECK(read(ends[0], buffer, 2) == 2 && read(ends[0], buffer, 100) == -1 && errno == EAGAIN,
	      "and throws away what it has no room for");
	CHECK(write(ends[1], buffer, 5000) == 5000 && read(ends[0], buffer, 9000) == 4096 &&
		      read(ends[0], buffer, 9000) == 904,
	      "a long write becomes packets of PIPE_BUF");
	CHECK(!ioctl(ends[0], FIONREAD, &n) && n == 0, "FIONREAD counts bytes");
	close(ends[0]);
	close(ends[1]);
}

static void sizes(void)
{
	int ends[2];
	ssize_t n, total = 0;

	MUST(!pipe2(ends, O_NONBLOCK));
	CHECK_EQ(fcntl(ends[0], F_GET_SIZE), 65536, "a pipe holds 64 KiB");
	CHECK_EQ(fcntl(ends[1], F_SET_SIZE, 5000), 8192,
		 "a size is rounded up to pages, a power of two");
	while ((n = write(ends[1], buffer, 4096)) > 0)
		total += n;
	CHECK_EQ(total, 8192, "and holds");
	CHECK_ERR(fcntl(ends[1], F_SET_SIZE, 4096), EBUSY,
		  "what is in use cannot be taken away: EBUSY");
	CHECK_EQ(fcntl(ends[1], F_SET_SIZE, 1 << 20), 1 << 20, "it can grow to 1 MiB");
	while ((n = write(ends[1], buffer, 4096)) > 0)
		total += n;
	CHECK_EQ(total, 1 << 20, "with all that was in it");
	CHECK_ERR(fcntl(0, F_GET_SIZE), EBADF, "what is no pipe has no such size");
	CHECK_ERR(pipe2(ends, O_APPEND), EINVAL, "a wrong flag is EINVAL");
	CHECK_ERR(syscall(SYS_pipe2, 8, 0), EFAULT, "a wild pointer is EFAULT");
	close(ends[0]);
	close(ends[1]);
}

static void faults(void)
{
	char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ends[2], n;

	munmap(edge + 4096, 4096);
	MUST(!pipe2(ends, O_NONBLOCK));
	CHECK_ERR(write(ends[1], edge + 4096, 10), EFAULT, "writing from nowhere is EFAULT");
	write(ends[1], "abcdef", 6);
	CHECK_ERR(read(ends[0], edge + 4096, 6), EFAULT, "so is reading to there");
	CHECK(!ioctl(ends[0], FIONREAD, &n) && n == 6, "and takes nothing");
	CHECK(read(ends[0], buffer, 10) == 6 && !memcmp(buffer, "abcdef", 6),
	      "so that it can be read again");
	close(ends[0]);
	close(ends[1]);
}

/* Records of 64 bytes from several writers to several readers: none torn, none lost. */
enum { WRITERS = 4, READERS = 3, RECORDS = 2000 };
static int crowd[2];
static unsigned seen[WRITERS][RECORDS], torn;

static void *write_records(void *arg)
{
	unsigned record[16];

	for (unsigned i = 0; i < RECORDS; i++) {
		for (int k = 0; k < 16; k += 2) {
			record[k] = (unsigned)(long)arg;
			record[k + 1] = i;
		}
		if (write(crowd[1], record, sizeof(record)) != sizeof(record))
			torn++;
	}
	return NULL;
}

static void *read_records(void *arg)
{
	unsigned record[16];
	ssize_t n;

	while ((n = read(crowd[0], record, sizeof(record))) > 0) {
		if (n != sizeof(record) || record[0] >= WRITERS || record[1] >= RECORDS ||
		    record[14] != record[0] || record[15] != record[1])
			__atomic_fetch_add(&torn, 1, __ATOMIC_RELAXED);
		else
			__atomic_fetch_add(&seen[record[0]][record[1]], 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void crowds(void)
{
	pthread_t writers[WRITERS], readers[READERS];
	unsigned wrong = 0;

	MUST(!pipe(crowd));
	for (long i = 0; i < WRITERS; i++)
		pthread_create(&writers[i], NULL, write_records, (void *)i);
	for (long i = 0; i < READERS; i++)
		pthread_create(&readers[i], NULL, read_records, NULL);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(writers[i], NULL);
	close(crowd[1]);
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	close(crowd[0]);
	for (int w = 0; w < WRITERS; w++)
		for (int r = 0; r < RECORDS; r++)
			wrong += seen[w][r] != 1;
	CHECK(!torn && !wrong, "many readers and writers get each record once and whole");
}

int main(void)
{
	unlink(name);
	MUST(!mkfifo(name, 0600));
	opens();
	unlink(name);
	packets();
	sizes();
	faults();
	crowds();
	CHECK_END();
}
