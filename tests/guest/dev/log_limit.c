/*
 * log_limit.c - a program cannot fill the kernel's log: what it provokes is limited and counted.
 * The machine's clock counts instructions, so that a window is as long on every host.
 *
 * guest: alone icount
 */
#include "check.h"

#define MANY 200

static char text[16384];

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	MUST(fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value));
	close(fd);
}

static const char *get(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	MUST(fd >= 0 && (n = read(fd, text, sizeof(text) - 1)) > 0);
	text[n] = 0;
	close(fd);
	return text;
}

/* How many records behind the place of fd have this in them, and the last number before it. */
static int count(int fd, const char *what, int *number)
{
	int found = 0;
	ssize_t n;

	while ((n = read(fd, text, sizeof(text) - 1)) > 0) {
		char *at;

		text[n] = 0;
		at = strstr(text, what);
		found += at != NULL;
		while (at && at > text && (at[-1] == ' ' || (at[-1] >= '0' && at[-1] <= '9')))
			at--;
		if (at && number)
			*number = atoi(at);
	}
	return found;
}

static int log_end(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);

	MUST(fd >= 0 && lseek(fd, 0, SEEK_END) == 0);
	return fd;
}

static void fault(void)
{
	*(volatile int *)(uintptr_t)log_end = 0; /* code */
}

static void fault_in_child(void)
{
	int status;
	pid_t pid = fork();

	MUST(pid >= 0);
	if (!pid) {
		fault();
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid);
}

static void test_faults(void)
{
	int log = log_end(), status;

	for (int i = 0; i < MANY; i++)
		fault_in_child();
	status = count(log, "log_limit[", NULL);
	CHECK(status >= 1 && status <= 40, "two hundred that do leave a few lines");
	close(log);
}

static void test_told(void)
{
	int log = log_end(), number = 0;

	/* The first fault in the next window tells of those that were left out. */
	set("/proc/sys/kernel/printk_ratelimit", "1");
	while (!count(log, " callbacks suppressed", &number)) {
		usleep(100000);
		fault_in_child();
	}
	CHECK(number >= MANY / 2, "then one line tells how many more there were");
	set("/proc/sys/kernel/printk_ratelimit", "0");
	close(log);
	log = log_end();
	for (int i = 0; i < 20; i++)
		fault_in_child();
	CHECK_EQ(count(log, "log_limit[", NULL), 20, "with a window of 0 s nothing is left out");
	set("/proc/sys/kernel/printk_ratelimit", "5");
	close(log);
}

static void test_kmsg(void)
{
	int log = log_end(), fd = open("/dev/kmsg", O_WRONLY), number = 0;

	CHECK_STR(get("/proc/sys/kernel/printk_devkmsg"), "ratelimit\n",
		  "what programs write to the log is limited too");
	for (int i = 0; i < MANY; i++)
		MUST(write(fd, "<6>said often\n", 14) == 14);
	close(fd);
	CHECK_EQ(count(log, "said often", NULL), 10, "ten lines in a few seconds are taken");
	lseek(log, 0, SEEK_SET);
	CHECK(count(log, " output lines suppressed", &number) >= 1 && number == MANY - 10,
	      "the end of the file tells how many were not");
	set("/proc/sys/kernel/printk_devkmsg", "on\n");
	fd = open("/dev/kmsg", O_WRONLY);
	close(log);
	log = log_end();
	for (int i = 0; i < 50; i++)
		MUST(write(fd, "<6>said again\n", 14) == 14);
	CHECK_EQ(count(log, "said again", NULL), 50, "all are, when root wants that");
	set("/proc/sys/kernel/printk_devkmsg", "off\n");
	MUST(write(fd, "<6>said last\n", 13) == 13);
	CHECK_EQ(count(log, "said last", NULL), 0, "or none");
	close(fd);
	fd = open("/proc/sys/kernel/printk_devkmsg", O_WRONLY);
	CHECK_ERR(write(fd, "often\n", 6), EINVAL, "another word is none");
	close(fd);
	set("/proc/sys/kernel/printk_devkmsg", "ratelimit\n");
	close(log);
}

int main(void)
{
	CHECK_EQ(atoi(get("/proc/sys/kernel/printk_ratelimit")), 5,
		 "a window is five seconds long");
	CHECK_EQ(atoi(get("/proc/sys/kernel/printk_ratelimit_burst")), 10, "and has ten lines");
	test_faults();
	test_told();
	test_kmsg();
	CHECK_END();
}
