/* What holds however moves, births and ends fall together: nobody is lost, hidden or seen twice.
   The seed is printed; /test/container/property SEED repeats a run. guest: also=2 timeout=90 */
#include "group.h"
#include "sleeper.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#define ONE "/tmp/property.1"
#define TWO "/tmp/property.2"

static uint64_t state;

static unsigned pick(unsigned limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 8) % limit;
}

/* The last letter of the path of a task in the hierarchy of that name; '/' at its root. */
static char place(pid_t pid, const char *hierarchy)
{
	char path[32], *line;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (text_read(path) < 0 || !(line = strstr(text, hierarchy)))
		return '?';
	return line[strcspn(line, "\n") - 1];
}

/* --- a fork storm is drained --------------------------------------------------------------- */

static pid_t start_storm(void)
{
	pid_t pid = fork();

	MUST(pid >= 0);
	if (pid)
		return pid;
	setpgid(0, 0);
	text_write(ONE "/s/cgroup.procs", "0");
	signal(SIGCHLD, SIG_IGN);
	for (int i = 0; i < 2; i++)
		if (!fork())
			break;
	for (;;) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!fork())
			_exit(0);
		sched_yield();
	}
}

/* The state of a process of the group; 0: it is none, or has gone. */
static char state_in(const char *pid, pid_t group)
{
	char path[300], *at, how;
	int parent, pgrp;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if (!atoi(pid) || text_read(path) <= 0 || !(at = strrchr(text, ')')) ||
	    sscanf(at + 2, "%c %d %d", &how, &parent, &pgrp) != 3 || pgrp != group)
		return 0;
	return how;
}

/* Processes of the group that are elsewhere than in d.  All have been told to stop; who had begun
   to end does so, and leaves its containers before that can be seen. */
static int strangers(pid_t group)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	int n = 0;

	while (proc && (d = readdir(proc))) {
		char how;

		while ((how = state_in(d->d_name, group)) && !strchr("TZX", how))
			sched_yield();
		n += how == 'T' && place(atoi(d->d_name), ":cpuacct:") != 'd';
	}
	closedir(proc);
	return n;
}

static void drains(void)
{
	pid_t storm = start_storm();
	int rounds, later = 0, strange = 0;

	while (group_count(ONE "/s/tasks") < 2)
		sched_yield();
	for (rounds = 0; rounds < 2000 && group_count(ONE "/s/cgroup.procs") > 0; rounds++)
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			if (group_write_pid(ONE "/d/cgroup.procs", atoi(line)) && errno != ESRCH)
				strange++;
	printf("# %d rounds\n", rounds);
	CHECK(rounds > 0 && rounds < 2000, "moving one after the other out drains a fork storm");
	for (int i = 0; i < 20; i++)
		later += group_count(ONE "/s/tasks") != 0;
	CHECK_EQ(later, 0, "and then the container stays empty");
	CHECK_EQ(strange, 0, "a move succeeds, or its task is gone");
	kill(-storm, SIGSTOP);
	CHECK_EQ(strangers(storm), 0, "nobody of the storm is anywhere else");
	CHECK(!rmdir(ONE "/s") && !mkdir(ONE "/s", 0755), "the container can be removed");
	kill(-storm, SIGKILL);
	waitpid(storm, NULL, 0);
	while (group_count(ONE "/d/tasks") > 0)
		sched_yield();
}

/* --- an exit storm -------------------------------------------------------------------------- */

#define MEMBERS 24

static void ends(void)
{
	pid_t pids[MEMBERS];
	int strange = 0;

	for (int round = 0; round < 4; round++) {
		pid_t killer;

		for (int i = 0; i < MEMBERS; i++) {
			pids[i] = sleeper_start();
			MUST(!group_write_pid(ONE "/s/cgroup.procs", pids[i]));
		}
		killer = fork();
		if (!killer) {
			for (int i = MEMBERS; i--; sched_yield())
				kill(pids[(i * 7 + round) % MEMBERS], SIGKILL);
			_exit(0);
		}
		for (int i = 0; i < 3 * MEMBERS; i++) {
			const char *to = pick(2) ? ONE "/d/cgroup.procs" : ONE "/d/tasks";

			if (group_write_pid(pick(4) ? to : ONE "/s/tasks", pids[pick(MEMBERS)]) &&
			    errno != ESRCH)
				strange++;
		}
		waitpid(killer, NULL, 0);
		for (int i = 0; i < MEMBERS; i++)
			waitpid(pids[i], NULL, 0);
		while (group_count(ONE "/s/tasks") > 0 || group_count(ONE "/d/tasks") > 0)
			sched_yield();
	}
	CHECK_EQ(strange, 0, "tasks that are just ending can be moved");
	CHECK(!rmdir(ONE "/s") && !rmdir(ONE "/d"), "and none of them keeps a container");
	MUST(!mkdir(ONE "/s", 0755) && !mkdir(ONE "/d", 0755));
}

/* --- readers --------------------------------------------------------------------------------- */

struct shared {
	volatile unsigned turn; /* its lowest bit: 0, members go from s to d; 1, back */
	volatile int missing, twice, looks, halves, stop;
	pid_t pids[MEMBERS];
};

static struct shared *shared;

static void *second(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* Two threads each. */
static pid_t parked_pair(void)
{
	int fds[2];
	pthread_t t;
	char byte;

	MUST(!pipe(fds));
	pid_t pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		MUST(!pthread_create(&t, NULL, second, NULL));
		close(fds[0]);
		close(fds[1]);
		second(NULL);
	}
	close(fds[1]);
	MUST(read(fds[0], &byte, 1) == 0);
	close(fds[0]);
	return pid;
}

/* Counts each member in the file; the number of lines. */
static int note(const char *path, int *seen)
{
	int lines = 0;

	if (text_read(path) < 0)
		return 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++)
		for (int i = 0; i < MEMBERS; i++)
			seen[i] += shared->pids[i] == atoi(line);
	return lines;
}

/* Who reads in the direction of the moves misses nobody; who reads against it sees nobody twice. */
static void look(void)
{
	unsigned turn = shared->turn, along = pick(2);
	bool s_first = along == !(turn & 1);
	int seen[MEMBERS] = { 0 }, lines, missing = 0, twice = 0;

	note(s_first ? ONE "/s/cgroup.procs" : ONE "/d/cgroup.procs", seen);
	note(s_first ? ONE "/d/cgroup.procs" : ONE "/s/cgroup.procs", seen);
	for (int i = 0; i < MEMBERS; i++) {
		missing += seen[i] < 1;
		twice += seen[i] > 1;
	}
	memset(seen, 0, sizeof(seen));
	lines = note(ONE "/s/tasks", seen);
	__sync_synchronize();
	if (shared->turn != turn)
		return;
	shared->missing += along && missing;
	shared->twice += !along && twice;
	shared->halves += lines & 1;
	shared->looks++;
}

static void readers(void)
{
	pid_t reader[2];

	for (int i = 0; i < MEMBERS; i++) {
		shared->pids[i] = parked_pair();
		MUST(!group_write_pid(ONE "/s/cgroup.procs", shared->pids[i]));
	}
	for (int i = 0; i < 2; i++) {
		reader[i] = fork();
		if (!reader[i]) {
			state += reader[i] + i;
			while (!shared->stop)
				look();
			_exit(0);
		}
	}
	for (int turn = 0; turn < 40 || shared->looks < 40; turn++) {
		unsigned start = pick(MEMBERS), step = 5; /* prime to MEMBERS */

		for (int i = 0; i < MEMBERS; i++)
			MUST(!group_write_pid(turn & 1 ? ONE "/s/cgroup.procs"
						       : ONE "/d/cgroup.procs",
					      shared->pids[(start + i * step) % MEMBERS]));
		__sync_synchronize();
		shared->turn++;
		sched_yield();
	}
	shared->stop = 1;
	waitpid(reader[0], NULL, 0);
	waitpid(reader[1], NULL, 0);
	printf("# %d looks\n", shared->looks);
	CHECK_EQ(shared->missing, 0, "who reads with the stream of moves misses nobody");
	CHECK_EQ(shared->twice, 0, "who reads against it sees nobody twice");
	if (on_corral())
		CHECK_EQ(shared->halves, 0, "and nobody ever sees half a process");
	for (int i = 0; i < MEMBERS; i++)
		sleeper_end(shared->pids[i]);
	while (group_count(ONE "/s/tasks") > 0 || group_count(ONE "/d/tasks") > 0)
		sched_yield();
}

/* --- two hierarchies -------------------------------------------------------------------------- */

/* Sets that exist, by the debug subsystem; -1 where there is none. */
static int sets(void)
{
	int n = 0;

	mkdir("/tmp/property.debug", 0755);
	if (mount("none", "/tmp/property.debug", "cgroup", 0, "debug"))
		return -1;
	MUST(text_read("/tmp/property.debug/debug.cgroup_css_links") > 0);
	for (char *at = text; (at = strstr(at, "css_set ")); at++)
		n++;
	umount("/tmp/property.debug");
	rmdir("/tmp/property.debug");
	return n;
}

static void hierarchies(void)
{
	static const char *const roots[2] = { ONE, TWO };
	static const char letters[] = "sd/";
	char model[2][MEMBERS], path[64];
	pid_t pids[MEMBERS];
	int wrong = 0, too_many = 0, before = sets();

	memset(model, '/', sizeof(model));
	for (int i = 0; i < MEMBERS; i++)
		pids[i] = sleeper_start();
	for (int move = 0; move < 300; move++) {
		unsigned who = pick(MEMBERS), h = pick(2), to = pick(3);
		bool used[3][3] = { { false } };
		int distinct = 0;

		snprintf(path, sizeof(path), "%s/%s%s", roots[h],
			 to == 0   ? "s/"
			 : to == 1 ? "d/"
				   : "",
			 pick(2) ? "tasks" : "cgroup.procs");
		MUST(!group_write_pid(path, pids[who]));
		model[h][who] = letters[to];
		wrong += place(pids[who], ":cpuacct:") != model[0][who] ||
			 place(pids[who], "name=property:") != model[1][who];
		if (move % 20 || before < 0)
			continue;
		used[2][2] = true; /* everybody else's */
		for (int i = 0; i < MEMBERS; i++)
			used[strchr(letters, model[0][i]) - letters]
			    [strchr(letters, model[1][i]) - letters] = true;
		for (int i = 0; i < 9; i++)
			distinct += used[i / 3][i % 3];
		too_many += sets() != before - 1 + distinct;
	}
	CHECK_EQ(wrong, 0, "a move in one hierarchy changes nothing in another");
	if (before >= 0)
		CHECK_EQ(too_many, 0, "there are as many sets as combinations in use");
	for (int i = 0; i < MEMBERS; i++)
		sleeper_end(pids[i]);
	while (group_count(ONE "/s/tasks") > 0 || group_count(ONE "/d/tasks") > 0)
		sched_yield();
	CHECK_EQ(sets(), before, "and in the end as many as before");
}

int main(int argc, char **argv)
{
	state = argc > 1 ? strtoull(argv[1], NULL, 0)
			 : (uint64_t)time(NULL) * 2654435761u + getpid();
	setvbuf(stdout, NULL, _IONBF, 0);
	printf("# seed %llu\n", (unsigned long long)state);
	state = state ?: 1;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	mkdir(ONE, 0755);
	mkdir(TWO, 0755);
	MUST(!mount("none", ONE, "cgroup", 0, "cpuacct"));
	MUST(!mount("none", TWO, "cgroup", 0, "none,name=property"));
	MUST(!mkdir(ONE "/s", 0755) && !mkdir(ONE "/d", 0755));
	MUST(!mkdir(TWO "/s", 0755) && !mkdir(TWO "/d", 0755));
	drains();
	ends();
	readers();
	hierarchies();
	CHECK(!rmdir(ONE "/s") && !rmdir(ONE "/d") && !rmdir(TWO "/s") && !rmdir(TWO "/d"),
	      "all containers can be removed");
	umount(ONE);
	umount(TWO);
	rmdir(ONE);
	rmdir(TWO);
	CHECK_END();
}
