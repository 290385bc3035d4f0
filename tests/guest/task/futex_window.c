/* A wake-up that comes between a waiter's look at the word and its place in the list
   (/proc/sys/kernel/futex_hold). guest: only=debug cpus=2 */
#include "check.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>

#define HOLD "/proc/sys/kernel/futex_hold"

static volatile int word, tid, go;
static volatile long answer;

/* Who is held keeps its CPU to itself: one that waits for it there would not come to go on. */
static void use_cpu(int cpu)
{
	unsigned long mask = 1ul << cpu;

	MUST(!syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask));
}

static void *wait_in_thread(void *arg)
{
	use_cpu(1);
	tid = syscall(SYS_gettid);
	while (!go)
		sched_yield();
	answer = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) ? errno : 0;
	return arg;
}

/* What the file says now begins so. */
static bool says(const char *text)
{
	char got[64] = "";
	int fd = open(HOLD, O_RDONLY);

	read(fd, got, sizeof(got) - 1);
	close(fd);
	return !strncmp(got, text, strlen(text));
}

/* waker: takes the waiter's word and wakes; how many it woke. */
static void window(long (*waker)(void), const char *sentence)
{
	char text[32];
	pthread_t thread;
	int fd;

	word = tid = go = 0;
	answer = -1;
	MUST(!pthread_create(&thread, NULL, wait_in_thread, NULL));
	while (!tid)
		sched_yield();
	snprintf(text, sizeof(text), "%d", tid);
	fd = open(HOLD, O_WRONLY);
	MUST(fd >= 0 && write(fd, text, strlen(text)) > 0);
	close(fd);
	go = 1;
	snprintf(text, sizeof(text), "%d held", tid);
	while (!says(text))
		sched_yield();
	word = 1;
	CHECK_EQ(waker(), 1, sentence);
	pthread_join(thread, NULL);
	CHECK_EQ(answer, 0, "and the waiter has been woken");
	CHECK(says("0"), "nobody is held any more");
}

static long wake(void)
{
	return syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static long requeue(void)
{
	static int other;

	return syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PRIVATE, 1, 0, &other, 1);
}

int main(void)
{
	use_cpu(0);
	window(wake, "a wake-up that comes while a waiter goes to sleep wakes it");
	window(requeue, "so does a requeue");
	CHECK_END();
}
