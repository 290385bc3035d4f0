/* devices: which device nodes the members of a group may open and make. */
#include "../await.h"
#include "group.h"

#include <sys/mount.h>
#include <sys/sysmacros.h>

#define ROOT "/tmp/devices"

static struct stat st;

static int change(const char *group, const char *file, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), ROOT "/%s/devices.%s", group, file);
	return text_write(path, text);
}

static bool lists(const char *group, const char *expected)
{
	char path[64];

	snprintf(path, sizeof(path), ROOT "/%s/devices.list", group);
	return text_read(path) >= 0 && !strcmp(text, expected);
}

/* Of the hierarchy. */
static int containers(void)
{
	int id, count = -1;

	MUST(text_read("/proc/cgroups") > 0);
	sscanf(strstr(text, "\ndevices\t"), " devices %d %d", &id, &count);
	return count;
}

/* The old kernel forgets a removed child a little later. */
static int remove_child(const char *path)
{
	int before = containers(), error = rmdir(path);

	AWAIT(error || containers() < before);
	return error;
}

/* errno of open in a member of the group; 0 when it can. */
static int opens(const char *group, const char *path, int flags)
{
	char tasks[64];
	int status;

	snprintf(tasks, sizeof(tasks), ROOT "/%s/tasks", group);
	status = IN_CHILD(MUST(!text_write(tasks, "0")); int fd = open(path, flags);
			  _exit(fd < 0 ? errno : 0));
	return WEXITSTATUS(status);
}

static int makes(const char *group, mode_t mode, unsigned major, unsigned minor)
{
	char tasks[64];
	int status;

	snprintf(tasks, sizeof(tasks), ROOT "/%s/tasks", group);
	status = IN_CHILD(MUST(!text_write(tasks, "0"));
			  int r = mknod("/tmp/node", mode | 0600, makedev(major, minor));
			  int error = errno; unlink("/tmp/node"); _exit(r ? error : 0));
	return WEXITSTATUS(status);
}

static void files(void)
{
	CHECK(!stat(ROOT "/devices.list", &st) && (st.st_mode & 0777) == 0444,
	      "devices.list is 0444, in the root too");
	CHECK(!stat(ROOT "/a/devices.allow", &st) && (st.st_mode & 0777) == 0200,
	      "devices.allow is 0200");
	CHECK(!stat(ROOT "/a/devices.deny", &st) && (st.st_mode & 0777) == 0200,
	      "devices.deny is 0200");
	CHECK_EQ(text_read(ROOT "/a/devices.allow"), -1, "it cannot be read");
	CHECK(lists("a", "a *:* rwm\n"), "a new group has everything");
	int status = IN_CHILD({
		int fd = open(ROOT "/a/devices.deny", O_WRONLY);

		MUST(!setresuid(1000, 1000, 1000));
		_exit(write(fd, "a", 1) == -1 ? errno : 0);
	});
	CHECK(EXITED(status, EPERM), "changes need CAP_SYS_ADMIN, of the writer: EPERM");
}

static void syntax(void)
{
	static const struct {
		const char *text;
		int error;
	} lines[] = {
		{ "c 1:3 r\nc 1:5 r", 0 }, { "c 1:3", EINVAL },
		{ "c 1:3 ", EINVAL },	   { "c 1:3 x", EINVAL },
		{ "c1:3 r", EINVAL },	   { "c  1:3 r", EINVAL },
		{ "d 1:3 r", EINVAL },	   { "c 1 r", EINVAL },
		{ "c :3 r", EINVAL },	   { "c -1:3 r", EINVAL },
		{ "\n", EINVAL },	   { "c 4294967296:3 r", EINVAL },
		{ "C 1:3 r", EINVAL },	   { "c 12345678901234:1 r", EINVAL },
		{ "c 1:3 rrx", EINVAL },   { "c 1:3 rr", 0 },
		{ "c 1:* rwmr", 0 },	   { "c 1:3 rwmx", 0 },
		{ " c 1:3 r \n", 0 },	   { "b *:3 m", 0 },
		{ "c\t1:3\tw", 0 },	   { "c 4294967295:3 r", 0 },
	};
	int n = sizeof(lines) / sizeof(*lines), good = 0;

	MUST(!mkdir(ROOT "/s", 0755));
	for (int i = 0; i < n; i++) {
		int error = change("s", "deny", lines[i].text) ? errno : 0;

		if (error == lines[i].error)
			good++;
		else
			dprintf(1, "# '%s': %d\n", lines[i].text, error);
	}
	CHECK_EQ(good, n, "a line is TYPE MAJOR:MINOR ACCESS, anything else is EINVAL");
	MUST(!rmdir(ROOT "/s"));
}

static void opening(void)
{
	CHECK_EQ(opens("a", "/dev/null", O_RDWR), 0, "at first every device can be opened");
	CHECK_OK(change("a", "deny", "c 1:3 w"), "writing one can be denied");
	CHECK(lists("a", "a *:* rwm\n"), "which the list does not show");
	CHECK_EQ(opens("a", "/dev/null", O_WRONLY), EPERM,
		 "then it cannot be opened for it: EPERM");
	CHECK_EQ(opens("a", "/dev/null", O_RDWR), EPERM, "nor for both");
	CHECK_EQ(opens("a", "/dev/null", O_RDONLY), 0, "but for reading");
	CHECK_EQ(opens("a", "/dev/zero", O_WRONLY), 0, "others are as before");
	CHECK_EQ(opens("a", "/tmp", O_RDONLY), 0, "and what is no device");
	CHECK_EQ(opens("a/k", "/dev/null", O_WRONLY), EPERM, "a child is denied it too");
	CHECK_ERR(change("a/k", "allow", "c 1:3 w"), EPERM, "and cannot allow it: EPERM");
	CHECK_OK(change("a", "allow", "c 1:3 w"), "the parent can");
	CHECK_EQ(opens("a", "/dev/null", O_WRONLY), 0, "for itself");
	CHECK_EQ(opens("a/k", "/dev/null", O_WRONLY), EPERM, "not for the child");
	CHECK_OK(change("a/k", "allow", "c 1:3 w"), "which can now");
	CHECK_EQ(opens("a/k", "/dev/null", O_WRONLY), 0, "and has it again");
	CHECK_OK(change("a", "deny", "c 1:* m"), "making nodes can be denied");
	CHECK_EQ(makes("a", S_IFCHR, 1, 3), EPERM, "mknod is EPERM then");
	CHECK_EQ(makes("a", S_IFCHR, 2, 3), 0, "of other numbers not");
	CHECK_EQ(makes("a", S_IFBLK, 1, 3), 0, "nor of block devices");
	CHECK_EQ(makes("a", S_IFIFO, 0, 0), 0, "nor of FIFOs");
	CHECK_EQ(opens("a", "/dev/null", O_RDWR), 0, "and what is there can be opened");
	MUST(!change("a", "allow", "c 1:* m"));
}

static void closed(void)
{
	CHECK_ERR(change("a", "deny", "a"), EINVAL, "with children there is no new start: EINVAL");
	MUST(!remove_child(ROOT "/a/k"));
	CHECK_OK(change("a", "deny", "a"), "without them there is");
	CHECK(lists("a", ""), "from nothing");
	CHECK_EQ(opens("a", "/dev/null", O_RDONLY), EPERM, "no device can be opened");
	CHECK_EQ(makes("a", S_IFCHR, 1, 3), EPERM, "or made");
	CHECK_EQ(makes("a", S_IFCHR, 0, 0), 0, "but c 0:0, which is none");
	CHECK_OK(change("a", "allow", "c 1:3 mr"), "what is allowed");
	CHECK_OK(change("a", "allow", "c 1:5 w"), "is added");
	CHECK_OK(change("a", "allow", "b 8:* rwm"), "rule by rule");
	CHECK_OK(change("a", "allow", "c 1:5 r"), "or to a rule for the same device");
	CHECK(lists("a", "c 1:3 rm\nc 1:5 rw\nb 8:* rwm\n"), "and listed in that order");
	CHECK_EQ(opens("a", "/dev/null", O_RDONLY), 0, "it can be opened");
	CHECK_EQ(opens("a", "/dev/null", O_RDWR), EPERM, "in that mode only");
	CHECK_EQ(makes("a", S_IFCHR, 1, 3), 0, "and made");
	MUST(!mkdir(ROOT "/a/k", 0755));
	CHECK(lists("a/k", "c 1:3 rm\nc 1:5 rw\nb 8:* rwm\n"), "a new child is a copy");
	CHECK_ERR(change("a/k", "allow", "c 1:3 w"), EPERM, "it may not have more: EPERM");
	CHECK_ERR(change("a/k", "allow", "c 1:* r"), EPERM, "not even in part");
	CHECK_OK(change("a/k", "deny", "c 1:5 rw"), "but less");
	CHECK_OK(change("a/k", "deny", "b 8:1 w"), "a denial of part of a rule");
	CHECK(lists("a/k", "c 1:3 rm\nb 8:* rwm\n"), "does not change it");
	CHECK_OK(change("a/k", "allow", "b 8:7 r"), "a part may be a rule of its own");
	CHECK_OK(change("a", "deny", "b 8:* rw"), "what the parent loses");
	CHECK(lists("a/k", "c 1:3 rm\nb 8:* m\n"), "the child loses");
	CHECK_ERR(change("a/k", "allow", "a"), EPERM, "everything is EPERM below nothing");
	MUST(!remove_child(ROOT "/a/k"));
	CHECK_OK(change("a", "allow", "a"), "but not below everything");
	CHECK(lists("a", "a *:* rwm\n") && opens("a", "/dev/null", O_RDWR) == 0,
	      "and then all is as it was");
	MUST(!mkdir(ROOT "/a/k", 0755));
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "devices"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/a/k", 0755));
	files();
	syntax();
	opening();
	closed();
	CHECK(!rmdir(ROOT "/a/k") && !rmdir(ROOT "/a"), "the groups can be removed");
	MUST(!umount(ROOT));
	rmdir(ROOT);
	CHECK_END();
}
