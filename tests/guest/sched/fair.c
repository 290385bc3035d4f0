/*
 * How evenly the processors are shared out, as CPU time accounted while the machine's clock counts
 * instructions.
 *
 * guest: icount
 */
#include "fair.h"

#include <sys/mount.h>

#define SETS "/tmp/fair"

static int cpus;
static struct burner b[FAIR_MAX];

static unsigned long first_cpus(int n)
{
	return (1ul << n) - 1;
}

/* The farthest that one of the burners is from an even share of m processors, in percent. */
static double worst_of(const struct burner *from, int n, int m)
{
	double share = n > m ? fair_passed * m / n : fair_passed, worst = 0;

	for (int i = 0; i < n; i++) {
		double off = fair_off(from[i].used, share);

		worst = off > worst ? off : worst;
	}
	return worst;
}

static void set(struct burner *at, int n, unsigned long mask)
{
	for (int i = 0; i < n; i++)
		at[i] = (struct burner){ .cpus = mask };
}

static void whole_machine(void)
{
	char name[64], sentence[128];

	for (int n = 1; n <= 4 * cpus; n++) {
		if (!fair_verbose && n > 3 && n != cpus + 1 && n != 4 * cpus - 1)
			continue;
		set(b, n, 0);
		fair_run(b, n, fair_window);
		snprintf(name, sizeof(name), "%d-on-%d", n, cpus);
		snprintf(sentence, sizeof(sentence), "%d busy tasks share the processors", n);
		fair_tell(name, worst_of(b, n, cpus), 5, "%", sentence);
	}
}

/* Two halves of the machine with different crowds. */
static void partitions(void)
{
	int half = cpus / 2, most = 4 * half;
	unsigned long low = first_cpus(half), high = low << half;
	char name[64], sentence[128];

	for (int n = 1; n <= most; n++) {
		int others = most + 1 - n;
		double worst, other;

		if (!fair_verbose && n != 1 && n != half + 1)
			continue;
		set(b, n, low);
		set(b + n, others, high);
		fair_run(b, n + others, fair_window);
		worst = worst_of(b, n, half);
		other = worst_of(b + n, others, half);
		snprintf(name, sizeof(name), "partitions-%d-and-%d-on-%d", n, others, half);
		snprintf(sentence, sizeof(sentence),
			 "%d tasks share one half of the machine, %d the other", n, others);
		fair_tell(name, worst > other ? worst : other, 5, "%", sentence);
	}
}

static void write_set(const char *file, const char *value)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), SETS "/%s", file);
	fd = open(path, O_WRONLY);
	MUST(fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value));
	close(fd);
}

static void make_set(const char *name, int first, int last)
{
	char path[64], list[32];

	snprintf(path, sizeof(path), SETS "/%s", name);
	MUST(!mkdir(path, 0755));
	snprintf(path, sizeof(path), "%s/cpuset.cpus", name);
	snprintf(list, sizeof(list), "%d-%d", first, last);
	write_set(path, list);
	snprintf(path, sizeof(path), "%s/cpuset.mems", name);
	write_set(path, "0");
}

/* The same, of a machine that cpusets have parted: the halves do not balance with each other. */
static void cpusets(void)
{
	int half = cpus / 2, most = 4 * half;
	char name[64], sentence[128];

	MUST(!mkdir(SETS, 0755) && !mount("none", SETS, "cgroup", 0, "cpuset"));
	write_set("cpuset.sched_load_balance", "0");
	make_set("low", 0, half - 1);
	make_set("high", half, 2 * half - 1);
	for (int n = 1; n <= most; n++) {
		double worst, other;

		if (!fair_verbose && n != half + 1)
			continue;
		set(b, most + 1, 0);
		for (int i = 0; i <= most; i++)
			b[i].tasks = i < n ? SETS "/low/tasks" : SETS "/high/tasks";
		fair_run(b, most + 1, fair_window);
		worst = worst_of(b, n, half);
		other = worst_of(b + n, most + 1 - n, half);
		snprintf(name, sizeof(name), "cpusets-%d-and-%d-on-%d", n, most + 1 - n, half);
		snprintf(sentence, sizeof(sentence),
			 "%d tasks share the CPUs of one cpuset, %d those of another", n,
			 most + 1 - n);
		fair_tell(name, worst > other ? worst : other, 5, "%", sentence);
	}
	MUST(!rmdir(SETS "/low") && !rmdir(SETS "/high"));
	write_set("cpuset.sched_load_balance", "1");
	MUST(!umount(SETS) && !rmdir(SETS));
}

static void nice_pair(int low, int high, double ratio)
{
	char name[64], sentence[128];

	b[0] = (struct burner){ .cpus = 1, .nice = low };
	b[1] = (struct burner){ .cpus = 1, .nice = high };
	fair_run(b, 2, fair_window);
	snprintf(name, sizeof(name), "nice-%d-and-%d", low, high);
	snprintf(sentence, sizeof(sentence), "nice %d gets %.3g times what nice %d gets", low,
		 ratio, high);
	fair_tell(name, fair_off(b[0].used / b[1].used, ratio), 10, "%", sentence);
}

static void nice_levels(void)
{
	nice_pair(0, 5, 1024 / 335.0);
	nice_pair(-5, 0, 3121 / 1024.0);
	if (!fair_verbose)
		return;
	nice_pair(0, 1, 1024 / 820.0);
	nice_pair(0, 10, 1024 / 110.0);
	nice_pair(-10, 0, 9548 / 1024.0);
	nice_pair(0, 15, 1024 / 36.0);
}

/* ms from the moment a sleeper wanted until it ran. */
static double lateness(void)
{
	double worst = 0;

	for (int i = 0; i < 20; i++) {
		double end = fair_clock(CLOCK_MONOTONIC) + 3.3, late;
		struct timespec t = { (long)(end / 1e3), (long)(end * 1e6) % 1000000000 };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
		late = fair_clock(CLOCK_MONOTONIC) - end;
		worst = late > worst ? late : worst;
	}
	return worst;
}

/* us from a write into a pipe until the reader, on another processor if there is one, runs. */
static double hand_over(void)
{
	int there[2], back[2];
	double worst = 0, at;
	pid_t pid;

	MUST(!pipe(there) && !pipe(back));
	pid = fork();
	if (!pid) {
		close(there[1]);
		fair_bind(1ul << (cpus - 1));
		while (read(there[0], &at, sizeof(at)) == sizeof(at)) {
			at = fair_clock(CLOCK_MONOTONIC) - at;
			MUST(write(back[1], &at, sizeof(at)) == sizeof(at));
		}
		_exit(0);
	}
	close(there[0]);
	fair_bind(1);
	for (int i = 0; i < 20; i++) {
		fair_sleep(3);
		at = fair_clock(CLOCK_MONOTONIC);
		MUST(write(there[1], &at, sizeof(at)) == sizeof(at));
		MUST(read(back[0], &at, sizeof(at)) == sizeof(at));
		worst = at > worst ? at : worst;
	}
	fair_bind(first_cpus(cpus));
	close(there[1]);
	waitpid(pid, NULL, 0);
	close(back[0]);
	close(back[1]);
	return worst * 1e3;
}

static void wake_ups(void)
{
	fair_tell("timer-wake-up", lateness() * 1e3, 100, "us",
		  "a sleeper of an idle machine runs when it wanted to");
	fair_tell("pipe-wake-up", hand_over(), 100, "us",
		  "who waits for a pipe runs as soon as there is something");
	set(b, 2 * cpus, 0);
	fair_start(b, 2 * cpus);
	close(fair_gate[1]);
	fair_sleep(60);
	fair_tell("busy-wake-up", lateness(), 1, "ms", "a sleeper that wakes preempts busy tasks");
	fair_end(b, 2 * cpus);
}

int main(int argc, char **argv)
{
	fair_arguments(argc, argv);
	cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	wake_ups();
	nice_levels();
	whole_machine();
	if (cpus >= 2) {
		partitions();
		cpusets();
	}
	CHECK_END();
}
