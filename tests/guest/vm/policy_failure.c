/* Policies and moves while memory runs out: each allocation on the way fails once, and nothing is
   lost by it.
   guest: only=corral cpus=4 nodes=2 */
#include "numa.h"

static int fail;

static void arm(int n)
{
	char number[16];

	MUST(pwrite(fail, number, snprintf(number, sizeof(number), "%d", n), 0) > 0);
}

/* Was the allocation that was to fail reached? */
static bool disarm(void)
{
	char number[16] = "1";
	bool told = pread(fail, number, sizeof(number) - 1, 0) > 0; /* may be what failed */

	if (pwrite(fail, "0", 1, 0) != 1)
		arm(0);
	return told && atoi(number) == 0;
}

static char *filled(void)
{
	char *p = map_pages(32);

	for (int i = 0; i < 32; i++)
		memset(p + i * PAGE, i, PAGE);
	return p;
}

static bool is_filled(const char *p)
{
	for (int i = 0; i < 32; i++)
		if (p[i * PAGE] != i || p[i * PAGE + 4095] != i)
			return false;
	return true;
}

static void test_bind(void)
{
	const unsigned long second = 2;
	bool good = true, whole = true;
	int failures = 0;

	for (int n = 1; n < 100; n++) {
		char *p = filled();

		arm(n);
		long ret = mbind_pages(p + 8 * PAGE, 16 * PAGE, MPOL_BIND, &second, 64, 0);
		int error = errno;
		bool reached = disarm();

		good &= ret == 0 ? !reached : reached && error == ENOMEM;
		whole &= is_filled(p) && !munmap(p, 32 * PAGE);
		failures += ret != 0;
		if (!reached)
			break;
	}
	CHECK(failures > 0 && good, "mbind fails with ENOMEM and only then");
	CHECK(whole, "and leaves the memory as it was");
}

static void test_fork(void)
{
	const unsigned long second = 2;
	bool good = true;
	char *p = filled();
	int status = 0;

	mbind_pages(p, 8 * PAGE, MPOL_BIND, &second, 64, 0);
	for (int n = 1; n < 200; n++) {
		arm(n);
		pid_t pid = fork();
		if (!pid)
			_exit(!is_filled(p));
		bool reached = disarm();

		if (pid > 0) {
			waitpid(pid, &status, 0);
			good &= status == 0;
		}
		if (!reached)
			break;
	}
	CHECK(good && is_filled(p), "fork with policies fails or works, and nothing in between");
	munmap(p, 32 * PAGE);
}

static void test_move(void)
{
	char *p = filled();
	bool good = true;
	int failures = 0;

	MUST(migrate(0, 2, 1) == 0); /* wherever the task runs: so there is something to move */
	for (int n = 1; n < 400; n++) {
		arm(n);
		long ret = migrate(0, n % 2 ? 1 : 2, n % 2 ? 2 : 1);
		bool reached = disarm();

		good &= ret >= 0 && is_filled(p);
		failures += ret > 0;
		if (!reached)
			break;
	}
	CHECK(good && failures > 0, "what cannot be moved for want of memory is counted and stays");
	munmap(p, 32 * PAGE);
}

int main(void)
{
	fail = open("/proc/self/fail-nth", O_RDWR);
	MUST(fail >= 0);
	test_bind();
	test_fork();
	test_move();
	CHECK_END();
}
