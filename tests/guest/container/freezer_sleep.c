/*
 * freezer: tasks that sleep in a system call freeze there, and the call goes on as if nothing had
 * been.  Some of the calls have a time limit that passes meanwhile: the machine's clock counts
 * instructions, so that it passes at the same point in every run.
 *
 * guest: icount
 */
#include "freezer.h"

#include <poll.h>
#include <sys/epoll.h>

/* Each sleeps in a call; when it ends as it should, the child exits with 0. */
static int fds[2];

static int sleep_in_nanosleep(void)
{
	struct timespec t = { 0, 200000000 }, left;

	return nanosleep(&t, &left) ? errno : 0;
}

static int sleep_in_read(void)
{
	char byte;

	return read(fds[0], &byte, 1) == 1 ? 0 : errno;
}

static int sleep_in_poll(void)
{
	struct pollfd p = { fds[0], POLLIN, 0 };

	return poll(&p, 1, -1) == 1 ? 0 : errno;
}

static int sleep_in_poll_timeout(void)
{
	return poll(NULL, 0, 200) == 0 ? 0 : errno;
}

static int sleep_in_epoll(void)
{
	struct epoll_event e = { EPOLLIN, { 0 } };
	int fd = epoll_create1(0);

	epoll_ctl(fd, EPOLL_CTL_ADD, fds[0], &e);
	return epoll_wait(fd, &e, 1, -1) == 1 ? 0 : errno;
}

static int sleep_in_futex(void)
{
	static const struct timespec t = { 0, 200000000 };
	int word = 0;

	return syscall(SYS_futex, &word, 0, 0, &t) == -1 && errno == ETIMEDOUT ? 0 : errno ?: 99;
}

static int sleep_in_wait(void)
{
	pid_t pid = fork();

	if (!pid) {
		usleep(200000);
		_exit(0);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : errno;
}

static int sleep_in_sigtimedwait(void)
{
	struct timespec t = { 0, 200000000 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return sigtimedwait(&set, NULL, &t) == -1 && errno == EAGAIN ? 0 : errno ?: 99;
}

static int sleep_in_vfork(void)
{
	pid_t pid = vfork();

	if (!pid) {
		struct timespec t = { 0, 200000000 };

		nanosleep(&t, NULL);
		_exit(0);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : errno;
}

static void sleeping(void)
{
	static const struct {
		int (*body)(void);
		const char *sentence;
	} calls[] = {
		{ sleep_in_nanosleep, "nanosleep does not notice" },
		{ sleep_in_read, "nor a read of a pipe" },
		{ sleep_in_poll, "nor poll" },
		{ sleep_in_poll_timeout, "nor poll with a timeout" },
		{ sleep_in_futex, "nor a futex" },
		{ sleep_in_wait, "nor wait" },
		{ sleep_in_sigtimedwait, "nor sigtimedwait" },
		{ sleep_in_vfork, "nor vfork" },
		{ sleep_in_epoll, "nor epoll_wait" }, /* there Linux answers EINTR */
	};
	int count = sizeof(calls) / sizeof(*calls) - !on_corral();
	pid_t pids[16];
	char zeros[16] = "";
	bool done;

	MUST(!pipe(fds));
	for (int i = 0; i < count; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			text_write(ROOT "/a/tasks", "0");
			_exit(calls[i].body());
		}
	}
	usleep(60000); /* all sleep by now, and none is at its end */
	CHECK(freeze("a"), "tasks freeze in system calls");
	MUST(write(fds[1], zeros, 3) == 3);
	usleep(400000);
	done = false;
	for (int i = 0; i < count; i++)
		done |= waitpid(pids[i], NULL, WNOHANG) != 0;
	CHECK(!done, "and stay there, though what they wait for has come");
	thaw("a");
	for (int i = 0; i < count; i++) {
		int status = -1;

		alarm(20);
		waitpid(pids[i], &status, 0);
		alarm(0);
		check_say(EXITED(status, 0), calls[i].sentence, "status %x", status);
	}
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	freezer_mount();
	sleeping();
	freezer_umount();
	CHECK_END();
}
