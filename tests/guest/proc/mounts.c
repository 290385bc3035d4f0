/*
 * mounts.c - poll of /proc/PID/mounts and mountinfo, which tell of changes.
 */
#include "await.h"

#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mount.h>

#define CHANGED (POLLERR | POLLPRI)

static short look(int fd)
{
	struct pollfd p = { fd, POLLIN | POLLRDNORM | POLLOUT | POLLPRI, 0 };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

static void test_poll(void)
{
	int mounts = open("/proc/self/mounts", O_RDONLY), info, stats;
	char text[64];

	info = open("/proc/thread-self/mountinfo", O_RDONLY);
	stats = open("/proc/self/mountstats", O_RDONLY);
	MUST(mounts >= 0 && info >= 0 && stats >= 0);
	CHECK_EQ(look(mounts), POLLIN | POLLRDNORM, "the list of mounts can be read");
	MUST(!mount("none", "/tmp/watched", "tmpfs", 0, NULL));
	CHECK_EQ(look(mounts), POLLIN | POLLRDNORM | CHANGED,
		 "once something is mounted it is news");
	CHECK_EQ(look(mounts), POLLIN | POLLRDNORM, "which is told once, be it read or not");
	CHECK_EQ(look(info), POLLIN | POLLRDNORM | CHANGED, "to each that has it open");
	CHECK_EQ(look(stats), POLLIN | POLLOUT | POLLRDNORM, "mountstats tells no news");
	MUST(!mount("none", "/tmp/watched", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	CHECK_EQ(look(mounts), POLLIN | POLLRDNORM | CHANGED, "other options are news");
	MUST(!mount("none", "/tmp/watched", NULL, MS_REMOUNT | MS_BIND | MS_NODEV, NULL));
	CHECK_EQ(look(mounts), POLLIN | POLLRDNORM | CHANGED, "of a single mount too");
	CHECK(umount("/tmp/elsewhere") && look(mounts) == (POLLIN | POLLRDNORM),
	      "a failure is none");
	MUST(!umount("/tmp/watched"));
	CHECK(look(info) & POLLPRI && pread(mounts, text, 64, 0) == 64 && look(mounts) & POLLERR,
	      "an unmounting is, also to who has read since");
	close(mounts);
	mounts = open("/proc/self/mounts", O_RDONLY);
	CHECK_EQ(look(mounts), POLLIN | POLLRDNORM, "what was before it was opened is not");
	close(mounts);
	close(info);
	close(stats);
}

static void test_waiting(void)
{
	int mounts = open("/proc/self/mounts", O_RDONLY), status;
	struct pollfd p = { mounts, POLLPRI, 0 };
	pid_t pid = fork();

	if (!pid)
		_exit(poll(&p, 1, -1) != 1 || p.revents != CHANGED);
	await_asleep(pid);
	MUST(!mount("none", "/tmp/watched", "tmpfs", 0, NULL));
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "who waits for news gets it");
	close(mounts);
	MUST(!umount("/tmp/watched"));
}

static void test_epoll(void)
{
	struct epoll_event event = { EPOLLPRI, { .u64 = 1 } }, out[4];
	int set = epoll_create1(0), mounts = open("/proc/self/mounts", O_RDONLY),
	    info = open("/proc/self/mountinfo", O_RDONLY), status;

	MUST(!epoll_ctl(set, EPOLL_CTL_ADD, mounts, &event));
	event = (struct epoll_event){ EPOLLPRI | EPOLLET, { .u64 = 2 } };
	MUST(!epoll_ctl(set, EPOLL_CTL_ADD, info, &event));
	CHECK_EQ(epoll_wait(set, out, 4, 0), 0, "an epoll finds no news at first");
	MUST(!mount("none", "/tmp/watched", "tmpfs", 0, NULL));
	CHECK(epoll_wait(set, out, 4, 0) == 2 && out[0].events == CHANGED &&
		      out[1].events == CHANGED,
	      "then those of each file");
	CHECK_EQ(epoll_wait(set, out, 4, 0), 0, "once");
	status = IN_CHILD(MUST(!unshare(CLONE_NEWNS)); MUST(!umount("/tmp/watched"));
			  _exit(epoll_wait(set, out, 4, 0) != 0));
	CHECK(EXITED(status, 0), "what changes in another namespace is no news here");
	MUST(!umount("/tmp/watched"));
	CHECK_EQ(epoll_wait(set, out, 4, 0), 2, "but the next change is");
	close(set);
	close(mounts);
	close(info);
}

/* An epoll takes the file and lets it go while the mounts themselves go. */
static void watch_to_the_end(int ep)
{
	struct epoll_event e = { .events = EPOLLPRI };
	int ends[2], ready[2], fd, status;
	char name[64], c;
	pid_t pid;

	MUST(!pipe(ends) && !pipe(ready));
	pid = fork();
	if (!pid) {
		close(ends[1]);
		if (unshare(CLONE_NEWNS) || write(ready[1], "x", 1) != 1)
			_exit(1);
		_exit(read(ends[0], &c, 1) != 0);
	}
	snprintf(name, sizeof(name), "/proc/%d/mounts", pid);
	MUST(read(ready[0], &c, 1) == 1 && (fd = open(name, O_RDONLY)) >= 0);
	close(ends[1]);
	do {
		for (int i = 0; i < 20; i++)
			MUST(!epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e) &&
			     !epoll_ctl(ep, EPOLL_CTL_DEL, fd, &e));
	} while (!waitpid(pid, &status, WNOHANG));
	MUST(EXITED(status, 0));
	close(fd);
	close(ends[0]);
	close(ready[0]);
	close(ready[1]);
}

static void test_end(void)
{
	int ep = epoll_create1(0);

	for (int i = 0; i < 200; i++)
		watch_to_the_end(ep);
	CHECK(true, "the mounts of who is ending can be watched");
	close(ep);
}

int main(void)
{
	mkdir("/tmp/watched", 0700);
	test_poll();
	test_waiting();
	test_epoll();
	test_end();
	rmdir("/tmp/watched");
	CHECK_END();
}
