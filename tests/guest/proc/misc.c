/*
 * misc.c - the small files of a process and of the machine that programs look for.
 */
#include "check.h"

#include <sys/prctl.h>

static char text[8192];

/* The first 8 KiB of a file; "" when it cannot be read. */
static const char *slurp(const char *path)
{
	int fd = open(path, O_RDONLY), n = 0, part;

	while (fd >= 0 && n < (int)sizeof(text) - 1 &&
	       (part = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += part;
	text[n] = 0;
	if (fd >= 0)
		close(fd);
	return text;
}

static long line(const char *path, const char *name)
{
	const char *at = strstr(slurp(path), name);

	return at ? strtol(at + strlen(name) + strspn(at + strlen(name), " \t:"), NULL, 10) : -1;
}

static int put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY), n = fd < 0 ? -1 : (int)write(fd, value, strlen(value)),
	    error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return n;
}

static void test_io(void)
{
	long was[4], now[4], length;
	int null = open("/dev/null", O_RDWR);
	char buf[100];
	static const char *const names[4] = { "rchar", "wchar", "syscr", "syscw" };

	for (int i = 0; i < 4; i++)
		was[i] = line("/proc/self/io", names[i]);
	length = strlen(text);
	for (int i = 0; i < 10; i++)
		MUST(write(null, buf, sizeof(buf)) == sizeof(buf));
	MUST(!pread(null, buf, 1, 0));
	for (int i = 0; i < 4; i++)
		now[i] = line("/proc/self/io", names[i]);
	CHECK(now[0] - was[0] >= 4 * (length - 2), "io counts what is read");
	CHECK_EQ(now[1] - was[1], 1000, "and what is written");
	CHECK_EQ(now[2] - was[2], 9, "a read of nothing is a call");
	CHECK_EQ(now[3] - was[3], 10, "and each write");
	CHECK(!strncmp(slurp("/proc/thread-self/io"), "rchar: ", 7), "a thread has its own");
	close(null);
}

static void test_small(void)
{
	CHECK_STR(slurp("/proc/self/wchan"), "0", "who runs waits nowhere");
	CHECK_STR(slurp("/proc/self/loginuid"), "4294967295", "nobody has logged in");
	CHECK_STR(slurp("/proc/self/uid_map"), "         0          0 4294967295\n",
		  "all user ids are as they are");
	CHECK_STR(slurp("/proc/self/gid_map"), "         0          0 4294967295\n",
		  "all group ids, too");
	CHECK_STR(slurp("/proc/self/setgroups"), "allow\n", "groups may be set");
	CHECK_ERR(put("/proc/self/uid_map", "0 0 1\n"), EPERM, "the first map stays");
	CHECK(strstr(slurp("/proc/self/mountstats"),
		     "device proc mounted on /proc with fstype proc\n"),
	      "mountstats has a line a mount");
	snprintf(text, sizeof(text), "misc (%d, #threads: 1)\n", getpid());
	char *first = strdup(text);
	CHECK(!strncmp(slurp("/proc/self/sched"), first, strlen(first)),
	      "sched begins with the name");
	CHECK_EQ(line("/proc/self/sched", "\nprio"), 120, "and tells the priority");
	free(first);
	CHECK(line("/proc/self/smaps_rollup", "\nRss") >= line("/proc/self/smaps_rollup", "\nPss"),
	      "smaps_rollup has the sums of smaps");
	CHECK(strstr(slurp("/proc/self/smaps_rollup"), "[rollup]\n"), "under a line of its own");
}

static void test_slack(void)
{
	MUST(!prctl(PR_SET_TIMERSLACK, 70000));
	CHECK_STR(slurp("/proc/self/timerslack_ns"), "70000\n", "the slack of timers is told");
	CHECK_EQ(put("/proc/self/timerslack_ns", "1234\n"), 5, "and set");
	CHECK_EQ(prctl(PR_GET_TIMERSLACK), 1234, "as prctl does");
	CHECK_EQ(put("/proc/self/timerslack_ns", "0"), 1, "0 means");
	CHECK_EQ(prctl(PR_GET_TIMERSLACK), 50000, "the default");
}

static void test_machine(void)
{
	unsigned long in_use, unused, most;
	int fds[20];

	CHECK(!strncmp(slurp("/proc/consoles"), "ttyS0                -W- (EC ", 29),
	      "consoles names the serial line");
	CHECK_STR(slurp("/proc/execdomains"), "0-0\tLinux           \t[kernel]\n",
		  "there is one domain of programs");
	CHECK_STR(slurp("/proc/sys/kernel/sched_rr_timeslice_ms"), "100\n", "a slice of SCHED_RR");
	CHECK_STR(slurp("/proc/sys/fs/mount-max"), "100000\n", "a namespace has so many mounts");
	CHECK_STR(slurp("/proc/sys/fs/protected_symlinks"), "1\n", "links in /tmp are guarded");
	for (int i = 0; i < 20; i++)
		fds[i] = open("/dev/null", O_RDONLY);
	CHECK(sscanf(slurp("/proc/sys/fs/file-nr"), "%lu\t%lu\t%lu", &in_use, &unused, &most) ==
			      3 &&
		      (in_use >= 20 || !on_corral()) && most > in_use, /* Linux counts by CPU */
	      "file-nr tells how many files are open, and how many may be");
	for (int i = 0; i < 20; i++)
		close(fds[i]);
	CHECK(atoi(slurp("/proc/sys/kernel/ns_last_pid")) >= getpid(), "the last number given");
}

int main(void)
{
	test_io();
	test_small();
	test_slack();
	test_machine();
	CHECK_END();
}
