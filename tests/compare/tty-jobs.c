/*
 * Terminals: sessions, who is told of a hang-up, jobs in the background.
 */
#include "terminal.h"

static char buffer[64];

/* --- sessions -------------------------------------------------------------------------------- */

static const char *id_words(pid_t id)
{
	return id == -1		 ? error_name(errno)
	       : id == 0	 ? "0"
	       : id == getpid()	 ? "mine"
	       : id == getppid() ? "the parent's"
				 : "other";
}

static const char *groups(int fd)
{
	const char *group = id_words(tcgetpgrp(fd)), *session = id_words(tcgetsid(fd));

	return words("group %s, session %s", group, session);
}

static void ask_session(struct pair *pair)
{
	int other = open("/dev/tty", O_RDWR | O_NONBLOCK);

	answer(other < 0 ? error_name(errno) : "ok", "/dev/tty");
	close(other);
	answer(groups(pair->slave), "slave");
	answer(groups(pair->master), "master");
	CALL(tcsetpgrp(pair->slave, getpgrp()));
	CALL(tcsetpgrp(pair->slave, -1));
	CALL(tcsetpgrp(pair->slave, 0x3ffffe));
	CALL(tcsetpgrp(pair->slave, 1));
	CALL(tcsetpgrp(pair->master, getpgrp()));
	answer(groups(pair->slave), "slave");
}

static void sessions(void)
{
	struct pair pair = pair_open(), second = pair_open();

	topic("a session without a terminal");
	ask_session(&pair);
	CALL(ioctl(pair.slave, TIOCNOTTY));
	CALL(ioctl(pair.master, TIOCSCTTY, 0));
	answer(groups(pair.slave), "after TIOCSCTTY of the master");
	CALL(ioctl(pair.slave, TIOCSCTTY, 0));
	topic("a leader with a terminal");
	ask_session(&pair);
	CALL(ioctl(pair.slave, TIOCSCTTY, 0));
	CALL(ioctl(second.slave, TIOCSCTTY, 0));
	CALL(ioctl(second.slave, TIOCSCTTY, 1));
	CALL(tcsetpgrp(second.slave, getpgrp()));
	topic("a member");
	IN_CHILD(ask_session(&pair); CALL(ioctl(second.slave, TIOCSCTTY, 0));
		 CALL(ioctl(pair.slave, TIOCSCTTY, 0)));
	topic("a member that leaves");
	IN_CHILD(CALL(ioctl(pair.slave, TIOCNOTTY)); OPEN(open("/dev/tty", O_RDWR));
		 answer(groups(pair.slave), "slave"));
	topic("another session");
	IN_CHILD(setsid(); ask_session(&pair); CALL(ioctl(pair.slave, TIOCSCTTY, 0));
		 MUST(!seteuid(1000)); CALL(ioctl(pair.slave, TIOCSCTTY, 1)));
	topic("the leader again");
	answer(groups(pair.slave), "slave");
	CALL(ioctl(pair.slave, TIOCNOTTY));
	ask_session(&pair);
	topic("opened by a leader without one");
	int fd = open(slave_name(second.master), O_RDWR | O_NOCTTY);
	OPEN(open("/dev/tty", O_RDWR));
	close(fd);
	fd = open(slave_name(second.master), O_RDONLY);
	OPEN(open("/dev/tty", O_RDWR));
	ioctl(fd, TIOCNOTTY);
	close(fd);
	fd = open(slave_name(second.master), O_WRONLY);
	OPEN(open("/dev/tty", O_RDWR));
	ioctl(fd, TIOCNOTTY);
	close(fd);
	fd = open(slave_name(second.master), O_RDWR);
	OPEN(open("/dev/tty", O_RDWR));
	topic("stolen");
	IN_CHILD(setsid(); CALL(ioctl(second.slave, TIOCSCTTY, 1)); OPEN(open("/dev/tty", O_RDWR)));
	OPEN(open("/dev/tty", O_RDWR));
	answer(groups(second.slave), "slave");
	close(fd);
	pair_close(&pair);
	pair_close(&second);
}

/* --- who is told of a hang-up ---------------------------------------------------------------- */

/* A leader has a child in the foreground and one in the background; both say what they got. */
static const char *told(int how, bool foreground)
{
	static char text[64];
	int say[2], ready[2], n, status;
	struct pair pair = pair_open();
	pid_t leader, pid;

	MUST(!pipe(say) && !pipe(ready));
	leader = fork();
	if (!leader) {
		setsid();
		MUST(!ioctl(pair.slave, TIOCSCTTY, 0));
		close(pair.master);
		pid = fork();
		if (!pid) {
			sigset_t set;

			sigemptyset(&set);
			sigaddset(&set, SIGHUP);
			sigaddset(&set, SIGCONT);
			sigaddset(&set, SIGRTMAX);
			sigprocmask(SIG_BLOCK, &set, NULL);
			setpgid(0, 0);
			signal(SIGTTOU, SIG_IGN);
			if (foreground)
				MUST(!tcsetpgrp(pair.slave, getpid()));
			MUST(write(ready[1], "x", 1) == 1);
			/* SIGRTMAX comes when all is over, and last by its number. */
			for (int got; (got = sigwaitinfo(&set, NULL)) != SIGRTMAX;)
				dprintf(say[1], "%s ", got == SIGHUP ? "SIGHUP" : "SIGCONT");
			char byte;
			dprintf(say[1], "read %s", result(read(pair.slave, &byte, 1)));
			_exit(0);
		}
		close(say[1]);
		MUST(read(ready[0], text, 1) == 1);
		signal(SIGHUP, how == 2 ? SIG_IGN : SIG_DFL);
		dprintf(ready[1], "%d ", pid);
		if (how == 0)
			_exit(0);
		if (how == 1)
			ioctl(pair.slave, TIOCNOTTY);
		for (;;) /* SIGCONT does not end it */
			pause();
	}
	close(pair.slave);
	/* The child's number follows its byte. */
	do
		usleep(1000);
	while (ioctl(ready[0], FIONREAD, &n) || n < 2);
	MUST((n = read(ready[0], text, sizeof(text) - 1)) > 0);
	text[n] = '\0';
	pid = atoi(text);
	if (how == 0)
		waitpid(leader, &status, 0);
	if (how == 1)
		wait_state(leader, "SZ"); /* SIGHUP may be for itself */
	if (how >= 2)
		close(pair.master);
	kill(pid, SIGRTMAX);
	close(say[1]);
	for (n = 0; read(say[0], text + n, 1) == 1;)
		n++;
	text[n] = '\0';
	if (how) {
		kill(leader, SIGKILL);
		waitpid(leader, &status, 0);
	}
	close(say[0]);
	close(ready[0]);
	close(ready[1]);
	if (how < 2)
		close(pair.master);
	return text;
}

static void hangups(void)
{
	static const char *const hows[] = { "the leader ends", "the leader gives it up",
					    "the master is closed" };

	for (int how = 0; how < 3; how++) {
		topic("hang-up, %s", hows[how]);
		answer(told(how, true), "foreground");
		answer(told(how, false), "background");
	}
}

/* --- jobs in the background ------------------------------------------------------------------ */

static int do_read(int fd)
{
	return read(fd, buffer, 1);
}

static int do_write(int fd)
{
	return write(fd, "x", 1);
}

static int do_get(int fd)
{
	return tcgetattr(fd, &usual);
}

static int do_set(int fd)
{
	return tcsetattr(fd, TCSANOW, &usual);
}

static int do_group(int fd)
{
	return tcsetpgrp(fd, getpgrp());
}

static int do_flush(int fd)
{
	return tcflush(fd, TCIOFLUSH);
}

static int do_flow(int fd)
{
	return tcflow(fd, TCOON);
}

static int do_drain(int fd)
{
	return tcdrain(fd);
}

static int do_size(int fd)
{
	return ioctl(fd, TIOCSWINSZ, buffer);
}

static int do_break(int fd)
{
	return tcsendbreak(fd, 0);
}

static int do_waiting(int fd)
{
	return ioctl(fd, FIONREAD, buffer);
}

static const struct {
	const char *name;
	int (*act)(int fd);
} acts[] = {
	{ "read", do_read },	     { "write", do_write },	 { "tcgetattr", do_get },
	{ "tcsetattr", do_set },     { "tcsetpgrp", do_group },	 { "tcflush", do_flush },
	{ "tcflow", do_flow },	     { "tcdrain", do_drain },	 { "TIOCSWINSZ", do_size },
	{ "tcsendbreak", do_break }, { "FIONREAD", do_waiting },
};

enum { DEFAULT, IGNORED, BLOCKED, HANDLED };

/* What becomes of a process of a background group that does something with the terminal. */
static const char *background(int fd, int act, int how, bool orphan)
{
	int status, say[2], gate[2];
	char text[32] = "";
	pid_t pid, group = -1;

	MUST(!pipe(say) && !pipe(gate));
	pid = fork();
	if (!pid) {
		sigset_t set;

		/* An orphaned group: its only parent outside of it is gone. */
		setpgid(0, 0);
		group = fork();
		if (group) {
			if (orphan)
				_exit(0);
			int n = waitpid(group, &status, WUNTRACED);
			if (n == group && WIFSTOPPED(status))
				dprintf(say[1], "%s", status_words(status));
			kill(group, SIGKILL);
			_exit(0);
		}
		setpgid(0, 0);
		char byte;
		close(gate[1]);
		if (orphan)
			MUST(read(gate[0], &byte, 1) == 0);
		sigemptyset(&set);
		sigaddset(&set, SIGTTIN);
		sigaddset(&set, SIGTTOU);
		signal(SIGTTIN, how == IGNORED ? SIG_IGN : how == HANDLED ? hear : SIG_DFL);
		signal(SIGTTOU, how == IGNORED ? SIG_IGN : how == HANDLED ? hear : SIG_DFL);
		if (how == HANDLED) {
			struct sigaction once = { .sa_handler = hear, .sa_flags = 0 };

			sigaction(SIGTTIN, &once, NULL);
			sigaction(SIGTTOU, &once, NULL);
		}
		sigprocmask(how == BLOCKED ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
		errno = 0;
		heard[SIGTTIN] = heard[SIGTTOU] = 0;
		int r = acts[act].act(fd);
		dprintf(say[1], "%s%s%s", outcome(r), heard[SIGTTIN] ? " SIGTTIN" : "",
			heard[SIGTTOU] ? " SIGTTOU" : "");
		_exit(0);
	}
	close(say[1]);
	close(gate[0]);
	waitpid(pid, &status, 0);
	close(gate[1]); /* now it is an orphan */
	for (int n = 0; n < 31 && read(say[0], text + n, 1) == 1;)
		n++;
	close(say[0]);
	return words("%s", *text ? text : "nothing");
}

static void jobs(void)
{
	static const char *const hows[] = { "default", "ignored", "blocked", "handled" };
	struct pair pair = pair_open();

	MUST(!ioctl(pair.slave, TIOCSCTTY, 0));
	signal(SIGTTOU, SIG_IGN);
	for (int tostop = 0; tostop < 2; tostop++)
		for (int orphan = 0; orphan < 2; orphan++)
			for (int how = 0; how < 4; how++) {
				struct termios t = usual;

				t.c_lflag |= tostop ? TOSTOP : 0;
				MUST(!tcsetattr(pair.slave, TCSANOW, &t));
				usual = t;
				topic("background%s%s, signals %s", orphan ? ", orphaned" : "",
				      tostop ? ", tostop" : "", hows[how]);
				for (unsigned i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
					answer(background(pair.slave, i, how, orphan), "%s",
					       acts[i].name);
					MUST(!tcsetpgrp(pair.slave, getpgrp()));
					drain(pair.master, false);
				}
			}
	MUST(!ioctl(pair.slave, TIOCNOTTY));
	pair_close(&pair);
}

static void ask(void)
{
	sessions();
	hangups();
	jobs();
}

int main(void)
{
	return in_session(ask);
}
