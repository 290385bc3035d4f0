/* debug: the framework shows its sets, and refuses a migration when it is asked to.
   guest: only=corral */
#include "digest.h"
#include "group.h"
#include "parked.h"

#include <sys/mount.h>

#define ROOT  "/tmp/debug"
#define OTHER "/tmp/pids"

static long number(const char *path)
{
	return text_read(path) > 0 ? atol(text) : -1;
}

static bool reads(const char *path, const char *expected)
{
	return text_read(path) > 0 && !strcmp(text, expected);
}

static bool sound(void)
{
	bool ok = reads(ROOT "/debug.selfcheck", "ok\n");

	if (!ok)
		dprintf(1, "%s", text);
	return ok;
}

static void counts(void)
{
	pid_t tids[30], pid = parked_start(30, tids, false);

	CHECK_EQ(number(ROOT "/a/debug.taskcount"), 0, "a new container has no tasks");
	CHECK_EQ(number(ROOT "/a/debug.container_refcount"), 0, "and no set uses it");
	CHECK_EQ(number(ROOT "/a/debug.releasable"), 0, "and it has lost nothing");
	MUST(!group_write_pid(ROOT "/a/cgroup.procs", pid));
	CHECK_EQ(number(ROOT "/a/debug.taskcount"), 30, "taskcount counts threads");
	CHECK_EQ(number(ROOT "/a/debug.container_refcount"), 1, "which share one set");
	MUST(!group_write_pid(OTHER "/a/tasks", pid));
	CHECK_EQ(number(ROOT "/a/debug.container_refcount"), 2,
		 "one that is elsewhere in another hierarchy has its own");
	MUST(!group_write_pid(OTHER "/tasks", pid));
	CHECK_EQ(number(ROOT "/a/debug.container_refcount"), 1, "and comes back to the old one");
	text_read(ROOT "/a/debug.cgroup_css_links");
	int shown = 0;
	for (char *at = text; (at = strstr(at, "\n  task ")); at++)
		shown++;
	CHECK(!strncmp(text, "css_set ", 8) && shown == 25 && strstr(text, "  ...\n"),
	      "cgroup_css_links lists the sets and 25 tasks of each");
	parked_end(pid);
	CHECK_EQ(number(ROOT "/a/debug.releasable"), 1,
		 "a container that lost a task is releasable");
	text_write(ROOT "/a/notify_on_release", "0");
	CHECK_EQ(number(ROOT "/a/debug.releasable"), 0, "until notify_on_release is written");
}

static void own(void)
{
	long before = number(ROOT "/debug.current_css_set");

	CHECK(before > 0, "the reader's set has a number");
	CHECK(number(ROOT "/debug.current_css_set_refcount") > 0, "and references");
	MUST(!text_write(ROOT "/a/tasks", "0"));
	CHECK(number(ROOT "/debug.current_css_set") != before, "another one after a move");
	CHECK_EQ(number(ROOT "/debug.current_css_set_refcount"), 1, "with one reference");
	text_read(ROOT "/debug.current_css_set_cg_links");
	CHECK(!strncmp(text, "Root ", 5) && strstr(text, " group a\n") &&
		      strstr(text, " group /\n"),
	      "it names the container of each hierarchy");
	MUST(!text_write(ROOT "/tasks", "0"));
	CHECK_EQ(number(ROOT "/debug.current_css_set"), before, "back, it is the old one");
}

static void refusing(void)
{
	pid_t tids[5], pid = parked_start(5, tids, false);
	struct digest before;
	char command[32];
	int refused = 0, unchanged = 0;

	CHECK_ERR(text_write(ROOT "/debug.fail_attach", "nosuch 1"), EINVAL,
		  "fail_attach wants a subsystem");
	CHECK_ERR(text_write(ROOT "/debug.fail_attach", "pids"), EINVAL, "and a number");
	CHECK_OK(text_write(ROOT "/debug.fail_attach", "pids 2\n"), "and takes both");
	CHECK(reads(ROOT "/debug.fail_attach", "pids 2\n"), "it shows them");
	CHECK_OK(text_write(ROOT "/debug.fail_attach", "0"), "0 turns it off");
	CHECK(reads(ROOT "/debug.fail_attach", "0\n"), "and is shown");
	for (int n = 1; n <= 6; n++) {
		digest_read(ROOT "/debug.digest", &before);
		snprintf(command, sizeof(command), "pids %d", n);
		MUST(!text_write(ROOT "/debug.fail_attach", command));
		if (!group_write_pid(OTHER "/a/cgroup.procs", pid))
			break;
		refused += errno == EPERM;
		unchanged += digest_same(ROOT "/debug.digest", &before) &&
			     group_count(OTHER "/a/tasks") == 0 && sound();
	}
	CHECK_EQ(refused, 5, "each task of a process can be refused: EPERM");
	CHECK_EQ(unchanged, 5, "and then nothing has changed");
	CHECK_EQ(group_count(OTHER "/a/tasks"), 5, "without a refusal all move");
	CHECK(reads(ROOT "/debug.fail_attach", "0\n"), "a refusal is for one migration");
	MUST(!text_write(ROOT "/debug.fail_attach", "pids 1"));
	CHECK_OK(group_write_pid(ROOT "/a/tasks", pid), "and for no other hierarchy");
	MUST(!text_write(ROOT "/debug.fail_attach", "0"));
	parked_end(pid);
}

int main(void)
{
	mkdir(ROOT, 0755);
	mkdir(OTHER, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "debug"));
	MUST(!mount("none", OTHER, "cgroup", 0, "pids"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(OTHER "/a", 0755));
	counts();
	own();
	refusing();
	CHECK(sound(), "the framework finds itself in order");
	CHECK(!rmdir(ROOT "/a") && !rmdir(OTHER "/a"), "the groups can be removed");
	MUST(!umount(ROOT) && !umount(OTHER));
	rmdir(ROOT);
	rmdir(OTHER);
	CHECK_END();
}
