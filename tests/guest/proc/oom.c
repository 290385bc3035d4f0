/*
 * oom.c - /proc/PID/oom_adj, the scale of old beside oom_score_adj, and coredump_filter.
 */
#include "text.h"

static bool adj_is(const char *old, const char *score)
{
	return text_read("/proc/self/oom_adj") > 0 && !strcmp(text, old) &&
	       text_read("/proc/self/oom_score_adj") > 0 && !strcmp(text, score);
}

static int set(const char *name, const char *value)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	return text_write(path, value);
}

static void test_old_scale(void)
{
	int status;

	CHECK(adj_is("0\n", "0\n"), "a process is as natural at first, on both scales");
	CHECK(!set("oom_adj", "5\n") && adj_is("4\n", "294\n"), "the old one has larger steps");
	CHECK(!set("oom_adj", "15") && adj_is("15\n", "1000\n"), "up to the same end");
	CHECK(!set("oom_adj", "-17") && adj_is("-17\n", "-1000\n"), "and down to never");
	CHECK(!set("oom_adj", " -3 ") && adj_is("-2\n", "-176\n"), "towards zero it is rounded");
	CHECK(!set("oom_score_adj", "999") && adj_is("16\n", "999\n") == false &&
		      adj_is("15\n", "999\n"),
	      "the new one is told on the old");
	CHECK_ERR(set("oom_adj", "16"), EINVAL, "what lies above it is refused");
	CHECK_ERR(set("oom_adj", "-18"), EINVAL, "as what lies below");
	CHECK_ERR(set("oom_adj", "x"), EINVAL, "and what is no number");
	CHECK_ERR(set("oom_adj", "\n"), EINVAL, "or nothing");
	MUST(!set("oom_adj", "5"));
	status = IN_CHILD(MUST(!setresuid(1000, 1000, 1000));
			  _exit(!(set("oom_adj", "3") == -1 && errno == EACCES)));
	CHECK(EXITED(status, 0), "users do not go down");
	MUST(!set("oom_score_adj", "0"));
}

static bool filter_is(const char *want)
{
	return text_read("/proc/self/coredump_filter") > 0 && !strcmp(text, want);
}

static void test_filter(void)
{
	int status;

	CHECK(filter_is("00000033\n"), "what a dump would hold is told");
	CHECK(!set("coredump_filter", "0x1f\n") && filter_is("0000001f\n"), "and can be changed");
	CHECK(!set("coredump_filter", "51") && filter_is("00000033\n"), "in any base");
	CHECK(!set("coredump_filter", "0xfff") && filter_is("000001ff\n"), "as far as it goes");
	CHECK_ERR(set("coredump_filter", "x"), EINVAL, "by a number");
	CHECK_ERR(set("coredump_filter", "-1"), EINVAL, "that is not below zero");
	CHECK_ERR(set("coredump_filter", "0x100000000"), ERANGE, "or too large");
	status = IN_CHILD(_exit(!filter_is("000001ff\n")));
	CHECK(EXITED(status, 0), "children inherit it");
	MUST(!set("coredump_filter", "0x33"));
}

static void test_settings(void)
{
	struct stat st;

	CHECK(!stat("/proc/sys/fs/overflowuid", &st) && (st.st_mode & 0777) == 0644 &&
		      !stat("/proc/sys/kernel/overflowgid", &st) && (st.st_mode & 0777) == 0644 &&
		      !stat("/proc/sys/fs/file-nr", &st) && (st.st_mode & 0777) == 0444,
	      "root may set the ids of who has none, and not how many files are open");
	CHECK_OK(text_write("/proc/sys/fs/overflowuid", "65534\n"), "to what they are");
	CHECK_ERR(text_write("/proc/sys/fs/overflowuid", "65536\n"), EINVAL, "and not to anything");
}

int main(void)
{
	test_old_scale();
	test_filter();
	test_settings();
	CHECK_END();
}
