/* A migration stopped in each of its windows while somebody forks, ends, execs, or removes the
   container; and births and ends stopped while somebody migrates.  What is a race otherwise goes
   step by step here (/proc/sys/kernel/container_hold). guest: only=debug also=2 */
#include "group.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>

#define ROOT  "/tmp/window"
#define OTHER "/tmp/window.other"
#define HOLD  "/proc/sys/kernel/container_hold"

/* --- helpers: processes that do as they are told ------------------------------------------- */

struct order {
	char what; /* w(rite), f(ork), x (exit), r(mdir), e(xec in a thread) */
	char path[64], text[32];
	int fd; /* of an open file, instead of path; -1: none */
};

struct helper {
	pid_t pid;
	int orders, answers;
};

static void *exec_thread(void *arg)
{
	execl("/bin/busybox", "sleep", "1000", NULL);
	return arg;
}

static int write_fd(int fd, const char *what)
{
	return write(fd, what, strlen(what)) < 0 ? -errno : 0;
}

static int obey(const struct order *o)
{
	pthread_t thread;
	pid_t child;

	switch (o->what) {
	case 'w':
		if (o->fd >= 0)
			return write_fd(o->fd, o->text);
		return text_write(o->path, o->text) ? -errno : 0;
	case 'f':
		child = fork();
		while (!child)
			pause();
		return child;
	case 'r':
		return rmdir(o->path) ? -errno : 0;
	case 'e':
		MUST(!pthread_create(&thread, NULL, exec_thread, NULL));
		for (;;)
			pause();
	}
	_exit(0);
}

static struct helper make(void)
{
	int orders[2], answers[2];
	struct order o;
	pid_t pid;

	MUST(!pipe(orders) && !pipe(answers));
	pid = fork();
	MUST(pid >= 0);
	while (!pid) {
		int answer;

		if (read(orders[0], &o, sizeof(o)) != sizeof(o))
			_exit(0);
		answer = obey(&o);
		if (write(answers[1], &answer, sizeof(answer)) != sizeof(answer))
			_exit(1);
	}
	close(orders[0]);
	close(answers[1]);
	return (struct helper){ pid, orders[1], answers[0] };
}

static void order_fd(struct helper *h, char what, const char *path, const char *what_text, int fd)
{
	struct order o = { .what = what, .fd = fd };

	strcpy(o.path, path);
	strcpy(o.text, what_text);
	MUST(write(h->orders, &o, sizeof(o)) == sizeof(o));
}

static void order(struct helper *h, char what, const char *path, const char *what_text)
{
	order_fd(h, what, path, what_text, -1);
}

static void order_pid(struct helper *h, const char *path, pid_t pid)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", pid);
	order(h, 'w', path, number);
}

static bool has_answered(struct helper *h)
{
	struct pollfd p = { .fd = h->answers, .events = POLLIN };

	return poll(&p, 1, 0) != 0;
}

static int answer(struct helper *h)
{
	int a;

	MUST(read(h->answers, &a, sizeof(a)) == sizeof(a));
	return a;
}

/* Sleeps uninterruptibly, as only somebody does whom the framework keeps waiting. */
static bool is_blocked(struct helper *h)
{
	char path[32], state = 0, *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", h->pid);
	if (text_read(path) > 0 && (end = strrchr(text, ')')))
		state = end[2];
	return state == 'D';
}

/* False: it did what it was told without having to wait. */
static bool comes_to_wait(struct helper *h)
{
	while (!is_blocked(h)) {
		if (has_answered(h))
			return false;
		sched_yield();
	}
	return true;
}

static void end(struct helper *h)
{
	kill(h->pid, SIGKILL);
	waitpid(h->pid, NULL, 0);
	close(h->orders);
	close(h->answers);
}

static void hold(const char *point, struct helper *h)
{
	char what[32];

	snprintf(what, sizeof(what), "%s %d", point, h->pid);
	MUST(!text_write(HOLD, what));
}

static void wait_held(void)
{
	do
		MUST(text_read(HOLD) > 0);
	while (!strstr(text, "held"));
}

static void let_go(void)
{
	MUST(!text_write(HOLD, "0"));
}

/* --- where a task is ------------------------------------------------------------------------ */

static char place(pid_t pid)
{
	char path[32], *line;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (text_read(path) < 0 || !(line = strstr(text, "name=window:/")))
		return '?';
	return line[13] == '\n' ? '/' : line[13];
}

static bool is_empty(const char *group)
{
	char path[64];

	snprintf(path, sizeof(path), ROOT "/%s/tasks", group);
	if (group_count(path))
		return false;
	snprintf(path, sizeof(path), ROOT "/%s/pids.current", group);
	return text_read(path) > 0 && !strcmp(text, "0\n");
}

static bool sound(void)
{
	bool good = group_selfcheck();

	if (!good)
		dprintf(1, "# %s", text);
	return good;
}

static void kill_child(pid_t child)
{
	kill(child, SIGKILL);
	while (!kill(child, 0)) /* its parent, a helper, ignores it; init waits for it */
		sched_yield();
}

/* --- P10: a fork in each window of a migration ----------------------------------------------- */

enum kind { THREAD, PROCESS, TRANSFER };

static void order_move(struct helper *mover, enum kind kind, pid_t pid)
{
	if (kind == TRANSFER)
		order(mover, 'w', ROOT "/s/container.transfer", "/d");
	else
		order_pid(mover, kind == THREAD ? ROOT "/d/tasks" : ROOT "/d/cgroup.procs", pid);
}

/* Does the forker have to wait, is its child where it should be, and is all well then? */
static bool fork_in(const char *point, enum kind kind, bool waits, char expected)
{
	struct helper mover = make(), forker = make();
	bool good, waited;
	pid_t child;

	MUST(!group_write_pid(ROOT "/s/cgroup.procs", forker.pid));
	hold(point, &mover);
	order_move(&mover, kind, forker.pid);
	wait_held();
	order(&forker, 'f', "", "");
	waited = comes_to_wait(&forker);
	let_go();
	good = answer(&mover) == 0;
	child = answer(&forker);
	good &= waited == waits && place(child) == expected && place(forker.pid) == 'd' && sound();
	if (!good)
		dprintf(1, "# %s %d: waited %d, child in %c\n", point, kind, waited, place(child));
	end(&forker);
	end(&mover);
	kill_child(child);
	return good && is_empty("s") && is_empty("d");
}

static void fork_during_migration(void)
{
	static const char *const inside[] = { "collect", "commit", "finish" };
	int good = 0;

	CHECK(fork_in("begin", THREAD, false, 's') && fork_in("begin", PROCESS, false, 's'),
	      "a child born before a migration collects is left behind in sight");
	CHECK(fork_in("begin", TRANSFER, false, 'd'), "or goes along when all do");
	for (int i = 0; i < 3; i++)
		for (enum kind kind = THREAD; kind <= TRANSFER; kind++)
			good += fork_in(inside[i], kind, true, 'd');
	CHECK_EQ(good, 9,
		 "from there to the end a fork waits, and the child is born where its "
		 "parent went");
}

/* --- a migration while a birth is on its way ------------------------------------------------- */

static bool move_in(const char *point, enum kind kind, char expected)
{
	struct helper mover = make(), forker = make(), remover = make();
	bool good;
	pid_t child;

	MUST(!group_write_pid(ROOT "/s/cgroup.procs", forker.pid));
	hold(point, &forker);
	order(&forker, 'f', "", "");
	wait_held();
	order_move(&mover, kind, forker.pid);
	good = comes_to_wait(&mover);
	order(&remover, 'r', ROOT "/s", "");
	good &= comes_to_wait(&remover);
	let_go();
	child = answer(&forker);
	good &= answer(&mover) == 0 && place(child) == expected && place(forker.pid) == 'd';
	good &= answer(&remover) == (expected == 's' ? -EBUSY : 0) && sound();
	if (!good)
		dprintf(1, "# %s %d: child in %c\n", point, kind, place(child));
	end(&forker);
	end(&mover);
	end(&remover);
	kill_child(child);
	mkdir(ROOT "/s", 0755);
	return good && is_empty("s") && is_empty("d");
}

static void migration_during_fork(void)
{
	CHECK(move_in("fork", THREAD, 's') && move_in("publish", THREAD, 's'),
	      "a fork has read its group, the parent is moved, the group is removed: the child is "
	      "in the group, which is busy");
	CHECK(move_in("fork", PROCESS, 's') && move_in("publish", PROCESS, 's'),
	      "so when its process is moved");
	CHECK(move_in("fork", TRANSFER, 'd') && move_in("publish", TRANSFER, 'd'),
	      "when the group is transferred the child goes along, and the group can be removed");
}

/* --- P12: ends -------------------------------------------------------------------------------- */

/* The end waits; the task is moved first and leaves from there. */
static bool exit_in(const char *point, enum kind kind, bool waits)
{
	struct helper mover = make(), member = make();
	bool good, waited = true;

	MUST(!group_write_pid(ROOT "/s/cgroup.procs", member.pid));
	hold(point, &mover);
	order_move(&mover, kind, member.pid);
	wait_held();
	order(&member, 'x', "", "");
	if (waits)
		waited = comes_to_wait(&member);
	else
		waitpid(member.pid, NULL, 0);
	let_go();
	good = waited && answer(&mover) == 0;
	end(&member);
	end(&mover);
	return good && sound() && is_empty("s") && is_empty("d");
}

/* A task on its way out is not moved, but does not keep a container that is emptied. */
static bool move_exiting(const char *point, enum kind kind, bool waits)
{
	struct helper mover = make(), member = make();
	bool good = true;

	MUST(!group_write_pid(ROOT "/s/cgroup.procs", member.pid));
	text_read("/proc/container_trace");
	hold(point, &member);
	order(&member, 'x', "", "");
	wait_held();
	order_move(&mover, kind, member.pid);
	if (waits) {
		good = comes_to_wait(&mover);
		let_go();
	}
	good &= answer(&mover) == 0;
	if (!waits) {
		good &= place(member.pid) == (kind == TRANSFER ? 'd' : 's') && sound();
		good &= (rmdir(ROOT "/s") == 0) == (kind == TRANSFER);
		let_go();
	}
	end(&member);
	end(&mover);
	mkdir(ROOT "/s", 0755);
	return good && sound() && is_empty("s") && is_empty("d");
}

static void ends(void)
{
	static const char *const inside[] = { "collect", "commit", "finish" };
	int good = 0;

	for (enum kind kind = THREAD; kind <= TRANSFER; kind++)
		good += exit_in("begin", kind, false);
	CHECK_EQ(good, 3, "a task that ends before a migration collects is no longer there");
	good = 0;
	for (int i = 0; i < 3; i++)
		for (enum kind kind = THREAD; kind <= TRANSFER; kind++)
			good += exit_in(inside[i], kind, true);
	CHECK_EQ(good, 9, "from there on an end waits, and happens where the task went");
	good = 0;
	for (enum kind kind = THREAD; kind <= TRANSFER; kind++)
		good += move_exiting("exit", kind, true) + move_exiting("exiting", kind, true);
	CHECK_EQ(good, 6, "a migration waits for an end that has begun");
	CHECK(move_exiting("leave", THREAD, false) && move_exiting("leave", PROCESS, false),
	      "moving a task that is exiting does nothing");
	CHECK(move_exiting("leave", TRANSFER, false),
	      "a transfer takes it along, and it leaves once");
}

/* --- exec --------------------------------------------------------------------------------------
 */

static bool exec_in(const char *point)
{
	struct helper mover = make(), member = make();
	bool good;

	MUST(!group_write_pid(ROOT "/s/cgroup.procs", member.pid));
	hold(point, &mover);
	order_move(&mover, PROCESS, member.pid);
	wait_held();
	order(&member, 'e', "", "");
	let_go();
	good = answer(&mover) == 0;
	char path[32];
	snprintf(path, sizeof(path), "/proc/%d/cmdline", member.pid);
	while (text_read(path) <= 0 || strcmp(text, "sleep"))
		sched_yield();
	good &= place(member.pid) == 'd' && group_count(ROOT "/d/tasks") == 1 && sound();
	end(&member);
	end(&mover);
	return good && is_empty("s") && is_empty("d");
}

/* --- a group that goes away under a writer ------------------------------------------------------
 */

static void writer_without_group(void)
{
	struct helper mover = make(), member = make();
	int fd = open(ROOT "/s/tasks", O_WRONLY), limit = open(ROOT "/s/pids.max", O_WRONLY);
	struct helper remover = make(), writer = make(), other = make();
	bool waited;

	MUST(fd >= 0 && limit >= 0);
	hold("commit", &mover);
	order_pid(&mover, ROOT "/d/tasks", member.pid);
	wait_held();
	order(&remover, 'r', ROOT "/s", "");
	waited = comes_to_wait(&remover);
	order_fd(&writer, 'w', "", "0", fd);
	waited &= comes_to_wait(&writer);
	order_fd(&other, 'w', "", "5", limit);
	waited &= comes_to_wait(&other);
	let_go();
	CHECK(waited && answer(&mover) == 0 && answer(&remover) == 0,
	      "a container is removed while two wait to write its files");
	CHECK_EQ(answer(&writer), -ENODEV, "the one that wanted to join gets ENODEV");
	CHECK_EQ(answer(&other), -ENODEV, "and so does the one that wanted to set a limit");
	CHECK_EQ(place(writer.pid), '/', "who is where it was");
	end(&mover);
	end(&member);
	end(&remover);
	end(&writer);
	end(&other);
	close(fd);
	close(limit);
	MUST(!mkdir(ROOT "/s", 0755));
}

/* --- what the worker still looks at ----------------------------------------------------------- */

static pid_t worker_pid(void)
{
	char path[32];

	for (pid_t pid = 2;; pid++) {
		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		if (text_read(path) > 0 && !strcmp(text, "worker\n"))
			return pid;
	}
}

static void end_of_a_hierarchy(void)
{
	struct helper worker = { .pid = worker_pid() };

	MUST(!mkdir(OTHER, 0755) && !mount("none", OTHER, "cgroup", 0, "none,name=other"));
	MUST(!text_write(OTHER "/notify_on_release", "1") && !mkdir(OTHER "/a", 0755));
	MUST(!group_write_pid(OTHER "/a/tasks", getpid()));
	hold("agent", &worker);
	MUST(!group_write_pid(OTHER "/tasks", getpid()));
	wait_held();
	MUST(!rmdir(OTHER "/a") && !umount(OTHER));
	let_go();
	MUST(text_read("/proc/sys/kernel/objects") > 0); /* once the worker is done */
	CHECK_OK(mount("none", OTHER, "cgroup", 0, "none,name=other"),
		 "a hierarchy can end while a release agent for one of its groups is seen to");
	MUST(!umount(OTHER));
	rmdir(OTHER);
}

int main(void)
{
	signal(SIGCHLD, SIG_DFL);
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "pids,name=window"));
	MUST(!mkdir(ROOT "/s", 0755) && !mkdir(ROOT "/d", 0755));
	CHECK_ERR(text_write(HOLD, "collect"), EINVAL, "a hold needs a point and a task");
	fork_during_migration();
	migration_during_fork();
	ends();
	CHECK(exec_in("collect") && exec_in("commit") && exec_in("finish"),
	      "a thread that takes over its process meanwhile is moved as the process");
	writer_without_group();
	end_of_a_hierarchy();
	MUST(!rmdir(ROOT "/s") && !rmdir(ROOT "/d") && !umount(ROOT));
	rmdir(ROOT);
	CHECK_END();
}
