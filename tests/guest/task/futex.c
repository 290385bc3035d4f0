/* futex: wait, wake, bitsets, requeue, time limits, and the robust list. */
#include "await.h"

#include <dirent.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>

static volatile int word, other, woken;

static long futex(volatile int *at, int op, int value, const void *time, volatile int *at2, int v3)
{
	return syscall(SYS_futex, at, op, value, time, at2, v3);
}

static void *waiter(void *bits)
{
	long r = bits ? futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, (int)(long)bits)
		      : futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);

	if (!r)
		__atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* How many threads /proc shows as asleep: not the caller, nor who is on its way out. */
static int asleep(void)
{
	DIR *dir = opendir("/proc/self/task");
	int n = 0;

	MUST(dir);
	for (struct dirent *e; (e = readdir(dir));)
		n += atoi(e->d_name) && await_look(atoi(e->d_name)) == 'S';
	closedir(dir);
	return n;
}

static void until_asleep(int threads)
{
	AWAIT(asleep() >= threads);
}

static void until_woken(int n)
{
	AWAIT(woken >= n);
}

static void time_limits(void)
{
	struct timespec zero = { 0 }, little = { .tv_nsec = 20000000 }, now, then;

	CHECK_ERR(futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0), EAGAIN, "a changed word is EAGAIN");
	CHECK_ERR(futex(&word, FUTEX_WAIT, 0, &zero, NULL, 0), ETIMEDOUT,
		  "a zero time is ETIMEDOUT");
	clock_gettime(CLOCK_MONOTONIC, &now);
	CHECK_ERR(futex(&word, FUTEX_WAIT_PRIVATE, 0, &little, NULL, 0), ETIMEDOUT,
		  "a wait times out");
	clock_gettime(CLOCK_MONOTONIC, &then);
	CHECK((then.tv_sec - now.tv_sec) * 1000000000L + then.tv_nsec - now.tv_nsec >= 20000000,
	      "not before its time");
	CHECK_ERR(futex(&word, FUTEX_WAIT_BITSET, 0, &now, NULL, -1), ETIMEDOUT,
		  "FUTEX_WAIT_BITSET takes an absolute time");
	clock_gettime(CLOCK_REALTIME, &now);
	CHECK_ERR(futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &now, NULL, -1),
		  ETIMEDOUT, "of the real-time clock if asked");
	little.tv_nsec = 1000000000;
	CHECK_ERR(futex(&word, FUTEX_WAIT, 0, &little, NULL, 0), EINVAL, "a bad time is EINVAL");
}

static void refused(void)
{
	CHECK_ERR(futex((int *)((char *)&word + 1), FUTEX_WAIT, 0, NULL, NULL, 0), EINVAL,
		  "an unaligned word is EINVAL");
	CHECK_ERR(futex((int *)8, FUTEX_WAIT, 0, NULL, NULL, 0), EFAULT, "a wild one is EFAULT");
	CHECK_ERR(futex((int *)0xffffffff81000000, FUTEX_WAIT, 0, NULL, NULL, 0), EFAULT,
		  "a kernel address too");
	CHECK_ERR(futex(&word, 99, 0, NULL, NULL, 0), ENOSYS, "an unknown operation is ENOSYS");
	CHECK_ERR(futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0), EINVAL,
		  "an empty bitset is EINVAL");
	CHECK_ERR(futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), EINVAL, "on both sides");
	CHECK_EQ(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0, "waking nobody returns 0");
}

static void waking(void)
{
	pthread_t thread[4];

	woken = 0;
	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, waiter, NULL);
	until_asleep(4);
	CHECK_EQ(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 1, "wake of one wakes one");
	until_woken(1);
	CHECK_EQ(woken, 1, "and only one");
	CHECK_EQ(futex(&word, FUTEX_WAKE_PRIVATE, 0x7fffffff, NULL, NULL, 0), 3,
		 "wake of all wakes all");
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQ(woken, 4, "all of them return 0");

	woken = 0;
	pthread_create(&thread[0], NULL, waiter, (void *)1L);
	pthread_create(&thread[1], NULL, waiter, (void *)2L);
	until_asleep(2);
	CHECK_EQ(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 9, NULL, NULL, 4), 0,
		 "a bitset that meets none");
	CHECK_EQ(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 9, NULL, NULL, 2), 1,
		 "and one that meets one");
	CHECK_EQ(futex(&word, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0), 1,
		 "plain wake meets every bitset");
	pthread_join(thread[0], NULL);
	pthread_join(thread[1], NULL);
}

static void requeueing(void)
{
	pthread_t thread[3];

	woken = 0;
	for (int i = 0; i < 3; i++)
		pthread_create(&thread[i], NULL, waiter, NULL);
	until_asleep(3);
	CHECK_ERR(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)9L, &other, 5), EAGAIN,
		  "FUTEX_CMP_REQUEUE compares first");
	CHECK_EQ(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)9L, &other, 0), 3,
		 "it wakes some and moves the rest");
	CHECK_EQ(futex(&word, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0), 0,
		 "which wait no longer here");
	CHECK_EQ(futex(&other, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0), 2, "but there");
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQ(woken, 3, "and return 0");

	woken = 0;
	pthread_create(&thread[0], NULL, waiter, NULL);
	until_asleep(1);
	other = 5;
	CHECK_EQ(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1L, &other,
		       FUTEX_OP(FUTEX_OP_ADD, 2, FUTEX_OP_CMP_EQ, 5)),
		 1, "FUTEX_WAKE_OP wakes");
	CHECK_EQ(other, 7, "and changes the second word");
	pthread_join(thread[0], NULL);
	other = 0;
}

static void between_processes(void)
{
	volatile int *shared =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid = fork();

	if (!pid) {
		while (!*shared)
			futex(shared, FUTEX_WAIT, 0, NULL, NULL, 0);
		_exit(*shared);
	}
	usleep(20000);
	*shared = 11;
	futex(shared, FUTEX_WAKE, 1, NULL, NULL, 0);
	CHECK(waitpid(pid, &status, 0) == pid && EXITED(status, 11),
	      "a futex in shared memory works between processes");
	munmap((void *)shared, 4096);
}

static pthread_mutex_t robust;

static void *dies_with_it(void *arg)
{
	pthread_mutex_lock(&robust);
	return NULL;
}

static void robust_list(void)
{
	struct robust_list_head *head;
	pthread_mutexattr_t attr;
	pthread_t thread;
	size_t length;

	CHECK(!syscall(SYS_get_robust_list, 0, &head, &length) && length == sizeof(*head),
	      "get_robust_list tells the list's head");
	CHECK_ERR(syscall(SYS_set_robust_list, head, 7), EINVAL,
		  "set_robust_list checks the length");
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attr);
	pthread_create(&thread, NULL, dies_with_it, NULL);
	pthread_join(thread, NULL);
	CHECK_EQ(pthread_mutex_lock(&robust), EOWNERDEAD,
		 "a lock whose owner died says EOWNERDEAD");
}

static void killed_owner(void)
{
	struct page {
		pthread_mutex_t mutex;
		volatile int held;
	} *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attr;
	pid_t pid;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&page->mutex, &attr);
	pid = fork();
	if (!pid) {
		pthread_mutex_lock(&page->mutex);
		page->held = 1;
		pause();
	}
	while (!page->held)
		sched_yield();
	kill(pid, SIGKILL);
	CHECK_EQ(pthread_mutex_lock(&page->mutex), EOWNERDEAD, "also when the owner was killed");
	waitpid(pid, NULL, 0);
	munmap(page, 4096);
}

int main(void)
{
	time_limits();
	refused();
	waking();
	requeueing();
	between_processes();
	robust_list();
	killed_owner();
	CHECK_END();
}
