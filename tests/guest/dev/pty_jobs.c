/* Pseudo-terminals: a shell with jobs on one, what a hang-up does, many at once. */
#include "pty.h"

/* A session leader on a fresh terminal that runs body(); the master is the parent's. */
static pid_t session(void (*body)(void))
{
	pid_t pid;

	MUST((master = open_master()) >= 0);
	unlock_it(master);
	snprintf(slave_name, sizeof(slave_name), PTS "/%d", number_of(master));
	pid = fork();
	if (!pid) {
		close(master);
		setsid();
		slave = open(slave_name, O_RDWR);
		for (int i = 0; i < 3; i++)
			dup2(slave, i);
		close(slave);
		body();
		_exit(0);
	}
	return pid;
}

static void shell(void)
{
	setenv("PS1", "ready> ", 1);
	signal(SIGINT, SIG_DFL);
	execl("/bin/sh", "sh", "-i", NULL);
}

static void type(const char *text)
{
	MUST(write(master, text, strlen(text)) == (ssize_t)strlen(text));
}

static void jobs(void)
{
	struct winsize size = { 40, 90, 0, 0 };
	int status;
	char c;
	pid_t pid = session(shell);

	read_until(master, "ready> ");
	CHECK_EQ(tcgetpgrp(master), pid, "a shell is in the foreground of its own terminal");
	type("tty\n");
	CHECK(strstr(read_until(master, "ready> "), slave_name), "tty tells the terminal's name");
	type("ps -o pid,tty | grep \"^ *$$ \"\n");
	CHECK(strstr(read_until(master, "ready> "), "136,"), "ps tells its number");
	type("sh -c 'trap \"stty size; exit\" WINCH; echo go-$((1+1)); while :; do :; done'\n");
	read_until(master, "go-2\r\n");
	ioctl(master, TIOCSWINSZ, &size);
	CHECK(strstr(read_until(master, "ready> "), "40 90"),
	      "a new size is told to the foreground");
	type("cat\n");
	while (tcgetpgrp(master) == pid)
		sched_yield();
	type("here\n");
	read_until(master, "here\r\nhere\r\n"); /* the second one is from cat: it runs */
	type("\032");
	CHECK(strstr(read_until(master, "ready> "), "ready> "), "^Z stops it");
	type("jobs\n");
	CHECK(strstr(read_until(master, "ready> "), "Stopped"), "jobs tells of it");
	type("fg\n");
	while (tcgetpgrp(master) == pid)
		sched_yield();
	type("\003");
	read_until(master, "ready> ");
	type("echo status $?\n");
	CHECK(strstr(read_until(master, "ready> "), "status 130"), "^C ends it");
	type("cat /dev/tty & wait %1; echo over $?\n");
	CHECK(strstr(read_until(master, "ready> "), "Stopped (tty input)"),
	      "a job in the background may not read");
	type("kill -9 %1; fg\n"); /* which waits for its end; wait does not, for who is stopped */
	read_until(master, "ready> ");
	type("sleep infinity\n");
	while (tcgetpgrp(master) == pid)
		sched_yield();
	MUST(!ioctl(master, TIOCSIG, SIGINT));
	CHECK(strstr(read_until(master, "ready> "), "ready> "), "the master sends signals");
	type("exit 7\n");
	MUST(waitpid(pid, &status, 0) == pid);
	CHECK(EXITED(status, 7), "the shell exits");
	while (read(master, &c, 1) > 0)
		;
	CHECK_ERR(read(master, &c, 1), EIO, "and its terminal is over");
	close(master);
}

static int pipe_fds[2];
static volatile int told_count;

static void told(int signo)
{
	char c = signo;

	write(pipe_fds[1], &c, 1);
	told_count++;
}

static void wait_for_signals(void)
{
	signal(SIGHUP, told);
	signal(SIGCONT, told);
	write(1, "go\n", 3);
	while (told_count < 2)
		sched_yield();
	while (write(1, "", 0) != -1 || errno != EIO)
		sched_yield();
	_exit(read(0, &pipe_fds[0], 1) == 0 ? 3 : 4);
}

/* A leader that has closed its terminal. */
static void close_all(void)
{
	int fd;

	for (int i = 0; i < 3; i++)
		close(i);
	fd = open("/dev/tty", O_RDWR);
	_exit(fd >= 0 && tcgetpgrp(fd) == getpid() ? 5 : 6);
}

static void give_up(void)
{
	int fd = open("/dev/tty", O_RDWR);
	bool had = fd >= 0;

	signal(SIGHUP, SIG_IGN);
	had &= !ioctl(fd, TIOCNOTTY);
	had &= open("/dev/tty", O_RDWR) == -1;
	_exit(had && tcgetpgrp(fd) == -1 ? 7 : 8);
}

static void hangups(void)
{
	char c[2] = "";
	int status;
	pid_t pid;

	MUST(!pipe(pipe_fds));
	pid = session(wait_for_signals);
	read_until(master, "go\r\n");
	close(master);
	MUST(read(pipe_fds[0], c, 1) == 1 && read(pipe_fds[0], c + 1, 1) == 1);
	CHECK((c[0] == SIGHUP && c[1] == SIGCONT) || (c[0] == SIGCONT && c[1] == SIGHUP),
	      "when the master is closed the leader gets SIGHUP and SIGCONT");
	MUST(waitpid(pid, &status, 0) == pid);
	CHECK(EXITED(status, 3), "its terminal is at the end");
	pid = session(close_all);
	MUST(waitpid(pid, &status, 0) == pid);
	CHECK(EXITED(status, 5), "a terminal that nobody has open is still the leader's");
	close(master);
	pid = session(give_up);
	MUST(waitpid(pid, &status, 0) == pid);
	CHECK(EXITED(status, 7), "a leader gives its terminal up");
	close(master);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

/* Opening and closing both sides on all processors at once. */
static void storm(void)
{
	int status, bad = 0;

	for (int i = 0; i < 4; i++) {
		if (fork())
			continue;
		for (int round = 0; round < 50; round++) {
			int m = open_master(), s, n = number_of(m), zero = 0;
			char name[32];

			if (m < 0 || ioctl(m, TIOCSPTLCK, &zero))
				_exit(1);
			snprintf(name, sizeof(name), PTS "/%d", n);
			if (!fork()) {
				setsid();
				s = open(name, O_RDWR);
				write(s, "hello\n", 6);
				_exit(0);
			}
			if (round & 1)
				read(m, name, sizeof(name));
			close(m);
			wait(NULL);
		}
		_exit(0);
	}
	while (wait(&status) > 0)
		bad |= status;
	CHECK_EQ(bad, 0, "many open and close them at once");
}

int main(void)
{
	pts_mount();
	jobs();
	hangups();
	storm();
	CHECK_END();
}
