/* Containers while memory runs out: whichever allocation fails, the operation says ENOMEM and
   nothing has changed, nothing is lost. guest: only=corral also=2
   timeout=120 */
#include "failure.h"
#include "../await.h"
#include "parked.h"

#include <linux/sched.h>
#include <sched.h>

#define MANY  6 /* containers in the second hierarchy that a process's threads are spread over */
#define ONE   "/tmp/failure.1"
#define TWO   "/tmp/failure.2"
#define THREE "/tmp/failure.3"
#define FOUR  "/tmp/failure.4"

static char *in(const char *root, int n, const char *file)
{
	static char path[8][64];
	static int which;

	which = (which + 1) % 8;
	snprintf(path[which], sizeof(path[0]), "%s/g%d%s", root, n, file);
	return path[which];
}

/* --- steps --------------------------------------------------------------------------------- */

struct write_step {
	char path[64];
	char text[32];
};

/* The opening allocates too, and is part of it. */
static int write_step(void *arg)
{
	struct write_step *s = arg;

	return text_write(s->path, s->text);
}

/* With the file looked up before, as it would stay after the first try. */
static int each_write(struct write_step *s)
{
	MUST(!access(s->path, F_OK));
	return failure_each(write_step, s);
}

static int look_step(void *arg)
{
	return access(arg, F_OK);
}

static int mkdir_step(void *arg)
{
	return mkdir(arg, 0755);
}

static int mount_step(void *arg)
{
	return mount("none", FOUR, "cgroup", 0, arg);
}

static int remount_step(void *arg)
{
	return mount("none", FOUR, "cgroup", MS_REMOUNT, arg);
}

static pid_t born;

static int clone_step(void *arg)
{
	long flags = (long)arg;

	born = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
	if (!born)
		_exit(0);
	return born < 0 ? -1 : 0;
}

static int clone3_step(void *arg)
{
	struct clone_args args = { .flags = (long)arg, .exit_signal = SIGCHLD };

	born = syscall(SYS_clone3, &args, sizeof(args));
	if (!born)
		_exit(0);
	return born < 0 ? -1 : 0;
}

static int vfork_step(void *arg)
{
	born = vfork();
	if (!born)
		_exit(0);
	return born < 0 ? -1 : 0;
}

static int thread_step(void *arg)
{
	static char stack[16384] __attribute__((aligned(16)));
	static volatile int gone;
	long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		     CLONE_SYSVSEM | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID;
	int tid;

	gone = -1;
	/* The new thread shares nothing but memory: it leaves by a bare system call. */
	__asm__ volatile("mov %5, %%r10\n\txor %%r8d, %%r8d\n\tsyscall\n\t"
			 "test %%eax, %%eax\n\tjnz 1f\n\t"
			 "mov $60, %%eax\n\txor %%edi, %%edi\n\tsyscall\n1:"
			 : "=a"(tid)
			 : "a"(SYS_clone), "D"(flags), "S"(stack + sizeof(stack)), "d"(0),
			   "r"((long)&gone)
			 : "rcx", "r8", "r10", "r11", "memory");
	if (tid < 0) {
		errno = -tid;
		return -1;
	}
	while (gone)
		sched_yield();
	return 0;
}

static int unshare_step(void *arg)
{
	return unshare((long)arg);
}

/* --- moves --------------------------------------------------------------------------------- */

/* Threads in MANY sets, all of which turn into new ones. */
static void moves(void)
{
	pid_t tids[4 * MANY], pid = parked_start(4 * MANY, tids, false);
	struct write_step one = { ONE "/g0/tasks", "" }, all = { ONE "/g1/cgroup.procs", "" };
	struct write_step transfer = { ONE "/g1/container.transfer", "/g2" };
	int points;

	for (int i = 0; i < 4 * MANY; i++)
		MUST(!group_write_pid(in(TWO, i % MANY, "/tasks"), tids[i]));
	snprintf(one.text, sizeof(one.text), "%d", tids[1]);
	points = each_write(&one);
	printf("# a thread: %d allocations\n", points);
	CHECK(points >= 1 + 3, "attaching a thread: the set and links beyond its own two may fail");
	snprintf(all.text, sizeof(all.text), "%d", pid);
	points = each_write(&all);
	printf("# a process: %d allocations\n", points);
	CHECK(points >= MANY * (1 + 3), "moving a process whose threads are in many sets");
	CHECK_EQ(group_count(in(ONE, 1, "/tasks")), 4 * MANY, "which then moves as a whole");
	points = each_write(&transfer);
	printf("# a transfer: %d allocations\n", points);
	CHECK(points >= MANY * (1 + 3), "transferring a container with many sets");
	CHECK_EQ(group_count(in(ONE, 2, "/tasks")), 4 * MANY, "which then goes as a whole");
	parked_end(pid);
}

/* --- births -------------------------------------------------------------------------------- */

/* In a container where births are counted. */
static void births(void)
{
	static const struct {
		int (*step)(void *arg);
		const char *sentence;
	} kinds[] = {
		{ clone_step, "fork" },
		{ clone3_step, "clone3" },
		{ vfork_step, "vfork" },
		{ thread_step, "a thread" },
	};

	MUST(!text_write(in(THREE, 0, "/tasks"), "0"));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		int points = failure_each(kinds[i].step, NULL);

		printf("# %s: %d allocations\n", kinds[i].sentence, points);
		CHECK(points > 2, kinds[i].sentence);
		if (kinds[i].step != thread_step)
			waitpid(born, NULL, 0);
		/* A thread that has cleared its number is not out of the container yet. */
		AWAIT(text_read(in(THREE, 0, "/pids.current")) > 0 && atoi(text) == 1);
		CHECK(true, "and what was not born is not charged");
	}
	MUST(!text_write(THREE "/tasks", "0"));
}

/* --- directories and hierarchies ----------------------------------------------------------- */

static void directories(void)
{
	struct write_step agent = { THREE "/release_agent", "/sbin/agent" };
	int points = failure_each(mkdir_step, in(THREE, 1, ""));

	printf("# mkdir: %d allocations\n", points);
	CHECK(points > 3, "mkdir");
	CHECK(failure_each(look_step, in(THREE, 1, "/notify_on_release")) >= 3,
	      "looking at a control file for the first time");
	MUST(!rmdir(in(THREE, 1, "")));
	points = each_write(&agent);
	printf("# release_agent: %d allocations\n", points);
	CHECK(points > 1, "naming a release agent");
}

static void mounts(void)
{
	struct write_step cpus = { FOUR "/g/cpuset.cpus", "0" };
	struct write_step mems = { FOUR "/g/cpuset.mems", "0" };
	struct write_step allow = { FOUR "/g/devices.allow", "b 1:2 rwm" };
	int points = failure_each(mount_step, "cpuacct,name=failing,release_agent=/sbin/a");

	printf("# mount: %d allocations\n", points);
	CHECK(points > MANY, "mounting a hierarchy, which every set has to be linked to");
	points = failure_each(remount_step, "cpuacct,devices,name=failing,release_agent=/sbin/b");
	printf("# remount: %d allocations\n", points);
	CHECK(points > 1, "remounting one with a further subsystem and another agent");
	points = failure_each(remount_step, "cpuset,devices,name=failing");
	CHECK(points > 1, "or with others");
	points = failure_each(mkdir_step, FOUR "/g");
	printf("# mkdir with more subsystems: %d allocations\n", points);
	CHECK(points > 5, "mkdir where subsystems allocate much");
	CHECK(each_write(&cpus) > 1, "setting a cpuset's CPUs");
	CHECK(each_write(&mems) > 1, "and its nodes");
	MUST(!text_write(FOUR "/g/devices.deny", "a"));
	points = each_write(&allow);
	CHECK(points > 1, "allowing a device");
	CHECK(text_read(FOUR "/g/devices.list") > 0 && !strcmp(text, "b 1:2 rwm\n"),
	      "which then is allowed");
	MUST(!rmdir(FOUR "/g"));
	MUST(!umount(FOUR));
}

/* --- container_clone ----------------------------------------------------------------------- */

static int nodes(void)
{
	return system("ls -d " FOUR "/node_* >/dev/null 2>&1") == 0;
}

static void clones(void)
{
	void *both = (void *)(long)(CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWCGROUP);
	char path[64];
	int points, status;

	MUST(!mount("none", FOUR, "cgroup", 0, "ns,cpuacct"));
	points = failure_each(clone_step, both);
	printf("# clone: %d allocations\n", points);
	CHECK(points > 8, "clone with new namespaces and the container for them");
	waitpid(born, NULL, 0);
	snprintf(path, sizeof(path), FOUR "/node_%d", born);
	CHECK_OK(rmdir(path), "which is there when it succeeds");
	failure_note();
	MUST(!text_write(FAILURE_ROOT "/debug.fail_attach", "cpuacct 1"));
	CHECK_ERR(clone_step(both), EPERM, "where a subsystem refuses, clone says why");
	CHECK(!nodes() && failure_unchanged(), "and the directory is gone again");
	MUST(!text_write(FAILURE_ROOT "/debug.fail_attach", "cpuacct 1"));
	CHECK_ERR(unshare_step(both), EPERM, "unshare too");
	CHECK(!nodes() && failure_unchanged(), "and leaves no directory");
	points = failure_each(clone3_step, both);
	CHECK(points > 8, "clone3");
	waitpid(born, NULL, 0);
	snprintf(path, sizeof(path), FOUR "/node_%d", born);
	MUST(!rmdir(path));
	status = IN_CHILD({
		close(failure_nth);
		failure_open();
		points = failure_each(unshare_step, both);
		printf("# unshare: %d allocations\n", points);
		snprintf(path, sizeof(path), FOUR "/node_%d", getpid());
		if (points <= 8 || access(path, F_OK))
			_exit(1);
		_exit(0);
	});
	CHECK(EXITED(status, 0), "unshare");
	MUST(!system("rmdir " FOUR "/node_*") && !nodes() && !umount(FOUR));
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	failure_begin();
	mkdir(ONE, 0755);
	mkdir(TWO, 0755);
	mkdir(THREE, 0755);
	mkdir(FOUR, 0755);
	MUST(!mount("none", ONE, "cgroup", 0, "freezer,cpu"));
	MUST(!mount("none", TWO, "cgroup", 0, "none,name=failure"));
	MUST(!mount("none", THREE, "cgroup", 0, "pids"));
	for (int i = 0; i < MANY; i++)
		MUST(!mkdir(in(ONE, i, ""), 0755) && !mkdir(in(TWO, i, ""), 0755));
	MUST(!mkdir(in(THREE, 0, ""), 0755));
	moves();
	births();
	directories();
	mounts();
	clones();
	for (int i = 0; i < MANY; i++)
		MUST(!rmdir(in(ONE, i, "")) && !rmdir(in(TWO, i, "")));
	MUST(!rmdir(in(THREE, 0, "")));
	CHECK(!umount(ONE) && !umount(TWO) && !umount(THREE), "at the end all is unmounted");
	failure_end();
	rmdir(ONE);
	rmdir(TWO);
	rmdir(THREE);
	rmdir(FOUR);
	CHECK_END();
}
