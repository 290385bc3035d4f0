/* cpuacct: the same time in all its files, and where it stays when tasks move and counters are
   reset. */
#include "group.h"

#define ROOT "/tmp/usage"
#define MSEC 1000000ll

static long long cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* Uses so much more, much of it in the kernel. */
static void burn(long long ns)
{
	long long end = cpu_time() + ns;

	while (cpu_time() < end)
		for (int i = 0; i < 100; i++)
			close(-1);
}

static long long number(const char *path)
{
	return text_read(path) > 0 ? atoll(text) : -1;
}

/* The sum of "N N N \n"; count: how many.  -1: not of that form. */
static long long row(const char *path, int *count)
{
	long long sum = 0;
	char *at = text, *end;

	*count = 0;
	for (text_read(path); *at && *at != '\n'; at = end + 1) {
		sum += strtoll(at, &end, 10);
		++*count;
		if (end == at || *end != ' ')
			return -1;
	}
	return !strcmp(at, "\n") ? sum : -1;
}

/* The columns of usage_all added up; false: not of that form. */
static bool table(const char *path, int cpus, long long *user, long long *system)
{
	static const char head[] = "cpu user system\n";
	char *at = text + strlen(head);

	*user = *system = 0;
	if (text_read(path) <= 0 || strncmp(text, head, strlen(head)))
		return false;
	for (int cpu = 0, n = 0; cpu < cpus; cpu++, at += n) {
		long long u, s;
		int which;

		if (sscanf(at, "%d %lld %lld\n%n", &which, &u, &s, &n) != 3 || which != cpu)
			return false;
		*user += u;
		*system += s;
	}
	return !*at;
}

/* All of it is at rest: nobody is in the group any more. */
static void one_time_everywhere(void)
{
	long long usage, user, system, in_table[2], ticks[2] = { -1, -1 };
	int cpus, more[2];

	MUST(EXITED(IN_CHILD(MUST(!text_write(ROOT "/a/tasks", "0")); burn(100 * MSEC)), 0));
	usage = number(ROOT "/a/cpuacct.usage");
	user = number(ROOT "/a/cpuacct.usage_user");
	system = number(ROOT "/a/cpuacct.usage_sys");
	CHECK(usage >= 100 * MSEC, "usage is nanoseconds");
	CHECK(user + system == usage || (!on_corral() && user + system > 0),
	      "user and system time make it up (Linux looks at ticks for these)");
	CHECK_EQ(row(ROOT "/a/cpuacct.usage_percpu", &cpus), usage, "so do the CPUs");
	CHECK(cpus >= sysconf(_SC_NPROCESSORS_ONLN) &&
		      row(ROOT "/a/cpuacct.usage_percpu_user", &more[0]) == user &&
		      row(ROOT "/a/cpuacct.usage_percpu_sys", &more[1]) == system &&
		      more[0] == cpus && more[1] == cpus,
	      "in each mode, with a number and a blank for each");
	CHECK(table(ROOT "/a/cpuacct.usage_all", cpus, &in_table[0], &in_table[1]) &&
		      in_table[0] == user && in_table[1] == system,
	      "usage_all has CPUs and modes in a table");
	text_read(ROOT "/a/cpuacct.stat");
	CHECK(sscanf(text, "user %lld\nsystem %lld\n", &ticks[0], &ticks[1]) == 2 &&
		      llabs(ticks[0] + ticks[1] - usage / (10 * MSEC)) <= 1,
	      "stat has both in hundredths of a second");
}

/* A child burns in a/k, and is moved to b: what both have got is no more than it has used. */
static void moving(void)
{
	long long before, left, inner, outer;
	int status;

	MUST(!mkdir(ROOT "/a/k", 0755) && !mkdir(ROOT "/b", 0755));
	before = number(ROOT "/a/cpuacct.usage");
	status = IN_CHILD({
		MUST(!text_write(ROOT "/a/k/tasks", "0"));
		burn(50 * MSEC);
		MUST(!text_write(ROOT "/b/tasks", "0"));
		inner = number(ROOT "/a/k/cpuacct.usage");
		left = number(ROOT "/b/cpuacct.usage");
		_exit(inner >= 50 * MSEC && inner + left <= cpu_time() ? 0 : 1);
	});
	CHECK(EXITED(status, 0), "time stays where it was spent, and does not move with the task");
	inner = number(ROOT "/a/k/cpuacct.usage");
	outer = number(ROOT "/a/cpuacct.usage") - before;
	left = number(ROOT "/b/cpuacct.usage");
	CHECK(outer >= inner, "a parent has what its child has");
	CHECK(number(ROOT "/cpuacct.usage") >= number(ROOT "/a/cpuacct.usage") + left,
	      "and the root what all have");
}

static void resetting(void)
{
	long long root = number(ROOT "/cpuacct.usage"), inner = number(ROOT "/a/k/cpuacct.usage");
	int cpus;

	CHECK_ERR(text_write(ROOT "/a/cpuacct.usage", "1"), EINVAL, "nothing but 0 is written");
	CHECK_ERR(text_write(ROOT "/a/cpuacct.usage", "18446744073709551616"), ERANGE,
		  "a number beyond 64 bits is ERANGE");
	CHECK_OK(text_write(ROOT "/a/cpuacct.usage", "0\n"), "which resets a group");
	CHECK(number(ROOT "/a/cpuacct.usage") == 0 && number(ROOT "/a/cpuacct.usage_sys") == 0 &&
		      row(ROOT "/a/cpuacct.usage_percpu", &cpus) == 0,
	      "in all these files");
	CHECK_EQ(number(ROOT "/a/k/cpuacct.usage"), inner, "but not its children");
	CHECK(number(ROOT "/cpuacct.usage") >= root, "nor its parent");
	CHECK_OK(text_write(ROOT "/cpuacct.usage", "0"), "the root takes it, too");
	CHECK(number(ROOT "/cpuacct.usage") >= root, "and goes on");
	MUST(EXITED(IN_CHILD(MUST(!text_write(ROOT "/a/tasks", "0")); burn(20 * MSEC)), 0));
	CHECK(number(ROOT "/a/cpuacct.usage") >= 20 * MSEC &&
		      number(ROOT "/a/cpuacct.usage") < number(ROOT "/cpuacct.usage"),
	      "a group that was reset counts on from 0");
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!group_mount(ROOT, "cpuacct") && !mkdir(ROOT "/a", 0755));
	one_time_everywhere();
	moving();
	resetting();
	MUST(!rmdir(ROOT "/a/k") && !rmdir(ROOT "/a") && !rmdir(ROOT "/b"));
	umount(ROOT); /* on Linux a removed child may still hold it */
	rmdir(ROOT);
	CHECK(group_selfcheck(), "the framework is in order");
	CHECK_END();
}
