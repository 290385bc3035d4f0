/* The release agent under pressure: once for each event, and whoever comes back, or removes the
   container, meanwhile is not disturbed. */
#include "group.h"

#include <sched.h>

#define ROOT  "/tmp/agent.root"
#define DIR   "/tmp/agent.d"
#define LOG   DIR "/log"
#define AGENT "/tmp/agent.sh"
#define MANY  12

static int agent_log;

/* The agent tells its word, and then does `more`. */
static void install(const char *more)
{
	char script[256];
	int fd;

	unlink(AGENT);
	fd = open(AGENT, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	snprintf(script, sizeof(script), "#!/bin/sh\n%s\necho \"$1\" > " LOG "\n", more);
	MUST(fd >= 0 && write(fd, script, strlen(script)) > 0);
	close(fd);
	MUST(!text_write(ROOT "/release_agent", AGENT));
}

/* The next n lines of the agents, each a path; how many times each of MANY groups was named. */
static void hear(int n, int *named)
{
	static char heard[4096];
	static size_t have;

	memset(named, 0, MANY * sizeof(*named));
	while (n) {
		char *end;
		ssize_t got;

		while (n && (end = memchr(heard, '\n', have))) {
			int g = atoi(heard + 2);

			if (g >= 0 && g < MANY)
				named[g]++;
			have -= end + 1 - heard;
			memmove(heard, end + 1, have);
			n--;
		}
		if (!n)
			break;
		got = read(agent_log, heard + have, sizeof(heard) - have);
		MUST(got > 0);
		have += got;
	}
}

static char *group(int g, const char *file)
{
	static char path[2][64];
	static int which;

	which ^= 1;
	snprintf(path[which], sizeof(path[0]), ROOT "/g%d%s", g, file);
	return path[which];
}

/* Each has one event; a last one, of another, shows that nothing came twice. */
static void once_each(void)
{
	int named[MANY], good = 0, status;
	pid_t pids[MANY];

	for (int g = 0; g < MANY; g++) {
		MUST(!mkdir(group(g, ""), 0755));
		pids[g] = fork();
		while (!pids[g])
			pause();
		MUST(!group_write_pid(group(g, "/tasks"), pids[g]));
	}
	for (int g = 1; g < MANY; g++)
		kill(pids[g], SIGKILL);
	for (int g = 1; g < MANY; g++)
		waitpid(pids[g], &status, 0);
	hear(MANY - 1, named);
	for (int g = 1; g < MANY; g++)
		good += named[g] == 1;
	CHECK_EQ(good, MANY - 1, "containers that empty together are reported once each");
	MUST(!group_write_pid(ROOT "/tasks", pids[0]));
	hear(1, named);
	CHECK_EQ(named[0], 1, "and nothing comes behind but the next event");
	MUST(!group_write_pid(group(0, "/tasks"), pids[0]));
	MUST(!group_write_pid(ROOT "/tasks", pids[0]));
	hear(1, named);
	CHECK_EQ(named[0], 1, "which may be the same container's again");
	kill(pids[0], SIGKILL);
	waitpid(pids[0], &status, 0);
	for (int g = 0; g < MANY; g++)
		MUST(!rmdir(group(g, "")));
}

/* In and out again faster than agents start: a visit may be missed, the end of the last is not. */
static void visits(void)
{
	int named[MANY], total = 0;

	MUST(!mkdir(group(1, ""), 0755) && !mkdir(group(2, ""), 0755));
	for (int i = 0; i < 20; i++)
		MUST(!text_write(group(1, "/tasks"), "0") && !text_write(ROOT "/tasks", "0"));
	do {
		hear(1, named);
		total += named[1];
		/* What was to come of the visits comes before this. */
		if (total == 1)
			MUST(!text_write(group(2, "/tasks"), "0") &&
			     !text_write(ROOT "/tasks", "0"));
	} while (!named[2]);
	CHECK(total >= 1 && total <= 20, "visits are reported at least once, and not more often");
	MUST(!rmdir(group(1, "")) && !rmdir(group(2, "")));
}

/* The agent removes what is empty; somebody keeps coming back. */
static void removing(void)
{
	int named[MANY], strange = 0, back = 0, lost = 0;

	install("rmdir " ROOT "/$1 2>/dev/null");
	for (int i = 0; i < 15; i++) {
		if (mkdir(group(3, ""), 0755) && errno != EEXIST)
			strange++;
		for (int visit = 0; visit < 3; visit++) {
			if (!text_write(group(3, "/tasks"), "0"))
				back++;
			else if (errno == ENOENT || errno == ENODEV)
				lost++;
			else
				strange++;
			MUST(!text_write(ROOT "/tasks", "0"));
		}
	}
	printf("# %d visits, %d too late\n", back, lost);
	CHECK(strange == 0 && back >= 1, "who enters is in, or finds the container removed");
	while (!access(group(3, ""), F_OK))
		hear(1, named);
	CHECK(true, "and when it is empty at last, an agent removes it");
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "none,name=agent"));
	mkdir(DIR, 0755);
	mkfifo(LOG, 0600);
	agent_log = open(LOG, O_RDWR);
	MUST(agent_log >= 0);
	install("");
	MUST(!text_write(ROOT "/notify_on_release", "1"));
	once_each();
	visits();
	removing();
	MUST(!text_write(ROOT "/release_agent", "\n"));
	/* Agents may still be on their way. */
	while (umount(ROOT) && errno == EBUSY)
		sched_yield();
	rmdir(ROOT);
	do
		unlink(LOG);
	while (rmdir(DIR) && errno == ENOTEMPTY);
	unlink(AGENT);
	CHECK_END();
}
