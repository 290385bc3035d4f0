/*
 * Signals, stops, timers, futexes and threads on all processors at once, for as many seconds as the
 * argument says.  What is tested is that the kernel survives and that everything ends.
 */
#include "../guest/check.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/time.h>

#define VICTIMS 6
#define THREADS 4

static struct shared {
	int futex, lock, turns, word;
	volatile long locked, handled, counter;
	pid_t victims[VICTIMS];
} * shared;

static volatile int *quit;

static void handler(int sig)
{
	__atomic_add_fetch(&shared->handled, 1, __ATOMIC_RELAXED);
}

static long futex(int *word, int op, int value, void *timeout, int *word2, int value3)
{
	return syscall(SYS_futex, word, op, value, timeout, word2, value3);
}

/* A lock whose slow path is the kernel's. */
static bool lock_pi(int *word)
{
	int zero = 0, tid = syscall(SYS_gettid);

	return __atomic_compare_exchange_n(word, &zero, tid, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST) ||
	       !futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
}

static void unlock_pi(int *word)
{
	int tid = syscall(SYS_gettid);

	if (!__atomic_compare_exchange_n(word, &tid, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
}

static void *thread(void *argument)
{
	static __thread int private_word;
	struct timespec soon = { .tv_nsec = 100000 };
	sigset_t set;

	for (unsigned i = 0; !*quit; i++) {
		switch ((i + (unsigned)(long)argument) % 8) {
		case 0:
			futex(&shared->futex, FUTEX_WAIT, 0, &soon, NULL, 0);
			break;
		case 1:
			futex(&shared->futex, FUTEX_REQUEUE, 1, (void *)4l, &shared->word, 0);
			break;
		case 2:
			futex(&shared->word, FUTEX_WAKE, 9, NULL, NULL, 0);
			break;
		case 3:
			futex(&private_word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, &soon, NULL, 0);
			break;
		case 4:
			sigfillset(&set);
			sigdelset(&set, SIGTERM);
			sigprocmask(i % 16 < 8 ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
			break;
		case 5:
			sigemptyset(&set);
			sigaddset(&set, SIGUSR2);
			sigtimedwait(&set, NULL, &soon);
			break;
		case 6:
			raise(SIGUSR1);
			break;
		default:
			futex(&shared->word, FUTEX_WAKE_OP, 1, (void *)1l, &shared->futex,
			      FUTEX_OP(FUTEX_OP_SET, 0, FUTEX_OP_CMP_GE, 0));
		}
	}
	return NULL;
}

/* Catches what comes, arms timers, makes threads, ends some day. */
static void victim(unsigned seed)
{
	struct sigaction a = { .sa_handler = handler, .sa_flags = seed % 2 ? SA_RESTART : 0 };
	struct itimerval often = { { .tv_usec = 700 }, { .tv_usec = 700 } };
	pthread_t threads[THREADS];
	timer_t timer;
	struct itimerspec nano = { { 0, 1 + seed % 5000 }, { 0, 1 } };
	int rounds = 30 + (int)(seed % 100);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGUSR1, &a, NULL);
	sigaction(SIGUSR2, &a, NULL);
	sigaction(SIGALRM, &a, NULL);
	sigaction(SIGVTALRM, &a, NULL);
	sigaction(SIGRTMIN, &a, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	setitimer(ITIMER_VIRTUAL, &often, NULL);
	for (int i = 0; i < rounds && !*quit; i++) {
		int made = 0;

		if (seed % 3 == 0 && !timer_create(CLOCK_MONOTONIC, NULL, &timer))
			timer_settime(timer, 0, &nano, NULL);
		if (i % 10 == 0) {
			static volatile int local;

			quit = &local;
			local = 0;
			while (made < THREADS &&
			       !pthread_create(&threads[made], NULL, thread, (void *)(long)made))
				made++;
			usleep(2000);
			local = 1;
			while (made)
				pthread_join(threads[--made], NULL);
			quit = &shared->turns;
		}
		if (seed % 3 == 0)
			timer_delete(timer);
		if (lock_pi(&shared->lock)) {
			shared->counter++;
			unlock_pi(&shared->lock);
		}
	}
	_exit(0);
}

/* Sends everything that does not end a victim, and now and then what does. */
static void sender(unsigned seed)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGSTOP, SIGCONT,
				       SIGTSTP, SIGCONT, SIGWINCH };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!*quit) {
		pid_t pid = shared->victims[seed % VICTIMS];
		union sigval v = { .sival_int = (int)seed };

		seed = seed * 1103515245 + 12345;
		if (pid <= 0)
			continue;
		if (seed % 4096 < 2)
			kill(pid, seed % 4096 ? SIGKILL : SIGTERM);
		else if (seed >> 8 & 1)
			kill(pid, signals[(seed >> 12) % 7]);
		else
			sigqueue(pid, SIGRTMIN, v);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 5, status, born = 0, ended = 0;
	pid_t senders[3], pid;
	time_t end = time(NULL) + seconds;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	MUST(shared != MAP_FAILED);
	quit = &shared->turns;
	for (int i = 0; i < 3; i++)
		if (!(senders[i] = fork()))
			sender(77 * i + 5);
	while (time(NULL) < end) {
		for (int i = 0; i < VICTIMS; i++) {
			if (shared->victims[i])
				continue;
			pid = fork();
			MUST(pid >= 0);
			if (!pid)
				victim((unsigned)(born + i * 31));
			shared->victims[i] = pid;
			born++;
		}
		while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
			if (WIFSTOPPED(status) || WIFCONTINUED(status))
				continue;
			ended++;
			for (int i = 0; i < VICTIMS; i++)
				if (shared->victims[i] == pid) {
					shared->victims[i] = 0;
					/* Killed with the lock held: it is in no list. */
					int owner = shared->lock & 0x3fffffff;
					if (WIFSIGNALED(status) && owner && kill(owner, 0))
						shared->lock = 0;
				}
		}
		usleep(1000);
	}
	shared->turns = 1;
	for (int i = 0; i < 3; i++)
		kill(senders[i], SIGKILL);
	for (int i = 0; i < VICTIMS; i++)
		if (shared->victims[i])
			kill(shared->victims[i], SIGKILL);
	while ((pid = wait(&status)) > 0)
		ended++;
	printf("%d born, %ld signals handled, %ld turns\n", born, shared->handled, shared->counter);
	CHECK_EQ(ended, born + 3, "every process ends");
	CHECK(shared->handled > 0, "signals were handled");
	CHECK_END();
}
