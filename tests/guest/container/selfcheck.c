/* debug.selfcheck: finds nothing where nothing is wrong, and in a debug build each fault that is
   planted for it. guest: only=corral */
#include "group.h"

#define ROOT "/tmp/selfcheck.1"
#define NAME "/tmp/selfcheck.2"

/* What the next reading says once this fault is planted. */
static const char *with_fault(const char *name)
{
	if (text_write(ROOT "/debug.selfcheck", name) || text_read(ROOT "/debug.selfcheck") < 0)
		return strerror(errno);
	return text;
}

static bool sound(void)
{
	return text_read(ROOT "/debug.selfcheck") > 0 && !strcmp(text, "ok\n");
}

/* The fault is named, and gone with the reading that named it. */
static bool finds(const char *name)
{
	size_t n = strlen(name);

	if (!strncmp(with_fault(name), name, n) && text[n] == ':')
		return sound();
	dprintf(1, "# %s: %s\n", name, text);
	return false;
}

/* Runs in containers and a css_set of its own. */
static void faults(void)
{
	MUST(!text_write(ROOT "/a/tasks", "0") && !text_write(NAME "/b/tasks", "0"));
	CHECK(finds("I1"), "I1: a list holds a task of another set");
	CHECK(finds("I2"), "I2: a set miscounts its tasks");
	CHECK(finds("I3"), "I3: somebody forgot a reference to a set");
	CHECK(finds("I4"), "I4: a set is left marked for a migration");
	CHECK(finds("I5"), "I5: a link belongs to another set");
	CHECK(finds("I6"), "I6: a set has a twin");
	CHECK(finds("I7"), "I7: a set is not where its hash says");
	CHECK(finds("I8"), "I8: a set without tasks is left");
	CHECK(finds("I9"), "I9: a task is in a container outside the tree");
	CHECK(finds("I10"), "I10: a task that is in no set points to one that may go");
	CHECK(finds("I11"), "I11: a subsystem was asked and never told the end");
	CHECK(finds("I12"), "I12: a charge that is no member's");
	CHECK(finds("I13"), "I13: a hierarchy miscounts its containers");
	CHECK_ERR(text_write(ROOT "/debug.selfcheck", "I14"), EINVAL, "there is no other fault");
	CHECK_ERR(text_write(ROOT "/debug.selfcheck", "x"), EINVAL, "nor by another name");
	MUST(!text_write(NAME "/tasks", "0") && !text_write(ROOT "/tasks", "0"));
}

int main(void)
{
	pid_t pid;

	mkdir(ROOT, 0755);
	mkdir(NAME, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "debug,pids"));
	MUST(!mount("none", NAME, "cgroup", 0, "none,name=second"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(NAME "/b", 0755));
	CHECK(sound(), "the framework finds nothing wrong with itself");

	pid = fork();
	MUST(pid >= 0);
	if (!pid) {
		text_write(ROOT "/a/tasks", "0");
		_exit(0);
	}
	siginfo_t info;
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	MUST(text_read(ROOT "/a/pids.current") > 0 && text[0] == '1');
	CHECK(sound(), "a zombie's charge is its own");
	MUST(!rmdir(ROOT "/a"));
	CHECK(sound(), "and may outlive the container");
	waitpid(pid, NULL, 0);
	MUST(!mkdir(ROOT "/a", 0755));

	int error = text_write(ROOT "/debug.selfcheck", "0") ? errno : 0;

	if (error)
		CHECK(error == EINVAL, "faults are planted in a debug build only");
	else
		faults();
	CHECK(sound(), "at the end nothing is wrong");
	MUST(!rmdir(ROOT "/a") && !rmdir(NAME "/b") && !umount(ROOT) && !umount(NAME));
	rmdir(ROOT);
	rmdir(NAME);
	CHECK_END();
}
