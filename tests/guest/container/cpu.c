/* The cpu subsystem: values and their limits, and tasks that wait for quota.  How much a share and
 * a quota are worth is in share.c. */
#include "group.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#define ROOT "/tmp/cpu"

static bool reads(const char *path, const char *expected)
{
	return text_read(path) >= 0 && !strcmp(text, expected);
}

/* A line of cpu.stat. */
static long stat_of(const char *path, const char *name)
{
	char *line = text_read(path) > 0 ? strstr(text, name) : NULL;

	return line ? atol(line + strlen(name)) : -1;
}

/* A process that burns CPU 0 in the container. */
static pid_t hog(const char *tasks)
{
	cpu_set_t zero;
	pid_t pid = fork();

	if (pid)
		return pid;
	CPU_ZERO(&zero);
	CPU_SET(0, &zero);
	sched_setaffinity(0, sizeof(zero), &zero);
	if (text_write(tasks, "0"))
		_exit(1);
	for (;;)
		;
}

static double cpu_seconds(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		return -1;
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Until the processes together have used that much. */
static void run_for(const pid_t *pids, int count, double seconds)
{
	double used = 0, start = 0;

	for (int i = 0; i < count; i++)
		start += cpu_seconds(pids[i]);
	while (used < seconds) {
		usleep(10000);
		used = -start;
		for (int i = 0; i < count; i++)
			used += cpu_seconds(pids[i]);
	}
}

static void test_values(void)
{
	CHECK(reads(ROOT "/a/cpu.shares", "1024\n"), "shares are 1024 at first");
	CHECK_OK(text_write(ROOT "/a/cpu.shares", "1"), "1 is accepted");
	CHECK(reads(ROOT "/a/cpu.shares", "2\n"), "and raised to 2");
	CHECK_OK(text_write(ROOT "/a/cpu.shares", "1000000"), "a million is accepted");
	CHECK(reads(ROOT "/a/cpu.shares", "262144\n"), "and lowered to 262144");
	CHECK_ERR(text_write(ROOT "/a/cpu.shares", "x"), EINVAL, "text is EINVAL");
	CHECK_ERR(text_write(ROOT "/cpu.shares", "512"), EINVAL, "the root has no weight to set");
	CHECK(reads(ROOT "/a/cpu.cfs_quota_us", "-1\n"), "there is no quota at first");
	CHECK(reads(ROOT "/a/cpu.cfs_period_us", "100000\n"), "the period is 100 ms");
	CHECK_ERR(text_write(ROOT "/a/cpu.cfs_quota_us", "999"), EINVAL,
		  "a quota below 1 ms is EINVAL");
	CHECK_ERR(text_write(ROOT "/a/cpu.cfs_period_us", "999"), EINVAL, "so is such a period");
	CHECK_ERR(text_write(ROOT "/a/cpu.cfs_period_us", "1000001"), EINVAL, "and one above 1 s");
	CHECK(!text_write(ROOT "/a/cpu.cfs_period_us", "1000") &&
		      !text_write(ROOT "/a/cpu.cfs_period_us", "1000000") &&
		      !text_write(ROOT "/a/cpu.cfs_quota_us", "1000"),
	      "as much is fine");
	text_write(ROOT "/a/cpu.cfs_period_us", "100000");
	CHECK_OK(text_write(ROOT "/a/cpu.cfs_quota_us", "50000"), "a quota is set");
	CHECK(reads(ROOT "/a/cpu.cfs_quota_us", "50000\n"), "and shown");
	CHECK_ERR(text_write(ROOT "/a/kid/cpu.cfs_quota_us", "60000"), EINVAL,
		  "a child may not be promised more than its parent has");
	CHECK_OK(text_write(ROOT "/a/kid/cpu.cfs_quota_us", "50000"), "as much is fine");
	CHECK_OK(text_write(ROOT "/a/kid/cpu.cfs_quota_us", "-5"),
		 "any negative quota takes it away");
	CHECK(reads(ROOT "/a/kid/cpu.cfs_quota_us", "-1\n"), "and reads -1");
	CHECK_OK(text_write(ROOT "/a/cpu.cfs_burst_us", "50000"),
		 "as much as the quota is saved up");
	CHECK_ERR(text_write(ROOT "/a/cpu.cfs_burst_us", "50001"), EINVAL, "and no more");
	CHECK_OK(text_write(ROOT "/a/cpu.cfs_quota_us", "-1"),
		 "the parent's quota goes too, whatever may be saved up");
	CHECK_OK(text_write(ROOT "/a/cpu.cfs_burst_us", "60000"), "which is not limited then");
	CHECK_ERR(text_write(ROOT "/a/cpu.cfs_quota_us", "50000"), EINVAL, "but limits the quota");
	text_write(ROOT "/a/cpu.cfs_burst_us", "0");
	CHECK_OK(text_write(ROOT "/a/cpu.cfs_quota_us", "17592186044415"), "a quota may be vast");
	CHECK_ERR(text_write(ROOT "/a/cpu.cfs_quota_us", "17592186044416"), EINVAL,
		  "but its ratio must fit");
	text_write(ROOT "/a/cpu.cfs_quota_us", "-1");
	MUST(!mkdir(ROOT "/a/kid/kid", 0755));
	CHECK_OK(text_write(ROOT "/a/kid/kid/cpu.cfs_quota_us", "90000"), "a grandchild has one");
	CHECK_ERR(text_write(ROOT "/a/cpu.cfs_quota_us", "50000"), EINVAL,
		  "it is looked at through a child that has none");
	text_write(ROOT "/a/kid/kid/cpu.cfs_quota_us", "-1"); /* Linux asks the removed one too */
	rmdir(ROOT "/a/kid/kid");
	CHECK_OK(text_write(ROOT "/a/cpu.idle", "1"), "a container can be idle");
	CHECK(reads(ROOT "/a/cpu.shares", "3\n"), "which is a weight of 3");
	CHECK_ERR(text_write(ROOT "/a/cpu.shares", "99"), EINVAL, "that cannot be changed");
	CHECK_OK(text_write(ROOT "/a/cpu.idle", "0"), "until it is idle no more");
	CHECK(reads(ROOT "/a/cpu.shares", "1024\n"), "and has the first shares again");
	CHECK(reads(ROOT "/a/cpu.idle", "0\n"), "idle is off");
	CHECK(text_read(ROOT "/a/cpu.stat") > 0 && strstr(text, "nr_periods ") &&
		      strstr(text, "nr_throttled ") && strstr(text, "throttled_time "),
	      "cpu.stat has periods and throttling");
	text_write(ROOT "/a/cpu.shares", "1024");
}

/* In how many periods the container has waited. */
static int throttled(void)
{
	MUST(text_read(ROOT "/a/cpu.stat") > 0);
	return atoi(strstr(text, "nr_throttled") + 13);
}

static void test_quota(void)
{
	int waited;
	pid_t pid;

	text_write(ROOT "/a/cpu.cfs_period_us", "20000");
	text_write(ROOT "/a/cpu.cfs_quota_us", "4000");
	pid = hog(ROOT "/a/kid/tasks");
	while (!throttled())
		run_for(&pid, 1, 0.01);
	CHECK(true, "the periods in which a busy descendant waited for quota are counted");
	CHECK(!kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid,
	      "SIGKILL ends a task that waits for quota");
	pid = hog(ROOT "/a/kid/tasks");
	run_for(&pid, 1, 0.02);
	CHECK_OK(group_write_pid(ROOT "/tasks", pid), "a waiting task can be moved out");
	do { /* what the container has used beyond its quota is paid back first */
		waited = throttled();
		run_for(&pid, 1, 0.3);
	} while (throttled() != waited);
	CHECK(true, "and runs without limit");
	stop(pid);
}

/* What a period leaves of the quota may be saved up and used by a later one. */
static void test_burst(void)
{
	pid_t pid;
	long count, ns;

	MUST(!mkdir(ROOT "/saves", 0755));
	MUST(!text_write(ROOT "/saves/cpu.cfs_period_us", "100000"));
	MUST(!text_write(ROOT "/saves/cpu.cfs_quota_us", "20000"));
	MUST(!text_write(ROOT "/saves/cpu.cfs_burst_us", "20000"));
	CHECK(stat_of(ROOT "/saves/cpu.stat", "\nnr_bursts ") == 0 &&
		      stat_of(ROOT "/saves/cpu.stat", "\nburst_time ") == 0,
	      "cpu.stat has no bursts at first");
	pid = hog(ROOT "/saves/tasks");
	do {
		/* Stopped for some periods, it saves up; then it uses more than the quota. */
		kill(pid, SIGSTOP);
		usleep(300000);
		kill(pid, SIGCONT);
		run_for(&pid, 1, 0.1);
		count = stat_of(ROOT "/saves/cpu.stat", "\nnr_bursts ");
	} while (!count);
	stop(pid);
	ns = stat_of(ROOT "/saves/cpu.stat", "\nburst_time ");
	count = stat_of(ROOT "/saves/cpu.stat", "\nnr_bursts "); /* of all that are in the time */
	CHECK(count > 0, "periods that used what was saved up are counted");
	CHECK(ns > 0 && ns <= count * 20000000, "with what they used of it, no more than may be");
	rmdir(ROOT "/saves");
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "cpu"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/a/kid", 0755) && !mkdir(ROOT "/b", 0755));
	test_values();
	test_quota();
	test_burst();
	CHECK(!rmdir(ROOT "/a/kid") && !rmdir(ROOT "/a") && !rmdir(ROOT "/b"),
	      "the containers are removed");
	umount(ROOT);
	rmdir(ROOT);
	CHECK_END();
}
