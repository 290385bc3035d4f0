/*
 * Every file of a cpuset: its mode, what it says in the root and in a new set, how much can be
 * written; and the names that they have in the file system cpuset of before.
 *
 * guest: cpus=4 nodes=2 memory=512
 */
#include "group.h"

#define ROOT "/tmp/cf"

static const struct file {
	const char *name;
	mode_t mode;
	const char *root, *child; /* NULL: not there, or a figure that changes */
} files[] = {
	{ "cpus", 0644, "0-3\n", "\n" },
	{ "mems", 0644, "0-1\n", "\n" },
	{ "effective_cpus", 0444, "0-3\n", "\n" },
	{ "effective_mems", 0444, "0-1\n", "\n" },
	{ "cpu_exclusive", 0644, "1\n", "0\n" },
	{ "mem_exclusive", 0644, "1\n", "0\n" },
	{ "mem_hardwall", 0644, "0\n", "0\n" },
	{ "sched_load_balance", 0644, "1\n", "1\n" },
	{ "sched_relax_domain_level", 0644, "-1\n", "-1\n" },
	{ "memory_migrate", 0644, "0\n", "0\n" },
	{ "memory_pressure", 0444, NULL, "0\n" },
	{ "memory_spread_page", 0644, "0\n", "0\n" },
	{ "memory_spread_slab", 0644, "0\n", "0\n" },
	{ "memory_pressure_enabled", 0644, "0\n", NULL },
};

#define FILES ((int)(sizeof(files) / sizeof(*files)))

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static bool reads(const char *path, const char *expected)
{
	return !expected || (text_read(path) > 0 && !strcmp(text, expected));
}

/* How many files of a set have this prefix, the right mode and their first value. */
static int right(const char *prefix, const char *name, bool root)
{
	char path[128];
	int n = 0;

	for (int i = 0; i < FILES; i++) {
		const struct file *f = &files[i];
		bool good;

		snprintf(path, sizeof(path), ROOT "%s/%s%s", name, prefix, f->name);
		if (!root && i == FILES - 1)
			good = access(path, F_OK) && errno == ENOENT;
		else
			good = mode_of(path) == f->mode && reads(path, root ? f->root : f->child);
		if (!good)
			dprintf(1, "# %s: mode %o, %s\n", path, mode_of(path), text);
		n += good;
	}
	return n;
}

/* A list of so many bytes. */
static int long_list(const char *path, size_t bytes)
{
	static char list[70000];

	memset(list, ',', bytes);
	list[bytes - 1] = '1';
	list[bytes] = '\0';
	return text_write(path, list) ? errno : 0;
}

static void lengths(void)
{
	CHECK_EQ(long_list(ROOT "/a/cpuset.cpus", 4096), 0, "a list may have 4096 bytes");
	CHECK(reads(ROOT "/a/cpuset.cpus", "1\n"), "and is read to its end");
	CHECK_EQ(long_list(ROOT "/a/cpuset.cpus", 60000), E2BIG, "one of 60000 is E2BIG");
	CHECK_EQ(long_list(ROOT "/a/cpuset.mems", 7000), E2BIG, "of nodes, one of 7000");
	CHECK(!text_write(ROOT "/a/cpuset.cpus", "0,2,") && reads(ROOT "/a/cpuset.cpus", "0,2\n"),
	      "a comma at the end is no error");
	CHECK(!text_write(ROOT "/a/cpuset.mem_hardwall", "1") &&
		      reads(ROOT "/a/cpuset.mem_hardwall", "1\n") && !mkdir(ROOT "/a/k", 0755) &&
		      reads(ROOT "/a/k/cpuset.mem_hardwall", "0\n") && !rmdir(ROOT "/a/k"),
	      "mem_hardwall is taken, and not inherited");
}

/* On Linux a hierarchy whose containers were removed just now lives on, with its names. */
static void mount_with(const char *type, const char *options, const char *file)
{
	MUST(!mount("none", ROOT, type, 0, options));
	while (access(file, F_OK)) {
		umount(ROOT);
		usleep(10000);
		MUST(!mount("none", ROOT, type, 0, options));
	}
}

/* The type cpuset: cgroup with noprefix. */
static void legacy(void)
{
	pid_t pid = getpid();
	char path[64];

	mount_with("cpuset", NULL, ROOT "/cpus");
	CHECK_EQ(right("", "", true), FILES,
		 "in the file system cpuset the files of the root have no prefix");
	CHECK(access(ROOT "/cpuset.cpus", F_OK) && !access(ROOT "/tasks", F_OK) &&
		      !access(ROOT "/cgroup.procs", F_OK) &&
		      !access(ROOT "/cgroup.clone_children", F_OK) &&
		      !access(ROOT "/notify_on_release", F_OK) &&
		      reads(ROOT "/release_agent", "/sbin/cpuset_release_agent\n"),
	      "those of the framework keep their names");
	MUST(!mkdir(ROOT "/a", 0755));
	CHECK_EQ(right("", "/a", false), FILES, "a new set has them as well");
	CHECK(group_write_pid(ROOT "/a/tasks", pid) && errno == ENOSPC,
	      "it takes no task before it has CPUs and nodes");
	CHECK(!text_write(ROOT "/a/cpus", "2") && !text_write(ROOT "/a/mems", "1") &&
		      !group_write_pid(ROOT "/a/tasks", pid),
	      "and one when both are written");
	snprintf(path, sizeof(path), "/proc/%d/cpuset", pid);
	CHECK(reads(path, "/a\n"), "which /proc/PID/cpuset tells");
	CHECK(!group_write_pid(ROOT "/tasks", pid) && !rmdir(ROOT "/a"), "it leaves again");
	umount(ROOT);
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!group_mount(ROOT, "cpuset") && !umount(ROOT)); /* it is in no hierarchy with others */
	legacy();
	mount_with("cgroup", "cpuset", ROOT "/cpuset.cpus");
	MUST(!mkdir(ROOT "/a", 0755));
	CHECK_EQ(right("cpuset.", "", true), FILES,
		 "the files of the root have their modes and values");
	CHECK_EQ(right("cpuset.", "/a", false), FILES, "so have those of a new set");
	lengths();
	MUST(!rmdir(ROOT "/a") && !umount(ROOT) && !rmdir(ROOT));
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
