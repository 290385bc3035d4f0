/* A hierarchy of version 1 with cpuacct: membership, files, errors, and the time that is counted.
 */
#include "group.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/mount.h>

#define ROOT "/tmp/cg"

static struct stat st;
static bool lists(const char *path, pid_t pid)
{
	bool found = false;

	text_read(path);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		found |= atoi(line) == pid;
	return found;
}

static long long number_in(const char *path)
{
	return text_read(path) > 0 ? atoll(text) : -1;
}

/* The own path in the hierarchy that has cpuacct. */
static const char *own_path(const char *file)
{
	static char path[256];

	path[0] = '\0';
	text_read(file);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *rest = strchr(line, ':');
		char *colon = rest ? strchr(rest + 1, ':') : NULL;

		if (colon && strstr(rest, "cpuacct") && strstr(rest, "cpuacct") < colon)
			snprintf(path, sizeof(path), "%s", colon + 1);
	}
	return path;
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	return pid;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void mounting(void)
{
	CHECK_ERR(mount("none", ROOT, "cgroup", 0, "nosuch"), EINVAL,
		  "an unknown subsystem is EINVAL");
	CHECK_ERR(mount("none", ROOT, "cgroup", 0, "none"), EINVAL,
		  "none without a name is EINVAL");
	int status = IN_CHILD(MUST(!setresuid(1000, 1000, 1000));
			      _exit(mount("none", ROOT, "cgroup", 0, "cpuacct") == -1 ? errno : 0));
	CHECK(EXITED(status, EPERM), "mounting is root's: EPERM");
	CHECK_OK(mount("none", ROOT, "cgroup", 0, "cpuacct"),
		 "a hierarchy with cpuacct can be mounted");
	CHECK(!stat(ROOT, &st) && S_ISDIR(st.st_mode) && (st.st_mode & 07777) == 0555,
	      "its root is a directory, 0555");
	text_read("/proc/cgroups");
	CHECK(!strncmp(text, "#subsys_name\thierarchy\tnum_cgroups\tenabled\n", 43),
	      "/proc/cgroups has its head line");
	char *line = strstr(text, "\ncpuacct\t");
	int hierarchy = 0, groups = 0, enabled = 0;
	CHECK(line && sscanf(line + 9, "%d %d %d", &hierarchy, &groups, &enabled) == 3 &&
		      hierarchy > 0 && groups == 1 && enabled == 1,
	      "and a line for cpuacct, now in a hierarchy of one group");
	mkdir("/tmp/cg2", 0755);
	CHECK_OK(mount("none", "/tmp/cg2", "cgroup", 0, "cpuacct"),
		 "the same set again shares the hierarchy");
	mkdir(ROOT "/seen", 0755);
	CHECK(!stat("/tmp/cg2/seen", &st), "what is made in one is seen in the other");
	rmdir("/tmp/cg2/seen");
	CHECK(stat(ROOT "/seen", &st) == -1, "and gone from both");
	MUST(!umount("/tmp/cg2"));
	rmdir("/tmp/cg2");
	text_read("/proc/mounts");
	line = strstr(text, " " ROOT " cgroup rw");
	CHECK(line && strstr(line, "cpuacct"), "/proc/mounts tells the type and the subsystem");
	CHECK_STR(own_path("/proc/self/cgroup"), "/", "every task is in the root");
	snprintf(text, sizeof(text), "/proc/self/task/%d/cgroup", getpid());
	char path[64];
	strcpy(path, text);
	CHECK_STR(own_path(path), "/", "each thread says so");
}

static void directories(void)
{
	static const char *const files[] = {
		"tasks",	 "cgroup.procs",	 "notify_on_release",
		"cpuacct.usage", "cpuacct.usage_percpu", "cpuacct.stat"
	};
	int good = 0;

	CHECK_OK(mkdir(ROOT "/a", 0755), "mkdir makes a group");
	CHECK(!stat(ROOT "/a", &st) && st.st_nlink == 2, "with two links");
	for (int i = 0; i < 6; i++) {
		char path[64];

		snprintf(path, sizeof(path), ROOT "/a/%s", files[i]);
		good += !stat(path, &st) && S_ISREG(st.st_mode) && st.st_size == 0;
	}
	CHECK_EQ(good, 6, "and six files");
	CHECK(!stat(ROOT "/a/tasks", &st) && (st.st_mode & 0777) == 0644, "tasks is 0644");
	CHECK(!stat(ROOT "/a/cpuacct.stat", &st) && (st.st_mode & 0777) == 0444,
	      "cpuacct.stat is 0444");
	CHECK_EQ(text_read(ROOT "/a/tasks"), 0, "a new group is empty");
	CHECK_ERR(mkdir(ROOT "/a", 0755), EEXIST, "the same name is EEXIST");
	CHECK_ERR(mkdir(ROOT "/tasks", 0755), EEXIST, "so is that of a file");
	CHECK_ERR(mkdir(ROOT "/x/y", 0755), ENOENT, "no parent is ENOENT");
	CHECK_ERR(mkdir(ROOT "/new\nline", 0755), EINVAL, "a newline in a name is EINVAL");
	CHECK_ERR(open(ROOT "/file", O_CREAT | O_RDWR, 0600), EACCES,
		  "no file can be made: EACCES");
	CHECK_ERR(unlink(ROOT "/a/tasks"), EPERM, "or removed: EPERM");
	CHECK_ERR(symlink("x", ROOT "/l"), EPERM, "no link: EPERM");
	CHECK_ERR(link(ROOT "/a/tasks", ROOT "/l"), EPERM, "of either kind");
	CHECK_ERR(mknod(ROOT "/n", S_IFIFO | 0600, 0), EPERM, "no node: EPERM");
	mkdir(ROOT "/a/b", 0755);
	CHECK_ERR(rmdir(ROOT "/a"), EBUSY, "a group with a child is EBUSY");
	CHECK_ERR(rmdir(ROOT "/none"), ENOENT, "a missing one ENOENT");
	CHECK_ERR(rmdir(ROOT "/a/tasks"), ENOTDIR, "a file ENOTDIR");
	CHECK_ERR(rmdir(ROOT), EBUSY, "the root EBUSY");
	CHECK_ERR(rmdir(ROOT "/a/."), EINVAL, ". is EINVAL");
	CHECK_ERR(rmdir(ROOT "/a/b/.."), ENOTEMPTY, ".. is ENOTEMPTY");
	CHECK_OK(rmdir(ROOT "/a/b"), "an empty one goes");
	CHECK_OK(rename(ROOT "/a", ROOT "/z"), "rename renames");
	CHECK(!stat(ROOT "/z/tasks", &st) && stat(ROOT "/a", &st) == -1,
	      "the group with its files");
	mkdir(ROOT "/a", 0755);
	CHECK_ERR(rename(ROOT "/a", ROOT "/z"), EEXIST, "onto another group is EEXIST");
	CHECK_ERR(rename(ROOT "/a", ROOT "/z/a"), EIO, "into another parent EIO");
	CHECK_ERR(rename(ROOT "/a/tasks", ROOT "/a/t"), ENOTDIR, "a file ENOTDIR");
	CHECK_ERR(rename(ROOT "/none", ROOT "/a"), ENOENT, "a missing one ENOENT");
	CHECK_OK(rename(ROOT "/a", ROOT "/a"), "onto itself nothing");
	MUST(!rmdir(ROOT "/z"));
	DIR *dir = opendir(ROOT "/a");
	int n = 0;
	for (struct dirent *e; (e = readdir(dir));)
		n += !strcmp(e->d_name, "tasks") || !strcmp(e->d_name, ".") ||
		     !strcmp(e->d_name, "cpuacct.usage");
	closedir(dir);
	CHECK_EQ(n, 3, "a directory lists its files");
}

static void *parked(void *arg)
{
	*(pid_t *)arg = syscall(SYS_gettid);
	pause();
	return NULL;
}

static void membership(void)
{
	pid_t pid = sleeper(), child;
	int status, fds[2];

	CHECK(lists(ROOT "/tasks", pid) && lists(ROOT "/tasks", 1),
	      "the root lists the tasks that are nowhere else");
	CHECK_OK(group_write_pid(ROOT "/a/tasks", pid), "a pid written to tasks moves that task");
	CHECK(lists(ROOT "/a/tasks", pid) && !lists(ROOT "/tasks", pid),
	      "it is there and no longer here");
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	CHECK_STR(own_path(path), "/a", "/proc/PID/cgroup says so");
	CHECK_ERR(rmdir(ROOT "/a"), EBUSY, "a group with tasks is EBUSY");
	CHECK_OK(group_write_pid(ROOT "/a/tasks", pid), "a move to the own group is well");
	rename(ROOT "/a", ROOT "/renamed");
	CHECK_STR(own_path(path), "/renamed", "a rename shows at once");
	rename(ROOT "/renamed", ROOT "/a");
	reap(pid);
	CHECK_EQ(text_read(ROOT "/a/tasks"), 0, "exit leaves the group");

	status = IN_CHILD({
		if (text_write(ROOT "/a/tasks", "0"))
			_exit(1);
		if (strcmp(own_path("/proc/self/cgroup"), "/a"))
			_exit(2);
		child = fork();
		if (!child)
			_exit(strcmp(own_path("/proc/self/cgroup"), "/a") ? 1 : 0);
		waitpid(child, &status, 0);
		_exit(EXITED(status, 0) ? 0 : 3);
	});
	CHECK(!EXITED(status, 1) && !EXITED(status, 2), "0 means the writer itself");
	CHECK(EXITED(status, 0), "a child is born where its parent is");

	/* Threads one by one, and whole processes. */
	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		pthread_t thread;
		pid_t tid = 0;

		pthread_create(&thread, NULL, parked, &tid);
		while (!*(volatile pid_t *)&tid)
			usleep(100);
		write(fds[1], &tid, sizeof(tid));
		pause();
	}
	pid_t tid = 0;
	MUST(read(fds[0], &tid, sizeof(tid)) == sizeof(tid));
	CHECK_OK(group_write_pid(ROOT "/a/tasks", tid), "tasks moves one thread");
	CHECK(lists(ROOT "/a/tasks", tid) && !lists(ROOT "/a/tasks", pid), "and only that");
	CHECK(lists(ROOT "/a/cgroup.procs", pid) && lists(ROOT "/cgroup.procs", pid),
	      "cgroup.procs lists its process in both groups");
	snprintf(path, sizeof(path), "/proc/%d/task/%d/cgroup", pid, tid);
	CHECK_STR(own_path(path), "/a", "/proc/PID/task/TID/cgroup tells them apart");
	MUST(!mkdir(ROOT "/b", 0755));
	CHECK_OK(group_write_pid(ROOT "/b/cgroup.procs", tid),
		 "cgroup.procs moves a whole process, by any thread");
	CHECK(lists(ROOT "/b/tasks", tid) && lists(ROOT "/b/tasks", pid) &&
		      text_read(ROOT "/a/tasks") == 0,
	      "all threads of it");
	reap(pid);
	close(fds[0]);
	close(fds[1]);

	pid = fork();
	if (!pid)
		_exit(0);
	siginfo_t info;
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	CHECK(!lists(ROOT "/b/tasks", pid), "a zombie is in no list");
	waitpid(pid, NULL, 0);
	CHECK_ERR(group_write_pid(ROOT "/a/tasks", pid), ESRCH, "a pid of nobody is ESRCH");
	CHECK_ERR(text_write(ROOT "/a/tasks", "x"), EINVAL, "a word is EINVAL");
	CHECK_ERR(text_write(ROOT "/a/tasks", "-5"), EINVAL, "a negative number too");
	CHECK_ERR(text_write(ROOT "/a/tasks", "1 2"), EINVAL, "two numbers too");
	CHECK_ERR(text_write(ROOT "/a/cgroup.procs", "999999"), ESRCH, "cgroup.procs alike: ESRCH");
	pid = sleeper();
	char line[32];
	snprintf(line, sizeof(line), " %d \n", pid);
	CHECK_OK(text_write(ROOT "/a/tasks", line),
		 "blanks and a newline around a number are well");
	reap(pid);
	chmod(ROOT "/a/tasks", 0666);
	status = IN_CHILD(MUST(!setresuid(1000, 1000, 1000));
			  _exit(text_write(ROOT "/a/tasks", "1") == -1 ? errno : 0));
	CHECK(EXITED(status, EACCES), "a user does not move root's task: EACCES");
	status = IN_CHILD(MUST(!setresuid(1000, 1000, 1000));
			  _exit(text_write(ROOT "/a/tasks", "0") == -1 ? errno : 0));
	CHECK(EXITED(status, 0), "but its own, where it may write");
	status = IN_CHILD(MUST(!setresuid(1000, 1000, 1000));
			  _exit(text_write(ROOT "/b/tasks", "0") == -1 ? errno : 0));
	CHECK(EXITED(status, EACCES), "and nowhere else: EACCES");
	status = IN_CHILD(MUST(!setresuid(1000, 1000, 1000));
			  _exit(mkdir(ROOT "/u", 0755) == -1 ? errno : 0));
	CHECK(EXITED(status, EACCES), "mkdir needs the right to write: EACCES");
}

static void flags_and_limits(void)
{
	static char big[5000];

	text_read(ROOT "/a/notify_on_release");
	CHECK_STR(text, "0\n", "notify_on_release is off");
	CHECK(!text_write(ROOT "/a/notify_on_release", "1\n") &&
		      text_read(ROOT "/a/notify_on_release") && !strcmp(text, "1\n"),
	      "and can be set");
	mkdir(ROOT "/a/child", 0755);
	text_read(ROOT "/a/child/notify_on_release");
	CHECK_STR(text, "1\n", "a child inherits it");
	CHECK_ERR(text_write(ROOT "/a/notify_on_release", "x"), EINVAL, "a word is EINVAL");
	CHECK_ERR(text_write(ROOT "/a/notify_on_release", "-1"), EINVAL, "a negative number too");
	CHECK_ERR(text_write(ROOT "/a/notify_on_release", " 1"), EINVAL, "a blank before it too");
	text_write(ROOT "/a/notify_on_release", "0");
	CHECK(!text_write(ROOT "/a/tasks", "") && !text_write(ROOT "/a/cgroup.procs", "") &&
		      !text_write(ROOT "/a/notify_on_release", "") &&
		      !text_write(ROOT "/a/cpuacct.usage", ""),
	      "nothing is written without an error");
	memset(big, '/', 4096);
	CHECK_ERR(text_write(ROOT "/release_agent", big), E2BIG,
		  "an agent's path of 4096 is E2BIG");
	big[4095] = '\0';
	CHECK_OK(text_write(ROOT "/release_agent", big), "one byte less is not");
	text_write(ROOT "/release_agent", "\n");
	memset(big, '1', 4999);
	CHECK_ERR(text_write(ROOT "/a/tasks", big), E2BIG, "more than 4096 bytes are E2BIG");
	CHECK_ERR(text_write(ROOT "/a/cpuacct.stat", "1"), EINVAL,
		  "a file that is only read is EINVAL for root");
	int fd = open(ROOT "/a/child/tasks", O_RDWR), dir = open(ROOT "/a/child", O_RDONLY);
	MUST(fd >= 0 && dir >= 0 && !rmdir(ROOT "/a/child"));
	CHECK_ERR(read(fd, big, 10), ENODEV, "files of a removed group are ENODEV");
	CHECK_ERR(write(fd, "0", 1), ENODEV, "for writing too");
	CHECK_ERR(openat(dir, "tasks", O_RDONLY), ENOENT, "and its directory has none");
	CHECK_ERR(mkdirat(dir, "x", 0755), ENOENT, "and takes none");
	close(fd);
	close(dir);
	fd = open(ROOT "/a/tasks", O_RDONLY);
	CHECK_ERR(umount(ROOT), EBUSY, "an open file keeps the mount: EBUSY");
	close(fd);
}

static long long cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void accounting(void)
{
	long long user = -1, system_time = -1, sum = 0, usage, children, parents;
	int status;
	char *at;

	MUST(!mkdir(ROOT "/a/deep", 0755));
	parents = number_in(ROOT "/a/cpuacct.usage");
	status = IN_CHILD({
		MUST(!text_write(ROOT "/a/deep/tasks", "0"));
		long long start = cpu_time();
		while (cpu_time() - start < 200000000)
			;
	});
	usage = number_in(ROOT "/a/deep/cpuacct.usage");
	CHECK(usage > 150000000, "cpuacct.usage counts nanoseconds");
	children = number_in(ROOT "/a/cpuacct.usage") - parents;
	CHECK(children >= usage * 9 / 10, "in every group above as well");
	text_read(ROOT "/a/deep/cpuacct.usage_percpu");
	at = text;
	int cpus = 0;
	for (char *end; *at && *at != '\n'; at = end) {
		sum += strtoll(at, &end, 10);
		if (end == at)
			break;
		cpus++;
		while (*end == ' ')
			end++;
	}
	CHECK(sum == usage && cpus >= sysconf(_SC_NPROCESSORS_ONLN), "usage_percpu adds up to it");
	text_read(ROOT "/a/deep/cpuacct.stat");
	CHECK(sscanf(text, "user %lld\nsystem %lld", &user, &system_time) == 2 &&
		      user + system_time > 10,
	      "cpuacct.stat counts ticks of user and system time");
	CHECK_ERR(text_write(ROOT "/a/deep/cpuacct.usage", "5"), EINVAL, "usage is not set");
	CHECK_OK(text_write(ROOT "/a/deep/cpuacct.usage", "0"), "but can be reset");
	CHECK(number_in(ROOT "/a/deep/cpuacct.usage") < usage, "to zero");
	rmdir(ROOT "/a/deep");
	(void)status;
}

int main(void)
{
	umask(022);
	mkdir(ROOT, 0755);
	mounting();
	directories();
	membership();
	flags_and_limits();
	accounting();
	CHECK(!rmdir(ROOT "/a") && !rmdir(ROOT "/b"), "empty groups are removed");
	CHECK_OK(umount(ROOT), "and the hierarchy is unmounted");
	rmdir(ROOT);
	CHECK_END();
}
