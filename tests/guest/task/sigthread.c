/* Signals and threads: who gets a signal, who may send one, stacks and masks of threads. */
#include "await.h"

#include <pthread.h>
#include <setjmp.h>
#include <sys/resource.h>
#include <ucontext.h>

static volatile pid_t taker;
static volatile int taken, value_taken;
static volatile pid_t tids[8];
static volatile int quit;

static pid_t gettid_(void)
{
	return syscall(SYS_gettid);
}

static void take(int sig, siginfo_t *info, void *context)
{
	taker = gettid_();
	value_taken = info->si_value.sival_int;
	taken++;
}

static void install(int sig, int flags)
{
	struct sigaction a = { .sa_sigaction = take, .sa_flags = SA_SIGINFO | flags };

	MUST(!sigaction(sig, &a, NULL));
	taken = 0;
	taker = 0;
}

static void mask(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	pthread_sigmask(how, &set, NULL);
}

static void *open_thread(void *slot)
{
	mask(SIG_UNBLOCK, SIGUSR1);
	tids[(long)slot] = gettid_();
	while (!quit)
		usleep(2000);
	return NULL;
}

static void *closed_thread(void *slot)
{
	mask(SIG_BLOCK, SIGUSR1);
	tids[(long)slot] = gettid_();
	while (!quit)
		usleep(2000);
	return NULL;
}

static void *waiting_thread(void *slot)
{
	sigset_t set;
	siginfo_t info;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	tids[(long)slot] = gettid_();
	if (sigwaitinfo(&set, &info) == SIGUSR2)
		taken = 100 + info.si_value.sival_int;
	return NULL;
}

static void choice(void)
{
	union sigval v = { .sival_int = 7 };
	pthread_t a, b;

	install(SIGUSR1, 0);
	mask(SIG_BLOCK, SIGUSR1);
	pthread_create(&a, NULL, closed_thread, (void *)0);
	pthread_create(&b, NULL, open_thread, (void *)1);
	AWAIT(tids[0] && tids[1]);
	kill(getpid(), SIGUSR1);
	AWAIT(taken);
	CHECK(taken == 1 && taker == tids[1], "a thread that does not block it gets the signal");
	syscall(SYS_tgkill, getpid(), tids[0], SIGUSR1);
	usleep(20000);
	CHECK_EQ(taken, 1, "one that was sent to a thread waits for that thread");
	mask(SIG_UNBLOCK, SIGUSR1);
	usleep(20000);
	CHECK_EQ(taken, 1, "though another could take it");
	kill(getpid(), SIGUSR1);
	CHECK(taken == 2 && taker == getpid(), "the main thread is the first choice");
	CHECK_ERR(syscall(SYS_tgkill, getpid() + 1, tids[0], 0), ESRCH,
		  "tgkill wants the right process");
	CHECK_ERR(syscall(SYS_tgkill, getpid(), tids[0], 65), EINVAL, "and a signal");
	CHECK_ERR(syscall(SYS_tgkill, 0, tids[0], 0), EINVAL, "and a positive number");
	CHECK_ERR(syscall(SYS_tkill, -1, 0), EINVAL, "so does tkill");
	CHECK_OK(kill(tids[0], 0), "kill accepts the number of any thread");
	quit = 1;
	pthread_join(a, NULL);
	pthread_join(b, NULL);

	mask(SIG_BLOCK, SIGUSR2);
	taken = quit = 0;
	tids[2] = 0;
	pthread_create(&a, NULL, waiting_thread, (void *)2);
	AWAIT(tids[2]);
	await_asleep(tids[2]);
	sigqueue(getpid(), SIGUSR2, v);
	pthread_join(a, NULL);
	CHECK_EQ(taken, 107, "sigwaitinfo in a thread takes a signal that all block");
	mask(SIG_UNBLOCK, SIGUSR2);
}

static void *blocks_late(void *unused)
{
	mask(SIG_UNBLOCK, SIGUSR1);
	tids[3] = gettid_();
	while (!quit)
		usleep(1000);
	return NULL;
}

/* The main thread unblocks nothing and leaves; the process lives in the other. */
static void main_leaves(void)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		pthread_t t;

		install(SIGUSR1, 0);
		quit = 0;
		tids[3] = 0;
		pthread_create(&t, NULL, blocks_late, NULL);
		syscall(SYS_exit, 0);
	}
	AWAIT(await_look(pid) == 'Z');
	kill(pid, SIGUSR1);
	usleep(20000);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0, "a process outlives its main thread");
	kill(pid, SIGTERM);
	CHECK(waitpid(pid, &status, 0) == pid && KILLED(status, SIGTERM),
	      "and a fatal signal ends it");
}

static void *hang(void *fd)
{
	char byte;

	read(*(int *)fd, &byte, 1);
	return NULL;
}

static void *fault(void *unused)
{
	volatile uintptr_t nowhere = 16;

	*(volatile int *)nowhere = 1;
	return NULL;
}

static void fatal(void)
{
	int fds[2], status;
	pthread_t t;

	MUST(!pipe(fds));
	status = IN_CHILD(for (int i = 0; i < 5; i++) pthread_create(&t, NULL, hang, fds);
			  usleep(10000); pthread_create(&t, NULL, fault, NULL); pause());
	CHECK(KILLED(status, SIGSEGV), "a fault in a thread ends all of them");
	status = IN_CHILD(for (int i = 0; i < 5; i++) pthread_create(&t, NULL, hang, fds);
			  usleep(10000); raise(SIGKILL));
	CHECK(KILLED(status, SIGKILL), "so does SIGKILL");
	status = IN_CHILD(struct rlimit none = { 0, 0 }; setrlimit(RLIMIT_CORE, &none); abort());
	CHECK(KILLED(status, SIGABRT) && !WCOREDUMP(status), "without a core file, no core flag");
	close(fds[0]);
	close(fds[1]);
}

static void rights(void)
{
	siginfo_t info = { .si_code = SI_QUEUE };
	pid_t other = fork();
	int status;

	if (!other)
		for (;;)
			pause();
	status = IN_CHILD({
		siginfo_t bad = { .si_code = SI_TKILL };

		if (setresuid(1000, 1000, 1000))
			_exit(1);
		if (kill(other, 0) != -1 || errno != EPERM)
			_exit(2);
		if (kill(other, 65) != -1 || errno != EINVAL)
			_exit(3);
		if (syscall(SYS_rt_sigqueueinfo, other, SIGUSR1, &info) != -1 || errno != EPERM)
			_exit(4);
		if (syscall(SYS_rt_tgsigqueueinfo, other, other, SIGUSR1, &bad) != -1 ||
		    errno != EPERM)
			_exit(5);
		if (kill(other, SIGCONT)) /* the same session */
			_exit(6);
		if (kill(-1, 0) != -1 || errno != ESRCH) {
			/* Linux: nobody that may be signalled; EPERM counts for nothing. */
			if (kill(-1, 0))
				_exit(7);
		}
	});
	CHECK(EXITED(status, 0), "strangers may send nothing but SIGCONT in their session");
	status = IN_CHILD({
		pid_t mine, parent;

		setpgid(0, 0);
		parent = getpid();
		mine = fork();
		if (!mine) {
			while (getppid() == parent)
				usleep(1000);
			_exit(0);
		}
		if (setresuid(1234, 1234, 1234))
			_exit(1);
		if (kill(mine, SIGTERM) != -1 || errno != EPERM)
			_exit(2);
		_exit(kill(0, 0) ? 3 : 0);
	});
	CHECK(EXITED(status, 0), "who changes its uid loses its children, not its group");
	kill(other, SIGKILL);
	waitpid(other, &status, 0);
	status = IN_CHILD({
		pid_t kids[3];
		char byte;
		int ready[2];

		if (setresuid(4321, 4321, 4321))
			_exit(1);
		MUST(!pipe(ready));
		signal(SIGTERM, SIG_IGN); /* Linux spares the caller; others may not */
		for (int i = 0; i < 3; i++)
			if (!(kids[i] = fork())) {
				signal(SIGTERM, SIG_DFL);
				write(ready[1], "", 1);
				for (;;)
					pause();
			}
		for (int i = 0; i < 3; i++)
			MUST(read(ready[0], &byte, 1) == 1);
		if (kill(-1, SIGTERM))
			_exit(2);
		for (int i = 0; i < 3; i++)
			if (waitpid(kids[i], &status, 0) != kids[i] || !KILLED(status, SIGTERM))
				_exit(3);
	});
	CHECK(EXITED(status, 0), "kill(-1) reaches all processes of the user, not the caller");
	CHECK_ERR(kill(INT32_MIN, 0), ESRCH, "there is no group of the greatest number");
	errno = 0;
	CHECK_ERR(kill(2000000000, 65), ESRCH, "nobody there comes before no such signal");
}

static char stack[65536] __attribute__((aligned(16)));
static volatile int depth, on_stack, flags_inside, second;
static sigjmp_buf out;

static void on_altstack(int sig, siginfo_t *info, void *context)
{
	stack_t now;
	char here;

	sigaltstack(NULL, &now);
	flags_inside = now.ss_flags;
	on_stack += (char *)&here >= stack && (char *)&here < stack + sizeof(stack);
	if (++depth == 1 && second) {
		stack_t other = { .ss_sp = stack, .ss_size = 8192 };

		second = sigaltstack(&other, NULL) ? errno : -1;
		raise(SIGUSR2);
	}
}

static void overflow(int sig)
{
	siglongjmp(out, 1);
}

static int recurse(int n)
{
	volatile char room[4096];

	room[0] = room[4095] = (char)n;
	return n ? recurse(n + 1) + room[0] : 0;
}

static void altstacks(void)
{
	struct sigaction a = { .sa_sigaction = on_altstack, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t s = { .ss_sp = stack, .ss_size = sizeof(stack) }, now;

	sigaltstack(&s, NULL);
	sigaction(SIGUSR1, &a, NULL);
	sigaction(SIGUSR2, &a, NULL);
	second = 1;
	raise(SIGUSR1);
	CHECK(depth == 2 && on_stack == 2, "a nested handler stays on the alternate stack");
	CHECK_EQ(second, EPERM, "which cannot be changed meanwhile");
	CHECK_EQ(flags_inside, SS_ONSTACK, "SS_ONSTACK says so");
	s.ss_flags = (int)(1u << 31); /* SS_AUTODISARM */
	depth = on_stack = 0;
	CHECK_OK(syscall(SYS_sigaltstack, &s, NULL), "SS_AUTODISARM is accepted");
	raise(SIGUSR1);
	CHECK(depth == 2 && on_stack == 2 && second == -1,
	      "with it the stack is free for other use in the handler");
	syscall(SYS_sigaltstack, NULL, &now);
	CHECK(now.ss_flags == (int)(1u << 31) && now.ss_sp == stack && now.ss_size == sizeof(stack),
	      "and is back after it");
	s.ss_flags = 0;
	sigaltstack(&s, NULL);
	struct sigaction o = { .sa_handler = overflow, .sa_flags = SA_ONSTACK };
	sigaction(SIGSEGV, &o, NULL);
	int status = sigsetjmp(out, 1);
	if (!status)
		recurse(1);
	CHECK_EQ(status, 1, "the end of the normal stack can be handled on the alternate one");
	status = IN_CHILD({
		o.sa_flags = 0;
		sigaction(SIGSEGV, &o, NULL);
		recurse(1);
	});
	CHECK(KILLED(status, SIGSEGV), "not on the normal one");
	signal(SIGSEGV, SIG_DFL);
	s.ss_flags = SS_DISABLE;
	sigaltstack(&s, NULL);
}

static void change_mask(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	sigaddset(&u->uc_sigmask, SIGUSR2);
	sigaddset(&u->uc_sigmask, SIGKILL);
}

static void bad_frames(void)
{
	struct sigaction a = { .sa_sigaction = change_mask, .sa_flags = SA_SIGINFO };
	sigset_t now;
	int status;

	sigaction(SIGUSR1, &a, NULL);
	raise(SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &now);
	CHECK(sigismember(&now, SIGUSR2) && !sigismember(&now, SIGKILL),
	      "a handler may change the mask that it returns to, but for SIGKILL");
	mask(SIG_UNBLOCK, SIGUSR2);
	status = IN_CHILD(__asm__ volatile("mov $15, %%eax\n\tmov $64, %%esp\n\tsyscall" ::
						   : "memory"));
	CHECK(KILLED(status, SIGSEGV), "rt_sigreturn without a frame: SIGSEGV");
	static uint64_t page[512] __attribute__((aligned(64)));
	memset(page, 0, sizeof(page));
	page[1 + 5 + 16] = 0x8000000000000000; /* rip */
	status = IN_CHILD(
		__asm__ volatile("mov $15, %%eax\n\tlea 8(%0), %%rsp\n\tsyscall" ::"r"(page)
				 : "memory"));
	CHECK(KILLED(status, SIGSEGV), "a frame with an address that is none: SIGSEGV");
	page[1 + 5 + 16] = (uint64_t)main_leaves;
	page[1 + 5 + 17] = ~0ul; /* flags: all */
	page[1 + 5 + 15] = 0;
	status = IN_CHILD(
		__asm__ volatile("mov $15, %%eax\n\tlea 8(%0), %%rsp\n\tsyscall" ::"r"(page)
				 : "memory"));
	CHECK(WIFSIGNALED(status), "a frame with wild flags does no more than end its program");
}

int main(void)
{
	choice();
	main_leaves();
	fatal();
	rights();
	altstacks();
	bad_frames();
	CHECK_END();
}
