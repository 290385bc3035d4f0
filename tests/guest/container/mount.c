/* Mounting hierarchies: options and their errors, sharing, lives that outlast a mount, remounting;
   what /proc says about them.  The file system type is cgroup, as Linux calls it. */
#include "group.h"

#include <dirent.h>
#include <sys/vfs.h>

#define ONE   "/tmp/mount.1"
#define TWO   "/tmp/mount.2"
#define THREE "/tmp/mount.3"

/* 0 or an errno.  Linux frees what was unmounted or removed a little later. */
static int mounts(const char *at, const char *options)
{
	for (int i = 0; i < 300; i++) {
		if (!mount("none", at, "cgroup", 0, options))
			return 0;
		if (errno != EBUSY)
			break;
		usleep(10000);
	}
	return errno;
}

/* EBUSY is what is expected: no second try. */
static int mount_error(const char *at, unsigned long flags, const char *options)
{
	return mount("none", at, "cgroup", flags, options) ? errno : 0;
}

/* The options of what is mounted at `at`, behind "rw,relatime". */
static const char *shown(const char *at)
{
	static char options[256];
	char *line, *start;

	options[0] = '\0';
	if (text_read("/proc/mounts") < 0)
		return options;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		start = strstr(line, " cgroup rw,relatime");
		if (!start || !strstr(line, at))
			continue;
		start += strlen(" cgroup rw,relatime");
		snprintf(options, sizeof(options), "%.*s", (int)strcspn(start, " "), start);
	}
	return options;
}

/* The columns of a subsystem in /proc/cgroups. */
static bool subsystem(const char *name, int *id, int *count, int *enabled)
{
	char key[64], *line;

	snprintf(key, sizeof(key), "\n%s\t", name);
	return text_read("/proc/cgroups") > 0 && (line = strstr(text, key)) &&
	       sscanf(line + strlen(key), "%d\t%d\t%d", id, count, enabled) == 3;
}

static int hierarchy_of(const char *name)
{
	int id = -1, count, enabled;

	return subsystem(name, &id, &count, &enabled) ? id : -1;
}

/* Linux forgets a removed child a little later, and a hierarchy that is unmounted before stays. */
static void unmount_empty(const char *at, const char *of)
{
	int id, count = 0, enabled;

	for (int i = 0; i < 300 && count != 1; i++) {
		MUST(subsystem(of, &id, &count, &enabled));
		if (count != 1)
			usleep(10000);
	}
	MUST(!umount(at));
}

/* --- options ------------------------------------------------------------------------------- */

static void errors(void)
{
	static const struct {
		const char *options;
		int error;
		const char *sentence;
	} tries[] = {
		{ "nosuch", EINVAL, "an unknown subsystem is EINVAL" },
		{ "cpuacct,nosuch", EINVAL, "beside a known one too" },
		{ "none", EINVAL, "no subsystem and no name is EINVAL" },
		{ "none,cpuacct", EINVAL, "none and a subsystem is EINVAL" },
		{ "none,name=x,cpuacct", EINVAL, "with a name too" },
		{ "all,cpuacct", EINVAL, "all and a subsystem is EINVAL" },
		{ "none,name=", EINVAL, "an empty name is EINVAL" },
		{ "none,name=a,name=b", EINVAL, "two names are EINVAL" },
		{ "none,name=a b", EINVAL, "a blank in a name is EINVAL" },
		{ "none,name=a/b", EINVAL, "so is a slash" },
		{ "none,name=0123456789012345678901234567890123456789012345678901234567890123",
		  EINVAL, "a name of 64 letters is EINVAL" },
		{ "name=absent", EINVAL, "a name alone finds a hierarchy, or is EINVAL" },
		{ "noprefix", EINVAL, "noprefix alone is EINVAL" },
		{ "cpuacct,noprefix", EINVAL, "noprefix is for cpuset only" },
		{ "cpuacct,release_agent=/a,release_agent=/b", EINVAL,
		  "two release agents are EINVAL" },
		{ "cpuacct,pids", 0, "two subsystems" },
		{ ",cpuacct,,pids,", 0, "empty words are ignored" },
		{ "cpuacct,cpuacct", 0, "a subsystem may be named twice" },
		{ "cpuacct,xattr", 0, "xattr is accepted" },
		{ "cpuacct,clone_children", 0, "so is clone_children" },
		{ "none,name=A-z_0.9", 0, "a name has letters, digits, dots, dashes, underscores" },
		{ "none,name=012345678901234567890123456789012345678901234567890123456789012", 0,
		  "and up to 63 of them" },
		{ "name=x,cpuacct", 0, "a name and a subsystem" },
	};

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		int error = tries[i].error == EBUSY ? mount_error(ONE, 0, tries[i].options)
						    : mounts(ONE, tries[i].options);

		CHECK_EQ(error, tries[i].error, tries[i].sentence);
		if (!error)
			MUST(!umount(ONE));
	}
	int status = IN_CHILD({
		MUST(!setgid(1000) && !setuid(1000));
		_exit(mount_error(ONE, 0, "cpuacct") == EPERM ? 0 : 1);
	});
	CHECK(EXITED(status, 0), "who is not privileged gets EPERM");
}

static void flags(void)
{
	CHECK_EQ(mounts(ONE, "cpuacct,release_agent="), EINVAL, "an empty release agent is EINVAL");
	CHECK_EQ(mounts(ONE, "cpuacct,release_agent"), EINVAL, "so is one without a value");
	CHECK_EQ(mounts(ONE, "cpuacct,xattr=1"), EINVAL, "and a flag with a value");
	CHECK_EQ(mounts(ONE, "none,favordynmods"), EINVAL, "a flag is not a name");
	MUST(!mounts(ONE, "=,cpuacct,=nosuch"));
	CHECK_STR(shown(ONE), ",cpuacct", "what has an empty key is ignored");
	MUST(!umount(ONE) && !mounts(ONE, "=cpuacct"));
	CHECK(strstr(shown(ONE), ",pids"), "and is no subsystem");
	MUST(!umount(ONE));
	MUST(!mounts(ONE, "cpuset,favordynmods,cpuset_v2_mode,xattr,noprefix,release_agent=/a"));
	CHECK_STR(shown(ONE), ",cpuset,noprefix,xattr,cpuset_v2_mode,favordynmods,release_agent=/a",
		  "cpuset_v2_mode and favordynmods are flags too");
	MUST(!umount(ONE) && !mounts(ONE, "cpuacct,favordynmods,nofavordynmods"));
	CHECK_STR(shown(ONE), ",cpuacct", "nofavordynmods takes the second back");
	MUST(!umount(ONE) && !mounts(ONE, "cpuacct,nofavordynmods,favordynmods"));
	CHECK_STR(shown(ONE), ",cpuacct,favordynmods", "where it comes later");
	CHECK_EQ(mounts(TWO, "cpuacct,xattr"), 0, "the same set is mounted with other flags");
	CHECK_STR(shown(TWO), ",cpuacct,favordynmods", "which are ignored");
	MUST(!umount(TWO) && !umount(ONE));
}

/* The type of before takes no options. */
static void old_type(void)
{
	static const char *const words[] = { "cpuset",	 "name=q",	     "xattr",	"all",
					     "noprefix", "release_agent=/x", ",,=,pids" };
	int good = 0, n = sizeof(words) / sizeof(*words);

	for (int i = 0; i < n; i++)
		good += mount("none", ONE, "cpuset", 0, words[i]) && errno == EINVAL;
	CHECK_EQ(good, n, "any option is EINVAL for the type cpuset");
	CHECK_OK(mount("none", ONE, "cpuset", 0, ",=x,"), "but for empty words and keys");
	CHECK_STR(shown(ONE), ",cpuset,noprefix,release_agent=/sbin/cpuset_release_agent",
		  "it is cgroup with fixed options");
	MUST(!umount(ONE));
}

static void showing(void)
{
	struct statfs fs;
	struct stat st;

	MUST(!mounts(ONE, "pids,release_agent=/a b,name=n,xattr,clone_children,cpuacct"));
	CHECK_STR(shown(ONE), ",cpuacct,pids,xattr,release_agent=/a\\040b,clone_children,name=n",
		  "/proc/mounts shows the options in a fixed order");
	CHECK(!statfs(ONE, &fs) && fs.f_type == 0x27e0eb, "statfs tells the magic number");
	CHECK(!stat(ONE, &st) && st.st_mode == (S_IFDIR | 0555) && st.st_uid == 0,
	      "the top directory is root's, mode 0555");
	MUST(!umount(ONE));
}

static void everything(void)
{
	MUST(!mounts(ONE, "all"));
	CHECK(strstr(shown(ONE), ",cpuacct") && strstr(shown(ONE), ",pids") &&
		      strstr(shown(ONE), ",freezer"),
	      "all means every subsystem");
	CHECK_EQ(mount_error(TWO, 0, "cpuacct"), EBUSY, "so one of them alone is EBUSY");
	MUST(!umount(ONE));
	CHECK_EQ(mounts(ONE, ""), 0, "no options");
	CHECK(strstr(shown(ONE), ",cpuacct") && strstr(shown(ONE), ",pids"), "mean all as well");
	MUST(!umount(ONE));
}

/* --- sharing -------------------------------------------------------------------------------- */

static void sharing(void)
{
	struct stat a, b;

	MUST(!mounts(ONE, "cpuacct,pids"));
	CHECK_EQ(mounts(TWO, "pids,cpuacct"), 0, "the same set is mounted a second time");
	MUST(!mkdir(ONE "/g", 0755));
	CHECK(!stat(ONE "/g", &a) && !stat(TWO "/g", &b) && a.st_ino == b.st_ino &&
		      a.st_dev == b.st_dev,
	      "and shows the same hierarchy");
	CHECK_EQ(mount_error(THREE, 0, "pids"), EBUSY, "a part of it is EBUSY");
	CHECK_EQ(mount_error(THREE, 0, "pids,freezer"), EBUSY, "so is what overlaps");
	CHECK_EQ(mount_error(THREE, 0, "pids,cpuacct,freezer"), EBUSY, "and more than all of it");
	CHECK_EQ(mount_error(THREE, 0, "pids,cpuacct,name=x"), EBUSY,
		 "the same set with a name is EBUSY");
	CHECK_EQ(mounts(THREE, "freezer,name=x"), 0, "other subsystems are free");
	MUST(!rmdir(ONE "/g") && !umount(TWO));
	unmount_empty(ONE, "pids");
	CHECK_EQ(mounts(ONE, "name=x"), 0, "a name finds its hierarchy");
	CHECK_EQ(mounts(TWO, "freezer"), 0, "so does its set without the name");
	CHECK(!mkdir(ONE "/g", 0755) && !access(TWO "/g/tasks", F_OK) && !rmdir(THREE "/g"),
	      "which is the same one");
	MUST(!umount(TWO));
	CHECK_EQ(mount_error(TWO, 0, "cpuacct,name=x"), EBUSY,
		 "the name with another set is EBUSY");
	CHECK_EQ(mount_error(TWO, 0, "none,name=x"), EBUSY, "and with none");
	MUST(!umount(ONE));
	unmount_empty(THREE, "freezer");
}

/* --- lives ---------------------------------------------------------------------------------- */

static void outliving(void)
{
	int fd;

	MUST(!mounts(ONE, "pids"));
	MUST(!mkdir(ONE "/g", 0755) && !mkdir(ONE "/g/h", 0755));
	fd = open(ONE "/g/tasks", O_RDONLY);
	CHECK_ERR(umount(ONE), EBUSY, "an open file keeps the mount: EBUSY");
	close(fd);
	MUST(!chdir(ONE "/g"));
	CHECK_ERR(umount(ONE), EBUSY, "so does a working directory");
	MUST(!chdir("/"));
	int id = hierarchy_of("pids");
	CHECK_OK(umount(ONE), "children do not");
	CHECK(id > 0 && hierarchy_of("pids") == id, "the hierarchy lives on with its children");
	CHECK_EQ(mount_error(ONE, 0, "pids,cpuacct"), EBUSY, "and still owns its subsystems");
	CHECK(!mounts(ONE, "pids") && !access(ONE "/g/h/tasks", F_OK),
	      "mounted again it has the same children");
	MUST(!rmdir(ONE "/g/h") && !rmdir(ONE "/g"));
	unmount_empty(ONE, "pids");
	for (int i = 0; i < 300 && hierarchy_of("pids"); i++)
		usleep(10000);
	CHECK_EQ(hierarchy_of("pids"), 0, "without children it ends with its last mount");
	MUST(!mounts(ONE, "pids"));
	CHECK(hierarchy_of("pids") > id, "the next one has a new, greater number");
	MUST(!umount(ONE));
}

static unsigned long long usage(void)
{
	return text_read(ONE "/cpuacct.usage") > 0 ? strtoull(text, NULL, 10) : 0;
}

static void root_state(void)
{
	MUST(!mounts(ONE, "cpuacct"));
	unsigned long long before = usage();
	MUST(!umount(ONE) && !mounts(ONE, "cpuacct,pids"));
	CHECK(before > 0 && usage() >= before,
	      "what the root has counted survives unmounting, and another company");
	MUST(!umount(ONE));
}

/* --- remounting ------------------------------------------------------------------------------ */

static void remounting(void)
{
	MUST(!mounts(ONE, "cpuacct,name=r"));
	CHECK_EQ(mount_error(ONE, MS_REMOUNT, "cpuacct,name=r,release_agent=/x"), 0,
		 "remounting may name a release agent");
	CHECK_STR(shown(ONE), ",cpuacct,release_agent=/x,name=r", "which is shown");
	CHECK_EQ(mount_error(ONE, MS_REMOUNT, "cpuacct,name=q"), EINVAL, "another name is EINVAL");
	CHECK_EQ(mount_error(ONE, MS_REMOUNT, "cpuacct,nosuch"), EINVAL,
		 "an unknown subsystem is EINVAL");
	CHECK_EQ(mount_error(ONE, MS_REMOUNT, "cpuacct,pids"), 0, "a free subsystem can be added");
	CHECK_STR(shown(ONE), ",cpuacct,pids,release_agent=/x,name=r", "and is there");
	CHECK(!access(ONE "/cgroup.procs", F_OK) && hierarchy_of("pids") > 0, "in this hierarchy");
	MUST(!access(ONE "/cpuacct.usage", F_OK));
	CHECK_EQ(mount_error(ONE, MS_REMOUNT, "pids"), 0, "and one removed");
	CHECK(!strncmp(shown(ONE), ",pids,", 6) && access(ONE "/cpuacct.usage", F_OK),
	      "with its files");
	MUST(!mounts(TWO, "freezer"));
	CHECK_EQ(mount_error(ONE, MS_REMOUNT, "pids,freezer"), EBUSY,
		 "one of another hierarchy is EBUSY");
	MUST(!mkdir(ONE "/g", 0755));
	CHECK_EQ(mount_error(ONE, MS_REMOUNT, "pids,cpuacct"), EBUSY,
		 "with children the set cannot change");
	CHECK_EQ(mount_error(ONE, MS_REMOUNT, "pids,release_agent=/y"), EBUSY, "nor the agent");
	CHECK_EQ(mount_error(ONE, MS_REMOUNT, "pids,xattr"), EINVAL, "a new flag is EINVAL first");
	CHECK_EQ(mount_error(ONE, MS_REMOUNT, "pids,release_agent="), EINVAL,
		 "so is an empty agent");
	MUST(!rmdir(ONE "/g") && !umount(TWO));
	unmount_empty(ONE, "pids");
}

static void remounting_flags(void)
{
	static const struct {
		const char *options, *again;
		int error;
		const char *sentence;
	} tries[] = {
		{ "cpuacct", "cpuacct,xattr", EINVAL, "xattr cannot be added" },
		{ "cpuacct", "xattr", EINVAL, "nor with all subsystems" },
		{ "cpuacct,xattr", "cpuacct", EINVAL, "nor taken away" },
		{ "none,name=n1,xattr", "none,name=n1", EINVAL, "from a name neither" },
		{ "none,name=n1,xattr", "name=n1", EINVAL, "in short" },
		{ "none,name=n1,xattr", "name=n1,xattr", 0, "named again it stays" },
		{ "cpuacct", "cpuacct,favordynmods", EINVAL, "favordynmods cannot be added" },
		{ "cpuacct,favordynmods", "cpuacct", EINVAL, "nor taken away again" },
		{ "cpuacct", "cpuacct,nofavordynmods", 0, "nofavordynmods says what is so" },
		{ "cpuacct", "cpuacct,cpuset_v2_mode", EINVAL, "cpuset_v2_mode cannot be added" },
		{ "cpuacct", "cpuacct,=x", 0, "an empty key is ignored in a remount" },
	};

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		MUST(!mounts(ONE, tries[i].options));
		CHECK_EQ(mount_error(ONE, MS_REMOUNT, tries[i].again), tries[i].error,
			 tries[i].sentence);
		MUST(!umount(ONE));
	}
}

/* --- /proc ----------------------------------------------------------------------------------- */

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static void remounting_modes(void)
{
	int fd;

	MUST(!mount("none", ONE, "cgroup", 0, "cpuacct"));
	MUST(!chmod(ONE "/tasks", 0600) && !chmod(ONE "/cpuacct.stat", 0666));
	MUST(!mount("none", ONE, "cgroup", MS_REMOUNT, "cpuacct,cpu,devices,freezer"));
	MUST(!chmod(ONE "/cpu.stat", 0600));
	CHECK(mode_of(ONE "/tasks") == 0600 && mode_of(ONE "/cpuacct.stat") == 0666 &&
		      mode_of(ONE "/cpuacct.usage") == 0644 && mode_of(ONE "/devices.list") == 0444,
	      "what chmod did to a file stays with it when subsystems come");
	fd = open(ONE "/cpu.shares", O_RDWR);
	MUST(fd >= 0 && !mount("none", ONE, "cgroup", MS_REMOUNT, "cpuacct"));
	CHECK(mode_of(ONE "/tasks") == 0600 && mode_of(ONE "/cpuacct.stat") == 0666 &&
		      mode_of(ONE "/cpuacct.usage_percpu_sys") == 0444 && !mode_of(ONE "/cpu.stat"),
	      "and when they go");
	CHECK(read(fd, text, 16) == -1 && errno == ENODEV && write(fd, "9", 1) == -1 &&
		      errno == ENODEV,
	      "an open file of one that has gone answers ENODEV");
	MUST(!mount("none", ONE, "cgroup", MS_REMOUNT, "cpuacct,cpu"));
	CHECK(text_read(ONE "/cpu.shares") > 0 && lseek(fd, 0, SEEK_SET) == 0 &&
		      read(fd, text, 16) == -1 && errno == ENODEV,
	      "also when the subsystem comes back, with another file of that name");
	close(fd);
	MUST(!umount(ONE));
}

/* A listing, a name or two at a time, while subsystems come and go. */
static void remounting_listed(void)
{
	int stayed = 0, dir;
	char buf[512];
	long n;

	MUST(!mount("none", ONE, "cgroup", 0, "cpuacct,devices"));
	MUST((dir = open(ONE, O_RDONLY)) >= 0);
	for (int i = 0; (n = syscall(SYS_getdents64, dir, buf, 64)) > 0; i++) {
		struct dirent *d;

		for (long at = 0; at < n; at += d->d_reclen) {
			d = (struct dirent *)(buf + at);
			stayed += !strncmp(d->d_name, "devices.", 8);
		}
		MUST(!mount("none", ONE, "cgroup", MS_REMOUNT,
			    i % 2 ? "cpuacct,devices" : "cpu,devices,freezer"));
	}
	CHECK(stayed == 3 || (stayed > 3 && !on_corral()),
	      "files that stay are listed when others come and go meanwhile (Linux: some twice)");
	close(dir);
	MUST(!umount(ONE));
}

static void tables(void)
{
	static const char head[] = "#subsys_name\thierarchy\tnum_cgroups\tenabled\n";
	int id, count, enabled, was;
	char expected[128];

	CHECK(text_read("/proc/cgroups") > 0 && !strncmp(text, head, strlen(head)),
	      "/proc/cgroups has its head line");
	CHECK(strstr(text, "\ncpu\t") < strstr(text, "\ncpuacct\t") &&
		      strstr(text, "\ncpuacct\t") < strstr(text, "\nfreezer\t") &&
		      strstr(text, "\nfreezer\t") < strstr(text, "\npids\t"),
	      "and the subsystems in their order");
	MUST(!mounts(ONE, "cpuacct,pids"));
	MUST(!mkdir(ONE "/g", 0755) && !mkdir(ONE "/g/h", 0755));
	CHECK(subsystem("pids", &id, &count, &enabled) && id > 0 && count == 3 && enabled == 1,
	      "a mounted one has a number and counts its containers, the root too");
	was = id;
	CHECK(subsystem("cpuacct", &id, &count, &enabled) && id == was && count == 3,
	      "which those of one hierarchy share");
	MUST(!mounts(TWO, "none,name=t"));
	MUST(!mounts(THREE, "freezer,name=f"));
	MUST(!text_write(ONE "/g/h/tasks", "0"));
	MUST(text_read("/proc/self/cgroup") > 0);
	snprintf(expected, sizeof(expected),
		 "%d:freezer,name=f:/\n%d:name=t:/\n%d:cpuacct,pids:/g/h\n", was + 2, was + 1, was);
	CHECK(!strncmp(text, expected, strlen(expected)),
	      "/proc/PID/cgroup has a line for each hierarchy, the newest first");
	CHECK(text_read("/proc/thread-self/cgroup") > 0 &&
		      !strncmp(text, expected, strlen(expected)),
	      "so has that of a thread");
	MUST(!rename(ONE "/g", ONE "/new"));
	MUST(text_read("/proc/self/cgroup") > 0);
	CHECK(strstr(text, ":cpuacct,pids:/new/h\n") != NULL, "a rename shows at once");
	MUST(!text_write(ONE "/tasks", "0"));
	MUST(!rmdir(ONE "/new/h") && !rmdir(ONE "/new") && !umount(TWO) && !umount(THREE));
	unmount_empty(ONE, "pids");
}

/* 32 hierarchies at once. */
static void many(void)
{
	char at[32], options[32];
	int made = 0, lines = 0;

	for (int i = 0; i < 32; i++) {
		snprintf(at, sizeof(at), "/tmp/mount.many%d", i);
		snprintf(options, sizeof(options), "none,name=many%d", i);
		mkdir(at, 0755);
		made += !mounts(at, options);
	}
	CHECK_EQ(made, 32, "32 hierarchies are mounted at once");
	MUST(text_read("/proc/self/cgroup") > 0);
	for (char *line = text; (line = strstr(line, "name=many")); line++)
		lines++;
	CHECK_EQ(lines, 32, "and a task is in all of them");
	if (on_corral())
		CHECK_EQ(mount_error(ONE, 0, "none,name=more"), ENOSPC,
			 "there is no room for more (Linux: as many as memory has room for)");
	for (int i = 0; i < 32; i++) {
		snprintf(at, sizeof(at), "/tmp/mount.many%d", i);
		MUST(!umount(at) && !rmdir(at));
	}
}

/* What other tests have left on Linux ends when it is mounted once more and unmounted. */
static void forget_others(void)
{
	static const char *const sets[] = {
		"pids", "cpuacct", "freezer", "cpu", "devices", "cpuset"
	};

	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		if (!mount("none", ONE, "cgroup", 0, sets[i]))
			umount(ONE);
}

int main(void)
{
	mkdir(ONE, 0755);
	mkdir(TWO, 0755);
	mkdir(THREE, 0755);
	forget_others();
	errors();
	flags();
	old_type();
	showing();
	everything();
	sharing();
	outliving();
	root_state();
	remounting();
	remounting_flags();
	remounting_modes();
	remounting_listed();
	tables();
	many();
	rmdir(ONE);
	rmdir(TWO);
	rmdir(THREE);
	CHECK_END();
}
