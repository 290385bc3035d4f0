/* tasks and cgroup.procs: who is listed, in what order, in however small pieces; who may be moved
   by whom, and what is no number; the other files that take a number. */
#include "group.h"
#include "parked.h"
#include "stat.h"

#include <sched.h>

#define ROOT "/tmp/tasks"

static bool lists(const char *path, const char *expected)
{
	if (text_read(path) < 0)
		return false;
	if (strcmp(text, expected))
		printf("# \"%s\" instead of \"%s\"\n", text, expected);
	return !strcmp(text, expected);
}

/* --- members ---------------------------------------------------------------------------------- */

static void members(void)
{
	char expected[128];
	pid_t tids[4], pid = parked_start(3, tids, false);

	CHECK(lists(ROOT "/a/tasks", "") && lists(ROOT "/a/cgroup.procs", ""),
	      "an empty container lists nothing, not even a line");
	MUST(!group_write_pid(ROOT "/a/cgroup.procs", tids[1]));
	pid_t low = tids[1] < tids[2] ? tids[1] : tids[2], high = tids[1] ^ tids[2] ^ low;
	snprintf(expected, sizeof(expected), "%d\n%d\n%d\n", pid, low, high);
	CHECK(lists(ROOT "/a/tasks", expected),
	      "a thread's number in cgroup.procs moves its process, and tasks lists the threads");
	snprintf(expected, sizeof(expected), "%d\n", pid);
	CHECK(lists(ROOT "/a/cgroup.procs", expected), "cgroup.procs lists the process once");
	MUST(!group_write_pid(ROOT "/b/tasks", tids[2]));
	CHECK(lists(ROOT "/a/cgroup.procs", expected) && lists(ROOT "/b/cgroup.procs", expected),
	      "a process is in both groups that its threads are in");
	snprintf(expected, sizeof(expected), "%d\n", tids[2]);
	CHECK(lists(ROOT "/b/tasks", expected), "tasks takes one thread");
	MUST(!group_write_pid(ROOT "/a/tasks", pid));
	CHECK_EQ(group_count(ROOT "/b/tasks"), 1, "the leader's number in tasks moves only it");
	parked_end(pid);
	while (group_count(ROOT "/a/tasks") || group_count(ROOT "/b/tasks"))
		sched_yield();

	pid = parked_start(3, tids, true);
	while (state_of(pid) != 'Z')
		sched_yield();
	MUST(!group_write_pid(ROOT "/a/cgroup.procs", tids[1]));
	snprintf(expected, sizeof(expected), "%d\n", pid);
	CHECK(group_count(ROOT "/a/tasks") == 2 && !strstr(text, expected),
	      "a leader that has ended is not in tasks, its threads are");
	CHECK(lists(ROOT "/a/cgroup.procs", expected), "and its number is in cgroup.procs");
	MUST(!group_write_pid(ROOT "/b/cgroup.procs", pid));
	CHECK(group_count(ROOT "/b/tasks") == 2 && group_count(ROOT "/a/tasks") == 0,
	      "which moves those that live");
	parked_end(pid);
	while (group_count(ROOT "/b/tasks"))
		sched_yield();
}

static void gone(void)
{
	char path[32];
	siginfo_t info;
	pid_t pid = fork();

	MUST(pid >= 0);
	if (!pid) {
		text_write(ROOT "/a/tasks", "0");
		_exit(0);
	}
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	CHECK(lists(ROOT "/a/tasks", ""), "a zombie is in no list");
	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	CHECK(text_read(path) > 0 && strstr(text, "name=tasks:/\n"), "and /proc shows it in /");
	CHECK_OK(group_write_pid(ROOT "/b/tasks", pid), "moving it is nothing");
	CHECK_OK(group_write_pid(ROOT "/b/cgroup.procs", pid), "as a process too");
	CHECK(lists(ROOT "/b/tasks", ""), "it does not come back");
	waitpid(pid, NULL, 0);
	CHECK_ERR(group_write_pid(ROOT "/b/tasks", pid), ESRCH, "when it is gone it is ESRCH");
	CHECK_ERR(group_write_pid(ROOT "/b/cgroup.procs", pid), ESRCH, "as a process too");
}

/* --- numbers ---------------------------------------------------------------------------------- */

static int put(const char *file, const char *what, size_t n)
{
	char path[64];
	int fd, error = 0;

	snprintf(path, sizeof(path), ROOT "/b/%s", file);
	fd = open(path, O_WRONLY);
	MUST(fd >= 0);
	if (write(fd, what, n) != (ssize_t)n)
		error = errno;
	close(fd);
	return error;
}

static void numbers(void)
{
	static char big[5000];
	char self[32];
	static const struct {
		const char *what;
		int error;
		const char *sentence;
	} tries[] = {
		{ "", 0, "an empty write is nothing" },
		{ "\n", EINVAL, "a newline alone is EINVAL" },
		{ "x", EINVAL, "letters are EINVAL" },
		{ "-1", EINVAL, "a negative number is EINVAL" },
		{ "1 2", EINVAL, "two numbers are EINVAL" },
		{ "1\n2\n", EINVAL, "so are two lines" },
		{ "4194305", ESRCH, "a number that nobody has is ESRCH" },
		{ "2147483648", EINVAL, "one that does not fit is EINVAL" },
		{ "99999999999999999999", EINVAL, "however large" },
		{ "2", EINVAL, "the parent of the kernel's tasks stays" },
	};

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		const char *what = tries[i].what;
		int error = put("tasks", what, strlen(what));

		CHECK(error == tries[i].error &&
			      put("cgroup.procs", what, strlen(what)) == tries[i].error,
		      tries[i].sentence);
		if (error != tries[i].error)
			printf("# %s: errno %d\n", what, error);
	}
	snprintf(self, sizeof(self), " \t%d \n", getpid());
	CHECK(!put("tasks", self, strlen(self)) && group_count(ROOT "/b/tasks") == 1,
	      "blanks around a number are fine");
	MUST(!text_write(ROOT "/tasks", "0"));
	snprintf(self, sizeof(self), "0x%x", getpid());
	CHECK(!put("tasks", self, strlen(self)) && group_count(ROOT "/b/tasks") == 1,
	      "and any base");
	MUST(!text_write(ROOT "/tasks", "0\n"));
	CHECK_EQ(group_count(ROOT "/b/tasks"), 0, "0 is the writer");
	memset(big, ' ', sizeof(big));
	snprintf(self, sizeof(self), "%d", getpid());
	memcpy(big, self, strlen(self));
	CHECK_EQ(put("tasks", big, 4097), E2BIG, "more than a page is E2BIG");
	CHECK_EQ(put("tasks", big, 4096), 0, "a page is read");
	MUST(!text_write(ROOT "/tasks", "0"));
}

/* The flags of the framework. */
static void flags(void)
{
	static const struct {
		const char *write, *read;
		int error;
	} tries[] = {
		{ "1", "1\n", 0 },	    { "0\n", "0\n", 0 },     { "2", "1\n", 0 },
		{ "-1", "1\n", EINVAL },    { "x", "1\n", EINVAL },  { "010", "1\n", 0 },
		{ "0x0", "0\n", 0 },	    { " 1", "0\n", EINVAL }, { "1 ", "0\n", EINVAL },
		{ "", "0\n", 0 },	    { "\n", "0\n", EINVAL }, { "+1", "1\n", 0 },
		{ "1\n\n", "1\n", EINVAL }, { "0", "0\n", 0 },
	};
	static const char *const files[] = { "notify_on_release", "cgroup.clone_children" };
	int good = 0, n = sizeof(tries) / sizeof(*tries);

	for (int f = 0; f < 2; f++) {
		char path[64];

		snprintf(path, sizeof(path), ROOT "/b/%s", files[f]);
		for (int i = 0; i < n; i++) {
			int error = put(files[f], tries[i].write, strlen(tries[i].write));
			bool right = error == tries[i].error && lists(path, tries[i].read);

			good += right;
			if (!right)
				printf("# %s \"%s\": errno %d\n", files[f], tries[i].write, error);
		}
	}
	CHECK_EQ(good, 2 * n, "a flag is a number, of any base, and 1 if it is not 0");
	MUST(!text_write(ROOT "/b/cgroup.clone_children", "1") && !mkdir(ROOT "/b/c", 0755));
	CHECK(lists(ROOT "/b/c/cgroup.clone_children", "1\n"), "clone_children is inherited");
	MUST(!rmdir(ROOT "/b/c") && !text_write(ROOT "/b/cgroup.clone_children", "0"));
	CHECK(lists(ROOT "/cgroup.sane_behavior", "0\n"), "cgroup.sane_behavior is 0");
	CHECK_ERR(text_write(ROOT "/cgroup.sane_behavior", "1"), EINVAL, "and not written: EINVAL");
}

static void agent(void)
{
	static char path[4100];

	memset(path, 'p', sizeof(path));
	path[0] = '/';
	int fd = open(ROOT "/release_agent", O_RDWR);
	CHECK_EQ(write(fd, path, 4095), 4095, "a release agent's path has up to 4095 bytes");
	CHECK(write(fd, path, 4096) == -1 && errno == E2BIG, "no more");
	CHECK(write(fd, " /x y \n", 7) == 7 && lists(ROOT "/release_agent", "/x y\n"),
	      "blanks around it go");
	CHECK(write(fd, "\n", 1) == 1 && lists(ROOT "/release_agent", "\n"), "it may be none");
	close(fd);
	int status = IN_CHILD({
		fd = open(ROOT "/release_agent", O_WRONLY);
		MUST(!setgid(1000) && !setuid(1000));
		int late = open(ROOT "/release_agent", O_WRONLY);
		_exit(late == -1 && errno == EACCES ? 0 : 1);
	});
	CHECK(EXITED(status, 0), "only its owner opens it to write");
}

/* --- rights ----------------------------------------------------------------------------------- */

static void rights(void)
{
	pid_t tids[2], other = parked_start(1, tids, false);
	int status;

	MUST(!chmod(ROOT "/a/tasks", 0666) && !chmod(ROOT "/a/cgroup.procs", 0666));
	status = IN_CHILD({
		MUST(!setgid(1000) && !setuid(1000));
		if (text_write(ROOT "/b/tasks", "0") != -1 || errno != EACCES)
			_exit(1);
		if (text_write(ROOT "/a/tasks", "0"))
			_exit(2);
		if (group_write_pid(ROOT "/a/tasks", other) != -1 || errno != EACCES)
			_exit(3);
		if (group_write_pid(ROOT "/a/cgroup.procs", other) != -1 || errno != EACCES)
			_exit(4);
		if (text_write(ROOT "/a/tasks", "4194305") != -1 || errno != ESRCH)
			_exit(5);
		_exit(0);
	});
	CHECK(!EXITED(status, 1), "who may not open tasks gets EACCES");
	CHECK(!EXITED(status, 2), "who may moves itself");
	CHECK(!EXITED(status, 3) && !EXITED(status, 4), "but nobody else's task: EACCES");
	CHECK(EXITED(status, 0), "and ESRCH comes before that");
	status = IN_CHILD({
		int fd = open(ROOT "/b/tasks", O_WRONLY);
		char number[16];

		snprintf(number, sizeof(number), "%d", other);
		MUST(!setgid(1000) && !setuid(1000));
		_exit(write(fd, number, strlen(number)) > 0 ? 0 : 1);
	});
	CHECK(EXITED(status, 0) && group_count(ROOT "/b/tasks") == 1,
	      "the rights of who opened the file count, not those of the writer");
	parked_end(other);
	pid_t own = fork();
	if (!own) {
		MUST(!setgid(1000) && !setresuid(1000, 1000, 1000));
		park(NULL);
	}
	tids[0] = parked_next();
	status = IN_CHILD({
		MUST(!setgid(1000) && !setuid(1000));
		_exit(group_write_pid(ROOT "/a/tasks", own) ? 1 : 0);
	});
	CHECK(EXITED(status, 0), "a user moves tasks with the same user");
	status = IN_CHILD({
		MUST(!setgid(1000) && !setresuid(1001, 1000, 1001));
		_exit(group_write_pid(ROOT "/a/tasks", own) ? 1 : 0);
	});
	CHECK(EXITED(status, 0), "the effective one is asked for");
	parked_end(own);
	while (group_count(ROOT "/a/tasks") || group_count(ROOT "/b/tasks"))
		sched_yield();
}

/* --- reading ---------------------------------------------------------------------------------- */

#define MANY 40

static void reading(void)
{
	pid_t pids[MANY], tids[2];
	char whole[1024], pieces[1024] = "";
	size_t n;
	int fd, last = 0, sorted = 1;

	for (int i = 0; i < MANY; i++)
		pids[i] = parked_start(1, tids, false);
	for (int i = MANY; i--;)
		MUST(!group_write_pid(ROOT "/a/tasks", pids[i]));
	CHECK_EQ(group_count(ROOT "/a/tasks"), MANY, "all members are listed");
	strcpy(whole, text);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		sorted &= atoi(line) > last;
		last = atoi(line);
	}
	CHECK(sorted, "in rising order, however they came");
	fd = open(ROOT "/a/tasks", O_RDONLY);
	for (n = 0; read(fd, pieces + n, 1) == 1; n++)
		;
	CHECK(n == strlen(whole) && !memcmp(pieces, whole, n), "byte by byte it is the same");
	n = strlen(whole);
	MUST(lseek(fd, 7, SEEK_SET) == 7);
	CHECK(read(fd, pieces, 100) == 100 && !memcmp(pieces, whole + 7, 100), "from a position");
	CHECK(pread(fd, pieces, 5, 1) == 5 && !memcmp(pieces, whole + 1, 5), "by pread");
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(read(fd, pieces, sizeof(pieces)) == (ssize_t)n && !memcmp(pieces, whole, n),
	      "again from the start");
	CHECK_EQ(read(fd, pieces, sizeof(pieces)), 0, "and then it ends");
	CHECK_EQ(pread(fd, pieces, 10, 100000), 0, "behind the end there is nothing");
	/* Members that stay are neither hidden nor repeated by others that go between two reads. */
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	int seen[MANY] = { 0 };
	char line[16];
	for (int got = 0, i = 0; read(fd, &line[got], 1) == 1;) {
		if (line[got++] != '\n')
			continue;
		line[got - 1] = '\0';
		got = 0;
		for (int k = 0; k < MANY; k++)
			seen[k] += pids[k] == atoi(line);
		if (++i % 4 == 0 && i < MANY)
			MUST(!group_write_pid(ROOT "/b/tasks", pids[i - 4]));
	}
	int strange = 0;
	for (int k = 0; k < MANY; k++)
		strange += seen[k] != 1;
	CHECK_EQ(strange, 0, "members are listed once each while others leave");
	close(fd);
	for (int i = 0; i < MANY; i++)
		parked_end(pids[i]);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "none,name=tasks"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/b", 0755));
	members();
	gone();
	numbers();
	flags();
	agent();
	rights();
	reading();
	MUST(!rmdir(ROOT "/a") && !rmdir(ROOT "/b") && !umount(ROOT));
	rmdir(ROOT);
	CHECK_END();
}
