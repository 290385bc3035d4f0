/* Resource limits, and who may raise them. */
#include "check.h"

#include <sys/resource.h>

static void getting_and_setting(void)
{
	struct rlimit limit, back;
	int status;

	CHECK(!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur == 1024 && limit.rlim_max >= 1024,
	      "the soft limit of descriptors is 1024");
	CHECK(!getrlimit(RLIMIT_STACK, &limit) && limit.rlim_cur == 8 << 20,
	      "the stack may grow to 8 MiB");
	CHECK(!getrlimit(RLIMIT_CORE, &limit) && limit.rlim_cur == 0, "no core files");
	int good = 0;
	for (int i = 0; i < RLIMIT_NLIMITS; i++)
		good += !getrlimit(i, &limit) && limit.rlim_cur <= limit.rlim_max;
	CHECK_EQ(good, 16, "there are sixteen limits, none above its ceiling");
	CHECK_ERR(syscall(SYS_getrlimit, 16, &limit), EINVAL, "and no more");
	CHECK_ERR(syscall(SYS_getrlimit, 0, 8), EFAULT, "a wild pointer is EFAULT");
	limit = (struct rlimit){ 10, 5 };
	CHECK_ERR(setrlimit(RLIMIT_CPU, &limit), EINVAL,
		  "a soft limit above the hard one is EINVAL");
	status = IN_CHILD({
		limit = (struct rlimit){ 5, 10 };
		if (setrlimit(RLIMIT_NOFILE, &limit))
			_exit(1);
		if (fork() == 0)
			_exit(getrlimit(RLIMIT_NOFILE, &back) || back.rlim_cur != 5 ||
			      back.rlim_max != 10);
		wait(&status);
		_exit(status ? 2 : 0);
	});
	CHECK(EXITED(status, 0), "limits are inherited");
	status = IN_CHILD({
		MUST(!setresuid(1000, 1000, 1000));
		getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit))
			_exit(1);
		limit.rlim_max++;
		_exit(setrlimit(RLIMIT_NOFILE, &limit) == -1 && errno == EPERM ? 0 : 2);
	});
	CHECK(EXITED(status, 0),
	      "a user raises the soft limit to the hard one, and that one not: EPERM");
	CHECK(!syscall(SYS_prlimit64, getppid(), RLIMIT_NOFILE, NULL, &back),
	      "prlimit reads another's");
	CHECK_ERR(syscall(SYS_prlimit64, 999999, RLIMIT_NOFILE, NULL, &back), ESRCH,
		  "of nobody: ESRCH");
}

static void enforced(void)
{
	struct rlimit limit;
	int status;

	status = IN_CHILD({
		limit = (struct rlimit){ 5, 5 };
		setrlimit(RLIMIT_NOFILE, &limit);
		while (dup(0) >= 0)
			;
		_exit(errno == EMFILE && dup2(0, 5) == -1 && errno == EBADF &&
				      open("/", O_RDONLY) == -1 && errno == EMFILE
			      ? 0
			      : 1);
	});
	CHECK(EXITED(status, 0), "RLIMIT_NOFILE: EMFILE, and EBADF from dup2");
	status = IN_CHILD({
		limit = (struct rlimit){ 8192, 8192 };
		setrlimit(RLIMIT_FSIZE, &limit);
		signal(SIGXFSZ, SIG_IGN);
		int fd = open("/tmp/limit", O_RDWR | O_CREAT | O_TRUNC, 0600);
		static char data[16384];
		if (write(fd, data, sizeof(data)) != 8192)
			_exit(1);
		if (write(fd, data, 1) != -1 || errno != EFBIG)
			_exit(2);
		if (ftruncate(fd, 9000) != -1 || errno != EFBIG)
			_exit(3);
		signal(SIGXFSZ, SIG_DFL);
		write(fd, data, 1);
	});
	CHECK(KILLED(status, SIGXFSZ), "RLIMIT_FSIZE: a partial write, EFBIG, SIGXFSZ");
	unlink("/tmp/limit");
	status = IN_CHILD({
		limit = (struct rlimit){ 64 << 20, 64 << 20 };
		setrlimit(RLIMIT_AS, &limit);
		_exit(mmap(NULL, 128 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
					      MAP_FAILED &&
				      errno == ENOMEM
			      ? 0
			      : 1);
	});
	CHECK(EXITED(status, 0), "RLIMIT_AS: mmap is ENOMEM");
	status = IN_CHILD({
		limit = (struct rlimit){ 1 << 16, 1 << 16 };
		setrlimit(RLIMIT_DATA, &limit);
		_exit(syscall(SYS_brk, syscall(SYS_brk, 0) + (1 << 20)) == syscall(SYS_brk, 0) &&
				      mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
			      ? 0
			      : 1);
	});
	CHECK(EXITED(status, 0), "RLIMIT_DATA: brk does not move and mmap fails");
	status = IN_CHILD({
		MUST(!setresuid(1077, 1077, 1077));
		limit = (struct rlimit){ 3, 3 };
		setrlimit(RLIMIT_NPROC, &limit);
		int n = 0;
		for (; n < 10; n++) {
			pid_t pid = fork();
			if (pid < 0)
				break;
			if (!pid) {
				pause();
				_exit(0);
			}
		}
		int why = errno;
		signal(SIGTERM, SIG_IGN);
		kill(0, 0);
		kill(-1, SIGTERM);
		_exit(n == 2 && why == EAGAIN ? 0 : 1);
	});
	CHECK(EXITED(status, 0), "RLIMIT_NPROC: a user's fork beyond it is EAGAIN");
	status = IN_CHILD({
		limit = (struct rlimit){ 1, RLIM_INFINITY };
		setrlimit(RLIMIT_CPU, &limit);
		for (;;)
			;
	});
	CHECK(KILLED(status, SIGXCPU), "RLIMIT_CPU: SIGXCPU after that many seconds");
}

static void stack_limit(void)
{
	struct rlimit limit;
	int status;

	status = IN_CHILD({
		limit = (struct rlimit){ 128 << 10, 128 << 10 };
		setrlimit(RLIMIT_STACK, &limit);
		char *volatile deep = __builtin_alloca(512 << 10);
		deep[0] = 1;
		_exit(0);
	});
	CHECK(KILLED(status, SIGSEGV), "RLIMIT_STACK: growth beyond it is SIGSEGV");
	status = IN_CHILD({
		limit = (struct rlimit){ 32 << 10, 32 << 10 };
		setrlimit(RLIMIT_STACK, &limit);
		execl("/proc/self/exe", "limits", "deep", NULL);
	});
	CHECK(KILLED(status, SIGSEGV), "what a new program finds of its stack ends there too");
}

static int use_stack(void)
{
	volatile char deep[64 << 10];

	deep[0] = 1;
	return deep[0] - 1;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return use_stack();
	getting_and_setting();
	enforced();
	stack_limit();
	CHECK_END();
}
