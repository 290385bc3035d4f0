/* clone, clone3 and threads: what is shared, and how an end is told. */
#include "check.h"

#include <linux/futex.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>

static char stack[65536] __attribute__((aligned(16)));
static int shared_word;
static pid_t tid_word;

#define TOP (stack + sizeof(stack))

static int set_word(void *arg)
{
	shared_word = (int)(long)arg;
	return 17;
}

static int close_it(void *arg)
{
	return close((int)(long)arg) ? 1 : 0;
}

static int go_root(void *arg)
{
	return chdir("/tmp") || (umask(077), 0);
}

static int parent_is(void *arg)
{
	return getppid() == (pid_t)(long)arg ? 0 : 1;
}

static void what_is_shared(void)
{
	int status, fd = open("/dev/null", O_RDONLY);
	char cwd[64];
	pid_t pid;

	pid = clone(set_word, TOP, SIGCHLD, (void *)1L);
	CHECK(waitpid(pid, &status, 0) == pid && EXITED(status, 17) && shared_word == 0,
	      "without CLONE_VM memory is copied");
	pid = clone(set_word, TOP, CLONE_VM | SIGCHLD, (void *)2L);
	waitpid(pid, &status, 0);
	CHECK_EQ(shared_word, 2, "with CLONE_VM it is shared");
	pid = clone(close_it, TOP, SIGCHLD, (void *)(long)fd);
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0) && fcntl(fd, F_GETFD) == 0,
	      "without CLONE_FILES the table is copied");
	pid = clone(close_it, TOP, CLONE_FILES | SIGCHLD, (void *)(long)fd);
	waitpid(pid, &status, 0);
	CHECK_ERR(fcntl(fd, F_GETFD), EBADF, "with CLONE_FILES a close is seen by both");
	umask(022);
	MUST(!chdir("/"));
	pid = clone(go_root, TOP, CLONE_FS | SIGCHLD, NULL);
	waitpid(pid, &status, 0);
	CHECK_STR(getcwd(cwd, sizeof(cwd)) ? cwd : "", "/tmp", "CLONE_FS shares the directory");
	CHECK_EQ(umask(022), 077, "and the umask");
	MUST(!chdir("/"));
	pid = clone(go_root, TOP, SIGCHLD, NULL);
	waitpid(pid, &status, 0);
	CHECK_STR(getcwd(cwd, sizeof(cwd)) ? cwd : "", "/", "which are copied without it");
}

static void relations(void)
{
	int status;
	pid_t pid;

	status = IN_CHILD({
		pid_t sibling =
			clone(parent_is, TOP, CLONE_PARENT | SIGCHLD, (void *)(long)getppid());
		_exit(sibling > 0 && waitpid(sibling, NULL, 0) < 0 && errno == ECHILD ? 0 : 1);
	});
	CHECK(EXITED(status, 0), "a CLONE_PARENT child is no child of its creator");
	CHECK(wait(&status) > 0 && EXITED(status, 0), "but of its creator's parent");

	pid = clone(set_word, TOP, CLONE_VM, (void *)3L);
	MUST(pid > 0);
	CHECK_ERR(waitpid(pid, &status, WNOHANG), ECHILD,
		  "a child without an exit signal is not waited for by default");
	CHECK(waitpid(pid, &status, __WCLONE) == pid && EXITED(status, 17),
	      "__WCLONE waits for it");
	pid = clone(set_word, TOP, CLONE_VM, (void *)4L);
	CHECK(waitpid(pid, &status, __WALL) == pid, "__WALL waits for both kinds");

	pid = clone(set_word, TOP, CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
		    (void *)5L, &tid_word, NULL, &tid_word);
	waitpid(pid, &status, 0);
	CHECK_EQ(tid_word, 0, "CLONE_CHILD_CLEARTID clears the word at exit");
	pid = clone(set_word, TOP, CLONE_PARENT_SETTID | SIGCHLD, (void *)5L, &tid_word);
	CHECK_EQ(tid_word, pid, "CLONE_PARENT_SETTID stores the pid");
	waitpid(pid, &status, 0);
}

static void refused(void)
{
	CHECK_ERR(syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0), EINVAL,
		  "CLONE_SIGHAND needs CLONE_VM");
	CHECK_ERR(syscall(SYS_clone, CLONE_THREAD | CLONE_VM, 0, 0, 0, 0), EINVAL,
		  "CLONE_THREAD needs CLONE_SIGHAND");
	CHECK_ERR(syscall(SYS_clone, CLONE_FS | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0), EINVAL,
		  "CLONE_FS excludes CLONE_NEWNS");
}

static void clone_with_arguments(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	pid_t child_tid = 0, parent_tid = 0;
	int status;
	pid_t pid;

	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(8);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && EXITED(status, 8),
	      "clone3 forks like fork");
	args.flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID;
	args.child_tid = (uintptr_t)&child_tid;
	args.parent_tid = (uintptr_t)&parent_tid;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(child_tid == getpid() ? 0 : 1);
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "CLONE_CHILD_SETTID stores the pid in the child");
	CHECK(parent_tid == pid && !child_tid, "and only there");
	CHECK_ERR(syscall(SYS_clone3, &args, 8), EINVAL, "clone3 refuses a structure too small");
	CHECK_ERR(syscall(SYS_clone3, &args, 1 << 20), E2BIG, "and one too large");
	CHECK_ERR(syscall(SYS_clone3, (void *)8, sizeof(args)), EFAULT, "and a wild pointer");
	args = (struct clone_args){ .exit_signal = 65 };
	CHECK_ERR(syscall(SYS_clone3, &args, sizeof(args)), EINVAL,
		  "clone3 checks the exit signal");
	args = (struct clone_args){ .exit_signal = SIGCHLD, .stack = (uintptr_t)stack };
	CHECK_ERR(syscall(SYS_clone3, &args, sizeof(args)), EINVAL,
		  "a stack needs a size and a size needs a stack");
	args = (struct clone_args){ .flags = CLONE_DETACHED, .exit_signal = SIGCHLD };
	CHECK_ERR(syscall(SYS_clone3, &args, sizeof(args)), EINVAL,
		  "clone3 refuses CLONE_DETACHED");
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static long counter;
static __thread int own;
static pid_t seen_tid[8], seen_pid[8];

static void *count(void *arg)
{
	long n = (long)arg;

	own = n;
	seen_tid[n] = syscall(SYS_gettid);
	seen_pid[n] = getpid();
	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		pthread_mutex_unlock(&mutex);
	}
	pthread_barrier_wait(&barrier);
	return (void *)(long)own;
}

static void *sleeper(void *arg)
{
	pause();
	return NULL;
}

static void *exits(void *arg)
{
	exit(33);
}

static void *waits_for_child(void *arg)
{
	int status;

	return (void *)(long)(waitpid(*(pid_t *)arg, &status, 0) > 0 && EXITED(status, 2));
}

static void threads(void)
{
	pthread_t thread[8];
	bool distinct = true, same = true, returned = true;
	void *value;
	pid_t pid;
	int status;

	pthread_barrier_init(&barrier, NULL, 8);
	for (long i = 0; i < 8; i++)
		MUST(!pthread_create(&thread[i], NULL, count, (void *)i));
	for (long i = 0; i < 8; i++) {
		pthread_join(thread[i], &value);
		returned &= value == (void *)i;
	}
	CHECK_EQ(counter, 8 * 2000, "eight threads under a mutex lose no increment");
	CHECK(returned, "each thread has its own thread-local storage and returns its value");
	for (int i = 0; i < 8; i++) {
		same &= seen_pid[i] == getpid();
		for (int j = 0; j < i; j++)
			distinct &= seen_tid[i] != seen_tid[j];
	}
	CHECK(same && distinct, "threads share the pid and have tids of their own");

	pid = fork();
	if (!pid)
		_exit(2);
	pthread_create(&thread[0], NULL, waits_for_child, &pid);
	pthread_join(thread[0], &value);
	CHECK(value == (void *)1, "a thread can wait for a child of another thread");
	status = IN_CHILD({
		pthread_create(&thread[0], NULL, sleeper, NULL);
		pthread_create(&thread[1], NULL, exits, NULL);
		pause();
	});
	CHECK(EXITED(status, 33), "exit in one thread ends all of them");
	status = IN_CHILD({
		pthread_create(&thread[0], NULL, sleeper, NULL);
		pthread_create(&thread[1], NULL, sleeper, NULL);
		raise(SIGKILL);
	});
	CHECK(KILLED(status, SIGKILL), "a fatal signal ends all of them");
	status = IN_CHILD({
		pthread_create(&thread[0], NULL, exits, NULL);
		pthread_exit(NULL);
	});
	CHECK(EXITED(status, 33), "a process lives on when its first thread has ended");
	status = IN_CHILD({
		char *argv[] = { "sh", "-c", "exit 21", NULL };
		pthread_create(&thread[0], NULL, sleeper, NULL);
		execv("/bin/sh", argv);
	});
	CHECK(EXITED(status, 21), "exec ends the other threads");
}

static void *exec_from_thread(void *arg)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	execl("/bin/sh", "sh", "-c", "[ $$ = $0 ] && exit 5; exit 6", pid, NULL);
	return NULL;
}

static void signals_and_threads(void)
{
	pthread_t thread;
	sigset_t set, old;
	int status, got = 0;

	status = IN_CHILD({
		pthread_create(&thread, NULL, exec_from_thread, NULL);
		pause();
	});
	CHECK(EXITED(status, 5), "exec by a thread that is not the first keeps the pid");

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
	CHECK(!sigwait(&set, &got) && got == SIGUSR1, "tgkill signals one thread");
	CHECK_ERR(syscall(SYS_tgkill, 1, syscall(SYS_gettid), 0), ESRCH,
		  "tgkill wants the thread's own process");
	CHECK_ERR(syscall(SYS_tgkill, getpid(), -1, 0), EINVAL, "and a positive tid");
	CHECK_ERR(syscall(SYS_tkill, 0, 0), EINVAL, "so does tkill");
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	CHECK_EQ(syscall(SYS_set_tid_address, &tid_word), syscall(SYS_gettid),
		 "set_tid_address returns the tid");
}

int main(void)
{
	what_is_shared();
	relations();
	refused();
	clone_with_arguments();
	threads();
	signals_and_threads();
	CHECK_END();
}
