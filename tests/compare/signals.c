/*
 * Signals: what each does, what a handler is told, which calls it interrupts, and errors.
 */
#include "answer.h"

#include <linux/futex.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

static int handled[65];
static volatile int *shared_handled; /* by a child */
static siginfo_t told;

static void handler(int signo, siginfo_t *info, void *context)
{
	handled[signo]++;
	*shared_handled = 1;
	told = *info;
}

static int handle(int signo, int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	return sigaction(signo, &action, NULL);
}

static sigset_t set_of(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	if (signo)
		sigaddset(&set, signo);
	return set;
}

/* --- what each signal does ------------------------------------------------------------------- */

static const char *default_action(int signo, bool core)
{
	struct rlimit limit = { core ? RLIM_INFINITY : 0, RLIM_INFINITY };
	int status;
	pid_t pid = fork();

	if (!pid) {
		chdir("/tmp");
		setrlimit(RLIMIT_CORE, &limit);
		syscall(SYS_tkill, getpid(), signo);
		_exit(0);
	}
	waitpid(pid, &status, WUNTRACED);
	if (WIFSTOPPED(status)) {
		int stopped = status;

		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		return status_words(stopped);
	}
	return status_words(status);
}

static const char *with_handler(int signo, int flags)
{
	memset(handled, 0, sizeof(handled));
	memset(&told, 0, sizeof(told));
	if (handle(signo, flags))
		return error_name(errno);
	kill(getpid(), signo);
	if (!(flags & SA_RESETHAND))
		kill(getpid(), signo);
	struct sigaction after;
	sigaction(signo, NULL, &after);
	signal(signo, SIG_DFL);
	return words("%d times, signo %d code %d pid %s uid %d, then %s", handled[signo],
		     told.si_signo, told.si_code, told.si_pid == getpid() ? "mine" : "other",
		     told.si_uid, after.sa_handler == SIG_DFL ? "default" : "handler");
}

static const char *blocked_twice(int signo)
{
	sigset_t set = set_of(signo), pending, old;

	memset(handled, 0, sizeof(handled));
	if (handle(signo, 0))
		return error_name(errno);
	sigprocmask(SIG_BLOCK, &set, &old);
	kill(getpid(), signo);
	kill(getpid(), signo);
	sigpending(&pending);
	bool waits = sigismember(&pending, signo);
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(signo, SIG_DFL);
	return words("pending %d, then %d times", waits, handled[signo]);
}

static void each_signal(void)
{
	for (int signo = 1; signo <= 64; signo++) {
		topic("signal %d", signo);
		if (signo == 32 || signo == 33 || signo == 34)
			continue; /* the C library's */
		answer(default_action(signo, false), "default");
		if (signo == SIGKILL || signo == SIGSTOP) {
			answer(result(handle(signo, 0)), "sigaction");
			continue;
		}
		answer(status_words(IN_CHILD(signal(signo, SIG_IGN); raise(signo))), "ignored");
		answer(with_handler(signo, 0), "handler");
		if (signo <= SIGUSR2 || signo == 40)
			answer(with_handler(signo, SA_RESETHAND), "SA_RESETHAND");
		answer(blocked_twice(signo), "blocked");
	}
}

/* --- which calls end with EINTR, and which go on ------------------------------------------------
 */

static int far[2];

static int call_read(void)
{
	char byte;

	return read(far[0], &byte, 1);
}

static int call_write(void)
{
	static char big[1 << 20];
	int n = write(far[1], big, sizeof(big));

	return n > 0 ? 1 : n;
}

static int call_nanosleep(void)
{
	struct timespec t = { 1000, 0 };

	return nanosleep(&t, NULL);
}

static int call_clock_nanosleep(void)
{
	struct timespec t = { 1000000, 0 };

	errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
	return errno ? -1 : 0;
}

static int call_poll(void)
{
	struct pollfd p = { far[0], POLLIN, 0 };

	return poll(&p, 1, -1);
}

static int call_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(far[0], &set);
	return select(far[0] + 1, &set, NULL, NULL, NULL);
}

static int call_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = epoll_create1(0);

	epoll_ctl(fd, EPOLL_CTL_ADD, far[0], &event);
	return epoll_wait(fd, &event, 1, -1);
}

static int call_wait(void)
{
	int status;

	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return waitpid(-1, &status, 0);
}

static int call_futex(void)
{
	static int word;

	return syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static int call_pause(void)
{
	return pause();
}

static int call_sigsuspend(void)
{
	sigset_t none = set_of(0);

	return sigsuspend(&none);
}

static int call_sigwait(void)
{
	sigset_t set = set_of(SIGUSR2);

	return sigwaitinfo(&set, NULL);
}

static int call_accept(void)
{
	return accept(far[0], NULL, NULL);
}

static int call_recv(void)
{
	char byte;

	return recv(far[0], &byte, 1, 0);
}

static int call_open_fifo(void)
{
	return open("/tmp/compare.fifo", O_RDONLY);
}

static int call_flock(void)
{
	return flock(open("/tmp/compare.lock", O_RDWR), LOCK_EX);
}

static int call_setlkw(void)
{
	struct flock lock = { .l_type = F_WRLCK };

	return fcntl(open("/tmp/compare.lock", O_RDWR), F_SETLKW, &lock);
}

static int call_eventfd(void)
{
	uint64_t n;

	return read(eventfd(0, 0), &n, sizeof(n));
}

static int call_msleep(void)
{
	struct timespec t = { 1000, 0 };
	sigset_t set = set_of(0);

	return ppoll(NULL, 0, &t, &set);
}

static const struct {
	const char *name;
	int (*call)(void);
	int far; /* 1: a pipe, 2: sockets, 3: a listening socket */
} sleepers[] = {
	{ "read of a pipe", call_read, 1 },
	{ "write to a pipe", call_write, 1 },
	{ "read of a socket", call_read, 2 },
	{ "recv", call_recv, 2 },
	{ "accept", call_accept, 3 },
	{ "read of an eventfd", call_eventfd },
	{ "nanosleep", call_nanosleep },
	{ "clock_nanosleep", call_clock_nanosleep },
	{ "poll", call_poll, 1 },
	{ "ppoll", call_msleep },
	{ "select", call_select, 1 },
	{ "epoll_wait", call_epoll, 1 },
	{ "waitpid", call_wait },
	{ "futex", call_futex },
	{ "pause", call_pause },
	{ "sigsuspend", call_sigsuspend },
	{ "sigwaitinfo", call_sigwait },
	{ "open of a fifo", call_open_fifo },
	{ "flock", call_flock },
	{ "F_SETLKW", call_setlkw },
};

static void make_far(int kind)
{
	struct sockaddr name = { .sa_family = AF_UNIX };

	if (kind == 1)
		MUST(!pipe(far));
	else if (kind == 2)
		MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, far));
	else if (kind == 3)
		MUST((far[0] = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0 &&
		     !bind(far[0], &name, sizeof(name.sa_family)) && !listen(far[0], 1));
}

/* A child sleeps in a call until the parent has seen it asleep and sends it a signal.  When the
   call goes on, the child sleeps again, and the parent ends it. */
static const char *interrupted(int i, int flags, bool stop)
{
	static char seen[64];
	int say[2], status, n;
	pid_t pid;

	MUST(!pipe(say));
	*shared_handled = 0;
	pid = fork();
	if (!pid) {
		make_far(sleepers[i].far);
		handle(SIGUSR1, flags);
		n = sleepers[i].call();
		dprintf(say[1], "%s", result(n));
		_exit(0);
	}
	close(say[1]);
	wait_state(pid, "S");
	kill(pid, stop ? SIGSTOP : SIGUSR1);
	if (stop) {
		waitpid(pid, &status, WUNTRACED);
		kill(pid, SIGCONT);
	}
	while (!stop && !*shared_handled)
		usleep(1000);
	/* It has taken the signal: now it sleeps again, or it has said what the call gave and
	 * ended. */
	wait_state(pid, "SZ");
	if (strrchr(file_text(words("/proc/%d/stat", pid)), ')')[2] == 'Z') {
		n = read(say[0], seen, sizeof(seen) - 1);
		seen[n > 0 ? n : 0] = '\0';
	} else {
		strcpy(seen, "goes on");
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(say[0]);
	return seen;
}

static void interruptions(void)
{
	int lock = open("/tmp/compare.lock", O_CREAT | O_RDWR, 0600);
	struct flock whole = { .l_type = F_WRLCK };

	MUST(!flock(lock, LOCK_EX) && !fcntl(lock, F_SETLK, &whole));
	MUST(!mkfifo("/tmp/compare.fifo", 0600));
	for (unsigned i = 0; i < sizeof(sleepers) / sizeof(sleepers[0]); i++) {
		topic("%s", sleepers[i].name);
		answer(interrupted(i, 0, false), "a signal");
		answer(interrupted(i, SA_RESTART, false), "a signal with SA_RESTART");
		answer(interrupted(i, 0, true), "stop and continue");
	}
	unlink("/tmp/compare.lock");
	unlink("/tmp/compare.fifo");
}

int main(void)
{
	shared_handled =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(shared_handled != MAP_FAILED);
	each_signal();
	interruptions();
	return 0;
}
