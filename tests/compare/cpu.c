/*
 * The subsystem cpu: shares and quotas as they are written and read.
 */
#include "control.h"

static const char *const numbers[] = { "0",
				       "1",
				       "2",
				       "3",
				       "999",
				       "1000",
				       "1001",
				       "1024",
				       "50000",
				       "100000",
				       "262143",
				       "262144",
				       "262145",
				       "1000000",
				       "1000001",
				       "-1",
				       "-2",
				       "-1000",
				       "9223372036854775807",
				       "18446744073709551",
				       "17179869184",
				       "+5",
				       "0x400",
				       "x",
				       "",
				       "max" };

static void state(void)
{
	answer(file_text(AT "/a/cpu.cfs_quota_us"), "quota then");
	answer(file_text(AT "/a/cpu.cfs_period_us"), "period then");
	answer(file_text(AT "/a/cpu.cfs_burst_us"), "burst then");
}

static void reset(const char *at)
{
	file_put(words("%s/cpu.cfs_burst_us", at), "0");
	file_put(words("%s/cpu.cfs_quota_us", at), "-1");
	file_put(words("%s/cpu.cfs_period_us", at), "100000");
	file_put(words("%s/cpu.idle", at), "0");
	file_put(words("%s/cpu.shares", at), "1024");
}

static void singles(void)
{
	static const char *const files[] = { "shares", "cfs_quota_us", "cfs_period_us",
					     "cfs_burst_us", "idle" };

	for (int root = 0; root < 2; root++)
		for (int f = 0; f < 5; f++)
			for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
				const char *path =
					strdup(words("%s/cpu.%s", root ? AT : AT "/a", files[f]));

				topic("%s %s", root ? "root" : "child", files[f]);
				answer(file_put(path, numbers[i]), "write \"%s\"", numbers[i]);
				answer(file_text(path), "then \"%s\"", numbers[i]);
				if (!root)
					reset(AT "/a");
			}
}

/* Of two that bound each other. */
static void pairs(void)
{
	static const char *const values[] = {
		"1000", "10000", "100000", "500000", "1000000", "-1"
	};

	for (int q = 0; q < 6; q++)
		for (int p = 0; p < 5; p++)
			for (int b = 0; b < 4; b++) {
				topic("quota %s period %s burst %s", values[q], values[p],
				      values[b]);
				reset(AT "/a");
				answer(file_put(AT "/a/cpu.cfs_quota_us", values[q]), "quota");
				answer(file_put(AT "/a/cpu.cfs_period_us", values[p]), "period");
				answer(file_put(AT "/a/cpu.cfs_burst_us", values[b]), "burst");
				state();
			}
}

/* A child has no more than its parent. */
static void families(void)
{
	static const char *const values[] = { "-1", "10000", "50000", "100000", "200000" };

	MUST(!mkdir(AT "/a/b", 0755));
	for (int p = 0; p < 5; p++)
		for (int c = 0; c < 5; c++)
			for (int first = 0; first < 2; first++) {
				topic("%s first, parent %s child %s", first ? "child" : "parent",
				      values[p], values[c]);
				reset(AT "/a/b");
				reset(AT "/a");
				if (first)
					answer(file_put(AT "/a/b/cpu.cfs_quota_us", values[c]),
					       "child");
				answer(file_put(AT "/a/cpu.cfs_quota_us", values[p]), "parent");
				if (!first)
					answer(file_put(AT "/a/b/cpu.cfs_quota_us", values[c]),
					       "child");
				answer(file_put(AT "/a/b/cpu.cfs_period_us", "50000"),
				       "period of the child");
				answer(file_text(AT "/a/b/cpu.cfs_quota_us"), "quota of the child");
			}
	MUST(!rmdir(AT "/a/b"));
}

int main(void)
{
	umask(022);
	MUST(!mkdir(AT, 0755));
	files_of("cpu");
	MUST(!mount("none", AT, "cgroup", 0, "cpu") && !mkdir(AT "/a", 0755));
	answer(file_text(AT "/a/cpu.stat"), "stat of a new one");
	singles();
	pairs();
	families();
	MUST(!rmdir(AT "/a") && !umount(AT));
	free_all();
	return rmdir(AT);
}
