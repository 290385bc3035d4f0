/* Pid namespaces while memory runs out: whichever allocation fails, nothing has changed.
   guest: only=corral */
#include "pids.h"

#define MOST 1000

static int fail;

static void arm(int n)
{
	char digits[16];
	int length = snprintf(digits, sizeof(digits), "%d", n);

	MUST(pwrite(fail, digits, length, 0) == length);
}

/* Did the allocation fail that was to?  Disarms. */
static bool has_failed(void)
{
	char digits[16] = "1";
	bool failed = pread(fail, digits, sizeof(digits) - 1, 0) > 0 && !atol(digits);

	if (pwrite(fail, "0", 1, 0) != 1)
		MUST(pwrite(fail, "0", 1, 0) == 1);
	return failed;
}

/* Tries until nothing fails any more; the operation leaves nothing when it succeeds. */
static bool holds(int (*operation)(void), bool (*unchanged)(void))
{
	for (int n = 1; n < MOST; n++) {
		arm(n);
		int error = operation();
		bool failed = has_failed();

		if (!failed && !error)
			return n > 1;
		if (failed && error && error != ENOMEM && error != EAGAIN)
			return false;
		if (error && unchanged && !unchanged())
			return false;
	}
	return false;
}

static int last_number(void)
{
	return atoi(file_text("/proc/sys/kernel/ns_last_pid"));
}

static int try_clone(void)
{
	pid_t pid = clone_flags(CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWNS);
	int status;

	if (!pid)
		_exit(syscall(SYS_getpid) != 1);
	if (pid < 0)
		return errno;
	MUST(waitpid(pid, &status, 0) == pid && EXITED(status, 0));
	return 0;
}

static int is_first(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(getpid() != 1);
	return pid < 0 ? errno : waitpid(pid, &status, 0) == pid && EXITED(status, 0) ? 0 : 1000;
}

static int try_unshare(void)
{
	return unshare(CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWCGROUP) ? errno : 0;
}

static bool is_outside(void)
{
	return !strcmp(link_text("/proc/self/ns/pid"), link_text("/proc/self/ns/pid_for_children"));
}

static int inner;

static int try_setns(void)
{
	return setns(inner, 0) ? errno : 0;
}

static int try_parent(void)
{
	int fd = ioctl(inner, 0xb702);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int try_chosen(void)
{
	pid_t tids[] = { 1, 31000 };
	struct clone_args args = { .exit_signal = SIGCHLD, .flags = CLONE_NEWPID | CLONE_PIDFD };
	int fd = -1, status;
	pid_t pid;

	args.set_tid = (uintptr_t)tids;
	args.set_tid_size = 2;
	args.pidfd = (uintptr_t)&fd;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(0);
	if (pid < 0)
		return errno;
	MUST(pid == 31000 && waitpid(pid, &status, 0) == pid && EXITED(status, 0));
	close(fd);
	return 0;
}

static int try_mount(void)
{
	if (mount("x", "/tmp/proc", "proc", 0, NULL))
		return errno;
	return umount("/tmp/proc") && umount("/tmp/proc") ? 1000 : 0; /* only one fails */
}

/* As deep as a namespace can be, where most numbers are needed. */
static int deep(int left)
{
	int status;
	pid_t pid;

	if (!left) {
		close(fail);
		MUST(!mount("inner", "/tmp/inner.d", "proc", 0, NULL));
		fail = open("/tmp/inner.d/thread-self/fail-nth", O_RDWR);
		MUST(fail >= 0);
		has_failed();
		return holds(try_clone, NULL) ? 0 : 1;
	}
	pid = clone_flags(CLONE_NEWPID);
	MUST(pid >= 0);
	if (!pid)
		_exit(deep(left - 1));
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

/* In a child, whose own allocations fail. */
#define IN_FAILING_CHILD(...)                                      \
	IN_CHILD({                                                 \
		fail = open("/proc/thread-self/fail-nth", O_RDWR); \
		MUST(fail >= 0);                                   \
		has_failed();                                      \
		__VA_ARGS__;                                       \
	})

int main(void)
{
	pid_t pid = start_namespace(stay);
	int status, before, n;
	bool more;

	inner = open(number("/proc/%d/ns/pid", pid), O_RDONLY);
	mkdir("/tmp/proc", 0755);
	mkdir("/tmp/inner.d", 0755);
	status = IN_FAILING_CHILD({
		FAIL_UNLESS(holds(try_clone, is_outside));
		FAIL_UNLESS(holds(try_clone, is_outside));
	});
	CHECK(EXITED(status, 0), "clone with namespaces of all kinds");
	for (n = 1, more = true; more && n < MOST; n++) {
		status = IN_FAILING_CHILD({
			FAIL_UNLESS(!unshare(CLONE_NEWPID));
			arm(n);
			int error = is_first();
			bool failed = has_failed();
			FAIL_UNLESS(error ? failed && is_first() == 0 : true);
			_exit(failed ? 0 : 17);
		});
		more = EXITED(status, 0);
	}
	CHECK(EXITED(status, 17) && n > 5,
	      "the first fork into a namespace: who succeeds after a failure is its init");
	status = IN_FAILING_CHILD(FAIL_UNLESS(holds(try_unshare, is_outside)));
	CHECK(EXITED(status, 0), "unshare");
	status = IN_FAILING_CHILD(FAIL_UNLESS(holds(try_setns, is_outside)));
	CHECK(EXITED(status, 0), "setns");
	status = IN_FAILING_CHILD(FAIL_UNLESS(holds(try_parent, NULL)));
	CHECK(EXITED(status, 0), "NS_GET_PARENT");
	status = IN_FAILING_CHILD(FAIL_UNLESS(holds(try_chosen, NULL)));
	CHECK(EXITED(status, 0), "clone3 with numbers of one's choice");
	status = IN_NAMESPACE({
		fail = open("/proc/thread-self/fail-nth", O_RDWR);
		MUST(fail >= 0);
		has_failed();
		before = last_number();
		FAIL_UNLESS(holds(try_mount, NULL));
		FAIL_UNLESS(last_number() == before);
	});
	CHECK(EXITED(status, 0), "a /proc for the namespace");
	status = IN_CHILD(_exit(unshare(CLONE_NEWNS) || deep(31)));
	CHECK(EXITED(status, 0), "clone at the greatest depth");
	close(inner);
	kill_and_wait(pid);
	rmdir("/tmp/inner.d");
	rmdir("/tmp/proc");
	CHECK_END();
}
