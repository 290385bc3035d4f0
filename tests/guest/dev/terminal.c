/* The console's terminal as a program sees it: modes, groups, sizes, sessions. */
#include "await.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int tty;
static struct termios saved, mode;

static void settings(void)
{
	struct winsize size = { 30, 100, 0, 0 }, got;
	int n = 99;

	CHECK(isatty(tty), "the serial line is a terminal");
	CHECK(!tcgetattr(tty, &mode) && (mode.c_oflag & OPOST), "tcgetattr tells its modes");
	CHECK(mode.c_cc[VINTR] == 3 && mode.c_cc[VQUIT] == 28 && mode.c_cc[VSUSP] == 26 &&
		      mode.c_cc[VEOF] == 4 && mode.c_cc[VERASE] == 127 && mode.c_cc[VKILL] == 21,
	      "the usual characters interrupt, quit, stop, end, erase and kill");
	mode.c_lflag &= ~(ECHO | ICANON);
	mode.c_cc[VMIN] = 3;
	CHECK_OK(tcsetattr(tty, TCSANOW, &mode), "tcsetattr sets them");
	memset(&mode, 0, sizeof(mode));
	tcgetattr(tty, &mode);
	CHECK(!(mode.c_lflag & (ECHO | ICANON)) && mode.c_cc[VMIN] == 3, "and they stay");
	CHECK_EQ(tcsetattr(tty, TCSADRAIN, &saved), 0, "after the output has gone");
	CHECK_OK(ioctl(tty, TIOCSWINSZ, &size), "the window has a size");
	CHECK(!ioctl(tty, TIOCGWINSZ, &got) && got.ws_row == 30 && got.ws_col == 100,
	      "that can be asked for");
	CHECK(!ioctl(tty, FIONREAD, &n) && n == 0, "no input waits");
	CHECK_OK(ioctl(tty, TCFLSH, TCIFLUSH), "input can be thrown away");
	CHECK_OK(tcdrain(tty), "output can be waited for");
	CHECK_ERR(ioctl(tty, 0x9999, 0), ENOTTY, "an unknown request is ENOTTY");
	CHECK_ERR(ioctl(tty, TCGETS, 8), EFAULT, "a wild pointer is EFAULT");
	CHECK_ERR(lseek(tty, 0, SEEK_SET), ESPIPE, "a terminal has no place");
	CHECK_ERR(tcsetattr(99, TCSANOW, &mode), EBADF, "a closed descriptor is EBADF");
}

/* A child holds output, writes and waits until it has gone; the parent lets it go. */
static void held_output(int (*let_go)(int), const char *sentence)
{
	int status, held[2];
	char byte;
	pid_t pid;

	MUST(!pipe(held));
	pid = fork();
	if (!pid) {
		tcflow(tty, TCOOFF);
		write(tty, "\n", 1);
		write(held[1], "", 1);
		_exit(tcdrain(tty) ? 1 : 0);
	}
	MUST(read(held[0], &byte, 1) == 1);
	await_asleep(pid);
	let_go(tty);
	close(held[0]);
	close(held[1]);
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), sentence);
}

static int start_output(int fd)
{
	return tcflow(fd, TCOON);
}

static int drop_output(int fd)
{
	return tcflush(fd, TCOFLUSH) | tcflow(fd, TCOON);
}

static void caught(int sig)
{
	_exit(sig);
}

static void foreground(void)
{
	int status;
	pid_t pid, self = getpgrp();

	CHECK_EQ(tcgetpgrp(tty), self, "the test's group is in the foreground");
	CHECK_EQ(tcgetsid(tty), getsid(0), "the terminal belongs to its session");
	CHECK_ERR(tcsetpgrp(tty, 999999), ESRCH, "a group of nobody is ESRCH");
	CHECK_ERR(tcsetpgrp(tty, -5), EINVAL, "a negative one is EINVAL");
	CHECK_ERR(tcsetpgrp(tty, 1), EPERM, "one of another session is EPERM");
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		signal(SIGTTIN, caught);
		read(tty, &mode, 1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, SIGTTIN), "a read from the background raises SIGTTIN");
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		signal(SIGTTIN, SIG_IGN);
		_exit(read(tty, &mode, 1) == -1 && errno == EIO ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "if that is ignored, it is EIO");
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		signal(SIGTTOU, caught);
		tcsetattr(tty, TCSANOW, &saved);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, SIGTTOU), "setting modes from the background raises SIGTTOU");
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		_exit(write(tty, "", 0) == 0 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "writing does not");
	pid = fork();
	if (!pid) {
		struct termios stop = saved;

		stop.c_lflag |= TOSTOP;
		tcsetattr(tty, TCSANOW, &stop);
		setpgid(0, 0);
		signal(SIGTTOU, caught);
		write(tty, "\n", 1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	tcsetattr(tty, TCSANOW, &saved);
	CHECK(EXITED(status, SIGTTOU), "unless TOSTOP is set");
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		if (tcsetpgrp(tty, getpgrp()))
			_exit(1);
		int good = tcgetpgrp(tty) == getpgrp();
		tcsetpgrp(tty, self);
		_exit(good ? 0 : 2);
	}
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "a shell can hand the terminal to another group");
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(tty, self);
}

static void leaving(void)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		setsid();
		if (ioctl(tty, TIOCGPGRP, &status) != -1 || errno != ENOTTY)
			_exit(1);
		if (open("/dev/tty", O_RDWR) != -1 || errno != ENXIO)
			_exit(2);
		if (ioctl(tty, TIOCSCTTY, 0) != -1 || errno != EPERM)
			_exit(3);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	CHECK(!EXITED(status, 1), "a new session does not see the terminal as its own: ENOTTY");
	CHECK(!EXITED(status, 2), "has no /dev/tty: ENXIO");
	CHECK(EXITED(status, 0), "and cannot take one that another session has: EPERM");
}

int main(void)
{
	tty = open("/dev/tty", O_RDWR);
	MUST(tty >= 0 && !tcgetattr(tty, &saved));
	settings();
	foreground();
	leaving();
	held_output(start_output, "who waits for output that is held goes on when it starts again");
	held_output(drop_output, "or when it is thrown away");
	tcsetattr(tty, TCSANOW, &saved);
	CHECK_END();
}
