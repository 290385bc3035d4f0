/* execve: what is handed over, what is reset, scripts, and what is refused. */
#include "check.h"

#define SHOW "/test/help/show"

static char output[1 << 18];

/* Runs the call in a child and collects what it prints. */
#define COLLECT(call)                                                                            \
	({                                                                                       \
		int col_fd[2];                                                                   \
		int col_status = -1;                                                             \
		size_t col_n = 0;                                                                \
		ssize_t col_got;                                                                 \
		MUST(!pipe2(col_fd, O_CLOEXEC));                                                 \
		pid_t col_pid = fork();                                                          \
		if (!col_pid) {                                                                  \
			dup2(col_fd[1], 1);                                                      \
			call;                                                                    \
			_exit(errno);                                                            \
		}                                                                                \
		close(col_fd[1]);                                                                \
		while ((col_got = read(col_fd[0], output + col_n, sizeof(output) - 1 - col_n)) > \
		       0)                                                                        \
			col_n += col_got;                                                        \
		output[col_n] = '\0';                                                            \
		close(col_fd[0]);                                                                \
		waitpid(col_pid, &col_status, 0);                                                \
		col_status;                                                                      \
	})

static bool has(const char *text)
{
	return strstr(output, text) != NULL;
}

static void write_file(const char *path, const void *data, size_t n, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	MUST(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	fchmod(fd, mode);
	close(fd);
}

static void script(const char *path, const char *text)
{
	write_file(path, text, strlen(text), 0755);
}

static void handed_over(void)
{
	char *argv[] = { "zero", "one two", "", NULL };
	char *envp[] = { "A=1", "B=", NULL };
	int status;

	status = COLLECT(execve(SHOW, argv, envp));
	CHECK(EXITED(status, 0) && has("arg 0 zero\narg 1 one two\narg 2 \n"), "arguments arrive");
	CHECK(has("env A=1\nenv B=\n") && !has("PATH="), "the environment arrives, and only that");
	CHECK(has("pagesz 4096 entry 1 phdr 1 random 1"), "the auxiliary vector is there");
	CHECK(has("execfn " SHOW "\n"), "AT_EXECFN is the path");
	CHECK(has("secure 0"), "AT_SECURE is 0");
	status = COLLECT(execve(SHOW, (char *[]){ NULL }, (char *[]){ NULL }));
	CHECK(EXITED(status, 0) && has("arg 0 \n") && !has("arg 1"),
	      "an empty argument list becomes one empty argument");
}

static void handler(int sig)
{
}

static void kept_and_reset(void)
{
	int status, keep = open("/dev/null", O_RDONLY),
		    drop = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char line[32];
	sigset_t set;

	dup2(keep, 10);
	dup3(drop, 11, O_CLOEXEC);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	signal(SIGINT, SIG_IGN);
	signal(SIGUSR1, handler);
	sigprocmask(SIG_BLOCK, &set, NULL);
	status = COLLECT(execl(SHOW, "show", NULL));
	snprintf(line, sizeof(line), "signal %d ignored\n", SIGINT);
	CHECK(EXITED(status, 0) && has("fd 10\n") && !has("fd 11\n"),
	      "close-on-exec descriptors are closed, others kept");
	CHECK(has(line), "ignored signals stay ignored");
	CHECK(!has("caught"), "caught signals go back to the default");
	snprintf(line, sizeof(line), "blocked %d\n", SIGUSR2);
	CHECK(has(line), "the signal mask is kept");
	signal(SIGINT, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	close(10);
	close(11);
	close(keep);
	close(drop);
}

static void scripts(void)
{
	int status;

	script("/tmp/x1", "#!/test/help/show\n");
	status = COLLECT(execl("/tmp/x1", "ignored", "a", NULL));
	CHECK(EXITED(status, 0) && has("arg 0 /test/help/show\narg 1 /tmp/x1\narg 2 a\n"),
	      "#! runs the interpreter with the script's path");
	script("/tmp/x1", "#! /test/help/show  one two  \nrest");
	status = COLLECT(execl("/tmp/x1", "ignored", "a", NULL));
	CHECK(EXITED(status, 0) && has("arg 1 one two\narg 2 /tmp/x1\narg 3 a\n"),
	      "the rest of the line is one argument, without blanks around it");
	script("/tmp/x2", "#!/tmp/x1\n");
	status = COLLECT(execl("/tmp/x2", "x2", NULL));
	CHECK(EXITED(status, 0) && has("arg 2 /tmp/x1\narg 3 /tmp/x2\n"),
	      "an interpreter may be a script");
	script("/tmp/x3", "#!/tmp/x3\n");
	CHECK_ERR(execl("/tmp/x3", "x3", NULL), ELOOP, "a script that interprets itself is ELOOP");
	script("/tmp/x3", "#!/nowhere\n");
	CHECK_ERR(execl("/tmp/x3", "x3", NULL), ENOENT, "a missing interpreter is ENOENT");
	script("/tmp/x3", "#!\n");
	CHECK_ERR(execl("/tmp/x3", "x3", NULL), ENOEXEC, "#! without a name is ENOEXEC");
	script("/tmp/x3", "echo no header\n");
	CHECK_ERR(execl("/tmp/x3", "x3", NULL), ENOEXEC, "a text without #! is ENOEXEC");
	unlink("/tmp/x1");
	unlink("/tmp/x2");
	unlink("/tmp/x3");
}

static void refused(void)
{
	char *many[2] = { NULL, NULL };
	static char big[256 * 1024];
	int fd, status;

	CHECK_ERR(execl("/nowhere", "x", NULL), ENOENT, "a missing file is ENOENT");
	CHECK_ERR(execl("/etc", "x", NULL), EACCES, "a directory is EACCES");
	CHECK_ERR(execl("/etc/passwd", "x", NULL), EACCES,
		  "a file without execute right is EACCES");
	CHECK_ERR(execl("/etc/passwd/x", "x", NULL), ENOTDIR, "a file as a directory is ENOTDIR");
	CHECK_ERR(syscall(SYS_execve, 8, 0, 0), EFAULT, "a wild path is EFAULT");
	CHECK_ERR(syscall(SYS_execve, SHOW, 8, 0), EFAULT, "wild arguments are EFAULT");
	script("/tmp/empty", "");
	CHECK_ERR(execl("/tmp/empty", "x", NULL), ENOEXEC, "an empty file is ENOEXEC");
	unlink("/tmp/empty");
	memset(big, 'x', sizeof(big) - 1);
	many[0] = big;
	CHECK_ERR(execve(SHOW, many, many), E2BIG, "an argument beyond 128 KiB is E2BIG");
	big[100000] = '\0';
	status = COLLECT(execve(SHOW, many, many + 1));
	CHECK(EXITED(status, 0) && strlen(output) > 100000, "one of 100,000 bytes is well");

	fd = open("/tmp/busy", O_RDWR | O_CREAT, 0755);
	CHECK_ERR(execl("/tmp/busy", "x", NULL), ETXTBSY, "a file open for writing is ETXTBSY");
	close(fd);
	unlink("/tmp/busy");
}

static void at_directory(void)
{
	int dir = open("/test/help", O_RDONLY | O_DIRECTORY), fd = open(SHOW, O_RDONLY), status;
	char *argv[] = { "show", NULL }, *envp[] = { NULL };

	status = COLLECT(syscall(SYS_execveat, dir, "show", argv, envp, 0));
	CHECK(EXITED(status, 0), "execveat takes a path below a directory");
	status = COLLECT(syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH));
	CHECK(EXITED(status, 0), "and an open file with AT_EMPTY_PATH");
	status = COLLECT(syscall(SYS_execveat, fd, "", argv, envp, 0));
	CHECK(EXITED(status, ENOENT), "without that flag an empty path is ENOENT");
	close(dir);
	close(fd);
}

static void names(void)
{
	int status = COLLECT(execl("/bin/cat", "cat", "/proc/self/comm", NULL));

	CHECK(EXITED(status, 0) && !strcmp(output, "cat\n"),
	      "the name of a program is the last part of its path");
	status = COLLECT(execl("/bin/sh", "sh", "-c", "readlink /proc/self/exe", NULL));
	CHECK_STR(output, "/bin/busybox\n", "/proc/self/exe names the file itself, not the link");
}

int main(void)
{
	handed_over();
	kept_and_reset();
	scripts();
	refused();
	at_directory();
	names();
	CHECK_END();
}
