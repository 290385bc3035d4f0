/* Signals: delivery, masks, flags, queues, stacks, interrupted and restarted calls. */
#include "await.h"

#include <poll.h>
#include <sys/time.h>

static volatile sig_atomic_t hits, last, depth, deepest;
static siginfo_t seen;
static void *stack_seen;
static int order[16];
static volatile int ordered;

static void count(int sig)
{
	hits++;
	last = sig;
}

static void note(int sig, siginfo_t *info, void *context)
{
	hits++;
	last = sig;
	seen = *info;
	stack_seen = __builtin_frame_address(0);
}

static void nest(int sig)
{
	if (++depth > deepest)
		deepest = depth;
	if (hits++ == 0)
		raise(sig);
	depth--;
}

static void remember(int sig, siginfo_t *info, void *context)
{
	order[ordered++ & 15] = sig * 1000 + info->si_value.sival_int;
}

static void install(int sig, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	MUST(!sigaction(sig, &action, NULL));
	hits = last = depth = deepest = 0;
}

static void install_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO };

	MUST(!sigaction(sig, &action, NULL));
	hits = last = ordered = 0;
}

static void block(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(how, &set, NULL);
}

static void handlers(void)
{
	struct sigaction old;
	int status;

	install(SIGUSR1, count, 0);
	raise(SIGUSR1);
	CHECK(hits == 1 && last == SIGUSR1, "a handler is called with its signal");
	raise(SIGUSR1);
	CHECK_EQ(hits, 2, "and stays installed");
	install(SIGUSR1, count, SA_RESETHAND);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &old);
	CHECK(hits == 1 && old.sa_handler == SIG_DFL, "SA_RESETHAND resets it");
	install(SIGUSR1, nest, 0);
	raise(SIGUSR1);
	CHECK(deepest == 1 && hits == 2, "a signal is blocked while its handler runs");
	install(SIGUSR1, nest, SA_NODEFER);
	raise(SIGUSR1);
	CHECK(deepest == 2 && hits == 2, "SA_NODEFER lets it nest");
	signal(SIGUSR1, SIG_IGN);
	CHECK_EQ(raise(SIGUSR1), 0, "an ignored signal does nothing");
	CHECK_ERR(sigaction(SIGKILL, &old, NULL), EINVAL, "SIGKILL cannot be caught");
	CHECK_ERR(sigaction(SIGSTOP, &old, NULL), EINVAL, "SIGSTOP neither");
	CHECK_OK(sigaction(SIGKILL, NULL, &old), "but its action can be read");
	CHECK_ERR(syscall(SYS_rt_sigaction, 65, 0, 0, 8), EINVAL, "there is no signal 65");
	CHECK_ERR(syscall(SYS_rt_sigaction, SIGUSR1, 0, 0, 4), EINVAL, "a set has eight bytes");
	CHECK_ERR(syscall(SYS_rt_sigaction, SIGUSR1, 8, 0, 8), EFAULT, "a wild action is EFAULT");

	status = IN_CHILD(signal(SIGTERM, SIG_DFL); raise(SIGTERM));
	CHECK(KILLED(status, SIGTERM), "the default of SIGTERM is to end the process");
	status = IN_CHILD(raise(SIGCHLD); raise(SIGURG); raise(SIGWINCH); raise(SIGCONT); _exit(4));
	CHECK(EXITED(status, 4), "SIGCHLD, SIGURG, SIGWINCH and SIGCONT are ignored by default");
}

static void masks(void)
{
	sigset_t set, pending, old;

	install(SIGUSR1, count, 0);
	block(SIG_BLOCK, SIGUSR1);
	raise(SIGUSR1);
	raise(SIGUSR1);
	CHECK_EQ(hits, 0, "a blocked signal waits");
	sigpending(&pending);
	CHECK_EQ(sigismember(&pending, SIGUSR1), 1, "sigpending shows it");
	block(SIG_UNBLOCK, SIGUSR1);
	CHECK_EQ(hits, 1, "it comes, once, when it is unblocked");
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, &old);
	sigprocmask(SIG_BLOCK, NULL, &set);
	CHECK(!sigismember(&set, SIGKILL) && !sigismember(&set, SIGSTOP) &&
		      sigismember(&set, SIGTERM) == 1,
	      "SIGKILL and SIGSTOP cannot be blocked");
	sigprocmask(SIG_SETMASK, &old, NULL);
	CHECK_ERR(syscall(SYS_rt_sigprocmask, 9, &set, 0, 8), EINVAL, "sigprocmask checks its how");

	block(SIG_BLOCK, SIGUSR1);
	raise(SIGUSR1);
	sigfillset(&set);
	sigdelset(&set, SIGUSR1);
	CHECK_ERR(sigsuspend(&set), EINTR, "sigsuspend returns EINTR");
	sigprocmask(SIG_BLOCK, NULL, &set);
	CHECK(hits == 2 && sigismember(&set, SIGUSR1) == 1,
	      "after the handler, with the mask restored");
	block(SIG_UNBLOCK, SIGUSR1);

	struct sigaction action = { .sa_handler = nest };
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &action, NULL);
	install(SIGUSR2, count, 0);
	block(SIG_BLOCK, SIGUSR1);
	block(SIG_BLOCK, SIGUSR2);
	raise(SIGUSR2);
	raise(SIGUSR1);
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	CHECK(hits >= 2, "sa_mask is blocked during the handler and free after it");
}

static void information(void)
{
	union sigval value = { .sival_int = 1234 };
	siginfo_t raw = { .si_code = SI_USER };
	pid_t child, self = getpid();
	int status;

	install_info(SIGUSR1, note, 0);
	kill(getpid(), SIGUSR1);
	CHECK(seen.si_signo == SIGUSR1 && seen.si_code == SI_USER && seen.si_pid == getpid() &&
		      seen.si_uid == getuid(),
	      "kill tells who sent the signal");
	sigqueue(getpid(), SIGUSR1, value);
	CHECK(seen.si_code == SI_QUEUE && seen.si_value.sival_int == 1234,
	      "sigqueue carries a value");
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
	CHECK_EQ(seen.si_code, SI_TKILL, "tgkill says SI_TKILL");
	child = fork();
	if (!child) {
		while (getppid() == self)
			usleep(1000);
		_exit(0);
	}
	CHECK_ERR(syscall(SYS_rt_sigqueueinfo, child, SIGUSR1, &raw), EPERM,
		  "a process cannot forge SI_USER for another");
	kill(child, SIGKILL);
	waitpid(child, &status, 0);

	install_info(SIGCHLD, note, 0);
	child = fork();
	if (!child)
		_exit(5);
	waitpid(child, &status, 0);
	CHECK(last == SIGCHLD && seen.si_code == CLD_EXITED && seen.si_pid == child &&
		      seen.si_status == 5,
	      "SIGCHLD tells pid and status of the child");
	install_info(SIGCHLD, note, SA_NOCLDSTOP);
	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	CHECK_EQ(hits, 0, "SA_NOCLDSTOP: no SIGCHLD for a stop");
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	CHECK_EQ(hits, 1, "but one for the end");
	install_info(SIGCHLD, note, SA_NOCLDWAIT);
	child = fork();
	if (!child)
		_exit(0);
	CHECK_ERR(waitpid(child, &status, 0), ECHILD, "SA_NOCLDWAIT leaves no zombie");
	signal(SIGCHLD, SIG_DFL);
}

static void realtime(void)
{
	int r = SIGRTMIN, sent = 0, limit;
	union sigval value;
	sigset_t set;

	install_info(r, remember, 0);
	install_info(r + 1, remember, 0);
	sigemptyset(&set);
	sigaddset(&set, r);
	sigaddset(&set, r + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 3; i++) {
		value.sival_int = i;
		sigqueue(getpid(), r + 1, value);
		sigqueue(getpid(), r, value);
	}
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	CHECK_EQ(ordered, 6, "realtime signals queue");
	CHECK(order[0] % 1000 + order[1] % 1000 + order[2] % 1000 == 3, "each with its value");
	bool sorted = true;
	for (int i = 0; i < 6; i++)
		sorted &= order[i] % 1000 == (i < 3 ? i : i - 3) || order[i] % 1000 == 2 - i % 3;
	CHECK(sorted, "in the order in which they were sent");

	sigprocmask(SIG_BLOCK, &set, NULL);
	for (limit = 0; limit < 100000 && !sigqueue(getpid(), r, value); limit++)
		sent++;
	bool refused = errno == EAGAIN;
	CHECK(limit < 100000 && refused && sent > 100,
	      "the queue is limited (RLIMIT_SIGPENDING): EAGAIN");
	signal(r, SIG_IGN);
	sigpending(&set);
	CHECK(!sigismember(&set, r), "ignoring a signal throws pending ones away");
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

static void waiting(void)
{
	struct timespec zero = { 0 }, little = { .tv_nsec = 20000000 };
	siginfo_t info;
	sigset_t set;

	signal(SIGUSR1, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK_ERR(sigtimedwait(&set, &info, &zero), EAGAIN, "sigtimedwait polls with a zero time");
	CHECK_ERR(sigtimedwait(&set, &info, &little), EAGAIN, "and times out");
	kill(getpid(), SIGUSR1);
	CHECK(sigtimedwait(&set, &info, &little) == SIGUSR1 && info.si_pid == getpid(),
	      "it takes a pending signal");
	if (!fork()) {
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR1, "sigwaitinfo waits for one");
	wait(NULL);
	little.tv_nsec = -1;
	CHECK_ERR(sigtimedwait(&set, &info, &little), EINVAL, "a bad time is EINVAL");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void stacks(void)
{
	static char alternative[65536];
	stack_t stack = { .ss_sp = alternative, .ss_size = sizeof(alternative) }, old;
	char here;

	CHECK_OK(sigaltstack(&stack, NULL), "sigaltstack accepts a stack");
	install_info(SIGUSR1, note, SA_ONSTACK);
	raise(SIGUSR1);
	CHECK((char *)stack_seen >= alternative &&
		      (char *)stack_seen < alternative + sizeof(alternative),
	      "SA_ONSTACK runs the handler there");
	install_info(SIGUSR1, note, 0);
	raise(SIGUSR1);
	CHECK(labs((char *)stack_seen - &here) < 65536 &&
		      !((char *)stack_seen >= alternative &&
			(char *)stack_seen < alternative + sizeof(alternative)),
	      "without it on the normal stack");
	stack.ss_size = 100;
	CHECK_ERR(sigaltstack(&stack, NULL), ENOMEM, "a stack below MINSIGSTKSZ is ENOMEM");
	stack.ss_flags = 0x77;
	CHECK_ERR(sigaltstack(&stack, NULL), EINVAL, "unknown flags are EINVAL");
	sigaltstack(NULL, &old);
	CHECK(old.ss_sp == alternative && !(old.ss_flags & SS_DISABLE), "the setting can be read");
	stack.ss_flags = SS_DISABLE;
	sigaltstack(&stack, NULL);
	sigaltstack(NULL, &old);
	CHECK_EQ(old.ss_flags, SS_DISABLE, "and taken back");
}

static volatile int *alarms; /* shared with children */

static void on_alarm(int sig)
{
	hits++;
	++*alarms;
}

/* Alarms again and again: one that comes before the call that it is for does no harm. */
static void alarms_begin(int flags)
{
	struct itimerval often = { { 0, 30000 }, { 0, 30000 } };

	install(SIGALRM, on_alarm, flags);
	setitimer(ITIMER_REAL, &often, NULL);
}

static void alarms_end(void)
{
	struct itimerval never = { { 0 } };

	setitimer(ITIMER_REAL, &never, NULL);
}

/* In a child: until an alarm has come while its parent slept. */
static void await_alarm(void)
{
	int before;

	await_asleep(getppid());
	before = *alarms;
	AWAIT(*alarms > before + 1);
}

/* What SA_RESTART lets go on, and what it does not. */
static void interrupted(void)
{
	struct timespec long_time = { .tv_sec = 1000 }, left = { 0 };
	struct pollfd nothing;
	int fds[2], status;
	char byte;
	pid_t pid;

	alarms = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(!pipe(fds));
	alarms_begin(0);
	CHECK_ERR(read(fds[0], &byte, 1), EINTR, "a handler interrupts a read: EINTR");
	alarms_begin(SA_RESTART);
	pid = fork();
	if (!pid) {
		await_alarm();
		write(fds[1], "z", 1);
		_exit(0);
	}
	CHECK(read(fds[0], &byte, 1) == 1 && byte == 'z' && hits,
	      "with SA_RESTART the read goes on");
	waitpid(pid, &status, 0);
	CHECK_ERR(nanosleep(&long_time, &left), EINTR, "nanosleep is interrupted all the same");
	CHECK(left.tv_sec > 900 && left.tv_sec < 1000, "and tells the time that is left");
	CHECK_ERR(poll(&nothing, 0, -1), EINTR, "so is poll");
	CHECK_ERR(pause(), EINTR, "so is pause");
	hits = 0;
	pid = fork();
	if (!pid) {
		await_alarm();
		_exit(6);
	}
	CHECK(waitpid(pid, &status, 0) == pid && EXITED(status, 6) && hits, "waitpid is restarted");
	alarms_end();
	pid = fork();
	if (!pid)
		for (;;)
			pause();
	alarms_begin(0);
	CHECK_ERR(waitpid(pid, &status, 0), EINTR, "or interrupted, without SA_RESTART");
	alarms_end();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	munmap((void *)alarms, 4096);
	close(fds[0]);
	close(fds[1]);
}

/* An ignored signal and a stop do not disturb. */
static void undisturbed(void)
{
	struct timespec fifth = { .tv_nsec = 200000000 };
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(nanosleep(&fifth, NULL) ? 1 : 0);
	usleep(20000);
	kill(pid, SIGSTOP);
	if (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)) {
		kill(pid, SIGCONT);
		waitpid(pid, &status, 0);
	}
	CHECK(EXITED(status, 0), "a stop and continuation do not interrupt a sleep");
}

static void killing(void)
{
	int status;
	pid_t pid;

	CHECK_ERR(kill(getpid(), 65), EINVAL, "kill refuses signal 65");
	CHECK_ERR(kill(999999, 0), ESRCH, "kill of nobody is ESRCH");
	CHECK_ERR(kill(-999999, 0), ESRCH, "kill of no group is ESRCH");
	CHECK_EQ(kill(getpid(), 0), 0, "signal 0 only asks");
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		signal(SIGTERM, SIG_DFL);
		if (!fork()) {
			pause();
			_exit(0);
		}
		pause();
		_exit(0);
	}
	setpgid(pid, pid);
	CHECK_EQ(kill(-pid, SIGTERM), 0, "kill of a group reaches it");
	CHECK(waitpid(pid, &status, 0) == pid && KILLED(status, SIGTERM), "every member of it");
	status = IN_CHILD(if (setresuid(1000, 1000, 1000)) _exit(9); errno = 0;
			  kill(1, SIGTERM) == -1 && errno == EPERM ? _exit(0) : _exit(1));
	CHECK(EXITED(status, 0), "a user may not signal root's process: EPERM");
	status = IN_CHILD(pid = fork(); if (!pid) {
		kill(getpid(), SIGSTOP);
		_exit(3);
	} waitpid(pid, &status, WUNTRACED);
			  kill(pid, SIGTERM); kill(pid, SIGCONT); waitpid(pid, &status, 0);
			  _exit(KILLED(status, SIGTERM) ? 0 : 1));
	CHECK(EXITED(status, 0), "a stopped process gets its signals when it continues");
	status = IN_CHILD(pid = fork(); if (!pid) {
		kill(getpid(), SIGSTOP);
		_exit(3);
	} waitpid(pid, &status, WUNTRACED);
			  kill(pid, SIGKILL); waitpid(pid, &status, 0);
			  _exit(KILLED(status, SIGKILL) ? 0 : 1));
	CHECK(EXITED(status, 0), "SIGKILL ends a stopped process");
}

int main(void)
{
	handlers();
	masks();
	information();
	realtime();
	waiting();
	stacks();
	interrupted();
	undisturbed();
	killing();
	CHECK_END();
}
