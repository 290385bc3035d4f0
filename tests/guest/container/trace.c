/* /proc/container_trace: a migration step by step, and its rollback; in which order subsystems are
   asked and told, and that nobody is for nothing. guest: only=corral */
#include "digest.h"
#include "group.h"
#include "parked.h"

#include <sched.h>

#define ROOT	"/tmp/trace"
#define DEBUG	"/tmp/trace.debug"
#define OTHER	"/tmp/trace.other"
#define THREADS 5

static const char *const names[] = { "cpu", "cpuacct", "freezer", "pids" };

#define NAMES 4

static long last = -1; /* the number of the last line that has been read */
static char lines[16384];

/* What has been added since, without the numbers, in `lines`. */
static void read_new(void)
{
	char *into = lines;

	MUST(text_read("/proc/container_trace") >= 0);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *rest;
		long number = strtol(line, &rest, 10);

		if (number > last) {
			into += sprintf(into, "%s\n", rest + 1);
			last = number;
		}
	}
	*into = '\0';
}

static char *at; /* in lines */

/* Takes the next line away if it has this form, in which # stands for any number. */
static bool next(int *numbers, const char *format, ...)
{
	char form[128], *f = form, *c = at;
	va_list args;

	va_start(args, format);
	vsnprintf(form, sizeof(form), format, args);
	va_end(args);
	while (*f && (*f == '#' || *f == *c)) {
		if (*f++ != '#') {
			c++;
			continue;
		}
		if (numbers)
			*numbers++ = atoi(c);
		c += strspn(c, "0123456789");
	}
	if (*f || *c != '\n') {
		dprintf(1, "# not \"%s\" but \"%.*s\"\n", form, (int)strcspn(at, "\n"), at);
		return false;
	}
	at = c + 1;
	return true;
}

/* --- a process whose leader is not the first in its set --------------------------------------- */

/* The stages before anybody is asked: two sets, of which the leader's comes first. */
static bool begins(pid_t leader)
{
	int set[2][2], n[2], first = 0;
	bool good = true;

	at = lines;
	for (int i = 0; i < 2; i++)
		good &= next(n, "add_source: set #");
	for (int i = 0; i < 2; i++)
		good &= next(set[i], "prepare: set # turns into set #");
	for (int i = 0; i < THREADS; i++) {
		good &= next(n, "collect: task # of set #");
		first = first ?: n[0];
	}
	return good && first == leader && set[0][1] != set[1][1];
}

static bool agree(pid_t leader, int count)
{
	bool good = true;

	for (int i = 0; i < count; i++)
		good &= next(NULL, "can_attach: %s agrees, first task %d of %d", names[i], leader,
			     THREADS);
	return good;
}

static bool goes_on(pid_t leader)
{
	bool good = agree(leader, NAMES);

	for (int i = 0; i < THREADS; i++)
		good &= next(NULL, "migrate: task # from set # to set #");
	for (int i = 0; i < NAMES; i++)
		good &= next(NULL, "attach: %s, first task %d of %d", names[i], leader, THREADS);
	return good && !*at;
}

/* Those before `refusing` agree and are told the end, in order; nobody else hears of it. */
static bool rolls_back(pid_t leader, int refusing)
{
	bool good = agree(leader, refusing);

	good &= next(NULL, "can_attach: %s refuses (error %d)", names[refusing], EPERM);
	for (int i = 0; i < refusing; i++)
		good &= next(NULL, "cancel_attach: %s", names[i]);
	return good && next(NULL, "rollback: the tasks stay where they are") && !*at;
}

static void refusals(pid_t leader)
{
	struct digest before;
	char command[32];
	int refused = 0, unchanged = 0, told = 0;

	digest_read(DEBUG "/debug.digest", &before);
	for (int subsystem = 0; subsystem < NAMES; subsystem++) {
		for (int task = 1; task <= THREADS; task++) {
			snprintf(command, sizeof(command), "%s %d", names[subsystem], task);
			MUST(!text_write(DEBUG "/debug.fail_attach", command));
			read_new();
			refused +=
				group_write_pid(ROOT "/a/cgroup.procs", leader) && errno == EPERM;
			read_new();
			told += begins(leader) && rolls_back(leader, subsystem);
			unchanged += digest_same(DEBUG "/debug.digest", &before);
		}
	}
	CHECK_EQ(refused, NAMES * THREADS, "any subsystem can refuse at any task of a process");
	CHECK_EQ(told, NAMES * THREADS,
		 "then those that had agreed are told, in order, and no one "
		 "else");
	CHECK_EQ(unchanged, NAMES * THREADS, "and nothing has moved");
	MUST(!text_write(DEBUG "/debug.fail_attach", "freezer 3"));
	MUST(!group_write_pid(ROOT "/a/tasks", leader));
	CHECK_EQ(group_count(ROOT "/a/tasks"), 1, "a migration of fewer tasks has none to refuse");
	MUST(!group_write_pid(ROOT "/tasks", leader));
}

static void transfers(void)
{
	struct digest before;
	int refused = 0, unchanged = 0;

	digest_read(DEBUG "/debug.digest", &before);
	for (int task = 1; task <= THREADS; task++) {
		char command[32];

		snprintf(command, sizeof(command), "pids %d", task);
		MUST(!text_write(DEBUG "/debug.fail_attach", command));
		refused += text_write(ROOT "/a/container.transfer", "/b") && errno == EPERM;
		unchanged += digest_same(DEBUG "/debug.digest", &before) &&
			     group_count(ROOT "/b/tasks") == 0;
	}
	CHECK(refused == THREADS && unchanged == THREADS,
	      "a transfer that is refused at any task moves none of them");
}

int main(void)
{
	pid_t tids[THREADS], leader;

	mkdir(ROOT, 0755);
	mkdir(DEBUG, 0755);
	mkdir(OTHER, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "cpu,cpuacct,freezer,pids"));
	MUST(!mount("none", DEBUG, "cgroup", 0, "debug"));
	MUST(!mount("none", OTHER, "cgroup", 0, "none,name=trace"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/b", 0755) && !mkdir(OTHER "/x", 0755));
	leader = parked_start(THREADS, tids, false);
	/* Its set has the leader behind a thread, and another thread is elsewhere. */
	MUST(!group_write_pid(OTHER "/x/tasks", tids[1]));
	MUST(!group_write_pid(OTHER "/x/tasks", leader));
	read_new();

	refusals(leader);
	read_new();
	CHECK(!group_write_pid(ROOT "/a/cgroup.procs", leader), "without a refusal");
	read_new();
	CHECK(begins(leader) && goes_on(leader),
	      "the trace shows each stage, and every subsystem gets the leader first");
	CHECK_OK(group_write_pid(ROOT "/a/cgroup.procs", leader), "a move to where it is");
	CHECK_OK(group_write_pid(ROOT "/a/tasks", tids[2]), "of a thread too");
	CHECK_OK(text_write(ROOT "/a/container.transfer", "/a"), "and a transfer to itself");
	read_new();
	CHECK_STR(lines, "", "asks and tells nobody");
	transfers();
	CHECK_OK(text_write(ROOT "/a/container.transfer", "/b"), "and without a refusal");
	CHECK(group_count(ROOT "/b/tasks") == THREADS, "all of them");

	kill(leader, SIGKILL);
	waitpid(leader, NULL, 0);
	MUST(!rmdir(ROOT "/a") && !rmdir(ROOT "/b") && !rmdir(OTHER "/x"));
	MUST(!umount(ROOT) && !umount(DEBUG) && !umount(OTHER));
	rmdir(ROOT);
	rmdir(DEBUG);
	rmdir(OTHER);
	CHECK_END();
}
