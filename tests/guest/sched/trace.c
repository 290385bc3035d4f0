/* /proc/sched_trace: what the scheduler did, event by event.
 * guest: only=corral */
#include "../await.h"
#include "../container/group.h"

#include <pthread.h>
#include <sched.h>

#define FILE_NAME "/proc/sched_trace"
#define GROUP	  "/tmp/traced"

struct line {
	unsigned long long ns;
	int cpu;
	char event[16];
	unsigned pid, set, value;
	char name[16];
};

/* Events of this kind of pid (0: of anybody); *last is the last of them; *lost what was lost. */
static int events(const char *event, unsigned pid, struct line *last, unsigned long *lost)
{
	FILE *file = fopen(FILE_NAME, "r");
	struct line line;
	char buffer[512];
	unsigned long one;
	int n = 0, cpu;

	MUST(file);
	if (lost)
		*lost = 0;
	while (fgets(buffer, sizeof(buffer), file)) {
		if (lost && sscanf(buffer, "# cpu %d lost %lu", &cpu, &one) == 2)
			*lost += one;
		if (sscanf(buffer, "%llu %d %15s %u %u %u %15s", &line.ns, &line.cpu, line.event,
			   &line.pid, &line.set, &line.value, line.name) != 7)
			continue;
		if ((pid && line.pid != pid) || (*event && strcmp(line.event, event)))
			continue;
		if (last)
			*last = line;
		n++;
	}
	fclose(file);
	return n;
}

static pid_t sleeper(int *give)
{
	int fds[2];
	char byte;
	pid_t pid;

	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		close(fds[1]);
		_exit(read(fds[0], &byte, 1) == 1);
	}
	close(fds[0]);
	*give = fds[1];
	return pid;
}

static void file(void)
{
	struct stat st;

	CHECK(!stat(FILE_NAME, &st) && (st.st_mode & 0777) == 0600, "the file is for root");
	CHECK_ERR(text_write(FILE_NAME, "2"), EINVAL, "it takes 0 and 1 and nothing else");
	CHECK_OK(text_write(FILE_NAME, "1\n"), "1 turns it on");
	CHECK_OK(text_write(FILE_NAME, "0\n"), "0 turns it off");
	int n = events("", 0, NULL, NULL);
	sched_yield();
	MUST(!system("true"));
	CHECK_EQ(events("", 0, NULL, NULL), n, "off it records nothing");
	text_write(FILE_NAME, "1");
	text_write(FILE_NAME, "0");
	CHECK(events("fork", 0, NULL, NULL) == 0, "turned on it begins anew");
}

static void life(void)
{
	struct line line;
	int give;
	pid_t pid;

	text_write(FILE_NAME, "1");
	pid = sleeper(&give);
	MUST(write(give, "", 1) == 1);
	close(give);
	waitpid(pid, NULL, 0);
	text_write(FILE_NAME, "0");
	CHECK_EQ(events("fork", pid, &line, NULL), 1, "a birth is recorded");
	CHECK_STR(line.name, "trace", "with the name of the program");
	CHECK(events("switch", pid, NULL, NULL) >= 1, "so is getting a CPU");
	CHECK_EQ(events("exit", pid, NULL, NULL), 1, "and the end");
}

static void containers(void)
{
	struct line line;
	int give;
	pid_t pid = sleeper(&give);

	MUST(!mkdir(GROUP, 0755) && !group_mount(GROUP, "freezer"));
	MUST(!mkdir(GROUP "/a", 0755));
	text_write(FILE_NAME, "1");
	group_write_pid(GROUP "/a/tasks", pid);
	CHECK(events("attach", pid, &line, NULL) == 1 && line.value != line.set,
	      "a move tells the set that is left and the new one");
	text_write(GROUP "/a/freezer.state", "FROZEN");
	while (text_read(GROUP "/a/freezer.state") > 0 && strcmp(text, "FROZEN\n"))
		;
	AWAIT(events("freeze", pid, NULL, NULL) >= 1); /* it is frozen a moment before */
	CHECK(true, "freezing is recorded");
	text_write(GROUP "/a/freezer.state", "THAWED");
	CHECK(events("thaw", pid, NULL, NULL) >= 1, "and thawing");
	close(give);
	waitpid(pid, NULL, 0);
	text_write(FILE_NAME, "0");
	MUST(!rmdir(GROUP "/a") && !umount(GROUP));
}

static int here[2], gate[2];

static void *wait_at_gate(void *unused)
{
	char byte = 0;

	MUST(write(here[1], &byte, 1) == 1 && read(gate[0], &byte, 1) == 1);
	return NULL;
}

/* A process whose threads were there before anything was recorded. */
static void processes(void)
{
	enum { THREADS = 5 };
	struct line line;
	pthread_t threads[THREADS];
	unsigned set;
	pid_t pid;
	char byte = 0;

	MUST(!group_mount(GROUP, "freezer") && !mkdir(GROUP "/a", 0755));
	MUST(!pipe(gate) && !pipe(here));
	pid = fork();
	if (!pid) {
		for (int i = 0; i < THREADS; i++)
			MUST(!pthread_create(&threads[i], NULL, wait_at_gate, NULL));
		wait_at_gate(NULL);
		for (int i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
		_exit(0);
	}
	for (int i = 0; i < THREADS + 1; i++)
		MUST(read(here[0], &byte, 1) == 1);
	await_asleep(pid); /* it will have to get a CPU */
	text_write(FILE_NAME, "1");
	group_write_pid(GROUP "/a/cgroup.procs", pid);
	CHECK_EQ(events("attach", 0, &line, NULL), THREADS + 1,
		 "a move of a process tells each of its threads");
	set = line.value;
	for (int i = 0; i < THREADS + 1; i++)
		MUST(write(gate[1], &byte, 1) == 1);
	waitpid(pid, NULL, 0);
	text_write(FILE_NAME, "0");
	CHECK(events("switch", pid, &line, NULL) >= 1 && line.set == set,
	      "who was there before is known by number and set");
	for (int i = 0; i < 2; i++) {
		close(gate[i]);
		close(here[i]);
	}
	MUST(!rmdir(GROUP "/a") && !umount(GROUP));
}

static void quota(void)
{
	pid_t pid;

	MUST(!group_mount(GROUP, "cpu") && !mkdir(GROUP "/a", 0755));
	text_write(GROUP "/a/cpu.cfs_quota_us", "1000");
	text_write(FILE_NAME, "1");
	pid = fork();
	if (!pid) {
		text_write(GROUP "/a/tasks", "0");
		for (;;)
			;
	}
	while (!events("throttle", pid, NULL, NULL))
		usleep(1000);
	CHECK(true, "a task that waits for quota is recorded");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	text_write(FILE_NAME, "0");
	MUST(!rmdir(GROUP "/a") && !umount(GROUP) && !rmdir(GROUP));
}

static void cpus(void)
{
	struct line line;
	cpu_set_t set;
	int give;
	pid_t pid;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return;
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
	text_write(FILE_NAME, "1");
	pid = sleeper(&give);
	while (events("switch", pid, &line, NULL) < 1 || line.cpu != 0)
		;
	CPU_ZERO(&set);
	CPU_SET(1, &set);
	sched_setaffinity(pid, sizeof(set), &set);
	close(give);
	waitpid(pid, NULL, 0);
	text_write(FILE_NAME, "0");
	memset(&set, 0xff, sizeof(set));
	sched_setaffinity(0, sizeof(set), &set);
	CHECK(events("migrate", pid, &line, NULL) >= 1 && line.value == 0,
	      "a migration tells where it came from");
	CHECK(events("switch", pid, &line, NULL) >= 2 && line.cpu == 1,
	      "after which it runs elsewhere");
}

static void overflow(void)
{
	unsigned long lost;
	int there[2], back[2];
	char byte = 0;
	pid_t pid;

	MUST(!pipe(there) && !pipe(back));
	text_write(FILE_NAME, "1");
	pid = fork();
	if (!pid) {
		while (read(there[0], &byte, 1) == 1 && byte == 0)
			if (write(back[1], &byte, 1) != 1)
				break;
		_exit(0);
	}
	do {
		for (int i = 0; i < 2000; i++)
			MUST(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1);
		events("", 0, NULL, &lost);
	} while (!lost);
	byte = 1;
	MUST(write(there[1], &byte, 1) == 1);
	waitpid(pid, NULL, 0);
	text_write(FILE_NAME, "0");
	CHECK(true, "what a full ring overwrites is counted");
	CHECK_EQ(events("exit", pid, NULL, NULL), 1, "the newest events stay");
	close(there[0]);
	close(there[1]);
	close(back[0]);
	close(back[1]);
}

int main(void)
{
	file();
	life();
	containers();
	processes();
	quota();
	cpus();
	overflow();
	CHECK_OK(text_write(FILE_NAME, "free"), "the memory can be given back");
	CHECK_EQ(events("", 0, NULL, NULL), 0, "with all that was in it");
	CHECK_END();
}
