/* POSIX timers, CPU-time clocks and limits, sleeping by a clock that is set. */
#include "await.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/time.h>

static volatile int hits, overrun, value, code, timer_id;
static volatile pid_t taker;

static void hit(int sig, siginfo_t *info, void *context)
{
	hits++;
	overrun = info->si_overrun;
	value = info->si_value.sival_int;
	timer_id = info->si_timerid;
	code = info->si_code;
	taker = syscall(SYS_gettid);
}

static void install(int sig)
{
	struct sigaction a = { .sa_sigaction = hit, .sa_flags = SA_SIGINFO };

	sigaction(sig, &a, NULL);
	hits = 0;
}

static int create(int clock, int notify, int signo, int val, int tid)
{
	struct {
		uint64_t value;
		int signo, notify, tid;
		char rest[44];
	} event = { .value = val, .signo = signo, .notify = notify, .tid = tid };
	int id;

	return syscall(SYS_timer_create, clock, &event, &id) ? -1 : id;
}

static int set(int id, int flags, long ns, long interval)
{
	struct itimerspec t = { { interval / 1000000000, interval % 1000000000 },
				{ ns / 1000000000, ns % 1000000000 } };

	return syscall(SYS_timer_settime, id, flags, &t, NULL);
}

static long now_ns(int clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000l + t.tv_nsec;
}

static void burn(long ns)
{
	long end = now_ns(CLOCK_PROCESS_CPUTIME_ID) + ns;

	while (now_ns(CLOCK_PROCESS_CPUTIME_ID) < end)
		continue;
}

static void plain(void)
{
	struct itimerspec left;
	int id, none;

	install(SIGUSR1);
	id = create(CLOCK_MONOTONIC, 0, SIGUSR1, 42, 0);
	CHECK(id >= 0, "timer_create makes a timer");
	CHECK_OK(set(id, 0, 100000000000, 0), "timer_settime arms it");
	syscall(SYS_timer_gettime, id, &left);
	CHECK(left.it_value.tv_sec > 10 && left.it_value.tv_sec < 100,
	      "timer_gettime tells what is left");
	set(id, 0, 20000000, 0);
	AWAIT(hits >= 1);
	CHECK(hits == 1 && value == 42 && code == SI_TIMER && timer_id == id && overrun == 0,
	      "its signal carries number and value");
	syscall(SYS_timer_gettime, id, &left);
	CHECK(!left.it_value.tv_sec && !left.it_value.tv_nsec, "then it is off");
	set(id, TIMER_ABSTIME, now_ns(CLOCK_MONOTONIC) + 20000000, 0);
	AWAIT(hits >= 2);
	CHECK_EQ(hits, 2, "an absolute time works");
	set(id, TIMER_ABSTIME, 1, 0);
	AWAIT(hits >= 3);
	CHECK_EQ(hits, 3, "one that has passed fires at once");
	set(id, 0, 10000000, 10000000);
	AWAIT(hits >= 8);
	CHECK(hits >= 8, "an interval repeats it");
	set(id, 0, 0, 0);
	usleep(20000);
	int before = hits;
	usleep(30000);
	CHECK_EQ(hits, before, "zero disarms it");
	none = create(CLOCK_MONOTONIC, 1, 0, 0, 0);
	CHECK(none >= 0 && none != id, "SIGEV_NONE needs no signal");
	set(none, 0, 1000000, 3000000);
	usleep(20000);
	syscall(SYS_timer_gettime, none, &left);
	CHECK(left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 3000000, "it just counts");
	CHECK_EQ(syscall(SYS_timer_delete, none), 0, "timer_delete ends it");
	CHECK_ERR(syscall(SYS_timer_delete, none), EINVAL, "once");
	CHECK_ERR(create(CLOCK_MONOTONIC, 0, 65, 0, 0), EINVAL, "a signal must exist");
	CHECK_ERR(create(CLOCK_MONOTONIC, 9, SIGUSR1, 0, 0), EINVAL, "so must the way to tell");
	CHECK_ERR(create(CLOCK_MONOTONIC, 4, SIGUSR1, 0, 1), EINVAL,
		  "SIGEV_THREAD_ID wants a thread of the process");
	CHECK_ERR(create(77, 0, SIGUSR1, 0, 0), EINVAL, "and the clock must exist");
	CHECK_ERR(create(CLOCK_MONOTONIC_COARSE, 0, SIGUSR1, 0, 0), EOPNOTSUPP,
		  "a coarse clock has no timers");
	CHECK_ERR(set(id, 0, -5, 0), EINVAL, "a bad time is EINVAL");
	CHECK_ERR(set(12345, 0, 1, 0), EINVAL, "a bad number, too");
	syscall(SYS_timer_delete, id);
}

static bool is_pending(int sig)
{
	sigset_t set;

	return !sigpending(&set) && sigismember(&set, sig);
}

static void overruns(void)
{
	sigset_t block;
	int id;

	install(SIGRTMIN);
	sigemptyset(&block);
	sigaddset(&block, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &block, NULL);
	id = create(CLOCK_MONOTONIC, 0, SIGRTMIN, 1, 0);
	set(id, 0, 1000000, 1000000);
	AWAIT(is_pending(SIGRTMIN));
	usleep(50000);
	sigprocmask(SIG_UNBLOCK, &block, NULL);
	set(id, 0, 0, 0);
	CHECK(hits >= 1 && (hits < 10 || !clock_is_exact()), "an expired timer queues one signal");
	hits = 0;
	sigprocmask(SIG_BLOCK, &block, NULL);
	set(id, 0, 1000000, 1000000);
	usleep(50000);
	siginfo_t info;
	CHECK(sigwaitinfo(&block, &info) == SIGRTMIN && info.si_overrun >= 30 &&
		      (info.si_overrun < 60 || !clock_is_exact()),
	      "and counts what came while it was pending");
	CHECK_EQ(syscall(SYS_timer_getoverrun, id), info.si_overrun, "timer_getoverrun agrees");
	/* Deleted with its signal pending. */
	usleep(5000);
	syscall(SYS_timer_delete, id);
	signal(SIGRTMIN, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &block, NULL);
	id = create(CLOCK_MONOTONIC, 0, SIGUSR2, 1, 0);
	signal(SIGUSR2, SIG_IGN);
	set(id, 0, 1000000, 1000000);
	usleep(20000);
	install(SIGUSR2);
	AWAIT(hits >= 3);
	CHECK(hits >= 3, "a timer whose signal was ignored goes on");
	syscall(SYS_timer_delete, id);
	/* A storm costs no more than its signals. */
	install(SIGUSR2);
	id = create(CLOCK_MONOTONIC, 0, SIGUSR2, 1, 0);
	set(id, 0, 1, 1);
	AWAIT(hits > 0);
	usleep(20000);
	set(id, 0, 0, 0);
	CHECK(hits > 0, "an interval of a nanosecond does not hang the program");
	syscall(SYS_timer_delete, id);
}

static volatile pid_t thread_id;
static volatile int quit;

static void *wait_thread(void *unused)
{
	thread_id = syscall(SYS_gettid);
	while (!quit)
		usleep(1000);
	return NULL;
}

static void threads(void)
{
	pthread_t t;
	int id;

	install(SIGUSR1);
	pthread_create(&t, NULL, wait_thread, NULL);
	AWAIT(thread_id);
	id = create(CLOCK_REALTIME, 4, SIGUSR1, 9, thread_id);
	CHECK_OK(set(id, 0, 5000000, 0), "a timer for one thread");
	AWAIT(hits >= 1);
	CHECK(hits == 1 && taker == thread_id && value == 9, "signals that thread");
	quit = 1;
	pthread_join(t, NULL);
	set(id, 0, 5000000, 5000000);
	usleep(30000);
	CHECK_EQ(hits, 1, "and nobody when that has gone");
	syscall(SYS_timer_delete, id);
}

static void cpu(void)
{
	struct timespec t, res;
	clockid_t clock;
	int id, status;
	pid_t pid;
	long a, b;

	install(SIGUSR1);
	a = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	id = create(CLOCK_PROCESS_CPUTIME_ID, 0, SIGUSR1, 3, 0);
	CHECK(id >= 0 && !set(id, 0, 30000000, 0), "a timer by the process's CPU time");
	usleep(60000);
	CHECK(!hits || now_ns(CLOCK_PROCESS_CPUTIME_ID) - a >= 30000000, "does not count sleep");
	while (!hits)
		burn(1000000);
	CHECK(hits == 1 && now_ns(CLOCK_PROCESS_CPUTIME_ID) - a >= 30000000, "but work");
	syscall(SYS_timer_delete, id);
	a = now_ns(CLOCK_THREAD_CPUTIME_ID);
	burn(20000000);
	b = now_ns(CLOCK_THREAD_CPUTIME_ID);
	CHECK(b - a >= 15000000 && (b - a < 25000000 || !clock_is_exact()),
	      "the thread's clock counts it, too");
	pid = fork();
	if (!pid) {
		burn(40000000);
		pause();
	}
	clock = (clockid_t)((~pid << 3) | 2);
	while (!syscall(SYS_clock_gettime, clock, &t) && !t.tv_sec && t.tv_nsec < 40000000)
		usleep(1000);
	CHECK(t.tv_sec || t.tv_nsec >= 40000000, "another process's CPU time can be read");
	CHECK(!syscall(SYS_clock_getres, clock, &res) && res.tv_nsec == 1, "to the nanosecond");
	CHECK_ERR(syscall(SYS_clock_settime, clock, &t), EPERM, "and not set");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	CHECK_ERR(syscall(SYS_clock_gettime, clock, &t), EINVAL, "when it has gone: EINVAL");
	CHECK_ERR(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &t, NULL), EOPNOTSUPP,
		  "nobody sleeps by its own CPU time");
	CHECK_ERR(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC_RAW, 0, &t, NULL), EOPNOTSUPP,
		  "nor by the raw clock");
	status = IN_CHILD({
		struct rlimit limit = { 1, 2 };

		setrlimit(RLIMIT_CPU, &limit);
		install(SIGXCPU);
		while (hits < 2)
			continue;
		_exit(hits);
	});
	CHECK(KILLED(status, SIGKILL),
	      "RLIMIT_CPU: SIGXCPU at the soft limit, SIGKILL at the hard");
	status = IN_CHILD({
		struct itimerval it = { .it_value = { .tv_sec = 100 } };
		struct itimerval left;

		install(SIGVTALRM);
		setitimer(ITIMER_VIRTUAL, &it, NULL);
		getitimer(ITIMER_VIRTUAL, &left);
		if (left.it_value.tv_sec < 10 || left.it_value.tv_sec > 100)
			_exit(1);
		it.it_value = (struct timeval){ .tv_usec = 30000 };
		setitimer(ITIMER_VIRTUAL, &it, NULL);
		while (!hits)
			continue;
		_exit(hits == 1 ? 0 : 2);
	});
	CHECK(EXITED(status, 0), "ITIMER_VIRTUAL counts down and fires once");
}

/* Ends with 0; the timer's signal may come meanwhile. */
static bool ends_well(pid_t pid)
{
	int status;
	pid_t got;

	while ((got = waitpid(pid, &status, 0)) == -1 && errno == EINTR)
		;
	return got == pid && EXITED(status, 0);
}

/* Sleeps by the wall clock follow it when it is set. */
static void wall(void)
{
	struct timespec start, steady, t, end;
	int status, word = 0, id;
	pid_t pid, pid2;
	long ms;

	clock_gettime(CLOCK_REALTIME, &start);
	clock_gettime(CLOCK_MONOTONIC, &steady);
	pid = fork();
	if (!pid) {
		t = (struct timespec){ start.tv_sec + 1000, 0 };
		_exit(syscall(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL) ? 1
											    : 0);
	}
	pid2 = fork();
	if (!pid2) {
		t = (struct timespec){ start.tv_sec + 1000, 0 };
		_exit(syscall(SYS_futex, &word, 9 | 256, 0, &t, NULL, -1) == -1 &&
				      errno == ETIMEDOUT
			      ? 0
			      : 1);
	}
	install(SIGUSR1);
	id = create(CLOCK_REALTIME, 0, SIGUSR1, 1, 0);
	set(id, TIMER_ABSTIME, (start.tv_sec + 1000) * 1000000000l, 0);
	usleep(50000);
	CHECK(hits == 0 && waitpid(-1, &status, WNOHANG) == 0,
	      "sleepers wait for a wall-clock time");
	t = (struct timespec){ start.tv_sec + 1001, 0 };
	CHECK_OK(clock_settime(CLOCK_REALTIME, &t), "the clock is set behind it");
	CHECK(ends_well(pid), "clock_nanosleep ends");
	CHECK(ends_well(pid2), "a futex wait ends");
	AWAIT(hits >= 1);
	CHECK_EQ(hits, 1, "a timer fires");
	clock_gettime(CLOCK_MONOTONIC, &end);
	ms = (end.tv_sec - steady.tv_sec) * 1000 + (end.tv_nsec - steady.tv_nsec) / 1000000;
	CHECK(ms < 100000, "at once");
	set(id, 0, 20000000, 0);
	t = (struct timespec){ start.tv_sec, 0 };
	clock_settime(CLOCK_REALTIME, &t);
	AWAIT(hits >= 2);
	CHECK_EQ(hits, 2, "a relative time does not care");
	syscall(SYS_timer_delete, id);
	status = IN_CHILD(if (setresuid(5, 5, 5)) _exit(1);
			  _exit(clock_settime(CLOCK_REALTIME, &t) == -1 && errno == EPERM ? 0 : 2));
	CHECK(EXITED(status, 0), "a user may not set the clock: EPERM");
	t = (struct timespec){ 0, 0 };
	CHECK_ERR(clock_settime(CLOCK_REALTIME, &t), EINVAL, "nobody to before the boot");
	clock_gettime(CLOCK_MONOTONIC, &end);
	start.tv_sec += end.tv_sec - steady.tv_sec;
	clock_settime(CLOCK_REALTIME, &start);
}

int main(void)
{
	plain();
	overruns();
	threads();
	cpu();
	wall();
	CHECK_END();
}
