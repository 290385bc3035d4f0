/* The subsystem ns: a container for each task that gets namespaces of its own; what cannot be done
   in its hierarchy. guest: only=corral */
#include "group.h"

#include <dirent.h>
#include <sched.h>
#include <sys/mount.h>

#define ROOT "/tmp/nsgroup"

static int go[2], ready[2];

/* A child that waits, in a new UTS namespace; its pid. */
static pid_t start(int flags)
{
	pid_t pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

	if (pid)
		return pid;
	for (;;)
		pause();
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static char *own_path(pid_t pid)
{
	static char path[128];
	char *line, name[64];

	snprintf(name, sizeof(name), "/proc/%d/cgroup", pid);
	path[0] = '\0';
	if (text_read(name) < 0)
		return path;
	line = strstr(text, "ns:");
	if (line)
		snprintf(path, sizeof(path), "%.*s", (int)strcspn(line + 3, "\n"), line + 3);
	return path;
}

static char *node(pid_t pid, const char *file)
{
	static char path[2][128];
	static int which;

	which ^= 1;
	snprintf(path[which], sizeof(path[0]), ROOT "/node_%d%s", pid, file);
	return path[which];
}

static int count_nodes(void)
{
	DIR *dir = opendir(ROOT);
	struct dirent *d;
	int n = 0;

	while (dir && (d = readdir(dir)))
		n += !strncmp(d->d_name, "node_", 5);
	closedir(dir);
	return n;
}

static void directories(void)
{
	char expected[64], inner[64];
	int status;
	pid_t pid;

	pid = start(0);
	CHECK(count_nodes() == 0 && !strcmp(own_path(pid), "/"), "a plain fork makes no container");
	end(pid);
	pid = start(CLONE_NEWUTS);
	snprintf(expected, sizeof(expected), "/node_%d", pid);
	CHECK_STR(own_path(pid), expected, "clone(CLONE_NEWUTS) makes node_PID and goes there");
	CHECK_EQ(group_count(node(pid, "/tasks")), 1, "where it is alone");
	struct stat st;
	CHECK(!stat(node(pid, ""), &st) && st.st_mode == (S_IFDIR | 0755), "the mode is 0755");
	CHECK_ERR(rmdir(node(pid, "")), EBUSY, "the directory is busy");
	end(pid);
	CHECK_OK(rmdir(node(pid, "")), "until the task has ended");
	pid = start(CLONE_NEWPID);
	snprintf(expected, sizeof(expected), "/node_%d", pid);
	CHECK_STR(own_path(pid), expected, "clone(CLONE_NEWPID) too, with the number outside");
	CHECK_EQ(group_count(node(pid, "/tasks")), 1, "which tasks lists");
	end(pid);
	CHECK_OK(rmdir(node(pid, "")), "as long as it lives");
	status = IN_CHILD({
		if (unshare(CLONE_NEWPID))
			_exit(1);
		snprintf(expected, sizeof(expected), "/node_%d", getpid());
		if (strcmp(own_path(getpid()), expected))
			_exit(2);
		pid = fork();
		if (!pid) {
			char path[96];
			snprintf(path, sizeof(path), ROOT "%s/tasks", expected);
			if (text_read(path) < 0 || strcmp(text, "1\n"))
				_exit(1);
			snprintf(path, sizeof(path), ROOT "%s/in", expected);
			if (mkdir(path, 0755))
				_exit(2);
			strcat(path, "/tasks");
			if (group_write_pid(path, 1) || group_count(path) != 1)
				_exit(3);
			_exit(0);
		}
		waitpid(pid, &status, 0);
		snprintf(inner, sizeof(inner), ROOT "%s/in", expected);
		_exit(rmdir(inner) || !EXITED(status, 0) ? 10 + WEXITSTATUS(status) : 0);
	});
	CHECK(EXITED(status, 0), "inside, tasks takes and shows the numbers that are known there");
	MUST(!system("rmdir " ROOT "/node_*"));
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWUTS | CLONE_NEWNS))
			_exit(1);
		snprintf(expected, sizeof(expected), "/node_%d", getpid());
		if (strcmp(own_path(getpid()), expected))
			_exit(2);
		pid_t child = start(CLONE_NEWNS);
		snprintf(inner, sizeof(inner), "%s/node_%d", expected, child);
		status = strcmp(own_path(child), inner);
		end(child);
		if (status)
			_exit(3);
		snprintf(inner, sizeof(inner), ROOT "%s/node_%d", expected, child);
		_exit(rmdir(inner) ? 4 : 0);
	}
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "unshare makes one for the caller, and its children's are below");
	CHECK_OK(rmdir(node(pid, "")), "which stay when the tasks have gone");
}

static void failures(void)
{
	char before[64] = "", after[64];
	int status;

	status = IN_CHILD({
		if (mkdir(node(getpid(), ""), 0755))
			_exit(1);
		readlink("/proc/self/ns/uts", before, sizeof(before) - 1);
		if (unshare(CLONE_NEWUTS) == 0 || errno != EEXIST)
			_exit(2);
		memset(after, 0, sizeof(after));
		readlink("/proc/self/ns/uts", after, sizeof(after) - 1);
		if (strcmp(before, after) || strcmp(own_path(getpid()), "/"))
			_exit(3);
		_exit(rmdir(node(getpid(), "")) ? 4 : 0);
	});
	CHECK(EXITED(status, 0), "a name in use makes unshare fail, and nothing changes");
	status = IN_CHILD({
		MUST(!setgid(1000) && !setuid(1000));
		_exit(unshare(CLONE_NEWUTS) == 0 || errno != EPERM);
	});
	CHECK(EXITED(status, 0) && count_nodes() == 0, "without rights no directory is left");

	int n, clean = 0, made = 0;
	pid_t pid = -1;
	for (n = 1; n < 200 && pid < 0; n++) {
		char text[16];
		int fd = open("/proc/self/fail-nth", O_RDWR);

		snprintf(text, sizeof(text), "%d", n);
		MUST(write(fd, text, strlen(text)) > 0);
		pid = start(CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWPID);
		int error = errno;
		/* What clone had no use for may hit this very write, once. */
		MUST(pwrite(fd, "0", 1, 0) == 1 || pwrite(fd, "0", 1, 0) == 1);
		close(fd);
		if (pid < 0)
			clean += error == ENOMEM && count_nodes() == 0 &&
				 !strcmp(own_path(getpid()), "/");
		else
			made = count_nodes();
	}
	CHECK(pid > 0 && made == 1 && clean == n - 2 && clean > 8,
	      "whichever allocation fails, clone leaves nothing behind");
	end(pid);
	MUST(!rmdir(node(pid, "")));
}

static void rules(void)
{
	pid_t pid = start(0), other;
	int status;

	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/a/b", 0755) && !mkdir(ROOT "/c", 0755));
	CHECK_ERR(group_write_pid(ROOT "/a/b/tasks", pid), EPERM,
		  "a task moves one level at a time");
	CHECK_OK(group_write_pid(ROOT "/a/tasks", pid), "into a child of where it is");
	CHECK_ERR(group_write_pid(ROOT "/tasks", pid), EPERM, "but not back");
	CHECK_ERR(group_write_pid(ROOT "/c/tasks", pid), EPERM, "nor aside");
	other = start(0);
	CHECK_ERR(group_write_pid(ROOT "/a/tasks", other), EPERM, "nor to where somebody else is");
	CHECK_OK(group_write_pid(ROOT "/a/b/tasks", pid), "further down it may");
	end(other);
	end(pid);
	status = IN_CHILD({
		if (text_write(ROOT "/c/tasks", "0"))
			_exit(1);
		if (mkdir(ROOT "/d", 0755) == 0 || errno != EPERM)
			_exit(2);
		if (mkdir(ROOT "/c/d", 0755) || rmdir(ROOT "/c/d"))
			_exit(3);
		pid = start(0);
		if (fork() == 0)
			_exit(group_write_pid(ROOT "/a/tasks", getppid()) == 0 || errno != EPERM);
		wait(&status);
		end(pid);
		_exit(EXITED(status, 0) ? 0 : 4);
	});
	CHECK(EXITED(status, 0), "who has gone down makes and moves only below");
	MUST(!chmod(ROOT, 0777));
	status = IN_CHILD({
		MUST(!setgid(1000) && !setuid(1000));
		_exit(mkdir(ROOT "/d", 0755) == 0 || errno != EPERM);
	});
	CHECK(EXITED(status, 0), "mkdir needs CAP_SYS_ADMIN");
	CHECK(!rmdir(ROOT "/a/b") && !rmdir(ROOT "/a") && !rmdir(ROOT "/c"), "all is empty");
}

static void storm(void)
{
	int status, good = 0;

	for (int i = 0; i < 6; i++)
		if (!fork()) {
			for (int n = 0; n < 30; n++) {
				pid_t pid = syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);

				if (!pid)
					_exit(unshare(CLONE_NEWNS) != 0);
				if (pid < 0 || waitpid(pid, &status, 0) < 0 || !EXITED(status, 0))
					_exit(1);
				char *outer = node(pid, "");
				char inner[160];

				snprintf(inner, sizeof(inner), "%s/node_%d", outer, pid);
				if (rmdir(inner) || rmdir(outer))
					_exit(2);
			}
			_exit(0);
		}
	while (wait(&status) > 0)
		good += EXITED(status, 0);
	CHECK(good == 6 && count_nodes() == 0, "containers are made and removed on all CPUs");
}

/* What cpuset's post_clone gives the new container, before its task enters. */
static void cpusets(void)
{
	char all[64];
	pid_t pid;

	MUST(!mount("none", ROOT, "cgroup", 0, "cpuset,ns") && text_read(ROOT "/cpuset.cpus") > 0);
	snprintf(all, sizeof(all), "%s", text);
	pid = start(CLONE_NEWUTS);
	CHECK(pid > 0 && text_read(node(pid, "/cpuset.cpus")) > 0 && !strcmp(text, all) &&
		      text_read(node(pid, "/cpuset.mems")) > 0 && !strcmp(text, "0\n"),
	      "a cpuset that clone makes has its parent's CPUs and nodes");
	end(pid);
	MUST(!rmdir(node(pid, "")) && !mkdir(ROOT "/x", 0755));
	MUST(!text_write(ROOT "/x/cpuset.cpu_exclusive", "1"));
	CHECK_ERR(start(CLONE_NEWUTS), ENOSPC, "beside an exclusive one it has none: ENOSPC");
	CHECK_EQ(count_nodes(), 0, "and is not made");
	MUST(!rmdir(ROOT "/x") && !umount(ROOT));
}

int main(void)
{
	pid_t pid;

	MUST(!pipe(go) && !pipe(ready));
	mkdir(ROOT, 0755);
	pid = start(CLONE_NEWUTS);
	CHECK(pid > 0 && !strcmp(own_path(pid), ""), "without ns no container is made");
	end(pid);
	MUST(!mount("none", ROOT, "cgroup", 0, "ns,pids"));
	CHECK(text_read("/proc/mounts") > 0 && strstr(text, "ns") != NULL, "ns is mounted by name");
	directories();
	failures();
	rules();
	storm();
	pid = start(CLONE_NEWUTS);
	MUST(text_read(node(pid, "/pids.current")) > 0);
	CHECK_STR(text, "1\n", "the charges of other subsystems go along");
	MUST(!umount(ROOT));
	end(pid);
	pid = start(CLONE_NEWUTS);
	CHECK(strstr(own_path(pid), "/node_") != NULL,
	      "a hierarchy that is not mounted but lives on takes new ones");
	end(pid);
	MUST(!mount("none", ROOT, "container", 0, "ns,pids"));
	char command[64];
	snprintf(command, sizeof(command), "rmdir %s/node_*", ROOT);
	CHECK(!system(command) && !umount(ROOT), "and ends when it is empty");
	cpusets();
	CHECK_OK(mount("none", ROOT, "cgroup", 0, NULL), "a mount of everything goes without ns");
	MUST(!text_write(ROOT "/cgroup.clone_children", "1")); /* cpuset wants CPUs and nodes */
	CHECK(!mkdir(ROOT "/x", 0755) && !text_write(ROOT "/x/tasks", "0") &&
		      !text_write(ROOT "/tasks", "0") && !rmdir(ROOT "/x"),
	      "so that tasks can come back");
	umount(ROOT);
	rmdir(ROOT);
	CHECK_END();
}
