/* A program of the GNU C library, static and static-PIE: start-up, threads, heap, streams. */
#include "check.h"

#include <locale.h>
#include <pthread.h>
#include <pwd.h>
#include <setjmp.h>
#include <spawn.h>
#include <sys/auxv.h>

extern char **environ;
static __thread int own = 5;
static int constructed;

__attribute__((constructor)) static void construct(void)
{
	constructed = 1;
}

static void *add(void *sum)
{
	own++;
	for (int i = 0; i < 1000; i++)
		__atomic_add_fetch((long *)sum, own, __ATOMIC_RELAXED);
	return (void *)(long)own;
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int main(int argc, char **argv)
{
	pthread_t thread[4];
	long sum = 0;
	void *value;
	char text[100];
	int numbers[1000], status, bad = 0;
	pid_t pid;

	CHECK_EQ(constructed, 1, "constructors run before main");
	CHECK(argc == 1 && argv[0] && environ[0], "arguments and environment arrive");
	for (int i = 0; i < 4; i++)
		MUST(!pthread_create(&thread[i], NULL, add, &sum));
	for (int i = 0; i < 4; i++) {
		pthread_join(thread[i], &value);
		bad += value != (void *)6;
	}
	CHECK(sum == 24000 && !bad && own == 5, "threads run, with storage of their own");
	char *big = malloc(10 << 20), *small[1000];
	CHECK(big && (big[0] = big[(10 << 20) - 1] = 1), "malloc gives 10 MiB");
	for (int i = 0; i < 1000; i++)
		small[i] = malloc(i * 7 + 1);
	for (int i = 0; i < 1000; i++)
		free(small[i]);
	free(big);
	CHECK(snprintf(text, sizeof(text), "%.3f %s %lld", 3.14159, "x", 1LL << 40) == 21 &&
		      !strcmp(text, "3.142 x 1099511627776"),
	      "printf prints");
	for (int i = 0; i < 1000; i++)
		numbers[i] = (i * 7919) % 1000;
	qsort(numbers, 1000, sizeof(int), by_number);
	CHECK(numbers[0] == 0 && numbers[999] == 999, "qsort sorts");
	FILE *file = fopen("/tmp/glibc", "w+");
	fprintf(file, "line one\nline two\n");
	rewind(file);
	CHECK(fgets(text, sizeof(text), file) && !strcmp(text, "line one\n"), "streams work");
	fclose(file);
	unlink("/tmp/glibc");
	file = popen("echo from a pipe", "r");
	CHECK(file && fgets(text, sizeof(text), file) && !strcmp(text, "from a pipe\n") &&
		      pclose(file) == 0,
	      "so does popen");
	char *args[] = { "sh", "-c", "exit 7", NULL };
	CHECK(!posix_spawn(&pid, "/bin/sh", NULL, NULL, args, environ) &&
		      waitpid(pid, &status, 0) == pid && EXITED(status, 7),
	      "posix_spawn starts a program");
	CHECK(strftime(text, sizeof(text), "%Y", gmtime(&(time_t){ 0 })) == 4 &&
		      !strcmp(text, "1970"),
	      "time is told");
	CHECK(memchr("needle in hay", 'h', 13) &&
		      strlen("0123456789012345678901234567890123456789") == 40 &&
		      !memcmp("abc", "abc", 3),
	      "the string functions that look at the processor work");
	CHECK(system("true") == 0 && WEXITSTATUS(system("exit 3")) == 3, "system runs a shell");
	CHECK_EQ(getauxval(AT_HWCAP2) & ~3UL, 0, "AT_HWCAP2 names no instruction that would fault");
	fflush(stdout);
	CHECK_END();
}
