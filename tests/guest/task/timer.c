/* Clocks, sleeping and interval timers. */
#include "await.h"

#include <poll.h>
#include <sys/time.h>
#include <sys/times.h>

static volatile sig_atomic_t ticks;
static siginfo_t seen;
static int overruns;

static void tick(int sig)
{
	ticks++;
}

static void note(int sig, siginfo_t *info, void *context)
{
	seen = *info;
	if (info->si_code == SI_TIMER && info->si_overrun > overruns)
		overruns = info->si_overrun;
	ticks++;
}

static int64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void burn(int64_t ns)
{
	int64_t end = now(CLOCK_PROCESS_CPUTIME_ID) + ns;

	while (now(CLOCK_PROCESS_CPUTIME_ID) < end)
		;
}

static void clocks(void)
{
	struct timespec t, old = { 0 };
	struct timeval tv;
	bool rising = true;
	int64_t last = 0;
	time_t before;

	for (int i = 0; i < 2000; i++) {
		int64_t n = now(CLOCK_MONOTONIC);

		rising &= n >= last;
		last = n;
	}
	CHECK(rising, "the monotonic clock never goes back");
	CHECK_OK(clock_getres(CLOCK_MONOTONIC, &t), "clock_getres answers");
	CHECK(t.tv_sec == 0 && t.tv_nsec == 1, "the resolution is a nanosecond");
	static const clockid_t all[] = { CLOCK_REALTIME,	   CLOCK_MONOTONIC,
					 CLOCK_MONOTONIC_RAW,	   CLOCK_BOOTTIME,
					 CLOCK_REALTIME_COARSE,	   CLOCK_MONOTONIC_COARSE,
					 CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID };
	int good = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		good += !syscall(SYS_clock_gettime, all[i], &t) && t.tv_nsec >= 0 &&
			t.tv_nsec < 1000000000;
	CHECK_EQ(good, 8, "the eight clocks that programs use can be read");
	CHECK_ERR(syscall(SYS_clock_gettime, 77, &t), EINVAL, "an unknown clock is EINVAL");
	CHECK_ERR(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, 8), EFAULT,
		  "a wild result is EFAULT");
	before = time(NULL);
	gettimeofday(&tv, NULL);
	CHECK(tv.tv_sec >= before && tv.tv_sec <= time(NULL) + 1, "gettimeofday and time agree");
	CHECK(tv.tv_sec > 1600000000, "the real-time clock was set from the machine's");
	t = (struct timespec){ .tv_sec = tv.tv_sec + 1000 };
	clock_gettime(CLOCK_REALTIME, &old);
	CHECK_OK(clock_settime(CLOCK_REALTIME, &t), "root sets the real-time clock");
	CHECK(time(NULL) - tv.tv_sec >= 1000, "and it goes on from there");
	clock_settime(CLOCK_REALTIME, &old);
	t.tv_nsec = -1;
	CHECK_ERR(clock_settime(CLOCK_REALTIME, &t), EINVAL, "a bad time is EINVAL");
	CHECK_ERR(clock_settime(CLOCK_MONOTONIC, &old), EINVAL,
		  "the monotonic clock cannot be set");
	int64_t cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
	poll(NULL, 0, 50);
	CHECK(now(CLOCK_PROCESS_CPUTIME_ID) - cpu < (now(CLOCK_MONOTONIC) - wall) / 2 ||
		      !clock_is_exact(),
	      "a sleeping process uses no processor time");
}

static void sleeping(void)
{
	struct timespec t = { .tv_nsec = 30000000 }, bad = { .tv_nsec = 1000000000 };
	int64_t start = now(CLOCK_MONOTONIC), took;

	CHECK_OK(nanosleep(&t, NULL), "nanosleep sleeps");
	took = now(CLOCK_MONOTONIC) - start;
	CHECK(took >= 30000000 && (took < 35000000 || !clock_is_exact()), "as long as it should");
	CHECK_ERR(nanosleep(&bad, NULL), EINVAL, "a bad time is EINVAL");
	bad = (struct timespec){ .tv_sec = -1 };
	CHECK_ERR(nanosleep(&bad, NULL), EINVAL, "so is a negative one");
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += 20000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	start = now(CLOCK_MONOTONIC);
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL), 0,
		 "clock_nanosleep takes an absolute time");
	CHECK(now(CLOCK_MONOTONIC) >= t.tv_sec * 1000000000LL + t.tv_nsec, "and is never early");
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){ 0 }, NULL), 0,
		 "a time in the past returns at once");
	CHECK_EQ(clock_nanosleep(77, 0, &t, NULL), EINVAL, "an unknown clock is EINVAL");
}

static void intervals(void)
{
	struct itimerval value = { .it_value = { .tv_usec = 20000 },
				   .it_interval = { .tv_usec = 10000 } };
	struct itimerval never = { 0 }, old;
	int64_t start = now(CLOCK_MONOTONIC), passed;
	unsigned left;

	signal(SIGALRM, tick);
	ticks = 0;
	CHECK_OK(setitimer(ITIMER_REAL, &value, NULL), "setitimer sets the real timer");
	while (ticks < 3)
		pause();
	CHECK(now(CLOCK_MONOTONIC) - start >= 40000000, "it fires again after each interval");
	getitimer(ITIMER_REAL, &old);
	CHECK(old.it_interval.tv_usec == 10000 && old.it_value.tv_usec <= 10000,
	      "getitimer tells what is left");
	setitimer(ITIMER_REAL, &never, &old);
	CHECK_EQ(old.it_interval.tv_usec, 10000, "setitimer gives the old setting");
	ticks = 0;
	poll(NULL, 0, 40);
	CHECK_EQ(ticks, 0, "a zero time disarms it");
	value.it_value.tv_usec = 1000000;
	CHECK_ERR(setitimer(ITIMER_REAL, &value, NULL), EINVAL, "a bad time is EINVAL");
	CHECK_ERR(setitimer(9, &never, NULL), EINVAL, "so is an unknown timer");

	start = now(CLOCK_MONOTONIC);
	alarm(100);
	left = alarm(0);
	passed = (now(CLOCK_MONOTONIC) - start) / 1000000000;
	CHECK(left <= 100 && left + passed >= 99 && (left == 100 || !clock_is_exact()),
	      "alarm returns the seconds that were left");
	alarm(1);
	CHECK(!IN_CHILD(_exit(alarm(0) ? 1 : 0)), "a child does not inherit an alarm");
	alarm(0);

	value = (struct itimerval){ .it_value = { .tv_usec = 10000 } };
	signal(SIGVTALRM, tick);
	signal(SIGPROF, tick);
	ticks = 0;
	setitimer(ITIMER_VIRTUAL, &value, NULL);
	for (volatile long i = 0; !ticks; i++)
		;
	CHECK_EQ(ticks, 1, "the virtual timer counts time in user mode");
	ticks = 0;
	setitimer(ITIMER_PROF, &value, NULL);
	while (!ticks)
		burn(1000000);
	CHECK_EQ(ticks, 1, "the profiling timer counts all processor time");
}

static void posix_timers(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec value = { .it_value = { .tv_nsec = 10000000 } }, left;
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };
	timer_t timer;
	sigset_t set, pending;

	sigaction(SIGUSR1, &action, NULL);
	event.sigev_value.sival_int = 321;
	ticks = 0;
	MUST(!timer_create(CLOCK_MONOTONIC, &event, &timer));
	CHECK_OK(timer_settime(timer, 0, &value, NULL), "timer_settime arms a timer");
	AWAIT(ticks);
	CHECK(seen.si_code == SI_TIMER && seen.si_value.sival_int == 321,
	      "it signals with SI_TIMER and the value");
	CHECK(!timer_gettime(timer, &left) && !left.it_value.tv_sec && !left.it_value.tv_nsec,
	      "a timer that fired once is disarmed");
	value.it_interval.tv_nsec = 1000000;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	timer_settime(timer, 0, &value, NULL);
	do
		sigpending(&pending);
	while (!sigismember(&pending, SIGUSR1));
	poll(NULL, 0, 60);
	ticks = 0;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	CHECK(ticks >= 1 && overruns > 5, "periods that passed unseen are counted as overruns");
	CHECK_OK(timer_delete(timer), "timer_delete ends it");
	CHECK_ERR(syscall(SYS_timer_delete, (long)timer & 0x7fffffff), EINVAL, "once");
	CHECK_ERR(timer_create(77, &event, &timer), EINVAL, "an unknown clock is EINVAL");
}

/* The clocks that could wake the machine. */
static void alarms(void)
{
	static const clockid_t clock[] = { 8, 9 }, like[] = { CLOCK_REALTIME, CLOCK_BOOTTIME };
	struct timespec a, b, c, short_time = { 0, 1000 };
	int good = 0, timers = 0, status, id;

	for (int i = 0; i < 2; i++) {
		clock_gettime(like[i], &a);
		good += !clock_gettime(clock[i], &b) && !clock_gettime(like[i], &c) &&
			(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec)) &&
			(b.tv_sec < c.tv_sec || (b.tv_sec == c.tv_sec && b.tv_nsec <= c.tv_nsec));
		good += !clock_getres(clock[i], &a) && !a.tv_sec && a.tv_nsec == 1;
		timers += !syscall(SYS_timer_create, clock[i], NULL, &id) &&
			  !syscall(SYS_timer_delete, id);
		timers += !syscall(SYS_clock_nanosleep, clock[i], 0, &short_time, NULL);
	}
	CHECK_EQ(good, 4, "the alarm clocks show the time of those that they are like");
	CHECK_EQ(timers, 4, "and wake who waits for them");
	status = IN_CHILD({
		MUST(!setresuid(1000, 1000, 1000));
		for (int i = 0; i < 2; i++) {
			if (syscall(SYS_timer_create, clock[i], NULL, &id) != -1 || errno != EPERM)
				_exit(1);
			if (syscall(SYS_clock_nanosleep, clock[i], 0, &short_time, NULL) != -1 ||
			    errno != EPERM)
				_exit(2);
			if (clock_gettime(clock[i], &a))
				_exit(3);
		}
	});
	CHECK_EQ(WEXITSTATUS(status), 0, "which takes a right that reading them does not");
}

int main(void)
{
	clocks();
	alarms();
	sleeping();
	intervals();
	posix_timers();
	CHECK_END();
}
