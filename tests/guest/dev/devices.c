/* /dev: null, zero, full, random, urandom, kmsg, console. */
#include "check.h"

#include <dirent.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

static char buffer[8192], other[8192];
static struct stat st;

static bool device(const char *path, unsigned major, unsigned minor, mode_t mode)
{
	return !stat(path, &st) && S_ISCHR(st.st_mode) && st.st_rdev == makedev(major, minor) &&
	       (st.st_mode & 07777) == mode;
}

int main(void)
{
	int fd;

	CHECK(device("/dev/null", 1, 3, 0666), "/dev/null is 1:3, for everybody");
	CHECK(device("/dev/zero", 1, 5, 0666), "/dev/zero is 1:5");
	CHECK(device("/dev/full", 1, 7, 0666), "/dev/full is 1:7");
	CHECK(device("/dev/random", 1, 8, 0666), "/dev/random is 1:8");
	CHECK(device("/dev/urandom", 1, 9, 0666), "/dev/urandom is 1:9");
	CHECK(device("/dev/kmsg", 1, 11, 0644), "/dev/kmsg is 1:11, for root to write");
	CHECK(device("/dev/tty", 5, 0, 0666), "/dev/tty is 5:0");
	CHECK(device("/dev/console", 5, 1, 0600), "/dev/console is 5:1, for root");
	CHECK(!stat("/dev/ttyS0", &st) && st.st_rdev == makedev(4, 64), "/dev/ttyS0 is 4:64");

	fd = open("/dev/null", O_RDWR);
	CHECK(write(fd, buffer, 8192) == 8192 && read(fd, buffer, 10) == 0,
	      "null takes all and gives nothing");
	CHECK_EQ(lseek(fd, 100, SEEK_SET), 0, "and has no place");
	CHECK_ERR(ioctl(fd, 0x5401, buffer), ENOTTY, "it is no terminal");
	close(fd);
	fd = open("/dev/zero", O_RDWR);
	memset(buffer, 'x', sizeof(buffer));
	CHECK(read(fd, buffer, 8192) == 8192 && !buffer[0] && !buffer[8191], "zero gives zeros");
	char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(map != MAP_FAILED && !map[0] && (map[0] = 1), "which can be mapped");
	close(fd);
	fd = open("/dev/full", O_RDWR);
	CHECK_ERR(write(fd, buffer, 1), ENOSPC, "full is full: ENOSPC");
	CHECK(read(fd, buffer, 10) == 10 && !buffer[0], "and gives zeros");
	close(fd);
	fd = open("/dev/urandom", O_RDWR);
	CHECK(read(fd, buffer, 8192) == 8192 && read(fd, other, 8192) == 8192 &&
		      memcmp(buffer, other, 8192),
	      "urandom differs");
	int counts[256] = { 0 }, low = 1 << 30, high = 0;
	for (int i = 0; i < 8192; i++)
		counts[(unsigned char)buffer[i]]++;
	for (int i = 0; i < 256; i++) {
		low = counts[i] < low ? counts[i] : low;
		high = counts[i] > high ? counts[i] : high;
	}
	CHECK(low > 5 && high < 80, "and has each byte about as often");
	CHECK_EQ(write(fd, buffer, 100), 100, "it takes what it is given");
	close(fd);
	fd = open("/dev/random", O_RDONLY);
	CHECK_EQ(read(fd, buffer, 16), 16, "random gives bytes");
	close(fd);

	fd = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
	CHECK(fd >= 0 && write(fd, "<7>guest test was here\n", 23) == 23,
	      "a line can be put into the kernel's log");
	unsigned level = 99, found = 0;
	unsigned long long sequence, stamp;
	lseek(fd, 0, SEEK_SET);
	for (ssize_t n; (n = read(fd, buffer, sizeof(buffer) - 1)) > 0;) {
		buffer[n] = '\0';
		if (strstr(buffer, "guest test was here"))
			found = sscanf(buffer, "%u,%llu,%llu,", &level, &sequence, &stamp);
	}
	CHECK(found == 3, "and is read from it, with level, number and time");
	close(fd);
	CHECK_ERR(open("/dev/none", O_RDWR), ENOENT, "no name, no device");
	mknod("/tmp/nodev", S_IFCHR | 0600, makedev(200, 200));
	CHECK_ERR(open("/tmp/nodev", O_RDWR), ENXIO, "a node of no driver is ENXIO");
	unlink("/tmp/nodev");
	mknod("/tmp/mynull", S_IFCHR | 0600, makedev(1, 3));
	fd = open("/tmp/mynull", O_RDWR);
	CHECK(fd >= 0 && write(fd, "x", 1) == 1 && read(fd, buffer, 1) == 0,
	      "a node works wherever it lies");
	close(fd);
	unlink("/tmp/mynull");
	fd = open("/dev/console", O_WRONLY | O_NOCTTY);
	CHECK(fd >= 0 && isatty(fd), "the console is a terminal");
	close(fd);
	CHECK_EQ(open("/dev/fd/1", O_WRONLY) >= 0, 1, "/dev/fd leads to the open files");
	CHECK_END();
}
