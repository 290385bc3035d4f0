/* pids: how many tasks a group and those below it may have. */
#include "../await.h"
#include "group.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>

#define ROOT "/tmp/pids"

static struct stat st;

static long current(const char *group)
{
	char path[64];

	snprintf(path, sizeof(path), ROOT "/%s/pids.current", group);
	return text_read(path) > 0 ? atol(text) : -1;
}

static bool reads(const char *path, const char *expected)
{
	return text_read(path) > 0 && !strcmp(text, expected);
}

static pid_t member(const char *tasks)
{
	int fds[2];
	char byte;
	pid_t pid;

	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		text_write(tasks, "0");
		close(fds[0]);
		close(fds[1]);
		pause();
		_exit(0);
	}
	close(fds[1]);
	MUST(read(fds[0], &byte, 1) == 0);
	close(fds[0]);
	return pid;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Until the last of the dead is forgotten: the old kernel does it a little later. */
static bool settles(const char *group, long n)
{
	AWAIT(current(group) == n);
	return true;
}

static void files(void)
{
	static const struct {
		const char *write, *read;
		int error;
	} limits[] = {
		{ "0\n", "0\n", 0 },	   { "5", "5\n", 0 },
		{ "-1", "5\n", EINVAL },   { "4194304", "4194304\n", 0 },
		{ "0x10", "16\n", 0 },	   { "010", "8\n", 0 },
		{ " 7 \n", "7\n", 0 },	   { "4194305", "7\n", EINVAL },
		{ "maxx", "7\n", EINVAL }, { "\n", "7\n", EINVAL },
		{ "3x", "7\n", EINVAL },   { "99999999999999999999", "7\n", ERANGE },
		{ " max ", "max\n", 0 },
	};
	int good = 0, n = sizeof(limits) / sizeof(*limits);

	CHECK(stat(ROOT "/pids.max", &st) == -1 && errno == ENOENT,
	      "the root has no limit and no count");
	CHECK(!stat(ROOT "/a/pids.max", &st) && (st.st_mode & 0777) == 0644, "pids.max is 0644");
	CHECK(!stat(ROOT "/a/pids.current", &st) && (st.st_mode & 0777) == 0444,
	      "pids.current is 0444");
	CHECK(reads(ROOT "/a/pids.max", "max\n"), "a new group has no limit");
	CHECK(reads(ROOT "/a/pids.events", "max 0\n"), "nothing was refused");
	for (int i = 0; i < n; i++) {
		int error = text_write(ROOT "/a/pids.max", limits[i].write) ? errno : 0;

		good += error == limits[i].error && reads(ROOT "/a/pids.max", limits[i].read);
	}
	CHECK_EQ(good, n, "pids.max takes 0 to 4194304 and max, and nothing else");
	CHECK_ERR(text_write(ROOT "/a/pids.current", "0"), EINVAL, "pids.current is EINVAL");
}

static void counting(void)
{
	pid_t one, two;

	CHECK_EQ(current("a"), 0, "an empty group counts 0");
	one = member(ROOT "/a/tasks");
	two = member(ROOT "/a/b/tasks");
	CHECK_EQ(current("a/b"), 1, "a group counts its members");
	CHECK_EQ(current("a"), 2, "and those of its children");
	text_write(ROOT "/a/pids.max", "1");
	CHECK_OK(group_write_pid(ROOT "/a/b/tasks", one), "a move beyond the limit is not refused");
	CHECK_EQ(current("a/b"), 2, "the count goes with the task");
	group_write_pid(ROOT "/tasks", one);
	CHECK_EQ(current("a"), 1, "out of the tree it counts no more");
	CHECK(text_read(ROOT "/a/b/pids.peak") > 0 && atoi(text) == 2,
	      "pids.peak remembers the most");
	kill(two, SIGKILL);
	siginfo_t info;
	waitid(P_PID, two, &info, WEXITED | WNOWAIT);
	CHECK_EQ(current("a/b"), 1, "a zombie counts");
	CHECK_EQ(text_read(ROOT "/a/b/tasks"), 0, "though it is no member");
	CHECK_OK(rmdir(ROOT "/a/b"), "and its group can be removed");
	CHECK_EQ(current("a"), 1, "after which it still counts above");
	waitpid(two, NULL, 0);
	CHECK(settles("a", 0), "until it has been waited for");
	reap(one);
	text_write(ROOT "/a/pids.max", "max");
	MUST(!mkdir(ROOT "/a/b", 0755));
}

static void *nothing(void *arg)
{
	return arg;
}

static int vfork_errno(void)
{
	volatile int error = 0;
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	if (pid < 0)
		error = errno;
	else
		waitpid(pid, NULL, 0);
	return error;
}

static void refusing(void)
{
	int status;

	text_write(ROOT "/a/pids.max", "2");
	status = IN_CHILD({
		pthread_t thread;
		pid_t pid;

		text_write(ROOT "/a/b/tasks", "0");
		pid = fork();
		if (!pid) {
			pause();
			_exit(0);
		}
		if (pid < 0)
			_exit(1);
		if (fork() != -1 || errno != EAGAIN)
			_exit(2);
		if (pthread_create(&thread, NULL, nothing, NULL) != EAGAIN)
			_exit(3);
		if (vfork_errno() != EAGAIN)
			_exit(4);
		if (current("a/b") != 2)
			_exit(5);
		reap(pid);
		if (!settles("a", 1) || vfork_errno())
			_exit(6);
		if (pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL))
			_exit(7);
	});
	CHECK(!EXITED(status, 1), "up to the limit of an ancestor there is room");
	CHECK(!EXITED(status, 2), "beyond it fork is EAGAIN");
	CHECK(!EXITED(status, 3), "so is a thread's birth");
	CHECK(!EXITED(status, 4), "and vfork");
	CHECK(!EXITED(status, 5), "what was refused is not counted");
	CHECK(!EXITED(status, 6), "a task that was waited for makes room");
	CHECK(EXITED(status, 0), "for threads too");
	CHECK(reads(ROOT "/a/b/pids.events", "max 3\n"), "the group that forked counts refusals");
	CHECK(reads(ROOT "/a/pids.events", "max 0\n"), "not the one whose limit it was");
	CHECK(settles("a", 0), "at the end nobody is counted");
	text_write(ROOT "/a/pids.max", "0");
	status = IN_CHILD({
		text_write(ROOT "/a/tasks", "0");
		_exit(fork() == -1 && errno == EAGAIN ? 0 : 1);
	});
	CHECK(EXITED(status, 0), "with a limit of 0 nobody is born");
	text_write(ROOT "/a/pids.max", "max");
}

/* What an ended task leaves is nobody's right. */
static void replacing(void)
{
	pid_t other = member(ROOT "/tasks");
	int status = IN_CHILD({
		text_write(ROOT "/a/b/tasks", "0");
		if (vfork_errno() || vfork_errno())
			_exit(1);
		text_write(ROOT "/a/pids.max", "1");
		if (vfork_errno() != EAGAIN)
			_exit(2);
		text_write(ROOT "/a/pids.max", "max");
		if (vfork_errno())
			_exit(1);
		group_write_pid(ROOT "/a/tasks", other);
		text_write(ROOT "/a/pids.max", "2");
		if (vfork_errno() != EAGAIN)
			_exit(3);
		if (!settles("a", 2) || !settles("a/b", 1))
			_exit(4);
	});

	CHECK(!EXITED(status, 1), "where there is no limit one task follows another");
	CHECK(!EXITED(status, 2), "a lower limit refuses whoever follows one that has ended");
	CHECK(!EXITED(status, 3), "so does a limit that a move has used up");
	CHECK(EXITED(status, 0), "and the counts are of those that there are");
	reap(other);
	text_write(ROOT "/a/pids.max", "max");
	settles("a", 0);
}

static volatile int stop;

static void *breed(void *arg)
{
	while (!stop) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
	return NULL;
}

/* Births, ends and moves at once: when all is over, nobody is left in a count. */
static void storm(void)
{
	long over = 0;

	text_write(ROOT "/a/pids.max", "6");
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (!pid) {
			pthread_t thread;

			text_write(ROOT "/a/b/cgroup.procs", "0");
			pthread_create(&thread, NULL, breed, NULL);
			usleep(400000);
			stop = 1;
			_exit(0);
		}
	}
	for (int i = 0; i < 300; i++) {
		static const char *const procs[] = { ROOT "/a/b/cgroup.procs",
						     ROOT "/a/cgroup.procs" };

		over += current("a") > 12;
		if (text_read(procs[i & 1]) > 0)
			group_write_pid(procs[!(i & 1)], atoi(text));
	}
	while (wait(NULL) > 0)
		;
	CHECK_EQ(over, 0, "the count stays near the limit");
	CHECK(settles("a", 0) && current("a/b") == 0, "after a storm nobody is left in a count");
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "pids"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/a/b", 0755));
	files();
	counting();
	refusing();
	replacing();
	storm();
	CHECK(!rmdir(ROOT "/a/b") && !rmdir(ROOT "/a"), "the groups can be removed");
	MUST(!umount(ROOT));
	rmdir(ROOT);
	CHECK_END();
}
