/* The cpu subsystem: values and their limits; shares and quota as CPU time that was really used. */
#include "group.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#define ROOT "/tmp/cpu"

static bool reads(const char *path, const char *text)
{
	return text_read(path) >= 0 && !strcmp(text, text);
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
	CHECK_OK(text_write(ROOT "/a/cpu.cfs_quota_us", "50000"), "a quota is set");
	CHECK(reads(ROOT "/a/cpu.cfs_quota_us", "50000\n"), "and shown");
	CHECK_ERR(text_write(ROOT "/a/kid/cpu.cfs_quota_us", "60000"), EINVAL,
		  "a child may not be promised more than its parent has");
	CHECK_OK(text_write(ROOT "/a/kid/cpu.cfs_quota_us", "50000"), "as much is fine");
	CHECK_OK(text_write(ROOT "/a/kid/cpu.cfs_quota_us", "-5"),
		 "any negative quota takes it away");
	CHECK(reads(ROOT "/a/kid/cpu.cfs_quota_us", "-1\n"), "and reads -1");
	CHECK_OK(text_write(ROOT "/a/cpu.cfs_quota_us", "-1"), "the parent's goes too");
	CHECK(reads(ROOT "/a/cpu.idle", "0\n"), "idle is off");
	CHECK(text_read(ROOT "/a/cpu.stat") > 0 && strstr(text, "nr_periods ") &&
		      strstr(text, "nr_throttled ") && strstr(text, "throttled_time "),
	      "cpu.stat has periods and throttling");
	text_write(ROOT "/a/cpu.shares", "1024");
}

static void test_shares(void)
{
	pid_t pids[3];
	double a, b;

	text_write(ROOT "/b/cpu.shares", "3072");
	pids[0] = hog(ROOT "/a/tasks");
	pids[1] = hog(ROOT "/b/tasks");
	pids[2] = hog(ROOT "/b/tasks");
	run_for(pids, 3, 0.1);
	a = -cpu_seconds(pids[0]);
	b = -cpu_seconds(pids[1]) - cpu_seconds(pids[2]);
	run_for(pids, 3, 0.8);
	a += cpu_seconds(pids[0]);
	b += cpu_seconds(pids[1]) + cpu_seconds(pids[2]);
	CHECK(b / a > 1.8 && b / a < 5,
	      "two tasks with 3072 shares together get thrice the time of one with 1024");
	for (int i = 0; i < 3; i++)
		stop(pids[i]);
}

static void test_quota(void)
{
	pid_t pid;
	double used;
	struct timespec start, now;

	text_write(ROOT "/a/cpu.cfs_period_us", "20000");
	text_write(ROOT "/a/cpu.cfs_quota_us", "4000");
	pid = hog(ROOT "/a/kid/tasks");
	run_for(&pid, 1, 0.02);
	clock_gettime(CLOCK_MONOTONIC, &start);
	used = -cpu_seconds(pid);
	usleep(600000);
	used += cpu_seconds(pid);
	clock_gettime(CLOCK_MONOTONIC, &now);
	used /= now.tv_sec - start.tv_sec + (now.tv_nsec - start.tv_nsec) / 1e9;
	CHECK(used > 0.02 && used < 0.45,
	      "a quota of a fifth holds a busy descendant to a fifth of a CPU");
	CHECK(text_read(ROOT "/a/cpu.stat") > 0 && atoi(strstr(text, "nr_throttled") + 13) > 0,
	      "and the periods in which it waited are counted");
	CHECK(!kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid,
	      "SIGKILL ends a task that waits for quota");
	pid = hog(ROOT "/a/kid/tasks");
	run_for(&pid, 1, 0.02);
	CHECK_OK(group_write_pid(ROOT "/tasks", pid), "a waiting task can be moved out");
	run_for(&pid, 1, 0.3);
	CHECK(true, "and runs without limit");
	stop(pid);
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "cpu"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/a/kid", 0755) && !mkdir(ROOT "/b", 0755));
	test_values();
	test_shares();
	test_quota();
	CHECK(!rmdir(ROOT "/a/kid") && !rmdir(ROOT "/a") && !rmdir(ROOT "/b"),
	      "the containers are removed");
	umount(ROOT);
	rmdir(ROOT);
	CHECK_END();
}
