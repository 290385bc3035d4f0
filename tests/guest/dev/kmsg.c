/*
 * kmsg.c - who may read the kernel's log: /proc/sys/kernel/dmesg_restrict.
 */
#include "check.h"

#include <sys/klog.h>

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	MUST(fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value));
	close(fd);
}

#define READ_ALL    3
#define SIZE_UNREAD 9
#define SIZE_BUFFER 10

static void as_user(bool restricted)
{
	int fd;

	MUST(!setgid(5) && !setuid(5));
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK) < 0 ? -errno : 0;
	CHECK_EQ(fd, restricted ? -EPERM : 0,
		 restricted ? "users may not open the log" : "users may open a log that is open");
	fd = klogctl(SIZE_BUFFER, NULL, 0) < 0 ? -errno : 0;
	CHECK_EQ(fd, restricted ? -EPERM : 0,
		 restricted ? "nor ask for its size" : "and ask for its size");
	CHECK_ERR(open("/dev/kmsg", O_WRONLY), EACCES, "they never may write to it");
	CHECK_ERR(klogctl(SIZE_UNREAD, NULL, 0), EPERM, "nor consume it");
	CHECK_ERR(open("/proc/sys/kernel/dmesg_restrict", O_WRONLY), EACCES, "nor change who may");
}

static void test_panic(void)
{
	int fd = open("/proc/sys/kernel/panic", O_RDWR);
	char was[32] = "", buf[32] = "";

	MUST(fd >= 0 && read(fd, was, sizeof(was) - 1) > 0);
	CHECK_EQ(pwrite(fd, "17\n", 3, 0), 3, "the wait after a panic can be set");
	MUST(pread(fd, buf, sizeof(buf) - 1, 0) > 0);
	CHECK_STR(buf, "17\n", "and is read back");
	CHECK_EQ(write(fd, "18\n", 3), 3, "a write behind the start");
	MUST(pread(fd, buf, sizeof(buf) - 1, 0) > 0);
	CHECK_STR(buf, "17\n", "has no effect");
	CHECK_ERR(pwrite(fd, "x", 1, 0), EINVAL, "it is a number");
	pwrite(fd, was, strlen(was), 0);
	close(fd);
}

int main(void)
{
	int status;

	set("/proc/sys/kernel/dmesg_restrict", "1");
	status = IN_CHILD(as_user(true));
	set("/proc/sys/kernel/dmesg_restrict", "0");
	status |= IN_CHILD(as_user(false));
	set("/proc/sys/kernel/dmesg_restrict", "1");
	CHECK_EQ(status, 0, "both users end well");
	check_count += 10;
	test_panic();
	CHECK_END();
}
