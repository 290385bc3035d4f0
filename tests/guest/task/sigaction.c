/* What is to happen on a signal: who has it from whom, through fork, clone and exec. */
#include "check.h"

#include <sched.h>

#define PROGRAM "/test/task/sigaction"

static volatile sig_atomic_t hits;

static void count(int sig)
{
	hits++;
}

static void other(int sig)
{
	hits += 100;
}

static void set(int sig, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigaddset(&action.sa_mask, SIGHUP);
	MUST(!sigaction(sig, &action, NULL));
}

static struct sigaction get(int sig)
{
	struct sigaction action;

	MUST(!sigaction(sig, NULL, &action));
	return action;
}

static bool blocks_hangup(int sig)
{
	struct sigaction action = get(sig);

	return sigismember(&action.sa_mask, SIGHUP);
}

static bool is_plain(int sig, void (*handler)(int))
{
	struct sigaction action = get(sig);

	return action.sa_handler == handler && !(action.sa_flags & SA_RESTART) &&
	       !blocks_hangup(sig);
}

/* The status of a child that ends with what this gives. */
#define CHILD_SAYS(value)                                        \
	({                                                       \
		int child_status;                                \
		pid_t child = fork();                            \
		if (!child)                                      \
			_exit(value);                            \
		MUST(waitpid(child, &child_status, 0) == child); \
		WEXITSTATUS(child_status);                       \
	})

static void nothing_set(void)
{
	CHECK(is_plain(SIGUSR1, SIG_DFL), "a program begins with defaults");
	CHECK(CHILD_SAYS(is_plain(SIGUSR1, SIG_DFL)), "its child too");
	CHECK_EQ(CHILD_SAYS((signal(SIGUSR1, count), raise(SIGUSR1), hits)), 1,
		 "a child's first handler runs");
	CHECK(is_plain(SIGUSR1, SIG_DFL), "and is not its parent's");
}

static void inherited(void)
{
	set(SIGUSR1, count, SA_RESTART);
	CHECK_EQ(CHILD_SAYS((raise(SIGUSR1), hits)), 1, "a child has its parent's handlers");
	CHECK_EQ(CHILD_SAYS((signal(SIGUSR1, other), raise(SIGUSR1), hits)), 100,
		 "until it sets its own");
	hits = 0;
	raise(SIGUSR1);
	CHECK_EQ(hits, 1, "which are not its parent's");
	CHECK((get(SIGUSR1).sa_flags & SA_RESTART) && blocks_hangup(SIGUSR1),
	      "flags and mask are told as they were set");
	set(SIGUSR1, SIG_DFL, SA_RESTART);
	CHECK(get(SIGUSR1).sa_handler == SIG_DFL && get(SIGUSR1).sa_flags & SA_RESTART,
	      "also with the default");
	set(SIGUSR1, count, SA_RESETHAND);
	raise(SIGUSR1);
	CHECK(get(SIGUSR1).sa_handler == SIG_DFL, "SA_RESETHAND makes it the default");
}

static int set_shared(void *arg)
{
	signal(SIGUSR2, other);
	return 0;
}

static void shared(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid =
		clone(set_shared, stack + sizeof(stack), CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL);

	MUST(pid > 0 && waitpid(pid, NULL, 0) == pid);
	CHECK(get(SIGUSR2).sa_handler == other, "with CLONE_SIGHAND a handler is for both");
}

/* Exec of this program: it ends with what the shell's `words` gives. */
static int after_exec(const char *word)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		signal(SIGUSR1, count);
		signal(SIGUSR2, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		signal(SIGHUP, SIG_DFL);
		execl(PROGRAM, PROGRAM, word, NULL);
		_exit(99);
	}
	MUST(waitpid(pid, &status, 0) == pid);
	return WEXITSTATUS(status);
}

/* The program again, with a word that says what to look at. */
static int look(const char *word)
{
	if (!strcmp(word, "handled"))
		return is_plain(SIGUSR1, SIG_DFL);
	if (!strcmp(word, "ignored"))
		return is_plain(SIGUSR2, SIG_IGN);
	if (!strcmp(word, "again"))
		return is_plain(SIGHUP, SIG_DFL);
	if (!strcmp(word, "child"))
		return CHILD_SAYS(is_plain(SIGUSR2, SIG_IGN) && is_plain(SIGUSR1, SIG_DFL));
	raise(SIGUSR2);
	signal(SIGTERM, count);
	return is_plain(SIGUSR2, SIG_IGN);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return look(argv[1]);
	nothing_set();
	inherited();
	shared();
	CHECK_EQ(after_exec("handled"), 1, "exec makes what has a handler the default");
	CHECK_EQ(after_exec("ignored"), 1, "and keeps what is ignored");
	CHECK_EQ(after_exec("again"), 1, "but not what was ignored earlier");
	CHECK_EQ(after_exec("child"), 1, "a child of that has the same");
	CHECK_EQ(after_exec("set"), 1, "and so it stays when another one gets a handler");
	CHECK_END();
}
