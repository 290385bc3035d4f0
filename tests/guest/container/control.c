/* Control files as files: what reading in pieces, seeking, polling and opening once more give,
   while the container is there and when it has gone. */
#include "group.h"

#include <poll.h>
#include <sys/epoll.h>

#define ROOT "/tmp/control"

static char got[64];

/* What read, or pread at `at`, gives of at most n bytes; "-" and errno. */
static const char *piece(int fd, size_t n, off_t at)
{
	ssize_t have = at < 0 ? read(fd, got, n) : pread(fd, got, n, at);

	if (have < 0)
		snprintf(got, sizeof(got), "-%d", errno);
	else
		got[have] = '\0';
	return got;
}

static void set(const char *value)
{
	MUST(!text_write(ROOT "/a/pids.max", value));
}

/* --- reading in pieces --------------------------------------------------------------------------
 */

static void reading(void)
{
	int fd = open(ROOT "/a/pids.max", O_RDWR), other;

	set("12345");
	CHECK_STR(piece(fd, 2, -1), "12", "a file can be read in pieces");
	set("98765");
	CHECK_STR(piece(fd, 2, -1), "34", "which are of one text, whatever is written meanwhile");
	CHECK_STR(piece(fd, 20, 0), "98765\n", "from the start it is a new one");
	set("54321");
	CHECK_STR(piece(fd, 20, 1), "4321\n", "so it is from where no read has ended");
	CHECK_STR(piece(fd, 20, 4), "1\n", "be it further on");
	set("11111");
	CHECK_STR(piece(fd, 20, -1), "1\n", "or the file's own position");
	other = open(ROOT "/a/pids.max", O_RDONLY);
	CHECK_STR(piece(other, 20, 3), "11\n", "pread begins anywhere");
	set("222222");
	CHECK_STR(piece(other, 20, 3), "222\n", "and again");
	CHECK_EQ(read(fd, got, 0), 0, "nothing can be read");
	close(other);
	other = open(ROOT "/a/devices.allow", O_RDONLY);
	CHECK_EQ(read(other, got, 0), 0, "even of what cannot be read");
	CHECK_ERR(read(other, got, 1), EINVAL, "of which a byte is EINVAL");
	close(other);
	close(fd);
	set("max");
}

static void seeking(void)
{
	int fd = open(ROOT "/a/pids.max", O_RDWR), tasks = open(ROOT "/a/tasks", O_RDONLY);

	CHECK_EQ(lseek(fd, 1, SEEK_SET), 1, "a position can be chosen");
	CHECK_STR(piece(fd, 20, -1), "ax\n", "and read from");
	CHECK_EQ(lseek(fd, -2, SEEK_CUR), 2, "or moved");
	CHECK_EQ(lseek(fd, 0, SEEK_END), 0, "the end is at 0: files have no size");
	CHECK_EQ(lseek(fd, 0x7fffffff, SEEK_SET), 0x7fffffff, "positions go up to 2 GiB");
	CHECK_EQ(read(fd, got, 1), 0, "where nothing is");
	CHECK_ERR(lseek(fd, 0x80000000, SEEK_SET), EINVAL, "beyond it is EINVAL");
	CHECK_ERR(lseek(tasks, 1l << 40, SEEK_SET), EINVAL, "in tasks, too");
	CHECK_ERR(lseek(fd, 1, SEEK_CUR), EINVAL, "also from where one is");
	CHECK_ERR(lseek(fd, -1, SEEK_SET), EINVAL, "so is a negative one");
	CHECK_ERR(lseek(fd, 0, SEEK_DATA), ENXIO, "there are no data to be found");
	CHECK_ERR(lseek(fd, 0, 9), EINVAL, "and there is no other way");
	CHECK_EQ(pread(fd, got, 1, 1l << 40), 0, "pread may begin beyond");
	close(fd);
	close(tasks);
}

/* --- polling
 * -------------------------------------------------------------------------------------- */

#define READY (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)
#define NEWS  (POLLERR | POLLPRI)

/* revents of all events but POLLWRBAND and their like; -1: none. */
static int polled(int fd)
{
	struct pollfd p = { fd, READY | NEWS, 0 };

	return poll(&p, 1, 0) == 1 ? p.revents : -1;
}

/* A task of /a tries to have a child. */
static void refused_fork(void)
{
	int status = IN_CHILD({
		MUST(!text_write(ROOT "/a/tasks", "0"));
		_exit(fork() == -1 && errno == EAGAIN ? 0 : 1);
	});

	MUST(EXITED(status, 0));
}

static void polling(void)
{
	int max = open(ROOT "/a/pids.max", O_RDWR), tasks = open(ROOT "/a/tasks", O_RDWR);
	int allow = open(ROOT "/a/devices.allow", O_WRONLY), dir = open(ROOT "/a", O_RDONLY);
	int ep = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN };

	CHECK_EQ(polled(max), READY | NEWS, "poll has news of what was not read yet");
	CHECK_EQ(polled(tasks), READY | NEWS, "of tasks as well");
	MUST(!text_write(ROOT "/a/tasks", "0"));
	piece(max, 20, -1);
	piece(tasks, 20, -1);
	MUST(!text_write(ROOT "/tasks", "0"));
	CHECK_EQ(polled(max), READY, "once read it is ready as any file is");
	CHECK_EQ(polled(tasks), READY, "and so is tasks");
	set("7");
	CHECK_EQ(polled(max), READY, "a write to it is no news");
	CHECK_EQ(polled(allow), READY | NEWS, "what cannot be read has news for ever");
	CHECK_EQ(polled(dir), READY, "a directory has none");
	CHECK_OK(epoll_ctl(ep, EPOLL_CTL_ADD, max, &event), "epoll takes control files");
	CHECK_ERR(epoll_ctl(ep, EPOLL_CTL_ADD, dir, &event), EPERM, "but no directories");
	CHECK(epoll_wait(ep, &event, 1, 0) == 1 && event.events == EPOLLIN, "which are ready");
	close(ep);
	close(max);
	close(tasks);
	close(allow);
	close(dir);
	set("max");
}

static void events(void)
{
	int fd = open(ROOT "/a/pids.events", O_RDONLY), ep = epoll_create1(0), tell[2], status;
	struct epoll_event event = { .events = EPOLLPRI };
	char byte;
	pid_t pid;

	MUST(!strcmp(piece(fd, 20, -1), "max 0\n"));
	CHECK_EQ(polled(fd), READY, "pids.events is quiet as long as nothing happens");
	MUST(!epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event) && !epoll_wait(ep, &event, 1, 0));
	MUST(!pipe(tell));
	pid = fork();
	if (!pid) {
		struct pollfd p = { fd, POLLPRI, 0 };

		write(tell[1], "", 1);
		_exit(poll(&p, 1, -1) == 1 && p.revents == NEWS ? 0 : 1);
	}
	MUST(read(tell[0], &byte, 1) == 1);
	set("1");
	refused_fork();
	CHECK(waitpid(pid, &status, 0) == pid && EXITED(status, 0),
	      "poll waits until a fork is refused");
	CHECK(epoll_wait(ep, &event, 1, -1) == 1 && event.events == (EPOLLPRI | EPOLLERR),
	      "epoll does, too");
	CHECK_STR(piece(fd, 20, 0), "max 1\n", "which is counted then");
	CHECK_EQ(polled(fd), READY, "and no news any more");
	close(fd);
	close(ep);
	close(tell[0]);
	close(tell[1]);
	set("max");
}

/* --- files that are left
 * ---------------------------------------------------------------------------- */

static const char *of_fd(int fd)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

static const char *leads_to(const char *link)
{
	static char target[256];
	ssize_t n = readlink(link, target, sizeof(target) - 1);

	target[n < 0 ? 0 : n] = '\0';
	return target;
}

static void left(void)
{
	struct stat st;

	MUST(!mkdir(ROOT "/a/b", 0755) && !chdir(ROOT "/a/b"));
	int tasks = open("tasks", O_RDWR), max = open("pids.max", O_RDWR);
	int state = open("freezer.state", O_RDONLY), dir = open(".", O_RDONLY);
	int place = open("pids.max", O_PATH);

	MUST(tasks >= 0 && max >= 0 && state >= 0 && dir >= 0 && place >= 0);
	MUST(!strcmp(piece(state, 2, -1), "TH"));
	CHECK_STR(leads_to(of_fd(tasks)), ROOT "/a/b/tasks", "a descriptor shows its file's path");
	MUST(!rmdir(ROOT "/a/b"));
	CHECK_STR(leads_to("/proc/self/cwd"), ROOT "/a/b (deleted)",
		  "a removed working directory is shown as deleted");
	CHECK_STR(leads_to(of_fd(dir)), ROOT "/a/b (deleted)", "so is an open one");
	MUST(access("tasks", F_OK) == -1 && errno == ENOENT);
	CHECK_STR(leads_to(of_fd(tasks)), ROOT "/a/b/tasks (deleted)",
		  "and a file of it that somebody has looked for since");
	CHECK_ERR(open(of_fd(tasks), O_RDONLY), ENODEV, "its files cannot be opened once more");
	CHECK_ERR(open(of_fd(max), O_WRONLY | O_TRUNC), ENODEV, "nor to write");
	CHECK_ERR(open(of_fd(place), O_RDONLY), ENODEV, "nor the first time");
	int again = open(of_fd(dir), O_RDONLY);
	CHECK(again >= 0, "the directory can");
	CHECK_ERR(syscall(SYS_getdents64, again, got, sizeof(got)), ENOENT, "and cannot be listed");
	close(again);
	CHECK_STR(piece(state, 20, -1), "AWED\n", "what was read in part is read to its end");
	CHECK_ERR(read(state, got, 1), ENODEV, "which is an error, not an end");
	CHECK_ERR(pread(state, got, 1, 1), ENODEV, "and from elsewhere it is one at once");
	CHECK_EQ(read(tasks, got, 0), 0, "nothing can still be read");
	CHECK_ERR(write(max, got, 0), ENODEV, "but not be written");
	CHECK_ERR(write(max, text, 5000), E2BIG, "too much is E2BIG first");
	CHECK_ERR(write(max, (void *)1, 5), EFAULT, "and a bad address EFAULT");
	CHECK_EQ(polled(tasks), READY | NEWS, "poll has news of it");
	CHECK_EQ(lseek(max, 3, SEEK_SET), 3, "positions can be chosen");
	CHECK(!fstat(max, &st) && st.st_nlink == 1 && !fchmod(max, 0600) && !ftruncate(max, 0),
	      "and what the file is be seen and changed");
	close(tasks);
	close(max);
	close(state);
	close(dir);
	close(place);
	MUST(!chdir("/"));
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!group_mount(ROOT, "freezer,pids,devices") && !mkdir(ROOT "/a", 0755));
	reading();
	seeking();
	polling();
	events();
	left();
	MUST(!rmdir(ROOT "/a") && !umount(ROOT) && !rmdir(ROOT));
	CHECK(group_selfcheck(), "the framework is in order");
	CHECK_END();
}
