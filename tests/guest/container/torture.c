/* Random moves, forks, ends, directories and readers in two hierarchies at once; then everything
   must add up.  The seed is printed; /test/container/torture SEED OPERATIONS repeats a run. guest:
   also=2 timeout=60 */
#include "group.h"

#include <pthread.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#define WORKERS 4
#define GROUPS	6

static const char *const roots[2] = { "/tmp/t1", "/tmp/t2" };

struct shared {
	volatile int members[64]; /* pids that may be moved */
	volatile int unsorted, strange;
};

static struct shared *shared;
static uint64_t state;

static unsigned pick(unsigned limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % limit;
}

static const char *group_path(const char *file)
{
	static char path[128];
	unsigned g = pick(GROUPS + 1);

	if (g == GROUPS)
		snprintf(path, sizeof(path), "%s/%s", roots[pick(2)], file);
	else
		snprintf(path, sizeof(path), "%s/g%u%s%s", roots[pick(2)], g, *file ? "/" : "",
			 file);
	return path;
}

static void *idle_thread(void *arg)
{
	usleep(2000);
	return arg;
}

/* A process that forks and makes threads now and then, and ends by itself or is killed. */
static void member(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (int i = 0; i < 40; i++) {
		pthread_t t;

		if (pick(3) == 0 && fork() == 0)
			_exit(0);
		if (pick(3) == 0 && !pthread_create(&t, NULL, idle_thread, NULL))
			pthread_detach(t);
		sched_yield();
	}
	_exit(0);
}

static void spawn(void)
{
	unsigned slot = pick(64);
	pid_t pid = fork();

	if (pid == 0) {
		state += getpid();
		member();
	}
	if (pid > 0)
		shared->members[slot] = pid;
}

/* Errors that a race explains: gone, removed, busy. */
static void move(void)
{
	int pid = pick(4) ? shared->members[pick(64)] : 0;

	if (group_write_pid(group_path(pick(2) ? "tasks" : "cgroup.procs"), pid) &&
	    errno != ENOENT && errno != ENODEV && errno != ESRCH)
		shared->strange = errno;
}

/* Ids rise, so none is there twice. */
static void look(void)
{
	int last = 0;

	if (text_read(group_path(pick(2) ? "tasks" : "cgroup.procs")) < 0)
		return;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (atoi(line) <= last)
			shared->unsorted = 1;
		last = atoi(line);
	}
}

/* Never out of the root, where the rest of the machine is. */
static void transfer(void)
{
	char from[64], to[16];

	snprintf(from, sizeof(from), "%s/g%u/container.transfer", roots[pick(2)], pick(GROUPS));
	snprintf(to, sizeof(to), "/g%u", pick(GROUPS));
	text_write(from, to);
}

/* A third hierarchy comes and goes, which every set has to be linked to. */
static void mount_and_unmount(void)
{
	char at[32];

	snprintf(at, sizeof(at), "/tmp/t3.%d", getpid());
	mkdir(at, 0755);
	if (!mount("none", at, "cgroup", 0, pick(2) ? "pids" : "none,name=third")) {
		sched_yield();
		umount(at);
	}
	rmdir(at);
}

static void worker(unsigned operations)
{
	signal(SIGCHLD, SIG_IGN);
	while (operations--) {
		switch (pick(11)) {
		case 0:
			mkdir(group_path(""), 0755);
			break;
		case 1:
			rmdir(group_path(""));
			break;
		case 2:
		case 3:
			spawn();
			break;
		case 4:
			look();
			break;
		case 5:
			transfer();
			break;
		case 6:
			if (shared->members[pick(64)] > 1 && pick(2))
				kill(shared->members[pick(64)] ?: getpid() + 100000, SIGKILL);
			break;
		case 7:
			mount_and_unmount();
			break;
		default:
			move();
		}
	}
	text_write("/tmp/t1/tasks", "0");
	text_write("/tmp/t2/tasks", "0");
	_exit(0);
}

static bool empty_and_remove(const char *root)
{
	char path[64];
	int left = 0;

	for (int g = 0; g < GROUPS; g++) {
		snprintf(path, sizeof(path), "%s/g%d/tasks", root, g);
		while (group_count(path) > 0)
			sched_yield();
		snprintf(path, sizeof(path), "%s/g%d", root, g);
		while (rmdir(path) && errno == EBUSY)
			sched_yield();
		left += !access(path, F_OK);
	}
	return !left;
}

int main(int argc, char **argv)
{
	unsigned operations = argc > 2 ? atoi(argv[2]) : 400;
	pid_t workers[WORKERS];
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0)
				 : (uint64_t)time(NULL) * 2654435761u + getpid();

	printf("# seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	mkdir(roots[0], 0755);
	mkdir(roots[1], 0755);
	MUST(!mount("none", roots[0], "cgroup", 0, "cpuacct"));
	MUST(!mount("none", roots[1], "cgroup", 0, "none,name=torture"));
	for (unsigned w = 0; w < WORKERS; w++) {
		state = seed + w * 1000003;
		workers[w] = fork();
		if (!workers[w])
			worker(operations);
	}
	for (unsigned w = 0; w < WORKERS; w++)
		waitpid(workers[w], NULL, 0);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself after the storm");
	CHECK(!shared->strange, "every move succeeds or finds its task or container gone");
	CHECK(!shared->unsorted, "readers see each member once, in rising order");
	CHECK(empty_and_remove(roots[0]),
	      "when all have ended the containers of the first hierarchy can be removed");
	CHECK(empty_and_remove(roots[1]), "and those of the second");
	CHECK(!umount(roots[0]) && !umount(roots[1]), "and both are unmounted");
	rmdir(roots[0]);
	rmdir(roots[1]);
	while (wait(NULL) > 0) /* nobody of the storm is in the next test */
		;
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
