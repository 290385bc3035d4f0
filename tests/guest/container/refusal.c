/* What a container refuses is explained by a line in the log.  guest: only=corral */
#include "group.h"

#include <sys/klog.h>

#define ROOT "/tmp/rf"

static const char *mark; /* in the log, where the current sentence begins */

/* The log from there on. */
static const char *log_since(void)
{
	static char log[70000];
	int n = klogctl(3, log, sizeof(log) - 1);
	char *at = log, *next;

	log[n > 0 ? n : 0] = '\0';
	while ((next = strstr(at + 1, mark)))
		at = next;
	return at;
}

static void begin(void)
{
	static char name[64];
	static int count;

	snprintf(name, sizeof(name), "refusal %d of test %d", ++count, getpid());
	mark = name;
	MUST(!text_write("/dev/kmsg", mark));
}

/* Again until there is a line: only some in five seconds are written. */
#define EXPLAINS(refused, line)                                      \
	({                                                           \
		bool was_refused;                                    \
		begin();                                             \
		do {                                                 \
			was_refused = (refused);                     \
			usleep(1000);                                \
		} while (was_refused && !strstr(log_since(), line)); \
		was_refused;                                         \
	})

static int put(const char *file, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), ROOT "/%s", file);
	return text_write(path, value);
}

/* Of the subsystems that have a sentence of their own. */
static void others(void)
{
	MUST(!group_mount(ROOT, "cpu,freezer,devices,cpuacct") && !mkdir(ROOT "/a", 0755));
	CHECK(EXPLAINS(put("a/freezer.state", "COLD"), "a state is FROZEN or THAWED"),
	      "what freezer.state takes");
	CHECK(EXPLAINS(put("a/cpu.cfs_period_us", "1"), "a period is 1000 to 1000000 us"),
	      "how long a period is");
	CHECK(EXPLAINS(put("a/devices.deny", "x"), "a rule is like c 1:3 rwm"),
	      "how a rule for devices is written");
	CHECK(EXPLAINS(put("a/cpuacct.usage", "1"), "only 0 is written here"),
	      "what resets a counter");
	rmdir(ROOT "/a");
	umount(ROOT);
}

int main(void)
{
	char number[16], line[160];
	struct timespec from, to;

	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "cpuset"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/a/b", 0755));
	snprintf(number, sizeof(number), "%d", getpid());
	snprintf(line, sizeof(line),
		 "cgroup: /a: tasks \"%s\": cpuset.cpus is empty: a task would have no CPU (error "
		 "-28)",
		 number);
	CHECK(EXPLAINS(put("a/tasks", number), line), "why a new cpuset takes no task");
	MUST(!text_write(ROOT "/a/cpuset.cpus", "0"));
	CHECK(EXPLAINS(put("a/cgroup.procs", number),
		       "cpuset.mems is empty: a task would have no memory"),
	      "and why it still does not");
	CHECK(EXPLAINS(put("cpuset.cpus", "0"),
		       "cgroup: /: cpuset.cpus \"0\": the root always has the CPUs"),
	      "why the root does not change");
	CHECK(EXPLAINS(put("a/cpuset.cpus", "bad\n"),
		       "cgroup: /a: cpuset.cpus \"bad\": not a list of CPUs"),
	      "what is no list");
	MUST(!text_write(ROOT "/a/b/cpuset.cpus", "0"));
	CHECK(EXPLAINS(put("a/cpuset.cpus", "\n"), "its child b has more than would be left"),
	      "which child is in the way");
	CHECK(EXPLAINS(put("a/b/cpuset.cpu_exclusive", "1"),
		       "cgroup: /a/b: cpuset.cpu_exclusive \"1\": the "
		       "parent is not exclusive"),
	      "what the parent lacks");
	CHECK(EXPLAINS(put("a/notify_on_release", "x"),
		       "cgroup: /a: notify_on_release \"x\": not a value "
		       "that it takes (error -22)"),
	      "and a file of the framework itself");
	CHECK(EXPLAINS(mkdir(ROOT "/a/x\ny", 0755), "cgroup: /a: mkdir \"x\": a name is one line"),
	      "that a name is one line");
	CHECK(EXPLAINS(rename(ROOT "/a/b", ROOT "/z"),
		       "cgroup: /a: rename \"b\": a container stays below its parent (error -5)"),
	      "that containers are not moved to others");
	CHECK(EXPLAINS(mount("none", ROOT, "cgroup", 0, "none"),
		       "cgroup: mount \"none\": none goes with name= and no subsystem (error -22)"),
	      "what none needs");
	CHECK(EXPLAINS(mount("none", ROOT, "cgroup", 0, "all,pids"), "all stands alone"),
	      "what all excludes");
	CHECK(EXPLAINS(mount("none", ROOT, "cgroup", 0, "name=a b"),
		       "a name has letters, digits and .-_"),
	      "of what names are made");
	CHECK(EXPLAINS(rmdir(ROOT "/a"), "cgroup: /: rmdir \"a\": it has children (error -16)"),
	      "why a directory is not removed");
	CHECK(EXPLAINS(mount("none", ROOT, "cgroup", 0, "cpuset,pids"),
		       "cgroup: mount \"cpuset,pids\": cpuset is in another hierarchy"),
	      "why something is not mounted");
	begin();
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < 100; i++)
		(void)!text_write(ROOT "/cpuset.cpus", "0");
	clock_gettime(CLOCK_MONOTONIC, &to);
	int lines = 0;
	for (const char *at = log_since(); (at = strstr(at + 1, "cgroup: /: cpuset"));)
		lines++;
	CHECK(lines <= 20 + 10 * (to.tv_sec - from.tv_sec) / 5,
	      "a hundred refusals are a few lines");
	rmdir(ROOT "/a/b");
	rmdir(ROOT "/a");
	umount(ROOT);
	others();
	rmdir(ROOT);
	CHECK_END();
}
