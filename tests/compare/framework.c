/*
 * Hierarchies, their directories, and the files that every container has.
 */
#include "control.h"

/* --- mount options -----------------------------------------------------------------------------*/

/* What the mount shows as; the names of hierarchies that others made are not in it. */
static const char *shown(const char *at)
{
	static char line[512];
	FILE *mounts = fopen("/proc/self/mounts", "r");
	char found[512] = "", where[300];

	while (fgets(line, sizeof(line), mounts))
		if (sscanf(line, "%*s %299s", where) == 1 && !strcmp(where, at))
			strcpy(found, line);
	fclose(mounts);
	found[strcspn(found, "\n")] = '\0';
	strcpy(line, found);
	return line;
}

static const char *const options[] = {
	NULL,
	"",
	",",
	"pids",
	"pids,",
	",pids",
	"pids,,cpuacct",
	"pids,pids",
	"cpuacct,pids",
	"pids,cpuacct",
	"none",
	"none,pids",
	"pids,none",
	"none,name=a",
	"name=a,none",
	"name=a",
	"name=a,pids",
	"none,name=",
	"none,name",
	"name=a,name=a,none",
	"none,name=a,name=b",
	"none,name=a/b",
	"none,name=a b",
	"none,name=a.b-c_D9",
	"none,name=a\n",
	"none,name=a=b",
	"none,name=0123456789012345678901234567890123456789012345678901234567890123",
	"none,name=012345678901234567890123456789012345678901234567890123456789012",
	"nothing",
	"pids,nothing",
	"PIDS",
	"pids ",
	"pids=1",
	"all,pids",
	"pids,all",
	"all,none",
	"noprefix",
	"pids,noprefix",
	"cpuset,noprefix",
	"cpuset,pids,noprefix",
	"none,name=a,noprefix",
	"release_agent=/agent",
	"pids,release_agent=/agent",
	"pids,release_agent=",
	"pids,release_agent",
	"none,name=a,release_agent=/agent",
	"pids,release_agent=/a,release_agent=/b",
	"clone_children",
	"pids,clone_children",
	"cpuset,clone_children",
	"none,name=a,clone_children",
	"pids,clone_children=1",
	"pids,xattr",
	"pids,cpuset_v2_mode",
	"pids,favordynmods",
	"pids,nofavordynmods",
	"pids,ro",
	"pids,rw",
	"pids,source=x",
	"memory,x",
	"cpu,cpuacct,freezer,pids,devices,cpuset",
	"pids,nsdelegate",
	"name=a,release_agent=/agent",
	"freezer",
	"devices",
	"cpu",
	"cpuset",
	"cpuacct",
};

static void mounting(void)
{
	for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char *o = options[i];

		if (!o || !*o || !strcmp(o, ","))
			continue; /* all subsystems, which are not the same */
		topic("mount -o %s", o);
		free_all();
		if (mount("none", AT, "cgroup", 0, o)) {
			answer(error_name(errno), "mount");
			continue;
		}
		answer("ok", "mount");
		answer(shown(AT), "/proc/self/mounts");
		answer(file_text(AT "/release_agent"), "release_agent");
		answer(file_text(AT "/cgroup.clone_children"), "clone_children");
		umount(AT);
	}
	free_all();
	topic("mount");
	CALL(mount("x y\\z", AT, "cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY,
		   "none,name=r"));
	answer(shown(AT), "with flags");
	CALL(mkdir(AT "/a", 0755));
	answer(file_put(AT "/tasks", "0"), "tasks of a read-only mount");
	CALL(umount(AT));
	CALL(mount("none", AT, "cgroup", 0, (char *)8));
	CALL(mount("none", "/nowhere", "cgroup", 0, "none,name=a"));
	CALL(mount("none", "/proc/version", "cgroup", 0, "none,name=a"));
	answer(status_words(IN_CHILD({
		       MUST(!setresuid(1000, 1000, 1000));
		       _exit(mount("none", AT, "cgroup", 0, "pids") ? errno : 0);
	       })),
	       "by a user");
	free_all();
}

/* --- a second mount, and a remount, of what is mounted -----------------------------------------*/

static const char *const others[] = {
	"pids",
	"cpuacct",
	"cpuacct,pids",
	"pids,cpuacct,freezer",
	"freezer",
	"none,name=a",
	"name=a",
	"name=b",
	"none,name=b",
	"pids,name=a",
	"pids,name=b",
	"cpuacct,pids,name=a",
	"nothing",
	"pids,release_agent=/agent",
	"cpuacct,pids,release_agent=/other",
	"none,name=a,release_agent=/x",
	"cpuacct,pids,clone_children",
	"cpuacct,pids,xattr",
	"none",
	"noprefix",
	"release_agent=/agent",
};

/* What another mount made ends some time after its umount. */
static void wait_for_one(void)
{
	int count;

	do {
		const char *line = file_text("/proc/self/cgroup");

		for (count = 0; *line; line += strcspn(line, "\n") + 1)
			count += atoi(line) > 0;
	} while (count > 1 && !usleep(1000));
}

static void ask_again(const char *first, bool child, const char *o)
{
	topic("%s%s, mounted again with %s", first, child ? " with a child" : "", o);
	free_all();
	MUST(!mount("none", AT, "cgroup", 0, first));
	if (child)
		mkdir(AT "/child", 0755);
	if (mount("none", AT "2", "cgroup", 0, o)) {
		answer(error_name(errno), "mount");
	} else {
		answer(shown(AT "2"), "mount");
		umount(AT "2");
		wait_for_one();
	}
	answer(result(mount("none", AT, "cgroup", MS_REMOUNT, o)), "remount");
	answer(shown(AT), "then");
	if (child)
		rmdir(AT "/child");
	umount(AT);
	/* Where a child was removed just before, the hierarchy stays until it is found without. */
	while (child && (mount("none", AT, "cgroup", 0, first) || umount(AT)))
		;
}

static void again(void)
{
	static const char *const first[] = { "pids,cpuacct", "none,name=a", "pids,name=a",
					     "pids,release_agent=/agent" };

	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		for (int child = 0; child < 2; child++)
			for (unsigned k = 0; k < sizeof(others) / sizeof(others[0]); k++)
				ask_again(first[i], child, others[k]);
	free_all();
}

int main(int argc, char **argv)
{
	umask(022);
	MUST(!mkdir(AT, 0755) && !mkdir(AT "2", 0755));
	mounting();
	again();
	files_of("none,name=files");
	rmdir(AT);
	rmdir(AT "2");
	return 0;
}
