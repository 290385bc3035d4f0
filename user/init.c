/*
 * The first process: mounts what every program expects, keeps a shell on the console, reaps
 * orphans, and turns the signals of busybox's halt, poweroff and reboot into reboot(2).
 *
 * Of the kernel's command line it reads
 *   console=NAME      the last one names the terminal,
 *   winsize=ROWSxCOLS the size of that terminal,
 *   -- WORDS          a command to run in place of the shell; the machine powers off after it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

static char terminal[64] = "/dev/console";
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
			snprintf(terminal, sizeof(terminal), "/dev/%s", word + 8);
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
static void terminal_take(void)
{
	int fd;

	setsid();
	fd = open(terminal, O_RDWR);
	if (fd < 0)
		fd = open("/dev/console", O_RDWR);
	if (fd < 0)
		return;
	ioctl(fd, TIOCSCTTY, 1);
	if (window.ws_row)
		ioctl(fd, TIOCSWINSZ, &window);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
}

static pid_t shell_start(const sigset_t *mask)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	sigprocmask(SIG_SETMASK, mask, NULL);
	terminal_take();
	chdir("/root");
	if (command[0])
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	else
		execl("/bin/sh", "-sh", (char *)NULL);
	fprintf(stderr, "init: /bin/sh: %s\n", strerror(errno));
	_exit(127);
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

static void children_reap(pid_t *shell)
{
	struct timespec again = { .tv_sec = 1 };
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != *shell)
			continue;
		if (command[0])
			machine_end(RB_POWER_OFF);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
			nanosleep(&again, NULL);
		*shell = -1;
	}
}

int main(void)
{
	struct timespec again = { .tv_sec = 1 };
	sigset_t wanted, old;
	pid_t shell = -1;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGUSR1);
	sigaddset(&wanted, SIGUSR2);
	sigaddset(&wanted, SIGTERM);
	sigprocmask(SIG_BLOCK, &wanted, &old);
	mount_all();
	command_line_read();
	sethostname("corral", 6);
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", getenv("TERM") ? getenv("TERM") : "vt100", 0);
	for (;;) {
		if (shell < 0)
			shell = shell_start(&old);
		switch (sigtimedwait(&wanted, NULL, shell < 0 ? &again : NULL)) {
		case SIGUSR1:
			machine_end(RB_HALT_SYSTEM);
			break;
		case SIGUSR2:
			machine_end(RB_POWER_OFF);
			break;
		case SIGTERM:
			machine_end(RB_AUTOBOOT);
			break;
		default:
			children_reap(&shell);
		}
	}
}
