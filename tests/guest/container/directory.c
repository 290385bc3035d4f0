/* Directories of containers: making, removing and renaming them, what cannot be done in them,
   owners and modes, and what is left of one that somebody still has open. */
#include "group.h"

#include <dirent.h>
#include <sys/statfs.h>

#define ROOT "/tmp/directory"

static struct stat st;

static bool has_mode(const char *path, unsigned mode)
{
	return !stat(path, &st) && (st.st_mode & 07777) == mode;
}

/* Runs a child as an ordinary user. */
#define AS_USER(...)                                  \
	IN_CHILD({                                    \
		MUST(!setgid(1000) && !setuid(1000)); \
		__VA_ARGS__;                          \
	})

static pid_t member(const char *tasks)
{
	pid_t pid = fork();

	MUST(pid >= 0);
	while (!pid)
		pause();
	MUST(!group_write_pid(tasks, pid));
	return pid;
}

/* --- what is in one ------------------------------------------------------------------------- */

static bool lists(const char *path, const char *name)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int n = 0;

	while (dir && (d = readdir(dir)))
		n += !strcmp(d->d_name, name);
	closedir(dir);
	return n == 1;
}

static void contents(void)
{
	static const struct {
		const char *name;
		unsigned mode;
		bool root_only;
	} files[] = {
		{ "tasks", 0644, false },
		{ "cgroup.procs", 0644, false },
		{ "notify_on_release", 0644, false },
		{ "cgroup.clone_children", 0644, false },
		{ "release_agent", 0644, true },
		{ "cgroup.sane_behavior", 0444, true },
	};
	char path[128];
	int good = 0, n = sizeof(files) / sizeof(*files);

	MUST(!mkdir(ROOT "/a", 0755));
	for (int i = 0; i < n; i++) {
		bool there = lists(ROOT, files[i].name);
		bool below = lists(ROOT "/a", files[i].name);

		snprintf(path, sizeof(path), ROOT "/%s", files[i].name);
		there = there && has_mode(path, files[i].mode) && S_ISREG(st.st_mode) &&
			st.st_size == 0 && st.st_nlink == 1;
		snprintf(path, sizeof(path), ROOT "/a/%s", files[i].name);
		if (files[i].root_only)
			below = !below && stat(path, &st) && errno == ENOENT;
		else
			below = below && has_mode(path, files[i].mode);
		good += there && below;
		if (!there || !below)
			printf("# %s\n", files[i].name);
	}
	CHECK_EQ(good, n, "each directory has its files, with their modes and size 0");
	CHECK(lists(ROOT "/a", "pids.max") && !lists(ROOT, "pids.max"),
	      "and those of its subsystems");
	CHECK(lists(ROOT "/a", ".") && lists(ROOT "/a", "..") && lists(ROOT, "a"),
	      "dots, and its children");
	CHECK(!stat(ROOT "/a", &st) && st.st_nlink == 2, "without children it has two links");
	MUST(!mkdir(ROOT "/a/b", 0755) && !mkdir(ROOT "/a/c", 0755));
	CHECK(!stat(ROOT "/a", &st) && st.st_nlink == 4, "and one more for each");
	MUST(!rmdir(ROOT "/a/b") && !rmdir(ROOT "/a/c"));
	CHECK(!stat(ROOT "/a", &st) && st.st_nlink == 2, "until it is removed");
	MUST(!rmdir(ROOT "/a"));
}

/* --- making ----------------------------------------------------------------------------------- */

static void making(void)
{
	char name[300];

	umask(022);
	CHECK_OK(mkdir(ROOT "/a", 0777), "mkdir makes a container");
	CHECK(has_mode(ROOT "/a", 0755), "with the mode that umask leaves");
	CHECK_ERR(mkdir(ROOT "/a", 0755), EEXIST, "a second time it is EEXIST");
	CHECK_ERR(mkdir(ROOT "/tasks", 0755), EEXIST, "so is a control file's name");
	CHECK_ERR(mkdir(ROOT "/a/pids.max", 0755), EEXIST, "a subsystem's too");
	CHECK_ERR(mkdir(ROOT "/x\ny", 0755), EINVAL, "a newline in a name is EINVAL");
	CHECK_ERR(mkdir(ROOT "/no/where", 0755), ENOENT, "a missing parent is ENOENT");
	CHECK_ERR(mkdir(ROOT "/tasks/x", 0755), ENOTDIR, "a file as parent is ENOTDIR");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name, ROOT "/", strlen(ROOT "/"));
	if (on_corral())
		CHECK_ERR(mkdir(name, 0755), ENAMETOOLONG,
			  "a name of more than 255 is ENAMETOOLONG (Linux: no limit but a path's)");
	name[strlen(ROOT "/") + 255] = '\0';
	CHECK(!mkdir(name, 0755) && !rmdir(name), "one of 255 is fine");
	CHECK(!mkdir(ROOT "/a b%\\", 0755) && lists(ROOT, "a b%\\") && !rmdir(ROOT "/a b%\\"),
	      "any other bytes are fine");
	MUST(!rmdir(ROOT "/a"));
}

static void owning(void)
{
	int status;

	status = AS_USER(_exit(mkdir(ROOT "/u", 0755) == -1 && errno == EACCES ? 0 : 1));
	CHECK(EXITED(status, 0), "without permission to write, mkdir is EACCES");
	MUST(!mkdir(ROOT "/open", 0755) && !chmod(ROOT "/open", 0777));
	status = AS_USER(_exit(mkdir(ROOT "/open/u", 0755) ? 1 : 0));
	CHECK(EXITED(status, 0), "with it a user makes containers");
	CHECK(!stat(ROOT "/open/u", &st) && st.st_uid == 1000 && st.st_gid == 1000,
	      "which belong to the user");
	CHECK(!stat(ROOT "/open/u/tasks", &st) && st.st_uid == 1000 && st.st_gid == 1000 &&
		      !stat(ROOT "/open/u/pids.max", &st) && st.st_uid == 1000,
	      "with their files");
	status = AS_USER({
		int fd = open(ROOT "/open/tasks", O_WRONLY);
		_exit(fd == -1 && errno == EACCES && open(ROOT "/open/tasks", O_RDONLY) >= 0 ? 0
											     : 1);
	});
	CHECK(EXITED(status, 0), "root's files can be read, and opening them to write is EACCES");
	MUST(!chmod(ROOT "/open/tasks", 0666) && !chown(ROOT "/open/tasks", 5, 6));
	CHECK(has_mode(ROOT "/open/tasks", 0666) && st.st_uid == 5 && st.st_gid == 6,
	      "chmod and chown of a file stay");
	MUST(!chown(ROOT "/open", 1000, 1000) && !chmod(ROOT "/open", 0700));
	CHECK(has_mode(ROOT "/open", 0700) && st.st_uid == 1000, "and of a directory");
	CHECK(!stat(ROOT "/open/cgroup.procs", &st) && st.st_uid == 0 && st.st_gid == 0,
	      "whose files stay with who made it, looked at before or not");
	status = AS_USER(_exit(rmdir(ROOT "/open/u") ? 1 : 0));
	CHECK(EXITED(status, 0), "its owner removes what is in it");
	MUST(!rmdir(ROOT "/open"));
}

/* Those of one directory: a user's belong to the user, root's to the group of the directory. */
static void setgid_directories(void)
{
	int status;

	MUST(!mkdir(ROOT "/g", 0755) && !chown(ROOT "/g", 0, 5) && !chmod(ROOT "/g", 02777));
	MUST(!mkdir(ROOT "/g/k", 0755) && !mkdir(ROOT "/g/k/l", 0700));
	CHECK(has_mode(ROOT "/g/k", 02755) && st.st_uid == 0 && st.st_gid == 5,
	      "in a setgid directory root makes setgid ones of its group");
	CHECK(has_mode(ROOT "/g/k/tasks", 0644) && st.st_uid == 0 && st.st_gid == 5 &&
		      has_mode(ROOT "/g/k/pids.max", 0644) && st.st_gid == 5,
	      "with their files");
	CHECK(has_mode(ROOT "/g/k/l", 02700) && st.st_gid == 5, "and so on below");
	status = AS_USER(_exit(mkdir(ROOT "/g/u", 0755) ? 1 : 0));
	CHECK(EXITED(status, 0) && has_mode(ROOT "/g/u", 02755) && st.st_uid == 1000 &&
		      st.st_gid == 1000,
	      "a user's have the bit, and the user's own group");
	CHECK(!stat(ROOT "/g/u/tasks", &st) && st.st_uid == 1000 && st.st_gid == 1000,
	      "and so have their files");
	MUST(!rmdir(ROOT "/g/u") && !rmdir(ROOT "/g/k/l") && !rmdir(ROOT "/g/k"));
	MUST(!rmdir(ROOT "/g"));
}

/* --- removing --------------------------------------------------------------------------------- */

static void removing(void)
{
	pid_t pid;
	siginfo_t info;

	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/a/b", 0755));
	CHECK_ERR(rmdir(ROOT "/a"), EBUSY, "with children rmdir is EBUSY");
	pid = member(ROOT "/a/b/tasks");
	CHECK_ERR(rmdir(ROOT "/a/b"), EBUSY, "so with a task");
	kill(pid, SIGKILL);
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	CHECK_OK(rmdir(ROOT "/a/b"), "a zombie does not keep it");
	waitpid(pid, NULL, 0);
	CHECK_ERR(rmdir(ROOT "/a/b"), ENOENT, "what is not there is ENOENT");
	CHECK_ERR(rmdir(ROOT "/a/tasks"), ENOTDIR, "a file is ENOTDIR");
	CHECK_ERR(rmdir(ROOT "/a/."), EINVAL, ". is EINVAL");
	CHECK_ERR(rmdir(ROOT "/a/.."), ENOTEMPTY, ".. is ENOTEMPTY");
	CHECK_ERR(rmdir(ROOT), EBUSY, "the top of a mounted hierarchy is EBUSY");
	MUST(!rmdir(ROOT "/a"));
}

/* What is open stays open, and answers ENODEV. */
static void removed(void)
{
	char byte, path[128];

	MUST(!mkdir(ROOT "/a", 0755) && !chdir(ROOT "/a"));
	int tasks = open("tasks", O_RDWR), max = open("pids.max", O_RDWR);
	int notify = open("notify_on_release", O_RDWR);
	int fresh = open("pids.current", O_RDONLY);

	MUST(tasks >= 0 && max >= 0 && notify >= 0 && fresh >= 0);
	MUST(read(max, &byte, 1) == 1);
	CHECK_OK(rmdir(ROOT "/a"), "open files and a working directory do not keep it");
	CHECK_ERR(read(tasks, &byte, 1), ENODEV, "reading tasks is ENODEV then");
	CHECK_ERR(write(tasks, "0", 1), ENODEV, "so is joining");
	CHECK_ERR(write(max, "1", 1), ENODEV, "and setting a limit");
	CHECK_ERR(write(notify, "1", 1), ENODEV, "and notify_on_release");
	CHECK_ERR(write(notify, "garbage", 7), ENODEV, "whatever is written");
	CHECK_ERR(read(fresh, &byte, 1), ENODEV, "and reading what was not read before");
	CHECK_ERR(open("tasks", O_RDONLY), ENOENT, "its files cannot be opened any more");
	CHECK_ERR(mkdir("b", 0755), ENOENT, "and nothing be made in it");
	CHECK(!getcwd(path, sizeof(path)) && errno == ENOENT, "its name is gone");
	MUST(!mkdir(ROOT "/a", 0755));
	CHECK_ERR(read(tasks, &byte, 1), ENODEV, "a new one of that name is another");
	close(tasks);
	close(max);
	close(notify);
	close(fresh);
	MUST(!chdir("/") && !rmdir(ROOT "/a"));
}

/* --- renaming and the rest -------------------------------------------------------------------- */

static void renaming(void)
{
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/b", 0755) && !mkdir(ROOT "/a/c", 0755));
	CHECK_ERR(rename(ROOT "/a", ROOT "/b"), EEXIST, "a name in use is EEXIST");
	CHECK_ERR(rename(ROOT "/a", ROOT "/tasks"), ENOTDIR, "a file's name is ENOTDIR");
	CHECK_ERR(rename(ROOT "/a/c", ROOT "/c"), EIO, "another parent is EIO");
	CHECK_ERR(rename(ROOT "/tasks", ROOT "/t"), ENOTDIR, "a file is ENOTDIR");
	CHECK_ERR(rename(ROOT "/no", ROOT "/t"), ENOENT, "what is not there is ENOENT");
	CHECK_ERR(rename(ROOT "/a", ROOT "/x\ny"), EINVAL, "a newline is EINVAL");
	CHECK_ERR(rename(ROOT "/tasks", ROOT "/x\n"), EINVAL, "also for a file");
	CHECK_ERR(rename(ROOT "/a", ROOT "/b/x\n"), EINVAL, "and for another parent");
	CHECK_OK(rename(ROOT "/tasks", ROOT "/tasks"), "a file keeps its own name");
	CHECK(!access(ROOT "/tasks", F_OK), "and is still there");
	CHECK_ERR(rename(ROOT "/tasks", ROOT "/cgroup.procs"), ENOTDIR, "but not another's");
	CHECK_ERR(rename(ROOT "/a", "/tmp/a"), EXDEV, "another file system is EXDEV");
	CHECK_OK(rename(ROOT "/a", ROOT "/a"), "the same name is nothing");
	CHECK_OK(rename(ROOT "/a", ROOT "/z"), "a free name is taken");
	CHECK(!access(ROOT "/z/c/tasks", F_OK) && access(ROOT "/a", F_OK), "with all below it");
	MUST(!rmdir(ROOT "/z/c") && !rmdir(ROOT "/z") && !rmdir(ROOT "/b"));
}

static void forbidden(void)
{
	MUST(!mkdir(ROOT "/a", 0755));
	CHECK_ERR(open(ROOT "/a/new", O_CREAT | O_WRONLY, 0644), EACCES,
		  "files cannot be created: EACCES");
	CHECK_ERR(unlink(ROOT "/a/tasks"), EPERM, "nor removed: EPERM");
	CHECK_ERR(unlink(ROOT "/a"), EISDIR, "a directory cannot be unlinked: EISDIR");
	CHECK_ERR(symlink("x", ROOT "/a/s"), EPERM, "no links: EPERM");
	CHECK_ERR(link(ROOT "/a/tasks", ROOT "/a/l"), EPERM, "no names for files: EPERM");
	CHECK_ERR(mknod(ROOT "/a/n", S_IFIFO | 0600, 0), EPERM, "no nodes: EPERM");
	CHECK_OK(truncate(ROOT "/a/tasks", 0), "truncating is nothing");
	CHECK_OK(truncate(ROOT "/a/tasks", 100), "to any length");
	CHECK(!stat(ROOT "/a/tasks", &st) && st.st_size == 0, "as the size stays 0");
	int fd = open(ROOT "/a/notify_on_release", O_WRONLY | O_TRUNC | O_CREAT, 0600);
	CHECK(fd >= 0 && write(fd, "1", 1) == 1, "O_CREAT and O_TRUNC open what is there");
	close(fd);
	MUST(!rmdir(ROOT "/a"));
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "pids"));
	contents();
	making();
	owning();
	setgid_directories();
	removing();
	removed();
	renaming();
	forbidden();
	/* Linux forgets what was removed a little later, and what is unmounted before stays. */
	for (int i = 0; i < 300 && text_read("/proc/cgroups") > 0; i++) {
		char *line = strstr(text, "\npids\t");

		if (line && strtol(strchr(line + 6, '\t') + 1, NULL, 10) == 1)
			break;
		usleep(10000);
	}
	umount(ROOT);
	rmdir(ROOT);
	CHECK_END();
}
