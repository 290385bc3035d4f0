/*
 * Each system call with one wrong or unusual argument at a time, and as a user without rights.
 *
 * Memory and descriptors stand at fixed places, so that a question can name an argument by its
 * number.  Each question is asked in a child of its own.
 */
#include "calls.h"

#include <grp.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static void put(int at, int fd)
{
	MUST(fd >= 0 && dup2(fd, at) == at && !close(fd));
}

static void make_descriptors(void)
{
	int two[2];
	sigset_t none;

	sigemptyset(&none);
	put(FILE_FD, open(DIR "/file", O_RDWR));
	put(DIR_FD, open(DIR, O_RDONLY));
	MUST(!pipe2(two, O_NONBLOCK));
	put(PIPE_IN, two[0]);
	put(PIPE_OUT, two[1]);
	MUST(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, two));
	put(SOCKET, two[0]);
	put(SOCKET + 50, two[1]);
	put(EVENT, eventfd(0, EFD_NONBLOCK));
	put(EPOLL, epoll_create1(0));
	put(TIMER, timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
	put(SIGNALS, signalfd(-1, &none, SFD_NONBLOCK));
	put(PATH_FD, open(DIR "/file", O_PATH));
	put(NULL_FD, open("/dev/null", O_RDWR));
}

static void make_memory(void)
{
	int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	char *at = mmap((void *)PLACE, SIZE + 4096, PROT_NONE, how, -1, 0);

	MUST(at != MAP_FAILED && !mprotect(at, SIZE, PROT_READ | PROT_WRITE));
	MUST(mmap((void *)MAPPED, 0x4000, PROT_READ | PROT_WRITE, how, -1, 0) != MAP_FAILED);
	strcpy((char *)NAME, DIR "/file");
	strcpy((char *)NEW, DIR "/new");
	strcpy((char *)FOLDER, DIR "/folder");
	strcpy((char *)BELOW, DIR "/file/below");
	*(long *)WORD = 1;
	memset((char *)LONG, 'x', 0x1800);
	memset((char *)OPEN_END, 'x', 16);
	((long *)IOV)[0] = BUF;
	((long *)IOV)[1] = 2;
	((long *)IOV)[2] = BUF + 64;
	((long *)IOV)[3] = 3;
	*(unsigned *)CAPS = 0x20080522;
	((long *)NEGATIVE)[0] = -1;
	((long *)OVER)[1] = 1000000000;
	*(short *)ADDRESS = AF_UNIX;
	*(int *)LENGTH = 64;
	*(long *)EVENTS = 1;
}

static void make_files(void)
{
	MUST(!mkdir(DIR, 0755) && !mkdir(DIR "/folder", 0755));
	int fd = open(DIR "/file", O_CREAT | O_WRONLY, 0644);
	MUST(write(fd, "0123456789", 10) == 10 && !close(fd));
}

/* What was made by a question is gone when the next is asked. */
static void clean(void)
{
	unlink(DIR "/new");
	rmdir(DIR "/new");
	mkdir(DIR "/folder", 0755);
	unlink(DIR "/file");
	int fd = open(DIR "/file", O_CREAT | O_WRONLY | O_TRUNC, 0644);
	MUST(write(fd, "0123456789", 10) == 10 && !close(fd));
}

static const char *number_words(const struct call *call, long r)
{
	if (r < 0 && r > -4096)
		return error_name(-r);
	if (*call->how == '+' || r < 0 || r > 65536)
		return r ? "a number" : "0";
	return words("%ld", r);
}

static long call_six(long number, const long *a)
{
	register long r10 asm("r10") = a[3], r8 asm("r8") = a[4], r9 asm("r9") = a[5];
	long r;

	asm volatile("syscall"
		     : "=a"(r)
		     : "0"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
		     : "rcx", "r11", "memory");
	return r;
}

static void ask(const struct call *call, const long *args, bool user, const char *question)
{
	int said[2], status;
	char text[64] = "";
	pid_t pid;

	MUST(!pipe(said));
	pid = fork();
	if (!pid) {
		int out = fcntl(said[1], F_DUPFD, 100);

		close(said[0]);
		close(said[1]);
		signal(SIGPIPE, SIG_IGN);
		make_descriptors();
		alarm(60);
		if (user) {
			setgroups(0, NULL);
			setresgid(1000, 1000, 1000);
			setresuid(1000, 1000, 1000);
		}
		const char *answered = number_words(call, call_six(call->number, args));
		call_six(SYS_write, (long[6]){ out, (long)answered, strlen(answered) });
		_exit(0);
	}
	close(said[1]);
	if (read(said[0], text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(said[0]);
	waitpid(pid, &status, 0);
	answer(*text ? text : status_words(status), "%s", question);
	clean();
}

static void vary(const struct call *call, int i, long value)
{
	long args[6];

	memcpy(args, call->args, sizeof(args));
	args[i] = value;
	ask(call, args, false, words("argument %d is %#lx", i + 1, value));
}

static void ask_call(const struct call *call)
{
	const char *how = call->how + (*call->how == '+');

	ask(call, call->args, false, "plain");
	ask(call, call->args, true, "as a user");
	for (int i = 0; how[i]; i++) {
		for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			for (int v = 0; kinds[k].letter == how[i] && v < kinds[k].count; v++)
				vary(call, i, kinds[k].values[v]);
		bool bits = how[i] == 'g' || how[i] == 'G';

		for (int bit = 0; bits && bit < 33; bit++)
			if (how[i] == 'G' || bit < 12 || bit == 31)
				vary(call, i, (call->args[i] & ~(1L << bit)) | 1L << bit);
		if (bits)
			vary(call, i, -1);
	}
}

int main(void)
{
	umask(022);
	MUST(!unshare(CLONE_NEWUTS));
	make_files();
	make_memory();
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		topic("%s %s", calls[i].name, calls[i].how);
		ask_call(&calls[i]);
	}
	MUST(!system("rm -r " DIR) && !chmod("/dev/null", 0666) && !chown("/dev/null", 0, 0));
	return 0;
}
