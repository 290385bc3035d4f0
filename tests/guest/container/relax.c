/*
 * sched_relax_domain_level says how far a CPU without work looks for some at once, and nothing
 * else: at every level busy tasks come to spread over all CPUs, and who wakes beside a busy task
 * finds an idle CPU.  (How long an idle CPU takes is measured by sched/idle.c.)
 *
 * guest: cpus=4 nodes=2 memory=512
 */
#include "group.h"

#include <sched.h>

#define ROOT "/tmp/rx"
#define CPUS 4

static volatile int *where; /* shared: on which CPU each of the busy tasks is */

static void use_cpus(pid_t pid, unsigned long mask)
{
	MUST(!syscall(SYS_sched_setaffinity, pid, sizeof(mask), &mask));
}

static int this_cpu(void)
{
	unsigned cpu;

	syscall(SYS_getcpu, &cpu, NULL, NULL);
	return (int)cpu;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static unsigned long places(void)
{
	unsigned long all = 0;

	for (int i = 0; i < CPUS; i++)
		if (where[i] >= 0)
			all |= 1ul << where[i];
	return all;
}

/* One busy task for each CPU, all of them on the first, until they may go anywhere. */
static unsigned long spread(void)
{
	unsigned long all;
	pid_t pid[CPUS];

	use_cpus(0, 1);
	for (int i = 0; i < CPUS; i++) {
		where[i] = -1;
		pid[i] = fork();
		if (!pid[i])
			for (;;)
				where[i] = this_cpu();
	}
	for (int i = 0; i < CPUS; i++)
		while (where[i] < 0)
			sched_yield();
	for (int i = 0; i < CPUS; i++)
		use_cpus(pid[i], (1ul << CPUS) - 1);
	while ((all = places()) != (1ul << CPUS) - 1)
		usleep(1000);
	for (int i = 0; i < CPUS; i++)
		end(pid[i]);
	use_cpus(0, (1ul << CPUS) - 1);
	return all;
}

/* A sleeper whose CPU has become busy is woken from another until it wakes elsewhere. */
static int wake(void)
{
	int there[2], back[2], cpu = 0;
	pid_t busy, sleeper;

	MUST(!pipe(there) && !pipe(back));
	sleeper = fork();
	if (!sleeper) {
		for (;;) {
			use_cpus(0, 1);
			use_cpus(0, (1ul << CPUS) - 1);
			MUST(write(back[1], &cpu, sizeof(cpu)) == sizeof(cpu));
			MUST(read(there[0], &cpu, sizeof(cpu)) == sizeof(cpu));
			cpu = this_cpu();
		}
	}
	busy = fork();
	if (!busy) {
		use_cpus(0, 1);
		for (;;)
			;
	}
	use_cpus(0, 1ul << (CPUS - 1));
	do {
		MUST(read(back[0], &cpu, sizeof(cpu)) == sizeof(cpu));
		if (!cpu)
			MUST(write(there[1], &cpu, sizeof(cpu)) == sizeof(cpu));
	} while (!cpu);
	end(sleeper);
	end(busy);
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
	use_cpus(0, (1ul << CPUS) - 1);
	return cpu;
}

int main(void)
{
	char value[16], sentence[96];

	where = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(where != MAP_FAILED && !mkdir(ROOT, 0755) && !group_mount(ROOT, "cpuset"));
	for (int level = 5; level >= -1; level--) {
		snprintf(value, sizeof(value), "%d", level);
		MUST(!text_write(ROOT "/cpuset.sched_relax_domain_level", value));
		snprintf(sentence, sizeof(sentence),
			 "at level %d busy tasks spread over all CPUs that they may use", level);
		CHECK_EQ(spread(), (1ul << CPUS) - 1, sentence);
		snprintf(sentence, sizeof(sentence),
			 "at level %d a task that wakes on a busy CPU finds an idle one", level);
		CHECK(wake() > 0, sentence);
	}
	MUST(!umount(ROOT) && !rmdir(ROOT));
	CHECK_END();
}
