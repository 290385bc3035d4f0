/* Cgroup namespaces: who is in one sees groups from where it was when the namespace was made. */
#include "group.h"

#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>

#define ROOT  "/tmp/seen"
#define IN    "/tmp/seen.in"
#define LATE  "/tmp/seen.late"
#define DEEP  "/tmp/seen.deep"
#define PLAIN "/tmp/seen.file"
#define SELF  "/proc/self/ns/cgroup"

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif

static int first, inner; /* namespaces */

/* Where `who` ("self", a pid) is in the hierarchy of that name, as we see it. */
static const char *place(const char *who, const char *name)
{
	static char copy[512];
	char path[64], wanted[64], *at, *end;

	snprintf(path, sizeof(path), "/proc/%s/cgroup", who);
	snprintf(wanted, sizeof(wanted), "name=%s:", name);
	if (text_read(path) < 0 || !(at = strstr(text, wanted)))
		return "?";
	at += strlen(wanted);
	end = strchr(at, '\n');
	snprintf(copy, sizeof(copy), "%.*s", (int)(end - at), at);
	return copy;
}

static const char *place_of(pid_t pid)
{
	char who[16];

	snprintf(who, sizeof(who), "%d", pid);
	return place(who, "seen");
}

/* The root that /proc/self/mountinfo tells of what is mounted there. */
static const char *mount_root(const char *where)
{
	static char root[512], at[512];
	char *save, *line;

	if (text_read("/proc/self/mountinfo") < 0)
		return "?";
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "%*d %*d %*s %500s %500s", root, at) == 2 && !strcmp(at, where))
			return root;
	return "?";
}

static long number_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (long)st.st_ino;
}

static void go(const char *group)
{
	char path[64];

	snprintf(path, sizeof(path), ROOT "%s/tasks", group);
	MUST(!group_write_pid(path, getpid()));
}

/* Somebody who stays there. */
static pid_t resident(const char *group)
{
	char path[64];
	pid_t pid = fork();

	while (!pid)
		pause();
	snprintf(path, sizeof(path), ROOT "%s/tasks", group);
	MUST(!group_write_pid(path, pid));
	return pid;
}

static void begin(void)
{
	char *const dirs[] = { ROOT, IN, LATE };
	int status;

	for (int i = 0; i < 3; i++)
		mkdir(dirs[i], 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "none,name=seen"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/a/x", 0755) && !mkdir(ROOT "/b", 0755));
	first = open(SELF, O_RDONLY | O_CLOEXEC);
	CHECK(first >= 0, "there is a file for the cgroup namespace");
	CHECK_EQ(number_of(SELF), 0xeffffffbl, "the first one has its number");
	CHECK_EQ(ioctl(first, NS_GET_NSTYPE), CLONE_NEWCGROUP, "which tells its kind");
	status = IN_CHILD(MUST(!setuid(1000));
			  _exit(unshare(CLONE_NEWCGROUP) && errno == EPERM ? 0 : 1));
	CHECK(EXITED(status, 0), "making one needs rights");
	go("/a");
	CHECK_OK(unshare(CLONE_NEWCGROUP), "root can make one");
	CHECK(number_of(SELF) != 0xeffffffbl, "it has another number");
	inner = open(SELF, O_RDONLY | O_CLOEXEC);
}

static void paths(void)
{
	pid_t out = resident(""), below = resident("/a/x"), beside = resident("/b");
	int status;

	CHECK_STR(place("self", "seen"), "/", "the group where it was made is the root");
	CHECK_STR(place_of(out), "/..", "whoever is above is there");
	CHECK_STR(place_of(below), "/x", "who is below is below the root");
	CHECK_STR(place_of(beside), "/../b", "who is beside is beside it");
	go("/b");
	CHECK_STR(place("self", "seen"), "/../b", "one can go out of it");
	go("");
	CHECK_STR(place("self", "seen"), "/..", "to the top");
	go("/a/x");
	CHECK_STR(place_of(out), "/..", "where one is does not matter");
	status = IN_CHILD(_exit(strcmp(place("self", "seen"), "/x") != 0));
	CHECK(EXITED(status, 0), "a child inherits the namespace");
	CHECK_OK(setns(first, CLONE_NEWCGROUP), "one can go back into the first");
	CHECK_STR(place("self", "seen"), "/a/x", "which sees all");
	CHECK_OK(setns(inner, 0), "and again into the other, by its file");
	CHECK_STR(place("self", "seen"), "/x", "which sees as before");
	CHECK_ERR(setns(inner, CLONE_NEWUTS), EINVAL, "the kind must be right");
	status = IN_CHILD(MUST(!setuid(1000)); _exit(setns(first, 0) && errno == EPERM ? 0 : 1));
	CHECK(EXITED(status, 0), "going into one needs rights");
	for (int i = 0; i < 3; i++) {
		pid_t pid = (pid_t[]){ out, below, beside }[i];

		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static int child_main(void *unused)
{
	return strcmp(place("self", "seen"), "/") != 0;
}

static void births(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct clone_args args = { .flags = CLONE_NEWCGROUP, .exit_signal = SIGCHLD };
	int status, pidfd;
	pid_t pid;

	waitpid(clone(child_main, stack + sizeof(stack), CLONE_NEWCGROUP | SIGCHLD, NULL), &status,
		0);
	CHECK(EXITED(status, 0), "clone makes one for the child where its parent is");
	CHECK_STR(place("self", "seen"), "/x", "the parent stays in its own");
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(child_main(NULL));
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "clone3 too");
	pid = fork();
	while (!pid)
		pause();
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	MUST(!setns(first, 0));
	CHECK_OK(setns(pidfd, CLONE_NEWCGROUP), "the namespace of a process can be entered");
	CHECK_STR(place("self", "seen"), "/x", "and is the right one");
	close(pidfd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void mounts(void)
{
	CHECK_STR(mount_root(ROOT), "/..", "what was mounted before has its root above");
	CHECK_OK(mount("none", IN, "cgroup", 0, "none,name=seen"), "the hierarchy can be mounted");
	CHECK_STR(mount_root(IN), "/", "and begins where the namespace does");
	CHECK_EQ(access(IN "/x/tasks", F_OK), 0, "the groups below are there");
	CHECK_ERR(access(IN "/b", F_OK), ENOENT, "those beside are not");
	CHECK_EQ(number_of(IN), number_of(ROOT "/a"), "it is the directory of its root");
	MUST(!close(open(PLAIN, O_CREAT | O_WRONLY, 0600)));
	MUST(!mkdir(IN "/x/a b", 0755) && !mount(IN "/x/a b", LATE, NULL, MS_BIND, NULL));
	MUST(!mkdir(DEEP, 0755) && !mount(IN "/tasks", PLAIN, NULL, MS_BIND, NULL));
	CHECK_STR(mount_root(LATE), "/x/a\\040b", "a group that is mounted elsewhere is told so");
	CHECK_STR(mount_root(PLAIN), "/tasks", "a file too");
	MUST(!setns(first, 0));
	CHECK_STR(mount_root(PLAIN), "/a/tasks", "by whoever looks");
	MUST(!setns(inner, 0) && !umount(PLAIN) && !unlink(PLAIN));
	MUST(!mkdir(IN "/x/a b/deep", 0755) && !mount(IN "/x/a b/deep", DEEP, NULL, MS_BIND, NULL));
	MUST(!rmdir(IN "/x/a b/deep") && !rmdir(IN "/x/a b"));
	CHECK_STR(mount_root(DEEP), "/x/a\\040b/deep", "what was removed since is told, too");
	MUST(!umount(LATE) && !umount(DEEP) && !rmdir(DEEP));
	CHECK_OK(mkdir(IN "/y", 0755), "groups can be made");
	CHECK_EQ(access(ROOT "/a/y/tasks", F_OK), 0, "which everybody sees");
	CHECK_OK(group_write_pid(IN "/y/tasks", getpid()), "and joined");
	CHECK_STR(place("self", "seen"), "/y", "as is seen");
	MUST(!chdir(IN));
	CHECK(chdir("..") == 0 && number_of(".") == number_of("/tmp"), "nothing leads out of it");
	MUST(!chdir("/"));
	CHECK_ERR(mount("none", IN, "cgroup", 0, "none,name=seen.new"), EPERM,
		  "no hierarchy can be made");
	CHECK_ERR(mount("none", IN, "cgroup", 0, "name=seen.new"), EINVAL,
		  "and a name alone makes none anyway");
	MUST(!setns(first, 0));
	CHECK_STR(mount_root(IN), "/a", "from outside its root is a group");
	CHECK_STR(mount_root(ROOT), "/", "and that of the whole is the top");
	go("");
	MUST(!setns(inner, 0));
	CHECK_STR(place("self", "seen"), "/..", "members of other groups may be in the namespace");
	MUST(!rmdir(IN "/y") && !umount(IN));
}

/* Hierarchies that were made afterwards have nothing to hide. */
static void later(void)
{
	MUST(!setns(first, 0));
	MUST(!mount("none", LATE, "cgroup", 0, "none,name=seen.late"));
	MUST(!mkdir(LATE "/c", 0755) && !group_write_pid(LATE "/c/tasks", getpid()));
	MUST(!setns(inner, 0));
	CHECK_STR(place("self", "seen.late"), "/c", "a hierarchy made later is seen from its top");
	CHECK_OK(mount("none", IN, "cgroup", 0, "none,name=seen.late"), "and mounted as a whole");
	CHECK_EQ(access(IN "/c/tasks", F_OK), 0, "with its groups");
	MUST(!umount(IN) && !group_write_pid(LATE "/tasks", getpid()));
	MUST(!rmdir(LATE "/c") && !umount(LATE));
}

static void removed_root(void)
{
	go("/b");
	MUST(!rmdir(ROOT "/a/x"));
	CHECK_OK(rmdir(ROOT "/a"), "a namespace does not keep its root group");
	CHECK_STR(place("self", "seen"), "/../b", "it is the root all the same");
	CHECK_ERR(mount("none", IN, "cgroup", 0, "none,name=seen"), ENOENT,
		  "but cannot be mounted");
	MUST(!mkdir(ROOT "/a", 0755));
	CHECK_STR(mount_root(ROOT), "/..", "as the hierarchy's root tells");
	go("/a");
	CHECK_STR(place("self", "seen"), "/../a", "another group of the same name is another one");
	go("");
	MUST(!rmdir(ROOT "/a") && !rmdir(ROOT "/b"));
}

/* A set of CPUs and nodes that is its parent's. */
static void copy(const char *name)
{
	char path[64], value[64];

	snprintf(path, sizeof(path), ROOT "/%s", name);
	MUST(text_read(path) > 0);
	snprintf(value, sizeof(value), "%s", text);
	snprintf(path, sizeof(path), ROOT "/a/%s", name);
	MUST(!text_write(path, value));
}

static void cpusets(void)
{
	MUST(!setns(first, 0) && !group_mount(ROOT, "cpuset") && !mkdir(ROOT "/a", 0755));
	copy("cpuset.cpus");
	copy("cpuset.mems");
	go("/a");
	CHECK(text_read("/proc/self/cpuset") > 0 && !strcmp(text, "/a\n"),
	      "/proc/PID/cpuset tells the set");
	MUST(!unshare(CLONE_NEWCGROUP));
	CHECK(text_read("/proc/self/cpuset") > 0 && !strcmp(text, "/\n"),
	      "from where the namespace begins");
	MUST(!setns(inner, 0));
	CHECK(text_read("/proc/self/cpuset") > 0 && !strcmp(text, "/a\n"),
	      "which is the top in another one");
	go("");
	MUST(!rmdir(ROOT "/a") && !umount(ROOT));
}

int main(void)
{
	begin();
	paths();
	births();
	mounts();
	later();
	removed_root();
	MUST(!umount(ROOT));
	cpusets();
	for (int i = 0; i < 3; i++)
		rmdir((char *[]){ ROOT, IN, LATE }[i]);
	CHECK_END();
}
