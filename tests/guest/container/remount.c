/* Two mount one hierarchy, each in a place of its own, and unmount it at the same time: the last
   one ends it. */
#include "group.h"

#include <sched.h>
#include <sys/mman.h>

#define HERE   "/tmp/remount.here"
#define THERE  "/tmp/remount.there"
#define ROUNDS (on_corral() ? 200 : 5)

static volatile int *arrived;

/* Waits for the other one: the n-th time that they meet. */
static void meet(int n)
{
	__atomic_fetch_add(arrived, 1, __ATOMIC_SEQ_CST);
	while (*arrived < 2 * n)
		sched_yield();
}

/* On Linux the hierarchy may be about to end. */
static void join(const char *at)
{
	while (mount("none", at, "cgroup", 0, "none,name=remount"))
		MUST(!on_corral() && errno == EBUSY);
}

static bool is_there(void)
{
	return text_read("/proc/self/cgroup") > 0 && strstr(text, "name=remount:");
}

int main(void)
{
	int left = 0, times = 0, status;
	pid_t other;

	arrived = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(arrived != MAP_FAILED && !mkdir(HERE, 0755) && !mkdir(THERE, 0755));
	other = fork();
	for (int round = 0; round < ROUNDS; round++) {
		join(other ? HERE : THERE);
		meet(++times);
		MUST(!umount(other ? HERE : THERE));
		meet(++times);
		while (other && !on_corral() && is_there())
			sched_yield();
		left += other && is_there();
		meet(++times);
	}
	if (!other)
		_exit(0);
	MUST(waitpid(other, &status, 0) == other && !status);
	CHECK_EQ(left, 0, "a hierarchy that two unmount at once is no more when both have done");
	MUST(!rmdir(HERE) && !rmdir(THERE));
	CHECK_END();
}
