/*
 * log_level.c - levels of the log: what dmesg -n sets, and what syslog(2) tells.
 * guest: alone
 */
#include "check.h"

#include <sys/klog.h>

enum { READ_ALL = 3, READ_CLEAR = 4, CLEAR = 5, OFF = 6, ON = 7, LEVEL = 8, SIZE_BUFFER = 10 };

static char text[1 << 18];

static int console_level(void)
{
	int fd = open("/proc/sys/kernel/printk", O_RDONLY), level = -1, n = -1;

	MUST(fd >= 0 && (n = read(fd, text, sizeof(text) - 1)) > 0);
	text[n] = 0;
	close(fd);
	sscanf(text, "%d", &level);
	return level;
}

static bool log_has(const char *line)
{
	int n = klogctl(READ_ALL, text, sizeof(text) - 1);

	MUST(n >= 0);
	text[n] = 0;
	return strstr(text, line);
}

static void say(const char *line)
{
	int fd = open("/dev/kmsg", O_WRONLY);

	MUST(fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line));
	close(fd);
}

int main(void)
{
	int was = console_level();

	CHECK_OK(klogctl(LEVEL, NULL, 5), "the level of the consoles can be set");
	CHECK_EQ(console_level(), 5, "and is read in /proc/sys/kernel/printk");
	CHECK_ERR(klogctl(LEVEL, NULL, 0), EINVAL, "there is no level 0");
	CHECK_ERR(klogctl(LEVEL, NULL, 9), EINVAL, "nor 9");
	CHECK_OK(klogctl(OFF, NULL, 0), "consoles can be silenced");
	CHECK_EQ(console_level(), 1, "but for what is an emergency");
	CHECK_OK(klogctl(ON, NULL, 0), "and be heard again");
	CHECK_EQ(console_level(), 5, "as before");
	say("<7>a detail of the test\n");
	CHECK(log_has("<15>") && strstr(text, "a detail of the test"),
	      "the log keeps what no console shows, with level and facility");
	CHECK(klogctl(SIZE_BUFFER, NULL, 0) > 0, "it tells its size");
	CHECK_OK(klogctl(CLEAR, NULL, 0), "dmesg -C");
	CHECK(!log_has("a detail of the test"), "hides what was there");
	say("<3>an error of the test\n");
	CHECK(log_has("<11>") && strstr(text, "an error of the test"), "what comes later is shown");
	CHECK(klogctl(READ_CLEAR, text, sizeof(text)) > 0, "dmesg -c shows it once more");
	CHECK(!log_has("an error of the test"), "and then no longer");
	klogctl(LEVEL, NULL, was);
	CHECK_END();
}
