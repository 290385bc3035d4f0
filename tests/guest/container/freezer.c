/* freezer: the tasks of a group stop where they are, and go on as if nothing had been. */
#include "freezer.h"

#include <pthread.h>

static volatile unsigned long *shared;
static struct stat st;

/* A member that counts in shared[slot]. */
static pid_t counter(int slot)
{
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			shared[slot]++;
	}
	return pid;
}

/* True, sooner or later. */
static bool moves(int slot)
{
	unsigned long before = shared[slot];

	AWAIT(shared[slot] != before);
	return true;
}

static bool rests(int slot)
{
	unsigned long before = shared[slot];

	usleep(50000);
	return shared[slot] == before;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void files(void)
{
	CHECK(stat(ROOT "/freezer.state", &st) == -1 && errno == ENOENT, "the root has no state");
	CHECK(!stat(ROOT "/a/freezer.state", &st) && (st.st_mode & 0777) == 0644,
	      "freezer.state is 0644");
	CHECK(!stat(ROOT "/a/freezer.self_freezing", &st) && (st.st_mode & 0777) == 0444,
	      "freezer.self_freezing is 0444");
	CHECK(reads(ROOT "/a/freezer.state", "THAWED\n"), "a new group is THAWED");
	CHECK_ERR(text_write(ROOT "/a/freezer.state", "FREEZING"), EINVAL,
		  "FREEZING cannot be written");
	CHECK_ERR(text_write(ROOT "/a/freezer.state", "frozen"), EINVAL, "nor anything else");
	CHECK_ERR(text_write(ROOT "/a/freezer.state", "\n"), EINVAL, "nor nothing");
	CHECK_OK(text_write(ROOT "/a/freezer.state", " FROZEN \n"), "blanks do not matter");
	CHECK(reads(ROOT "/a/freezer.state", "FROZEN\n"), "an empty group freezes at once");
	CHECK(reads(ROOT "/a/freezer.self_freezing", "1\n") &&
		      reads(ROOT "/a/freezer.parent_freezing", "0\n"),
	      "it freezes by itself");
	CHECK(reads(ROOT "/a/b/freezer.state", "FROZEN\n"), "and its child with it");
	CHECK(reads(ROOT "/a/b/freezer.self_freezing", "0\n") &&
		      reads(ROOT "/a/b/freezer.parent_freezing", "1\n"),
	      "which freezes by its parent");
	MUST(!mkdir(ROOT "/a/c", 0755));
	CHECK(reads(ROOT "/a/c/freezer.state", "FROZEN\n"), "a new child is frozen too");
	rmdir(ROOT "/a/c");
	thaw("a/b");
	CHECK(reads(ROOT "/a/b/freezer.state", "FROZEN\n"), "a child cannot thaw alone");
	CHECK(freeze("a/b"), "it can freeze by itself as well");
	thaw("a");
	CHECK(reads(ROOT "/a/freezer.state", "THAWED\n") &&
		      reads(ROOT "/a/b/freezer.state", "FROZEN\n"),
	      "and then stays frozen when its parent thaws");
	thaw("a/b");
	CHECK(reads(ROOT "/a/b/freezer.state", "THAWED\n"), "until it thaws itself");
}

static void running(void)
{
	pid_t pid = counter(0), other = counter(1);

	group_write_pid(ROOT "/a/tasks", pid);
	group_write_pid(ROOT "/a/b/tasks", other);
	CHECK(moves(0) && moves(1), "two programs run");
	do {
		thaw("a");
		MUST(moves(0) && !text_write(ROOT "/a/freezer.state", "FROZEN"));
		text_read(ROOT "/a/freezer.state");
	} while (!strcmp(text, "FROZEN\n"));
	CHECK_STR(text, "FREEZING\n", "their group is FREEZING while one of them still runs");
	CHECK(becomes(ROOT "/a/freezer.state", "FROZEN\n"), "and then becomes FROZEN");
	CHECK(rests(0) && rests(1), "and they stand still");
	CHECK_EQ(state_of(pid), 'D', "their state is D");
	thaw("a");
	CHECK(moves(0) && moves(1), "thawed, they run again");
	freeze("a/b");
	CHECK(rests(1) && moves(0), "a child freezes without its parent");
	group_write_pid(ROOT "/a/tasks", other);
	CHECK(moves(1), "who is moved out thaws");
	group_write_pid(ROOT "/a/b/tasks", pid);
	CHECK(becomes(ROOT "/a/b/freezer.state", "FROZEN\n") && rests(0),
	      "who is moved in freezes");
	kill(pid, SIGKILL);
	usleep(50000);
	CHECK(waitpid(pid, NULL, WNOHANG) == 0 && state_of(pid) == 'D',
	      "SIGKILL does not end a frozen task");
	thaw("a/b");
	int status = 0;
	CHECK(waitpid(pid, &status, 0) == pid && KILLED(status, SIGKILL),
	      "it does once it is thawed");
	reap(other);
}

/* Which of the two comes first. */
static void stopped(void)
{
	pid_t pid = counter(1);
	int status;

	group_write_pid(ROOT "/a/tasks", pid);
	kill(pid, SIGSTOP);
	MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	CHECK_EQ(state_of(pid), 'T', "a stopped task is in state T");
	CHECK(freeze("a"), "and freezes");
	CHECK_EQ(state_of(pid), 'D', "and then is in state D");
	thaw("a");
	AWAIT(state_of(pid) == 'T');
	CHECK(rests(1) && state_of(pid) == 'T', "thawed it is stopped as before");
	freeze("a");
	kill(pid, SIGCONT);
	AWAIT(state_of(pid) == 'D');
	CHECK(rests(1) && state_of(pid) == 'D', "SIGCONT does not continue a frozen one");
	thaw("a");
	CHECK(moves(1), "until it is thawed");
	freeze("a");
	kill(pid, SIGSTOP);
	CHECK(state_of(pid) == 'D' && waitpid(pid, &status, WUNTRACED | WNOHANG) == 0,
	      "nor does SIGSTOP stop it");
	thaw("a");
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) && state_of(pid) == 'T',
	      "which it does then");
	reap(pid);
}

static void *bear(void *arg)
{
	for (;;) {
		pid_t pid = fork();

		if (!pid) {
			shared[2]++;
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
	return arg;
}

/* Forks and freezes at once. */
static void storm(void)
{
	pid_t pid = fork();
	int frozen = 0, still = 0;

	if (!pid) {
		pthread_t thread;

		text_write(ROOT "/a/cgroup.procs", "0");
		pthread_create(&thread, NULL, bear, NULL);
		bear(NULL);
	}
	CHECK(moves(2), "a program that forks all the time runs");
	for (int i = 0; i < 20; i++) {
		unsigned long before;

		frozen += freeze("a");
		before = shared[2];
		usleep(5000);
		still += shared[2] == before;
		thaw("a");
		usleep(2000);
	}
	CHECK_EQ(frozen, 20, "it freezes each time it is asked to");
	CHECK_EQ(still, 20, "and so do its children, the newborn too");
	CHECK(moves(2), "and goes on");
	reap(pid);
	AWAIT(text_read(ROOT "/a/tasks") == 0);
}

int main(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	freezer_mount();
	files();
	running();
	stopped();
	storm();
	freezer_umount();
	CHECK_END();
}
