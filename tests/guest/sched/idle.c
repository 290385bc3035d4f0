/*
 * How soon a CPU that has run out of work fetches a task that waits on another, by
 * sched_relax_domain_level: at once from where the level lets it look, else when the CPU that has
 * too much tells it to, at one of its ticks.  An argument prints the figures.
 *
 * guest: only=corral cpus=4 nodes=2 memory=512 icount
 */
#include "../container/group.h"

#include <sched.h>

#define ROOT   "/tmp/il"
#define ROUNDS 4
#define NODE   1 /* a CPU of the first one's memory node, and one of another's */
#define FAR    2

static volatile double *arrived; /* shared, us; 0: not yet */
static int ready[2];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void use_cpus(pid_t pid, unsigned long mask)
{
	MUST(!syscall(SYS_sched_setaffinity, pid, sizeof(mask), &mask));
}

/* musl refuses to. */
static void set_policy(int policy, int priority)
{
	MUST(!syscall(SYS_sched_setscheduler, 0, policy, &priority));
}

static int this_cpu(void)
{
	unsigned cpu;

	syscall(SYS_getcpu, &cpu, NULL, NULL);
	return (int)cpu;
}

static pid_t busy_task(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	set_policy(SCHED_OTHER, 0);
	use_cpus(0, 1);
	MUST(write(ready[1], "", 1) == 1);
	for (;;)
		if (this_cpu() && !*arrived)
			*arrived = now();
}

/* us on average from the moment `cpu` begins to idle until it has a task of the first CPU's. */
static double delay(int cpu)
{
	double sum = 0;

	use_cpus(0, 1ul << cpu);
	for (int i = 0; i < ROUNDS; i++) {
		pid_t a = busy_task(), b = busy_task();
		double begin;
		char byte;

		MUST(read(ready[0], &byte, 1) == 1 && read(ready[0], &byte, 1) == 1);
		*arrived = 0;
		use_cpus(a, 1 | 1ul << cpu);
		use_cpus(b, 1 | 1ul << cpu);
		begin = now();
		usleep(30000 + 3000 * i);
		while (!*arrived) /* an idle CPU may miss some ticks */
			usleep(10000);
		sum += *arrived - begin;
		kill(a, SIGKILL);
		kill(b, SIGKILL);
		waitpid(a, NULL, 0);
		waitpid(b, NULL, 0);
	}
	return sum / ROUNDS;
}

int main(int argc, char **argv)
{
	char value[16], sentence[96];

	arrived = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(arrived != MAP_FAILED && !pipe(ready));
	/* Who was fetched by a tick just before does not run before this one sleeps. */
	set_policy(SCHED_FIFO, 1);
	MUST(!mkdir(ROOT, 0755) && !group_mount(ROOT, "cpuset"));
	static const int levels[] = { -1, 2, 4, 5 };

	for (int i = 0; i < 4; i++) {
		int level = levels[i];
		bool near = level < 0 || level >= 3, far = level < 0 || level >= 5;
		double node, other;

		snprintf(value, sizeof(value), "%d", level);
		MUST(!text_write(ROOT "/cpuset.sched_relax_domain_level", value));
		node = delay(NODE);
		other = delay(FAR);
		if (argc > 1)
			printf("level %d: in its node %.0f us, from another %.0f us\n", level, node,
			       other);
		snprintf(sentence, sizeof(sentence),
			 "at level %d an idle CPU takes work of its node %s", level,
			 near ? "at once" : "when it is told to");
		CHECK(near ? node < 100 : node > 1000 && node < 100000, sentence);
		snprintf(sentence, sizeof(sentence),
			 "at level %d an idle CPU takes work of another node %s", level,
			 far ? "at once" : "when it is told to");
		CHECK(far ? other < 100 : other > 1000 && other < 100000, sentence);
	}
	MUST(!umount(ROOT) && !rmdir(ROOT));
	CHECK_END();
}
