/*
 * The first process: mounts what every program expects, keeps a shell on each console, reaps
 * orphans, and turns the signals of busybox's halt, poweroff and reboot, and Ctrl-Alt-Del, into
 * reboot(2).
 *
 * Of the kernel's command line it reads
 *   console=NAME      a terminal with a shell; the screen (tty0) brings three more, which wait for
 *                     Enter before they start one,
 *   winsize=ROWSxCOLS the size of a serial terminal,
 *   -- WORDS          a command to run on the last console in place of all shells; the machine
 *                     powers off after it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SEATS	    12
#define SCREEN_LAST 4 /* tty1 to tty4 */

static struct seat {
	char terminal[32]; /* below /dev */
	bool ask;	   /* a shell only when somebody presses Enter */
	pid_t shell;	   /* -1: none */
} seats[SEATS];
static int seat_count;
static struct winsize window;
static char command[2048];

static void mount_all(void)
{
	static const struct {
		const char *type, *where, *options;
		mode_t mode;
	} table[] = {
		{ "proc", "/proc", "", 0555 },
		{ "sysfs", "/sys", "", 0555 },
		{ "devtmpfs", "/dev", "mode=0755", 0755 },
		{ "devpts", "/dev/pts", "gid=5,mode=620,ptmxmode=666", 0755 },
		{ "tmpfs", "/tmp", "mode=1777", 01777 },
		{ "tmpfs", "/run", "mode=0755", 0755 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		mkdir(table[i].where, table[i].mode);
		if (mount(table[i].type, table[i].where, table[i].type, 0, table[i].options) &&
		    errno != EBUSY)
			fprintf(stderr, "init: %s: %s\n", table[i].where, strerror(errno));
	}
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

/* A terminal that is named twice counts where it is named last. */
static void seat_add(const char *terminal, bool ask)
{
	int kept = 0;

	for (int i = 0; i < seat_count; i++)
		if (strcmp(seats[i].terminal, terminal))
			seats[kept++] = seats[i];
	seat_count = kept;
	if (seat_count == SEATS)
		return;
	snprintf(seats[seat_count].terminal, sizeof(seats[0].terminal), "%s", terminal);
	seats[seat_count].ask = ask;
	seats[seat_count++].shell = -1;
}

static bool is_there(const char *terminal)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/%s", terminal);
	return access(path, F_OK) == 0;
}

/* Where to sit: at each console that is there, and at the other terminals of a screen. */
static void seats_choose(void)
{
	char name[8];
	bool screen = false;
	int kept = 0;

	for (int i = 0; i < seat_count; i++)
		if (is_there(seats[i].terminal))
			seats[kept++] = seats[i];
	seat_count = kept;
	if (!seat_count)
		seat_add("console", false);
	if (command[0]) {
		seats[0] = seats[seat_count - 1];
		seat_count = 1;
		return;
	}
	for (int i = 0; i < seat_count; i++)
		screen |= !strncmp(seats[i].terminal, "tty", 3) && seats[i].terminal[3] != 'S';
	for (int n = 1; screen && n <= SCREEN_LAST; n++) {
		bool taken = false;

		snprintf(name, sizeof(name), "tty%d", n);
		for (int i = 0; i < seat_count; i++)
			taken |= !strcmp(seats[i].terminal, name);
		if (!taken && is_there(name))
			seat_add(name, true);
	}
}

static void command_line_read(void)
{
	char line[4096], *save = NULL;
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	for (char *word = strtok_r(line, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		if (!strncmp(word, "console=", 8)) {
			word[8 + strcspn(word + 8, ",")] = '\0';
			/* What is in front when we begin is the first one. */
			seat_add(strcmp(word + 8, "tty0") ? word + 8 : "tty1", false);
		} else if (!strncmp(word, "winsize=", 8)) {
			sscanf(word + 8, "%hux%hu", &window.ws_row, &window.ws_col);
		} else if (!strcmp(word, "--")) {
			snprintf(command, sizeof(command), "%s", save ? save : "");
			command[strcspn(command, "\n")] = '\0';
			return;
		}
	}
}

/* In the child: a session of its own with the terminal as its controlling one. */
static void terminal_take(const struct seat *seat)
{
	char path[64];
	int fd;

	setsid();
	snprintf(path, sizeof(path), "/dev/%s", seat->terminal);
	fd = open(path, O_RDWR);
	if (fd < 0)
		fd = open("/dev/console", O_RDWR);
	if (fd < 0)
		return;
	ioctl(fd, TIOCSCTTY, 1);
	if (window.ws_row && strncmp(seat->terminal, "ttyS", 4) == 0)
		ioctl(fd, TIOCSWINSZ, &window);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
}

/* False: the terminal has come to its end. */
static bool enter_wait(const struct seat *seat)
{
	char line[256];

	printf("\n%s: press Enter for a shell.\n", seat->terminal);
	fflush(stdout);
	return read(0, line, sizeof(line)) > 0;
}

static pid_t shell_start(const struct seat *seat, const sigset_t *mask)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	sigprocmask(SIG_SETMASK, mask, NULL);
	terminal_take(seat);
	if (seat->ask && !enter_wait(seat))
		_exit(127);
	chdir("/root");
	if (command[0])
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	else
		execl("/bin/sh", "-sh", (char *)NULL);
	fprintf(stderr, "init: /bin/sh: %s\n", strerror(errno));
	_exit(127);
}

/* A seat without a shell gets one; false: that could not be done everywhere. */
static bool shells_start(const sigset_t *mask)
{
	bool all = true;

	for (int i = 0; i < seat_count; i++) {
		if (seats[i].shell < 0)
			seats[i].shell = shell_start(&seats[i], mask);
		all &= seats[i].shell >= 0;
	}
	return all;
}

static void machine_end(int how)
{
	struct timespec grace = { .tv_nsec = 50 * 1000 * 1000 };

	kill(-1, SIGTERM);
	kill(-1, SIGCONT);
	nanosleep(&grace, NULL);
	kill(-1, SIGKILL);
	sync();
	reboot(how);
	_exit(1);
}

static void shell_ended(struct seat *seat, int status)
{
	struct timespec again = { .tv_sec = 1 };

	if (command[0])
		machine_end(RB_POWER_OFF);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		nanosleep(&again, NULL);
	seat->shell = -1;
}

static void children_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < seat_count; i++)
			if (pid == seats[i].shell)
				shell_ended(&seats[i], status);
}

int main(void)
{
	struct timespec again = { .tv_sec = 1 };
	sigset_t wanted, old;
	bool all;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGUSR1);
	sigaddset(&wanted, SIGUSR2);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT); /* Ctrl-Alt-Del */
	sigprocmask(SIG_BLOCK, &wanted, &old);
	mount_all();
	command_line_read();
	seats_choose();
	reboot(RB_DISABLE_CAD);
	sethostname("corral", 6);
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", getenv("TERM") ? getenv("TERM") : "vt100", 0);
	for (;;) {
		all = shells_start(&old);
		switch (sigtimedwait(&wanted, NULL, all ? NULL : &again)) {
		case SIGUSR1:
			machine_end(RB_HALT_SYSTEM);
			break;
		case SIGUSR2:
			machine_end(RB_POWER_OFF);
			break;
		case SIGTERM:
		case SIGINT:
			machine_end(RB_AUTOBOOT);
			break;
		default:
			children_reap();
		}
	}
}
