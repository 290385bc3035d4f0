/* Page faults: whose they are, in getrusage, wait4 and /proc. */
#include "check.h"

#include <pthread.h>
#include <sys/resource.h>

#include "text.h"

#define PAGES 300

/* As many faults, and some of the C library's. */
static void touch_pages(void)
{
	char *at = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	MUST(at != MAP_FAILED && !madvise(at, PAGES * 4096, MADV_NOHUGEPAGE));
	for (int i = 0; i < PAGES; i++)
		((volatile char *)at)[i * 4096] = 1;
	MUST(!munmap(at, PAGES * 4096));
}

static long faults(int who)
{
	struct rusage r;

	MUST(!getrusage(who, &r));
	return r.ru_minflt;
}

/* The tenth figure of a stat file, and the eleventh: those of children. */
static long faults_shown(const char *path, int index)
{
	long own, children;
	char *at;

	MUST(text_read(path) > 0 && (at = strrchr(text, ')')));
	MUST(sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %ld %ld", &own, &children) == 2);
	return index ? children : own;
}

static int done[2], leave[2];
static pid_t other_tid;
static long other_own;

static void *other_thread(void *unused)
{
	char c = 0;

	(void)unused;
	other_tid = syscall(SYS_gettid);
	touch_pages();
	other_own = faults(RUSAGE_THREAD);
	MUST(write(done[1], &c, 1) == 1 && read(leave[0], &c, 1) == 1);
	return NULL;
}

static void threads(void)
{
	long thread = faults(RUSAGE_THREAD), self = faults(RUSAGE_SELF), shown;
	char c = 0, path[64];
	pthread_t other;

	touch_pages();
	CHECK(faults(RUSAGE_THREAD) >= thread + PAGES && faults(RUSAGE_THREAD) < thread + 2 * PAGES,
	      "each page that a thread touches first is a fault of its own");
	CHECK(faults(RUSAGE_SELF) >= self + PAGES, "and of its process");
	MUST(!pipe(done) && !pipe(leave));
	thread = faults(RUSAGE_THREAD);
	self = faults(RUSAGE_SELF);
	MUST(!pthread_create(&other, NULL, other_thread, NULL) && read(done[0], &c, 1) == 1);
	CHECK(other_own >= PAGES && other_own < 2 * PAGES, "a new thread begins with none");
	CHECK(faults(RUSAGE_THREAD) < thread + PAGES, "those of one thread are not the other's");
	CHECK(faults(RUSAGE_SELF) >= self + PAGES, "but the process's");
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", other_tid);
	shown = faults_shown(path, 0);
	CHECK(shown >= PAGES && shown < 2 * PAGES, "/proc tells those of a thread");
	CHECK(faults_shown("/proc/self/stat", 0) >= self + PAGES, "and of all");
	MUST(write(leave[1], &c, 1) == 1 && !pthread_join(other, NULL));
	CHECK(faults(RUSAGE_SELF) >= self + PAGES, "those of a thread that has ended stay");
	close(done[0]);
	close(done[1]);
	close(leave[0]);
	close(leave[1]);
}

static void calls(void)
{
	char *at = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);
	int fd = open("/dev/zero", O_RDONLY);
	long thread;

	MUST(at != MAP_FAILED && !madvise(at, PAGES * 4096, MADV_NOHUGEPAGE) && fd >= 0);
	thread = faults(RUSAGE_THREAD);
	for (int i = 0; i < PAGES; i++)
		MUST(read(fd, at + i * 4096, 8) == 8);
	CHECK(faults(RUSAGE_THREAD) >= thread + PAGES, "what a call touches counts");
	MUST(!munmap(at, PAGES * 4096));
	close(fd);
}

static void children(const char *program)
{
	long self = faults(RUSAGE_SELF), of_children = faults(RUSAGE_CHILDREN);
	struct rusage r;
	int status;
	pid_t pid;

	MUST(self >= 2 * PAGES);
	pid = fork();
	if (!pid)
		_exit(faults(RUSAGE_SELF) >= PAGES || faults(RUSAGE_CHILDREN));
	MUST(waitpid(pid, &status, 0) == pid);
	CHECK(EXITED(status, 0), "a new process begins with none");
	self = faults(RUSAGE_SELF);
	pid = vfork();
	if (!pid) {
		touch_pages();
		_exit(0);
	}
	CHECK(faults(RUSAGE_SELF) < self + PAGES,
	      "those of a child that shares memory are not the parent's");
	CHECK(faults(RUSAGE_CHILDREN) < of_children + PAGES, "nor its children's before the wait");
	MUST(wait4(pid, &status, 0, &r) == pid);
	CHECK(r.ru_minflt >= PAGES && r.ru_minflt < 2 * PAGES, "wait4 tells them");
	CHECK(faults(RUSAGE_CHILDREN) >= of_children + PAGES, "they are the children's then");
	CHECK_EQ(faults_shown("/proc/self/stat", 1), faults(RUSAGE_CHILDREN), "in /proc, too");
	pid = fork();
	if (!pid) {
		touch_pages();
		execl(program, program, "count", NULL);
		_exit(9);
	}
	MUST(waitpid(pid, &status, 0) == pid);
	CHECK(EXITED(status, 0), "exec keeps them");
	pid = fork();
	if (!pid) {
		pid = fork();
		if (!pid) {
			touch_pages();
			_exit(0);
		}
		_exit(waitpid(pid, &status, 0) != pid);
	}
	MUST(wait4(pid, &status, 0, &r) == pid && EXITED(status, 0));
	CHECK(r.ru_minflt >= PAGES, "a child's include those of its own children");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return faults(RUSAGE_SELF) < PAGES;
	threads();
	calls();
	children(argv[0]);
	CHECK_END();
}
